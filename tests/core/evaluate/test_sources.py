"""Questions from a language model and from the samples."""

import pytest

from core.errors import LanguageModelError
from core.evaluate.questions.self_made import as_question, llm_questions, located_samples
from core.samples import SampleQuestion
from core.text.spans import Place, place_of
from tests.core.evaluate.questions.rules import CHUNKS
from tests.fakes import FakeLanguageModel

SAMPLE = SampleQuestion("Who pays?", "plain", "", "the  firm pays", "a.pdf")


def test_each_question_of_a_model_knows_its_passage():
    """One request a passage, with the passage in it; the answer is the question."""
    llm = FakeLanguageModel(["Who hands in ", "the reports?"])
    questions = llm_questions(llm, CHUNKS, 5)
    assert len(llm.asked) == 5
    assert {question.text for question in questions} == {"Who hands in the reports?"}
    places = {place_of(chunk): chunk.text for chunk in CHUNKS}
    for question, messages in zip(questions, llm.asked, strict=True):
        assert places[question.targets[0].place] in messages[-1]["content"]


@pytest.mark.parametrize("reply", ["", "I cannot do that.", "Why?", "x" * 300 + "?"])
def test_a_reply_that_is_no_question_is_left_out(reply):
    """Empty, a statement, too short, too long."""
    assert as_question(reply) == ""
    assert llm_questions(FakeLanguageModel([reply]), CHUNKS, 2) == []


def test_a_failing_endpoint_is_said():
    """Nothing is made of half an answer."""
    fault = LanguageModelError("unreachable", "It does not answer.")
    with pytest.raises(LanguageModelError):
        llm_questions(FakeLanguageModel([fault]), CHUNKS, 2)


def test_a_sample_question_finds_its_phrase_across_lines():
    """The place of the phrase, whatever white space the page has."""
    text = "Look: the firm\npays for all."
    (question,) = located_samples([SAMPLE], {"a.pdf": "id"}, {"a.pdf": text})
    assert question.targets[0].place == Place("id", 6, 19)
    assert text[6:19] == "the firm\npays"


def test_what_has_no_place_is_left_out():
    """Unanswerable questions, and phrases that the text lacks."""
    nothing = SampleQuestion("Why?", "unanswerable", "")
    assert located_samples([SAMPLE, nothing], {"a.pdf": "id"}, {"a.pdf": "other words"}) == []
