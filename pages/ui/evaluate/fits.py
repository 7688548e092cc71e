"""What was fitted on this collection, to be measured beside the same search without it."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.evaluate.configurations import Configuration
from core.learn.measured import NAMES, Fit, with_fits
from core.schema import Collection
from core.search.fitted import belongs, why_not
from pages.ui import resources, state
from pages.ui.fitted import models_on
from pages.ui.text import plain

_FITTED_NOW = (state.TUNE_LEARNED, state.SKIP_FIT, state.TUNE_ABSTENTION)


def _fitted_here(collection_id: str, used: dict[str, Fit]) -> dict[str, Fit]:
    """What is used in a collection, and what was fitted in this session and is not used (yet)."""
    found = {f"fitted {kind}": fit for kind, fit in used.items()}
    for key in _FITTED_NOW:
        kept = st.session_state.get(key)
        if kept and kept[0] == collection_id and kept[1] not in used.values():
            kind = NAMES[type(kept[1])]
            found[f"newly fitted {kind}" if kind in used else f"fitted {kind}"] = kept[1]
    return found


def _usable(engine: Engine, found: dict[str, Fit]) -> dict[str, Fit]:
    """Those that belong to the models that are on; for the others it is said why not."""
    on = models_on(engine) if found else ""
    for name, fit in found.items():
        if not belongs(fit.models, on):
            words = f"The {name} cannot be measured now: {why_not(fit.models, on)}."
            st.caption(f":material/pause_circle: {plain(words)}")
    return {name: fit for name, fit in found.items() if belongs(fit.models, on)}


def _label(name: str, fit: Fit | None, used: dict[str, Fit]) -> str:
    """What is chosen, and whether searches use it."""
    if fit is None:
        return name
    how = "in use" if fit in used.values() else "not used" if fit.accepted else "refused"
    return f"{name} ({how})"


def fits_choice(
    engine: Engine, collection: Collection, base: Configuration
) -> tuple[Configuration, ...]:
    """Draw the choice; the configurations that it adds."""
    used = resources.tuning().fits(collection.id)
    found = _fitted_here(collection.id, used)
    usable = _usable(engine, found)
    chosen = st.multiselect(
        "With what was fitted",
        list(usable),
        format_func=lambda name: _label(name, usable.get(name), used),
        disabled=not (base.reranked and usable),
        placeholder="None" if found else "Nothing was fitted here yet",
        help="Weights and the abstention threshold are fitted on Tune, the skip predictor in its "
        "view here. What is not used yet can be measured too: does using it help?",
    )
    return with_fits(base, {name: usable[name] for name in chosen})
