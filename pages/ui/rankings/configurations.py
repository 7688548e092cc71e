"""What the configurations B and C differ in from what was asked: five choices each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.app.copying import copy_cut_as
from core.app.engine import Engine
from core.evaluate.configurations import Configuration
from core.models.opening import usable_offline
from core.schema import Chunking, Collection, SearchSettings
from core.search_settings import FirstStageKind, Fusion
from pages.ui import state
from pages.ui.frame import errors_shown
from pages.ui.text import plain, printable

NONE = "no reranker"
FINDERS: dict[str, tuple[str, FirstStageKind, Fusion]] = {
    "dense": ("Bi-encoder", "dense", "rrf"),
    "bm25": ("BM25", "bm25", "rrf"),
    "rrf": ("Hybrid, by rank", "hybrid", "rrf"),
    "weighted": ("Hybrid, by score", "hybrid", "weighted"),
    "given": ("Other engine", "given", "rrf"),
}
_OTHER = {"dense": "rrf", "bm25": "dense", "rrf": "dense", "weighted": "dense", "given": "dense"}


def parts(configuration: Configuration, chunking: Chunking) -> tuple[str, str, str, str]:
    """Who finds, who reads, how much that counts, how it is cut; some may be empty."""
    first, second = configuration.settings.first, configuration.settings.second
    finder = found_by(configuration.settings)
    share = f"Hybrid, {first.dense_weight:.0%} bi-encoder"
    blend = f"{second.blend:.0%} cross-encoder" if second.blend < 1 else ""
    counts = "learned weights" if second.fits.weights else blend
    return (
        share if finder == "weighted" else FINDERS[finder][0],
        configuration.reranker if configuration.reranked else NONE,
        counts if configuration.reranked else "",
        f"{chunking.size}/{chunking.overlap} tokens",
    )


def short_titles(every: Sequence[tuple[str, ...]]) -> list[str]:
    """What each does, by its parts, without those in which all are the same."""
    differ = [n for n, values in enumerate(zip(*every, strict=True)) if len(set(values)) > 1]
    names = [" · ".join(filter(None, (one[n] for n in differ))) for one in every]
    return [name or " · ".join(filter(None, every[0])) for name in names]


def found_by(settings: SearchSettings) -> str:
    """The key in ``FINDERS`` of a first stage."""
    first = settings.first
    return first.fusion if first.kind == "hybrid" else first.kind


def rerankers(engine: Engine) -> list[str]:
    """Names of the rerankers that can be opened here, the one that is on first."""
    on = engine.model_manager.spec("cross_encoder").name
    usable = [
        spec.name for spec in engine.model_manager.specs("cross_encoder") if usable_offline(spec)
    ]
    return [on, *(name for name in usable if name != on)]


def _start(base: Configuration, letter: str, names: Sequence[str]) -> None:
    """Begin with something that differs: B finds in another way, C does not rerank."""
    finder = found_by(base.settings)
    by = next((name for name in names if name != base.reranker), NONE)
    values = {
        "collection": base.collection,
        "found": _OTHER[finder] if letter == "B" else finder,
        "share": base.settings.first.dense_weight,
        "reranker": names[0] if letter == "B" else by,
        "blend": base.settings.second.blend,
    }
    for what, value in values.items():
        st.session_state.setdefault(state.side_by_side_key(what, letter), value)


def _name(collection: Collection) -> str:
    cut = collection.chunking
    return printable(f"{collection.name} ({cut.size}/{cut.overlap})")


def _choices(letter: str, names: Sequence[str], collections: dict[str, Collection]) -> None:
    """Draw them; the values live in the session."""
    where, finder, share, reranker, blend = (
        state.side_by_side_key(what, letter) for what in state.SIDE_BY_SIDE_CHOICES
    )
    st.selectbox(
        "Collection",
        list(collections),
        format_func=lambda id_: _name(collections[id_]) if id_ in collections else "deleted",
        key=where,
        help="In brackets: chunk size and overlap in tokens. A different chunking is a "
        "different collection.",
    )
    kind = st.selectbox(
        "First stage", list(FINDERS), format_func=lambda k: FINDERS[k][0], key=finder
    )
    if kind == "weighted":
        st.slider("Weight of the bi-encoder", 0.0, 1.0, step=0.05, key=share)
    by = st.selectbox("Reranker", [*names, NONE], format_func=printable, key=reranker)
    if by != NONE:
        st.slider("Weight of the cross-encoder", 0.0, 1.0, step=0.05, key=blend)


def _chosen(engine: Engine, letter: str, base: Configuration) -> Configuration:
    names = rerankers(engine)
    _start(base, letter, names)
    collections = {c.id: c for c in engine.library.collections() if engine.library.documents(c.id)}
    keys = {what: state.side_by_side_key(what, letter) for what in state.SIDE_BY_SIDE_CHOICES}
    if st.session_state[keys["collection"]] not in collections:
        st.session_state[keys["collection"]] = base.collection
    if st.session_state[keys["reranker"]] not in [*names, NONE]:
        st.session_state[keys["reranker"]] = names[0]
    _choices(letter, names, collections)
    chosen = {what: st.session_state[key] for what, key in keys.items()}
    _, kind, fusion = FINDERS[chosen["found"]]
    old, by = base.settings, chosen["reranker"]
    first = replace(old.first, kind=kind, fusion=fusion, dense_weight=float(chosen["share"]))
    fits = replace(old.second.fits, weights=None)
    second = replace(old.second, enabled=by != NONE, blend=float(chosen["blend"]), fits=fits)
    settings = replace(old, first=first, second=second)
    return Configuration(letter, settings, reranker=by, collection=chosen["collection"])


def copy_popover(engine: Engine, collection: Collection) -> None:
    """Draw the way to another chunking: the same documents once more."""
    with st.popover("Try another chunking", icon=":material/content_cut:"):
        st.caption(
            f"{plain(collection.name)} is indexed again as a separate collection, from the "
            "files already here. You can choose it above when it is ready."
        )
        size = st.slider("Chunk size, tokens", 64, 512, 100, 4, key=state.COPY_SIZE)
        overlap = st.slider(
            "Overlap, tokens", 0, size // 2, min(20, size // 2), key=state.COPY_OVERLAP
        )
        if st.button("Index a copy", icon=":material/library_add:", key=state.COPY_INDEX):
            with errors_shown():
                copy = copy_cut_as(engine, collection.id, Chunking(size, overlap))
                st.toast(f"{plain(copy.name)} is being indexed.", icon=":material/hourglass_top:")


def configurations(
    engine: Engine, collection: Collection, base: Configuration
) -> list[Configuration]:
    """Draw the choices; the configurations, the one that was asked first."""
    chosen = [base]
    columns = st.columns(3 if st.session_state.get(state.SIDE_BY_SIDE_THIRD) else 2)
    with columns[0], st.container(border=True):
        st.markdown("**A** · your search")
        st.caption(plain(" · ".join(filter(None, parts(base, collection.chunking)))))
        st.caption("Change it in the settings above. Filters and candidates apply to all.")
        third = st.toggle("A third configuration", key=state.SIDE_BY_SIDE_THIRD)
        if not engine.settings.demo:
            copy_popover(engine, collection)
    for letter, column in zip("BC"[: 1 + third], columns[1:], strict=False):
        with column, st.container(border=True):
            st.markdown(f"**{letter}**")
            chosen.append(_chosen(engine, letter, base))
    return chosen
