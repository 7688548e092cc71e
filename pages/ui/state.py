"""All session keys, and the link in the address bar that restores them."""

from __future__ import annotations

import uuid

import streamlit as st

from core.schema import Collection, SearchSettings
from pages.ui.link import FIELDS, from_link, to_link

COLLECTION = "collection_id"
QUERY = "query"
TOP_K = "top_k"
TOP_N = "top_n"
DOCUMENTS = "document_ids"
VIEW = "view"
PRESENT = "present"
HISTORY_ENTRY = "history_entry"
SUGGESTION = "suggestion"
LEARNED = "learned_weights"
TUNE_VIEW = "tune_view"
TUNE_SOURCE = "tune_source"
TUNE_MATERIAL = "tune_material"
TUNE_LEARNED = "tune_learned"
TUNE_ABSTENTION = "tune_abstention"
LIBRARY_VIEW = "library_view"
OPEN_DOCUMENT = "open_document"
OPEN_CHUNK = "open_chunk"
CHUNK_SIZE = "chunk_size"
CHUNK_OVERLAP = "chunk_overlap"
CHUNKING_OF = "chunking_of"
PREVIEW_DOCUMENT = "preview_document"
UPLOAD_ROUND = "upload_round"
CONFIRMING = "confirming"
FAILURE = "failure"
SESSION = "session"
NEW_COLLECTION = "new_collection"
FULL_PASS = "full_pass"
DEPTH_QUESTION = "depth_question"
SKIP_SOURCE = "skip_source"
SKIP_QUESTIONS = "skip_questions"
SKIP_TRIALS = "skip_trials"
SKIP_FIT = "skip_fit"
SKIP_THRESHOLD = "skip_threshold"
HISTORY_VIEW = "history_view"
MODELS_VIEW = "models_view"
MODELS_RERANKER = "models_reranker"
MODELS_ENCODER = "models_encoder"
MODELS_RUNTIME = "models_runtime"
MODELS_BESIDE = "models_beside"
MODELS_OFFERED = "models_offered"
MODELS_QUERY = "models_query"
MODELS_TRIED = "models_tried"
SIDE_BY_SIDE_THIRD = "side_by_side_third"
JUDGE = "judge"
JUDGE_VIEW = "judge_view"
JUDGE_QUESTION = "judge_question"
EXPERIMENTS_LEFT = "experiments_left"
MONITOR_COLLECTION = "monitor_collection"
MONITOR_DAYS = "monitor_days"
EVALUATE_VIEW = "evaluate_view"
EVALUATION = "evaluation"
EVALUATION_STARTED = "evaluation_started"
QUESTION_SET = "question_set"
SETS_ROUND = "sets_round"
SIDE_BY_SIDE_CHOICES = ("collection", "found", "share", "reranker", "blend")


def side_by_side_key(what: str, letter: str) -> str:
    """Where a choice of configuration B or C is kept; ``what`` is one of the choices."""
    return f"side_by_side_{what}_{letter}"


_KEPT = (
    LEARNED,
    FULL_PASS,
    SKIP_SOURCE,
    HISTORY_VIEW,
    TUNE_VIEW,
    TUNE_SOURCE,
    JUDGE,
    JUDGE_VIEW,
    JUDGE_QUESTION,
    EVALUATE_VIEW,
    EVALUATION,
    QUESTION_SET,
    *(COLLECTION, QUERY, TOP_K, TOP_N, DOCUMENTS, VIEW, LIBRARY_VIEW, OPEN_DOCUMENT),
    *(field.key for field in FIELDS),
    SIDE_BY_SIDE_THIRD,
    *(side_by_side_key(what, letter) for letter in "BC" for what in SIDE_BY_SIDE_CHOICES),
)
_LINK_READ = "link_read"
_SHORT = 12


def keep() -> None:
    """Carry the kept values over to this page.

    Streamlit drops the value of a widget that a page does not show; assigning it makes it ours.
    """
    for key in _KEPT:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def read_link() -> None:
    """Once a session: take question and settings from the address bar."""
    if st.session_state.get(_LINK_READ):
        return
    st.session_state[_LINK_READ] = True
    link = st.query_params
    if "c" in link:
        st.session_state[COLLECTION] = link["c"]
    if "q" in link:
        st.session_state[QUERY] = link["q"]
    st.session_state[PRESENT] = link.get("present") == "1"
    put_settings(from_link(link.to_dict()))
    if "d" in link:
        st.session_state[DOCUMENTS] = link.get_all("d")


def put_settings(settings: SearchSettings) -> None:
    """Make these the chosen settings; the documents stay as they are."""
    st.session_state[TOP_K], st.session_state[TOP_N] = settings.top_k, settings.top_n
    for field in FIELDS:
        st.session_state[field.key] = getattr(getattr(settings, field.group), field.name)


def write_link(collection: Collection, query: str, search: SearchSettings) -> None:
    """Put question and settings into the address bar."""
    values: dict[str, str | list[str]] = {"c": collection.id}
    if query:
        values |= {"q": query, **to_link(search)}
    if st.session_state.get(PRESENT) and query:
        values["present"] = "1"
    if search.document_ids:
        values["d"] = [document_id[:_SHORT] for document_id in search.document_ids]
    if st.query_params.to_dict() != {k: v for k, v in values.items() if isinstance(v, str)}:
        st.query_params.from_dict(values)


def documents_of_link(chosen: list[str], known: list[str]) -> list[str]:
    """Full ids of the documents that a link names by their first characters."""
    return [id_ for id_ in known if any(id_.startswith(short) for short in chosen)]


def page_key(purpose: str, document_id: str) -> str:
    """Where the page number of a document is kept, for the browser or the preview."""
    return f"{purpose}-page-{document_id}"


def session_id() -> str:
    """Names this session for as long as its page is open; says nothing about the person."""
    name: str = st.session_state.setdefault(SESSION, uuid.uuid4().hex)
    return name


def upload_key() -> str:
    """Key of the uploader; another one after every batch, so that it is empty again."""
    return f"upload-{st.session_state.setdefault(UPLOAD_ROUND, 0)}"


def next_upload() -> None:
    """Let go of the files in the uploader."""
    st.session_state[UPLOAD_ROUND] = st.session_state.get(UPLOAD_ROUND, 0) + 1
