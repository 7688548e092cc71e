"""Questions made from documents: whole sentences, true sources, honest marks."""

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.evaluate.judging.judgments import Judgments
from core.evaluate.questions import wording
from core.evaluate.questions.question_sets import (
    NEAR_DUPLICATE,
    TRIVIAL,
    Question,
    QuestionSets,
    Target,
    known_judgments,
    new_set,
    question_kind,
    typed,
)
from core.evaluate.questions.self_made import make_questions, mark
from core.evaluate.questions.wording import asked_for_number, is_key, turned
from core.text.spans import Place
from tests.core.evaluate.questions.rules import CHUNKS, chunk


def test_every_question_knows_the_sentence_it_was_made_from():
    """Its source lies in a chunk, is a whole key sentence, and has grade 2."""
    questions = make_questions(CHUNKS, wanted=30)
    assert len(questions) == 30
    for question in questions:
        (target,) = question.targets
        place = target.place
        (home,) = [
            c
            for c in CHUNKS
            if c.document_id == place.document_id and c.start <= place.start and place.end <= c.end
        ]
        sentence = home.text[place.start - home.start : place.end - home.start]
        assert is_key(" ".join(sentence.split()))
        assert target.grade == 2


def test_documents_take_turns_and_the_choice_is_steady():
    """Half of the questions come from each of two documents; a seed gives the same ones again."""
    questions = make_questions(CHUNKS, wanted=20, seed=4)
    sources = [question.targets[0].place.document_id for question in questions]
    assert 6 <= sources.count("a" * 64) <= 14
    assert make_questions(CHUNKS, wanted=20, seed=4) == questions
    assert make_questions(CHUNKS, wanted=20, seed=5) != questions


def test_useful_questions_come_first():
    """Marked ones are at the end, so that a smaller number has fewer of them."""
    marks = [len(question.marks) for question in make_questions(CHUNKS, wanted=40)]
    assert marks == sorted(marks)


def test_what_words_alone_find_is_marked():
    """A word that stands nowhere else gives the source away; words that stand everywhere do not."""
    chunks = [chunk(i, f"Reports about travel costs are kept here for year {i}.") for i in range(6)]
    chunks.append(chunk(6, "The marmalade budget of the canteen is kept here."))
    place = Place("d" * 64, 60_000, 60_050)
    easy = Question("Where is the marmalade budget?", "sentence", (Target(place),))
    hard = Question("Where are reports kept?", "sentence", (Target(Place("d" * 64, 0, 50)),))
    marked = mark([easy, hard], chunks)
    assert [TRIVIAL in question.marks for question in marked] == [True, False]


def test_near_duplicates_are_marked_from_the_second_on():
    """Seven of eight words the same."""
    asked = typed(
        "May employees book business class on long flights?\n"
        "May employees book business class on short flights?\nWho pays for the hotel?"
    )
    marked = mark(asked, CHUNKS)
    assert [NEAR_DUPLICATE in question.marks for question in marked] == [False, True, False]


def test_documents_without_a_usable_sentence_say_so():
    """Tables and fragments give no question, and no crash."""
    with pytest.raises(InputError, match="No question could be made"):
        make_questions([chunk(0, "12.5 | 13 | 9\n\n7")])


@given(st.text(max_size=200))
def test_no_text_breaks_a_rule(text):
    """Any text gives a question or an empty one, from every rule."""
    for made in (turned(text), asked_for_number(text), wording.about_heading(text, text, len)):
        assert made == "" or made.endswith("?")
    assert wording.with_blank(text, len) == "" or "…" in wording.with_blank(text, len)


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "Internet charges are not reimbursed by the company.",
            "Are internet charges reimbursed by the company?",
        ),
        (
            "The NHS must be told of every case at once.",
            "Must the NHS be told of every case at once?",
        ),
        (
            "A Flex ticket may be cancelled up to two hours before departure.",
            "May a Flex ticket be cancelled up to two hours before departure?",
        ),
        ("There was no rule in this sentence at all.", ""),
    ],
)
def test_turned(sentence, question):
    """Statements with an auxiliary are turned around; names keep their capitals."""
    assert turned(sentence) == question


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who pays?", "who"),
        ("By when do I have to pay?", "when"),
        ("How long must a password be?", "when"),
        ("How many days?", "how many"),
        ("How do I cancel?", "how"),
        ("Which visa?", "what"),
        ("May I fly?", "yes or no"),
        ("What is not paid?", "negated"),
        ("Pay", "other"),
    ],
)
def test_kinds(question, kind):
    """The first rule that fits."""
    assert question_kind(question) == kind


def test_a_set_is_kept_as_it_was_made():
    """Save, read, delete; the same question twice is one with both targets."""
    one, two = Target(Place("d", 0, 5)), Target(Place("d", 9, 12), 3)
    questions = [Question("Who  pays?", "blank", (one,)), Question("Who pays?", "blank", (two,))]
    made = new_set("c", " Mine ", questions)
    assert made.questions == (Question("Who pays?", "blank", (one, two)),)
    kept = Judgments(None)
    sets = QuestionSets(kept.database)
    sets.save(made)
    assert sets.of("c") == [sets.get(made.id)] == [made]
    assert made.known_item
    assert not new_set("c", "typed", typed("Who pays?")).known_item
    sets.delete(made.id)
    assert sets.of("c") == []
    kept.close()


@pytest.mark.parametrize(("name", "questions"), [("", typed("a")), ("n", []), ("n", typed(" \n"))])
def test_an_empty_set_is_refused(name, questions):
    """Without a name or a question."""
    with pytest.raises(InputError):
        new_set("c", name, questions)


def test_sources_count_like_judgments():
    """One for each target, older than anything a person says."""
    question = Question("Who?", "blank", (Target(Place("d", 0, 5), 3),))
    (judgment,) = known_judgments("c", [question])
    assert (judgment.query, judgment.place, judgment.grade) == ("Who?", Place("d", 0, 5), 3)
    assert judgment.at.year == 1970
