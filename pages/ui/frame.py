"""What every page has: its title, the sidebar, the chosen collection, and errors put kindly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

import streamlit as st

from core.app.engine import Engine
from core.errors import SecondLookError, StoreDamaged
from core.schema import Collection, Document
from pages.ui import resources, state
from pages.ui.actions import choose
from pages.ui.components import ICON, LOGO, style
from pages.ui.network import network
from pages.ui.shortcuts import shortcuts
from pages.ui.text import plain

PAGES = {
    "Compare": ("app.py", ":material/compare_arrows:"),
    "Library": ("pages/1_Library.py", ":material/library_books:"),
    "Evaluate": ("pages/2_Evaluate.py", ":material/query_stats:"),
    "Judge": ("pages/3_Judge.py", ":material/rate_review:"),
    "Tour": ("pages/6_Tour.py", ":material/explore:"),
    "Tune": ("pages/4_Tune.py", ":material/school:"),
    "History": ("pages/5_History.py", ":material/history:"),
    "Models": ("pages/7_Models.py", ":material/memory:"),
}
SEEN_FIRST = 5
"""So many pages stand in the sidebar; the others under "More"."""
IN_DEMO = ("Compare", "Tour")
"""The pages that keep nothing of anybody."""


def show_error(error: SecondLookError) -> None:
    """What happened and why, then what to do next."""
    st.error(f"**{plain(error.message)}**\n\n{plain(error.advice)}", icon=":material/error:")


@contextmanager
def errors_shown() -> Iterator[None]:
    """Errors of ours become a message in the page; the rest of the page stays."""
    try:
        yield
    except SecondLookError as error:
        show_error(error)


def frame(title: str) -> tuple[Engine, Collection]:
    """Set the page up and draw the sidebar; stops the page when the home folder cannot open."""
    st.set_page_config(f"{title} · Second Look", ICON, layout="wide")
    st.logo(LOGO, size="large")
    st.html(style("frame"))
    require_login()
    state.keep()
    state.read_link()
    try:
        engine = resources.engine()
    except SecondLookError as error:
        _pages(title)
        show_error(error)
        st.button("Try again", icon=":material/refresh:")
        if isinstance(error, StoreDamaged):
            st.button(
                "Rebuild from the originals",
                icon=":material/build:",
                on_click=_rebuild,
                help="Moves the damaged files aside and indexes every document again. "
                "Nothing is deleted.",
            )
        st.stop()
    collections = {collection.id: collection for collection in engine.library.collections()}
    collection = collections[state.chosen_collection(list(collections))]
    _pages(title, demo=engine.settings.demo)
    if engine.settings.demo:
        _demo(engine, collection, title)
    with st.sidebar:
        if not engine.settings.demo:
            _collection_box(collections, collection)
        _model_status(engine)
        network(engine)
        shortcuts(IN_DEMO if engine.settings.demo else list(PAGES))
    failure = st.session_state.pop(state.FAILURE, None)  # of the callback that ran before
    if failure is not None:
        show_error(failure)
    return engine, collection


def choose_view(key: str, views: Sequence[str], first: str = "") -> str:
    """Draw the views of a page; the chosen one, at first ``first`` or the first of them."""
    st.session_state.setdefault(key, first or views[0])
    view = st.segmented_control("View", views, key=key, required=True, label_visibility="collapsed")
    return view or views[0]


def documents_needed(engine: Engine, collection: Collection, what: str) -> list[Document]:
    """The documents of a collection; without any, stop the page with the way to the library."""
    documents = engine.library.documents(collection.id)
    if not documents:
        words = f"{what} needs documents. Add some in the library first."
        st.info(words, icon=":material/library_books:")
        way_to("Library", "Open the library")
        st.stop()
    return documents


def way_to(page: str, label: str = "") -> None:
    """Draw the link to a page; its address keeps what is chosen."""
    path, icon = PAGES[page]
    query = state.address(compare=page == "Compare")
    st.page_link(path, label=label or page, icon=icon, query_params=query)


def open_page(page: str) -> NoReturn:
    """Leave for a page at once."""
    query = state.address(compare=page == "Compare")
    st.switch_page(PAGES[page][0], query_params=query)


def view_link(page: str, key: str, view: str, label: str) -> None:
    """Draw the way to one view of another page; ``key`` is where the session keeps its view."""
    if st.button(label, icon=PAGES[page][1], type="tertiary"):
        state.put(key, view)
        open_page(page)


def _rebuild() -> None:
    try:
        aside = resources.prepare_rebuild()
    except SecondLookError as error:
        show_error(error)
    else:
        st.toast(f"The damaged files are now in the folder {aside.name}.", icon=":material/build:")


def _demo(engine: Engine, collection: Collection, title: str) -> None:
    """Only what keeps nothing; the sample documents are put in when they are not there yet."""
    with st.sidebar:
        st.caption("Demo: the sample documents only. Nothing that you ask is kept.")
    if title not in IN_DEMO:
        st.info("This page is not part of the demo.", icon=":material/block:")
        st.stop()
    if not engine.library.documents(collection.id) and not engine.jobs.busy():
        engine.jobs.add(collection.id, resources.samples())


def _pages(title: str, *, demo: bool = False) -> None:
    first, more = list(PAGES)[:SEEN_FIRST], list(PAGES)[SEEN_FIRST:]
    with st.sidebar:
        for page in IN_DEMO if demo else first:
            way_to(page)
        if demo:
            return
        with st.expander("More", expanded=title in more, key=state.key(state.MORE, title)):
            for page in more:
                way_to(page)


def _collection_box(collections: Mapping[str, Collection], chosen: Collection) -> None:
    st.session_state[state.COLLECTION_BOX] = chosen.id
    choose(
        "Collection",
        {id_: collection.name for id_, collection in collections.items()},
        state.COLLECTION_BOX,
        on_change=state.take_collection,
        help="A set of documents searched together. Create and rename collections in the library.",
    )


def _model_status(engine: Engine) -> None:
    status = engine.models.status
    if status.state == "loading":
        _watch_models(engine)
    elif status.state == "failed":
        st.error(plain(status.message), icon=":material/error:")
    else:
        encoder, cross_encoder = engine.models.wait()
        st.caption(
            ":material/check_circle: Models ready  \n"
            f"bi-encoder {plain(encoder.info.name)}  \n"
            f"cross-encoder {plain(cross_encoder.info.name)}"
        )


@st.fragment(run_every=1.0)
def _watch_models(engine: Engine) -> None:
    status = engine.models.status
    if status.state != "loading":
        st.rerun()
    st.caption(f":material/hourglass_top: Models are loading … {status.seconds:.0f} s")


def require_login() -> None:
    """Stop the page for everybody who is not logged in, if the secrets file has ``[auth]``."""
    if not st.secrets.load_if_toml_exists() or "auth" not in st.secrets:
        return
    if st.user.get("is_logged_in") is not True:  # missing counts as a stranger
        st.markdown("## Second Look\nLog in to see the documents.")
        st.button("Log in", icon=":material/login:", type="primary", on_click=st.login)
        st.stop()
    with st.sidebar:
        st.button("Log out", icon=":material/logout:", on_click=st.logout)
