"""Language model answers on their way: each in a thread, so that the page can draw and stop."""

from __future__ import annotations

import threading

import streamlit as st

from core.answer.pipeline import AnswerStream
from core.schema import Stage
from pages.ui import state

_KEPT = 12


class AnswerJob:
    """Pulls an answer's pieces in a thread of its own; reading it is safe at any time."""

    def __init__(self, stream: AnswerStream) -> None:
        self.stream = stream
        self._thread = threading.Thread(target=self._pull, name="answer", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Stop before the next piece and wait for it."""
        self.stream.cancel()
        self._thread.join(timeout=2)

    def _pull(self) -> None:
        for _ in self.stream:
            pass


def job_of(key: str, stage: Stage) -> AnswerJob | None:
    """The answer that was asked for this comparison and list in this session, if any."""
    jobs: dict[tuple[str, Stage], AnswerJob] = st.session_state.setdefault(state.ANSWER_JOBS, {})
    return jobs.get((key, stage))


def start(key: str, stage: Stage, stream: AnswerStream) -> None:
    """Begin to answer; an earlier answer of the same list is replaced."""
    jobs: dict[tuple[str, Stage], AnswerJob] = st.session_state.setdefault(state.ANSWER_JOBS, {})
    if (old := jobs.pop((key, stage), None)) is not None:
        old.stop()
    jobs[key, stage] = AnswerJob(stream)
    for forgotten in list(jobs)[:-_KEPT]:
        jobs.pop(forgotten).stop()
