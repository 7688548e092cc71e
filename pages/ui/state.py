"""All session keys, and the link in the address bar that restores them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import streamlit as st

from core.schema import Collection, SearchSettings
from pages.ui.link import FIELDS, GROUPS, from_link, to_link

# Every page
COLLECTION = "collection_id"
COLLECTION_BOX = "collection-box"
SESSION = "session"
CONFIRMING = "confirming"
FAILURE = "failure"
SENT = "sent"
SHORTCUTS = "shortcuts"
MORE = "more-pages"
PAGE = "page"
DIALOG_PAGE = "dialog_page"
OPEN = "open"
# Compare
ASKED = "asked"
QUERY = "query"
TOP_K = "top_k"
TOP_N = "top_n"
DOCUMENTS = "document_ids"
VIEW = "view"
PRESENT = "present"
SUGGESTION = "suggestion"
DIALOG = "dialog-opened"
GIVEN_BEGUN = "given_begun"
FLOOR = "floor"
DID_YOU_MEAN = "did-you-mean"
LEARNED = "learned_weights"
FULL_PASS = "full_pass"
COMPARISON = "comparison"
LATER_PART = "later-part"
SHOWN = "shown"
DEPTH_PANEL = "depth-panel"
RECEIPT_PANEL = "receipt-panel"
COMPARISON_JSON = "comparison-json"
FLOW = "flow"
TABLE = "table"
DEMONSTRATION = "demonstration"
PRESENTER = "presenter"
RECEIPT_HTML = "receipt-html"
RECEIPT_JSON = "receipt-json"
SIDE_BY_SIDE_THIRD = "side_by_side_third"
SIDE_BY_SIDE_FLOW = "side-by-side-flow"
SIDE_BY_SIDE_JSON = "side-by-side-json"
ALONE = "alone"
COPY_SIZE = "copy-size"
COPY_OVERLAP = "copy-overlap"
COPY_INDEX = "copy-index"
ASK = "ask"
STOP = "stop"
ANSWER = "answer"
ANSWER_BY = "answer_by"
ANSWER_JOBS = "answer_jobs"
BOTH_ANSWERS = "both_answers"
CONFLICT = "conflict"
LIKED = "liked"
NOTE = "note"
WHY = "why"
WHY_JSON = "why-json"
WHY_TABS = "why-tabs"
IF_QUERY = "if-query"
IF_TEXT = "if-text"
WHAT_IF_PIN = "what-if-pin"
ADVICE_USE = "advice-use"
ADVICE_BACK = "advice-back"
ADVICE_DISMISS = "advice-dismiss"
EXPERIMENT = "experiment"
EXPERIMENTS_LEFT = "experiments_left"
THUMB = "thumb"
# Library
LIBRARY_VIEW = "library_view"
OPEN_DOCUMENT = "open_document"
OPEN_CHUNK = "open_chunk"
SHOW = "show"
CHUNK_SIZE = "chunk_size"
CHUNK_OVERLAP = "chunk_overlap"
PREVIEW_DOCUMENT = "preview_document"
REINDEX = "reindex"
UPLOAD_ROUND = "upload_round"
NEW_COLLECTION = "new_collection"
RENAME = "rename"
SWITCH = "switch"
DELETE = "delete"
DOCUMENTS_TABLE = "documents"
CANCEL = "cancel"
TRY_AGAIN = "try-again"
CLEAR_FINISHED = "clear-finished"
DROPS = "drops"
ADD_SAMPLES = "add-samples"
ADD_CLASHING = "add-clashing"
ADD_NOTHING = "add-nothing"
QDRANT_URL = "qdrant-url"
QDRANT_KEY = "qdrant-key"
QDRANT_HOST = "qdrant-host"
QDRANT_CONNECT = "qdrant-connect"
QDRANT_FOUND = "qdrant-found"
QDRANT_COLLECTION = "qdrant-collection"
QDRANT_TEXT = "qdrant-text"
QDRANT_TITLE = "qdrant-title"
QDRANT_LIMIT = "qdrant-limit"
QDRANT_ENCODER = "qdrant-encoder"
QDRANT_QUESTIONS = "qdrant-questions"
QDRANT_USING = "qdrant-using"
QDRANT_IMPORT = "qdrant-import"
QDRANT_SAID = "qdrant-said"
# Evaluate
EVALUATE_VIEW = "evaluate_view"
EVALUATION = "evaluation"
EVALUATION_STARTED = "evaluation_started"
START_EVALUATION = "start-evaluation"
DELETE_EVALUATION = "delete-evaluation"
RESUME = "resume"
REMOVE = "remove"
CONFIGURATIONS = "configurations"
NEXT_STEP = "next-step"
COMPARED = "compared"
MEASURE = "measure"
WINS = "wins"
QUESTION_SET = "question_set"
QUESTIONS = "questions"
QUESTIONS_FILE = "questions-file"
SETS_ROUND = "sets_round"
TYPED = "typed"
TYPED_NAME = "typed-name"
KEEP_TYPED = "keep-typed"
MAKE_QUESTIONS = "make-questions"
SAMPLE_QUESTIONS = "sample-questions"
JUDGED_QUESTIONS = "judged-questions"
ASKED_QUESTIONS = "asked-questions"
LLM_QUESTIONS = "llm-questions"
IMPORT_QUESTIONS = "import-questions"
REMOVE_SELECTED = "remove-selected"
REMOVE_MARKED = "remove-marked"
DELETE_SET = "delete-set"
MEASURE_SET = "measure-set"
EXPERIMENT_WAY = "experiment-way"
EXPERIMENT_A = "experiment-a"
EXPERIMENT_B = "experiment-b"
EXPERIMENT_DAYS = "experiment-days"
START_EXPERIMENT = "start-experiment"
STOP_EXPERIMENT = "stop-experiment"
DEPTH_QUESTION = "depth_question"
CASCADE = "cascade"
SKIP_SOURCE = "skip_source"
SKIP_QUESTIONS = "skip_questions"
SKIP_TRIALS = "skip_trials"
SKIP_FIT = "skip_fit"
SKIP_THRESHOLD = "skip_threshold"
# Judge
JUDGE = "judge"
JUDGE_VIEW = "judge_view"
JUDGE_QUESTION = "judge_question"
JUDGE_ONLY = "judge_only"
JUDGE_ALL = "judge-all"
JUDGE_TYPED = "judge-typed"
JUDGE_NOTE = "judge-note"
JUDGE_UNDO = "judge-undo"
JUDGE_NEXT = "judge-next"
JUDGE_POOLED = "judge-pooled"
JUDGE_RERANKERS = "judge-rerankers"
JUDGE_PAGE = "judge-page"
JUDGE_KEYS = "judge-keys"
GRADE = "grade"
SETTLE = "settle"
# Tune
TUNE_VIEW = "tune_view"
TUNE_SOURCE = "tune_source"
TUNE_MATERIAL = "tune_material"
TUNE_LEARNED = "tune_learned"
TUNE_ABSTENTION = "tune_abstention"
# History
HISTORY_VIEW = "history_view"
HISTORY_ENTRY = "history_entry"
HISTORY_ON = "history_on"
HISTORY_WORDS = "history_words"
HISTORY_COLLECTION = "history_collection"
HISTORY_DAYS = "history_days"
HISTORY_TABLE = "history-table"
HISTORY_COMPARISON = "history-comparison"
HISTORY_AGAIN = "history_again"
HISTORY_ASKED = "history_asked"
HISTORY_ASKED_ENTRY = "history_asked_entry"
HISTORY_ANSWERS = "history_answers"
HISTORY_SERVED = "history_served"
FORGET_ALL = "forget-all"
MONITOR_COLLECTION = "monitor_collection"
MONITOR_DAYS = "monitor_days"
# Tour and Models
REMOVE_PROBE = "remove-probe"
MODELS = "models"
MODELS_RERANKER = "models_reranker"
MODELS_ENCODER = "models_encoder"
MODELS_RUNTIME = "models_runtime"
USE_RERANKER = "use-reranker"
USE_ENCODER = "use-encoder"
RUNTIMES = "runtimes"
CLEAR_SCORES = "clear-scores"
MEASURE_FLOOR = "measure-floor"
MEASURE_RUNTIMES = "measure-runtimes"
SIDE_BY_SIDE_CHOICES = ("collection", "found", "share", "reranker", "blend")


def side_by_side_key(what: str, letter: str) -> str:
    """Where a choice of configuration B or C is kept; ``what`` is one of the choices."""
    return f"side_by_side_{what}_{letter}"


_KEPT = (
    *(LEARNED, FULL_PASS, EVALUATE_VIEW, EVALUATION, QUESTION_SET, SKIP_SOURCE, HISTORY_VIEW),
    *(JUDGE, JUDGE_VIEW, JUDGE_QUESTION, TUNE_VIEW, TUNE_SOURCE),
    *(QUERY, TOP_K, TOP_N, DOCUMENTS, VIEW, LIBRARY_VIEW, OPEN_DOCUMENT),
    *(field.key for field in FIELDS),
    SIDE_BY_SIDE_THIRD,
    *(side_by_side_key(what, letter) for letter in "BC" for what in SIDE_BY_SIDE_CHOICES),
)
_KEPT_VALUES = "kept_values"
_LINK = "link"
_SHORT = 12


def key(name: str, *parts: object) -> str:
    """The key of something that a page shows several times.

    >>> key("cancel", 3)
    'cancel-3'
    """
    return "-".join((name, *map(str, parts)))


def keep() -> None:
    """Carry the kept values over to this page.

    Streamlit drops the value of a widget that a page does not show, even one that was assigned, if
    the page is left while its script runs. So they are also kept where no widget is. A page that
    is drawn whole begins without a dialog.
    """
    st.session_state[DIALOG] = False
    for key, value in keep_values().items():
        st.session_state[key] = value


def keep_values() -> dict[str, object]:
    """Keep what is chosen now, without a word to the widgets; all that is kept."""
    kept: dict[str, object] = st.session_state.setdefault(_KEPT_VALUES, {})
    kept.update((key, st.session_state[key]) for key in _KEPT if key in st.session_state)
    return kept


def put(key: str, value: object) -> None:
    """Make this a kept value, also for a page that is opened at once."""
    st.session_state[key] = st.session_state.setdefault(_KEPT_VALUES, {})[key] = value


def read_link() -> None:
    """Once a session: take collection, question and settings from the address bar."""
    if _LINK in st.session_state:
        return
    link = st.query_params
    st.session_state[_LINK] = {}
    if "c" in link:
        st.session_state[COLLECTION] = link["c"]
    if "q" in link:
        st.session_state[QUERY] = link["q"]
    st.session_state[PRESENT] = link.get("present") == "1"
    put_settings(from_link(link.to_dict()))
    if "d" in link:
        st.session_state[DOCUMENTS] = link.get_all("d")


def chosen_collection(ids: Sequence[str]) -> str:
    """The chosen collection, at first that of the address, else the first; the address names it.

    Its key is no widget's, so that nothing of Streamlit's drops it; a reload or another tab finds
    it in the address.
    """
    if st.session_state.get(COLLECTION) not in ids:
        st.session_state[COLLECTION] = ids[0]
    chosen: str = st.session_state[COLLECTION]
    if st.query_params.get("c") != chosen:
        st.query_params["c"] = chosen
    return chosen


def take_collection() -> None:
    """After a choice in the sidebar."""
    st.session_state[COLLECTION] = st.session_state[COLLECTION_BOX]


def address(*, compare: bool) -> dict[str, str | list[str]]:
    """What the link to a page carries: the collection, to Compare also what was asked last."""
    asked = st.session_state[_LINK] if compare else {}
    return {**asked, "c": st.session_state.get(COLLECTION, "")}


def put_settings(settings: SearchSettings) -> None:
    """Make these the chosen settings; the documents stay as they are."""
    put(TOP_K, settings.top_k)
    put(TOP_N, settings.top_n)
    for field in FIELDS:
        put(field.key, getattr(getattr(settings, field.group), field.name))


def learned_wanted() -> bool:
    """Whether the collection's learned weights may be used, if there are any."""
    return bool(st.session_state.setdefault(LEARNED, True))


