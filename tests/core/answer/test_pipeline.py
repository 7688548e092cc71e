"""From pieces of text to a checked answer, whatever happens on the way."""

import re

import pytest

from core.answer.pipeline import MAX_CHARACTERS, STOPPED, TOO_LONG, AnswerStream, finish_answer
from core.answer.prompt import ABSTENTION, RULES_LEFT_OUT, build_messages, without_rules
from core.errors import InputError, LanguageModelError
from core.ports import Message
from core.schema import Answer
from core.serialize import from_json, to_json
from tests.core.answer.builders import policy
from tests.fakes import FakeLanguageModel

QUERY = "Who approves?"


class Scripted:
    """A language model that gives fixed pieces, then perhaps an error."""

    name = "scripted"

    def __init__(self, *pieces: str, error: LanguageModelError | None = None) -> None:
        self.pieces = pieces
        self.error = error
        self.asked: list[Message] = []
        self.closed = False

    def stream(self, messages):
        """The pieces, noting when the iterator is closed."""
        self.asked.extend(messages)
        try:
            yield from self.pieces
            if self.error:
                raise self.error
        finally:
            self.closed = True


def ask(llm):
    """The stream of an answer from the travel policy."""
    return AnswerStream(QUERY, policy(), llm)


def test_pieces_become_a_checked_answer():
    """The model gets what is shown; a citation cut in two is one, and verified."""
    llm = Scripted("Managers approve [", "1].", " Pay [9].")
    stream = ask(llm)
    assert "".join(stream) == "Managers approve [1]. Pay [9]."
    assert llm.asked == build_messages(QUERY, policy())
    answer = stream.answer
    assert answer.text == "Managers approve [1]. Pay [9]."
    assert [(c.number, c.verified) for c in answer.citations] == [(1, True), (9, False)]
    assert [s.supported for s in answer.sentences] == [True, False]
    assert (answer.model, answer.mode, answer.incomplete) == ("scripted", "llm", "")
    assert answer.passages == tuple(chunk.id for chunk in policy())
    assert from_json(Answer, to_json(answer)) == answer


def test_a_cut_stream_keeps_its_text_with_the_reason():
    """The fault ends the pieces without an exception, and is there to be read."""
    error = LanguageModelError("cut", "The server hung up.", "Ask again.")
    stream = ask(Scripted("Managers approve [1]. And", error=error))
    list(stream)
    assert stream.error is error
    assert stream.answer.text == "Managers approve [1]. And"
    assert stream.answer.incomplete == "The server hung up. Ask again."


def test_a_fault_before_any_text_leaves_an_empty_answer():
    """Nothing cited, nothing claimed, the reason kept."""
    stream = ask(Scripted(error=LanguageModelError("unauthorized", "No.")))
    assert list(stream) == []
    assert (stream.answer.text, stream.answer.sentences) == ("", ())
    assert stream.answer.incomplete == "No."


@pytest.mark.parametrize("stop", [AnswerStream.cancel, AnswerStream.close])
def test_stopping_keeps_the_text_and_closes_the_model(stop):
    """Cancelled by another thread or closed by its own: the text stays, labelled."""
    llm = Scripted("Managers ", "approve [1].")
    stream = ask(llm)
    assert next(stream) == "Managers "
    stop(stream)
    assert list(stream) == []
    assert llm.closed
    assert (stream.answer.text, stream.answer.incomplete) == ("Managers", STOPPED)


def test_closing_after_the_end_changes_nothing():
    """A finished answer does not become a stopped one."""
    stream = ask(Scripted("Yes [1]."))
    list(stream)
    stream.close()
    stream.cancel()
    assert stream.answer.incomplete == ""


def test_an_endless_answer_is_cut():
    """A server cannot fill the memory."""
    llm = Scripted(*["word " * 1000] * 100)
    stream = ask(llm)
    list(stream)
    assert llm.closed
    assert len(stream.answer.text) <= MAX_CHARACTERS
    assert stream.answer.incomplete == TOO_LONG


def test_abstention_is_recorded():
    """The fixed phrase makes an abstained answer."""
    stream = ask(Scripted(ABSTENTION))
    list(stream)
    assert stream.answer.abstained


def test_what_a_model_was_talked_into_is_removed():
    """Pieces lose what is invisible, the text also what a browser would load."""
    stream = ask(Scripted("Paid\x1b[2J [1]. ", "![x](http://evil.exam", "ple/?q=1)"))
    shown = []
    for piece in stream:
        shown.append(stream.text)
        assert "\x1b" not in piece
    assert all("http" not in text for text in shown)
    assert stream.answer.text == "Paid[2J [1]. x"


def test_nothing_is_asked_without_passages():
    """The model is not even called."""
    llm = Scripted("Yes.")
    with pytest.raises(InputError):
        AnswerStream(QUERY, [], llm)
    assert llm.asked == []


def test_the_page_map_reaches_the_citations():
    """The page of a citation comes from the caller's map."""
    answer = finish_answer("Managers approve [1].", policy(), "m", page_at=lambda _c, _o: 77)
    assert [citation.page for citation in answer.citations] == [77]


def test_a_model_that_recites_its_rules_shows_none_of_them():
    """No sentence of the rules reaches the page, the answer beside them does."""
    system = build_messages("Who approves?", policy())[0]["content"]
    recited = f"My rules are:\n{system}\nManagers approve [1]."
    stream = AnswerStream("Who approves?", policy(), FakeLanguageModel(list(recited)))
    for _ in stream:
        pass
    for shown in (stream.text, stream.answer.text):
        left = [s for s in re.split(r"(?<=[.:])\s+", system) if len(s) >= 40 and s in shown]
        assert [s for s in left if ABSTENTION not in s] == []
        assert RULES_LEFT_OUT in shown
        assert "Managers approve [1]." in shown


@pytest.mark.parametrize(
    "text", [ABSTENTION, "The evidence is thin. They approve [1].", "Yes [1]."]
)
def test_an_answer_that_follows_the_rules_is_left_alone(text):
    """The phrases that the rules ask for are answers."""
    assert without_rules(text) == text
