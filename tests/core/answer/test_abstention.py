"""When quotes abstain: by floors, by repetition, and by where a question's words stand."""

import math
from dataclasses import replace

import pytest

from core.answer.abstention import abstention_rules, is_answerable, only_noise
from core.app.retriever import TwoStageRetriever
from core.text.words import WordPlaces, word_places
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.floored import FLOOR, compared, with_floor

TEXTS = [
    "the minibar is private",
    "a pension from the first month",
    "one wheelchair on board",
    *(f"nothing of number{n}" for n in range(27)),
]


def asked(query, floor=FLOOR):
    """A question to thirty texts that have nothing in common, by the fakes."""
    retriever = TwoStageRetriever(FakeEncoder(), FakeCrossEncoder())
    retriever.index(TEXTS)
    return with_floor(retriever.compare(query, top_k=30, top_n=3), floor)


def noise(comparison):
    """Whether the first stage found only noise."""
    passages = [candidate.chunk.passage for candidate in comparison.candidates]
    return only_noise(comparison, word_places(comparison.query, passages))


def test_quotes_abstain_when_the_first_stage_found_only_noise():
    """The best cosine is compared with the floor; unknown is no abstention."""
    plain = compared("seven eight")
    assert not noise(plain)
    best = max(candidate.score for candidate in plain.candidates)
    assert noise(with_floor(plain, replace(FLOOR, cosine=best)))
    assert not noise(with_floor(plain, replace(FLOOR, cosine=best - 0.01)))
    rules = abstention_rules(with_floor(plain, replace(FLOOR, cosine=best)))
    assert (rules.noise_floor, rules.only_noise) == (-1.0, True)
    assert abstention_rules(plain).noise_floor is None


@pytest.mark.parametrize(
    ("query", "abstains"),
    [
        ("minibar", False),
        ("private minibars", False),
        ("first month pension moon", False),  # three of four
        ("first month moon sun", True),
        ("moon", True),
        ("is the of a", True),  # no telling word at all
    ],
)
def test_a_passage_with_nearly_all_words_is_no_noise_however_low_the_cosine(query, abstains):
    """One word has a small cosine with every passage, also with the one that has it."""
    assert abstention_rules(asked(query, replace(FLOOR, cosine=99.0))).only_noise is abstains


@pytest.mark.parametrize(
    ("places", "times", "abstains"),
    [
        (WordPlaces(2, 0, 0.0), 1.4, True),
        (WordPlaces(2, 0, 0.0), 1.6, False),
        (WordPlaces(2, 1, 0.0), 1.4, False),
        (WordPlaces(0, 0, 0.0), 1.4, False),
    ],
)
def test_without_any_word_in_a_passage_the_nearest_must_be_clearly_near(places, times, abstains):
    """Half again the floor; a question without telling words is held to the floor itself."""
    plain = compared("seven eight")
    near = tuple(
        replace(c, hits=tuple(replace(h, score=0.42) for h in c.hits)) for c in plain.candidates
    )
    floored = with_floor(replace(plain, candidates=near), replace(FLOOR, cosine=0.42 / times))
    assert only_noise(floored, places) is abstains


def test_a_question_that_only_repeats_itself_is_noise_whatever_it_finds():
    """Also before a floor was measured; the same words said once are a question."""
    assert abstention_rules(compared("seven eight seven eight seven eight")).only_noise
    assert not abstention_rules(compared("seven eight")).only_noise


def test_bm25_alone_has_no_cosine_to_compare():
    """Then only the cross-encoder decides."""
    plain = compared()
    words = tuple(
        replace(c, hits=tuple(replace(h, stage="bm25") for h in c.hits)) for c in plain.candidates
    )
    assert not noise(replace(plain, candidates=words, cosine_floor=99.0))


def test_words_that_stand_apart_need_more_than_the_floor():
    """Of 30 passages each word has its own: the best lacks two, which weigh 2 ln 30 > 2 ln 10."""
    salad, plain = asked("pension minibar wheelchair"), asked("minibar pension")
    assert abstention_rules(salad).scattered
    assert not abstention_rules(plain).scattered  # it lacks one, ln 30
    model, low = FakeCrossEncoder(), replace(FLOOR, logit=-3.9, cosine=-1.0)
    salad = with_floor(salad, low)
    rules = replace(abstention_rules(salad), abstain_below=0.5)
    # a third of its words is 8/3 - 4 = -1.33: above the floor, and a relevance of 0.21
    assert not is_answerable(salad.reranked, model, rules)
    assert is_answerable(salad.reranked, model, replace(rules, scattered=False))
    assert is_answerable(salad.reranked, model, replace(rules, abstain_below=0.2))
    assert not is_answerable(salad.reranked, model, replace(rules, noise_floor=-1.0))


def test_common_words_are_not_missed():
    """A word of every passage weighs nothing, wherever else it stands."""
    assert word_places("one two", ["one two", "one", "one"]).apart == 0.0
    assert word_places("one two", []) == WordPlaces(2, 0, 0.0)
    # "two" in one of three, "three" in one of three: the best has one of them
    places = word_places("one two three", ["one two", "one three", "one"])
    assert places == WordPlaces(3, 2, pytest.approx(math.log(3)))
