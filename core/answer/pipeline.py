"""From the best passages to a checked answer, with a language model."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from core.answer.citations import PageAt, check_citations, first_page
from core.answer.clean import clean_answer_text, strip_invisible
from core.answer.prompt import build_messages, is_abstention, without_rules
from core.errors import LanguageModelError
from core.ports import LanguageModel
from core.schema import Answer, Chunk

MAX_CHARACTERS = 20_000
STOPPED = "Stopped at your request."
ONLY_THOUGHTS = "The model wrote no answer, only thoughts. Ask again, or try another model."
TOO_LONG = f"Stopped after {MAX_CHARACTERS:,} characters."


def finish_answer(
    text: str,
    passages: Sequence[Chunk],
    model: str,
    *,
    incomplete: str = "",
    page_at: PageAt = first_page,
) -> Answer:
    """What a model wrote, cleaned, with every citation checked.

    ``passages`` are those of the prompt, in its order; ``incomplete`` says why the text is cut,
    if it is. Spans are offsets into the cleaned text of the answer that is returned.
    """
    cleaned = clean_answer_text(without_rules(text))
    citations, sentences = check_citations(cleaned, passages, page_at)
    return Answer(
        text=cleaned,
        mode="llm",
        citations=citations,
        sentences=sentences,
        abstained=is_abstention(cleaned),
        model=model,
        passages=tuple(chunk.id for chunk in passages),
        incomplete=incomplete or (ONLY_THOUGHTS if text.strip() and not cleaned else ""),
    )


class AnswerStream(Iterator[str]):
    """An answer while it is being written: iterate for its pieces, then read ``answer``.

    Pieces are safe to print, and empty ones arrive while the model is silent; ``text`` is all
    so far, cleaned for a page. A fault of the endpoint ends the pieces, not the program: what
    arrived is kept, ``error`` holds the fault and the answer says that it is incomplete.

    Raises:
        InputError: there is no question or no passage.

    >>> stream = AnswerStream(query, passages, llm)                     # doctest: +SKIP
    >>> for _ in stream:                                                # doctest: +SKIP
    ...     place.text(stream.text)
    >>> stream.answer.citations                                         # doctest: +SKIP
    """

    def __init__(
        self,
        query: str,
        passages: Sequence[Chunk],
        llm: LanguageModel,
        page_at: PageAt = first_page,
    ) -> None:
        """The passages are numbered from 1; nothing is asked before the first ``next``."""
        self._pieces = llm.stream(build_messages(query, passages))
        self._passages = tuple(passages)
        self._model = llm.name
        self._page_at = page_at
        self._raw = ""
        self._stop = threading.Event()
        self._ended = False
        self.incomplete = ""
        self.error: LanguageModelError | None = None

    def __next__(self) -> str:
        """The next piece, without invisible characters."""
        if self._ended:
            raise StopIteration
        if self._stop.is_set():
            return self._end(STOPPED)
        try:
            piece = next(self._pieces)
        except StopIteration:
            return self._end("")
        except LanguageModelError as exc:
            self.error = exc
            return self._end(str(exc))
        self._raw += piece
        if len(self._raw) > MAX_CHARACTERS:
            self._raw = self._raw[:MAX_CHARACTERS]
            return self._end(TOO_LONG)
        return strip_invisible(piece)

    def _end(self, reason: str) -> str:
        """Close the connection and say why, once."""
        self._ended = True
        self.incomplete = reason
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
        raise StopIteration

    def cancel(self) -> None:
        """Stop before the next piece; may be called from another thread."""
        self._stop.set()

    def close(self) -> None:
        """Stop now, from the thread that iterates; without effect after the end."""
        if not self._ended:
            self._stop.set()
            next(self, None)

    @property
    def text(self) -> str:
        """All that was written so far, cleaned."""
        return clean_answer_text(without_rules(self._raw))

    @property
    def answer(self) -> Answer:
        """The checked answer; before the end it counts as stopped."""
        incomplete = self.incomplete if self._ended else STOPPED
        return finish_answer(
            self._raw, self._passages, self._model, incomplete=incomplete, page_at=self._page_at
        )
