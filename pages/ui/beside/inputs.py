"""What the configurations B and C differ in from what was asked: five choices each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core.app.copying import copy_cut_as
from core.app.engine import Engine
from core.models.opening import usable_offline
from core.schema import Chunking, Collection, SearchSettings
from core.search_settings import FirstStageKind, Fusion
from pages.ui import state
from pages.ui.frame import errors_shown
from pages.ui.text import plain, printable

NONE = "no reranker"
FOUND: dict[str, tuple[str, FirstStageKind, Fusion]] = {
    "dense": ("Meaning", "dense", "rrf"),
    "bm25": ("Words", "bm25", "rrf"),
    "rrf": ("Both, by rank", "hybrid", "rrf"),
    "weighted": ("Both, by score", "hybrid", "weighted"),
}
_OTHER = {"dense": "rrf", "bm25": "dense", "rrf": "dense", "weighted": "dense"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """One way to ask: where, how, and which reranker reads (``NONE`` for none)."""

    collection: Collection
    settings: SearchSettings
    reranker: str

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """Who finds, who reads, how much that counts, how it is cut; some may be empty."""
        first, second = self.settings.first, self.settings.second
        found = found_by(self.settings)
        share = f"Both, {first.dense_weight:.0%} meaning"
        blend = f"{second.blend:.0%} of the order" if second.blend < 1 else ""
        cut = self.collection.chunking
        return (
            share if found == "weighted" else FOUND[found][0],
            self.reranker,
            "" if self.reranker == NONE else ("learned weights" if second.weights else blend),
            f"{cut.size}/{cut.overlap} tokens",
        )

    @property
    def title(self) -> str:
        """What it does, in a few words."""
        return " · ".join(filter(None, self.parts))


def short_titles(found: Sequence[Configuration]) -> list[str]:
    """What each does, without the parts in which all are the same."""
    every = list(zip(*(one.parts for one in found), strict=True))
    differ = [n for n, values in enumerate(every) if len(set(values)) > 1]
    names = [" · ".join(filter(None, (one.parts[n] for n in differ))) for one in found]
    return [name or found[0].title for name in names]


def found_by(settings: SearchSettings) -> str:
    """The key in ``FOUND`` of a first stage."""
    first = settings.first
    return first.fusion if first.kind == "hybrid" else first.kind


def rerankers(engine: Engine) -> list[str]:
    """Names of the rerankers that can be opened here, the one that is on first."""
    on = engine.model_manager.spec("cross_encoder").name
    usable = [
        spec.name for spec in engine.model_manager.specs("cross_encoder") if usable_offline(spec)
    ]
    return [on, *(name for name in usable if name != on)]


def _start(letter: str, asked: Configuration, engine: Engine) -> None:
    """Begin with something that differs: B finds in another way, C does not rerank."""
    names = rerankers(engine)
    other = next((name for name in names if name != asked.reranker), NONE)
    values = {
        "collection": asked.collection.id,
        "found": _OTHER[found_by(asked.settings)] if letter == "B" else found_by(asked.settings),
        "share": asked.settings.first.dense_weight,
        "reranker": names[0] if letter == "B" else other,
        "blend": asked.settings.second.blend,
    }
    for what, value in values.items():
        st.session_state.setdefault(state.beside_key(what, letter), value)


def _name(collection: Collection) -> str:
    cut = collection.chunking
    return printable(f"{collection.name} ({cut.size}/{cut.overlap})")


def _choices(engine: Engine, letter: str, known: dict[str, Collection]) -> None:
    """Draw them; the values live in the session."""
    where, found, share, reranker, blend = (
        state.beside_key(what, letter) for what in state.BESIDE_CHOICES
    )
    names = [*rerankers(engine), NONE]
    if st.session_state[reranker] not in names:
        st.session_state[reranker] = names[0]
    st.selectbox(
        "Collection, and how it is cut",
        list(known),
        format_func=lambda id_: _name(known[id_]) if id_ in known else "deleted",
        key=where,
        help="Size and overlap of its chunks in tokens. Another chunking is another collection.",
    )
    kind = st.selectbox("Found by", list(FOUND), format_func=lambda k: FOUND[k][0], key=found)
    if kind == "weighted":
        st.slider("Share of meaning", 0.0, 1.0, step=0.05, key=share)
    by = st.selectbox("Read by", names, format_func=printable, key=reranker)
    if by != NONE:
        st.slider("The cross-encoder's share of the order", 0.0, 1.0, step=0.05, key=blend)


def _chosen(engine: Engine, letter: str, asked: Configuration) -> Configuration:
    _start(letter, asked, engine)
    known = {c.id: c for c in engine.collections() if engine.documents(c.id)}
    place = state.beside_key("collection", letter)
    if st.session_state[place] not in known:
        st.session_state[place] = asked.collection.id
    _choices(engine, letter, known)
    chosen = {w: st.session_state[state.beside_key(w, letter)] for w in state.BESIDE_CHOICES}
    _, kind, fusion = FOUND[chosen["found"]]
    old, by = asked.settings, chosen["reranker"]
    first = replace(old.first, kind=kind, fusion=fusion, dense_weight=float(chosen["share"]))
    second = replace(old.second, enabled=by != NONE, blend=float(chosen["blend"]), weights=())
    return Configuration(known[chosen["collection"]], replace(old, first=first, second=second), by)


def copy_popover(engine: Engine, collection: Collection) -> None:
    """Draw the way to another chunking: the same documents once more."""
    with st.popover("Cut it differently", icon=":material/content_cut:"):
        st.caption(
            f"{plain(collection.name)} is indexed once more as a collection of its own, from the "
            "files that are here already. It can be chosen above as soon as it is done."
        )
        size = st.slider("Chunk size, tokens", 64, 512, 100, 4, key="beside-size")
        overlap = st.slider("Overlap, tokens", 0, size // 2, min(20, size // 2), key="beside-lap")
        if st.button("Index a copy", icon=":material/library_add:", key="beside-copy"):
            with errors_shown():
                made = copy_cut_as(engine, collection.id, Chunking(size, overlap))
                st.toast(f"{plain(made.name)} is being indexed.", icon=":material/hourglass_top:")


def beside_inputs(engine: Engine, asked: Configuration) -> list[Configuration]:
    """Draw the choices; the configurations, the asked one first."""
    found = [asked]
    columns = st.columns(3 if st.session_state.get(state.BESIDE_THIRD) else 2)
    with columns[0], st.container(border=True):
        st.markdown("**A** · as asked")
        st.caption(plain(asked.title))
        st.caption("Change it in the settings above. Filters and candidates hold for all.")
        third = st.toggle("A third configuration", key=state.BESIDE_THIRD)
        copy_popover(engine, asked.collection)
    for letter, column in zip("BC"[: 1 + third], columns[1:], strict=False):
        with column, st.container(border=True):
            st.markdown(f"**{letter}**")
            found.append(_chosen(engine, letter, asked))
    return found