def chosen_settings() -> SearchSettings:
    """The settings as they are chosen now on Compare, without what was learned.

    Raises:
        InputError: pages or days are no range.
    """
    values: dict[str, dict[str, object]] = {group: {} for group in GROUPS}
    for field in FIELDS:
        values[field.group][field.name] = st.session_state.get(field.key, field.default)
    return SearchSettings(
        int(st.session_state[TOP_K]),
        int(st.session_state[TOP_N]),
        tuple(sorted(st.session_state.get(DOCUMENTS, []))),
        **{group: kind(**values[group]) for group, kind in GROUPS.items()},
    )


def write_link(collection: Collection, query: str, search: SearchSettings) -> None:
    """Put question and settings into the address bar."""
    values: dict[str, str | list[str]] = {"c": collection.id}
    if query:
        values |= {"q": query, **to_link(search)}
    if st.session_state.get(PRESENT) and query:
        values["present"] = "1"
    if search.document_ids:
        values["d"] = [document_id[:_SHORT] for document_id in search.document_ids]
    st.session_state[_LINK] = values
    now = {name: st.query_params.get_all(name) for name in st.query_params}
    if now != {name: [v] if isinstance(v, str) else v for name, v in values.items()}:
        st.query_params.from_dict(values)


def documents_of_link(chosen: list[str], document_ids: list[str]) -> list[str]:
    """Full ids of the documents that a link names by their first characters."""
    return [id_ for id_ in document_ids if any(id_.startswith(short) for short in chosen)]


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
