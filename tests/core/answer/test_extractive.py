"""The answer without a language model: verbatim, cited, and abstaining when nothing fits."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from core.answer.abstention import AbstentionRules
from core.answer.extractive import MOST_QUOTES, extract_answer, quotable_units, score_units
from core.answer.prompt import ABSTENTION
from core.answer.remarks import sentence_remark
from core.schema import Answer, Quote, Reranked, Span
from core.serialize import from_json, to_json
from tests.core.answer.builders import POLICY, chunk, reranked
from tests.fakes import FakeCrossEncoder, FakeEncoder

QUERY = "Who may approve travel expenses?"
WORDS = st.sampled_from(["who", "may", "approve", "travel", "expenses", "rooms", "not", "the"])
SENTENCES = st.lists(WORDS, min_size=1, max_size=8).map(lambda w: " ".join(w).capitalize() + ".")
PASSAGES = st.lists(st.lists(SENTENCES, min_size=1, max_size=4).map(" ".join), max_size=5)


def top(*texts: str, logit: float = 2.0) -> list[Reranked]:
    """Passages in the order of the second stage."""
    return [reranked(text, rank, logit) for rank, text in enumerate(texts, start=1)]


def test_the_best_sentence_is_quoted_word_for_word():
    """The sentence with most of the question's words comes first, with its passage's number."""
    passages = top(POLICY[2], "Rooms are small. The board may approve travel expenses, who else.")
    answer = extract_answer(QUERY, passages, FakeCrossEncoder())
    assert answer.text.split("\n")[0] == "“The board may approve travel expenses, who else.” [2]"
    assert (answer.mode, answer.abstained) == ("quotes", False)
    assert answer.model == "fake-cross-encoder"


def test_the_citation_points_to_the_quoted_words():
    """Number, chunk, offsets and page belong to the very sentence."""

    def page_at(of, offset):
        return of.first_page + offset

    text = "Rooms are small. The board may approve travel expenses, who else."
    answer = extract_answer(QUERY, top(text), FakeCrossEncoder(), page_at=page_at)
    first = answer.citations[0]
    assert first.quote == Span(17, len(text))
    assert (first.number, first.chunk_id, first.page) == (1, "chunk-1", 3 + 17)
    assert answer.text[first.answer_span.start : first.answer_span.end] == "[1]"


def test_known_quotes_are_not_scored_again():
    """A logit that the search already has is taken as it is; all others go in one batch."""
    text = "The board may approve travel expenses. The desk books all rooms."
    known = reranked(text, 1, 2.0, Quote(Span(0, 38), 7.5))
    scorer = FakeCrossEncoder()
    best = score_units(QUERY, [known], scorer)[0]
    assert (best.text, best.logit) == ("The board may approve travel expenses.", 7.5)
    assert [passage for _, passage in scorer.pairs] == ["The desk books all rooms."]


def test_questions_and_headings_are_not_answers():
    """Neither the question, repeated in a document, nor the passage's own long heading."""
    text = "Travel expenses\nWho may approve travel expenses?\nThe board may approve expenses."
    answer = extract_answer(QUERY, top(text), FakeCrossEncoder())
    assert answer.text == "“The board may approve expenses.” [1]"
    title = "2.4 Who may approve travel expenses"
    item = top(f"{title}\nThe board may approve travel expenses.")[0]
    under = replace(item, chunk=replace(item.chunk, heading=title))
    answer = extract_answer(QUERY, [under], FakeCrossEncoder())
    assert answer.text == "“The board may approve travel expenses.” [1]"


@pytest.mark.parametrize("text", ["员工每天可报销四十欧元。", "Zimmer kosten max. 40 Euro."])
def test_sentences_with_abbreviations_or_without_spaces_can_be_quoted(text):
    """Whole: a stop behind an abbreviation ends none, and letters stand for words."""
    found = chunk(text)
    assert [unit.words(found.text) for unit in quotable_units(found)] == [text]


def test_a_sentence_is_judged_with_its_passage():
    """A perfect sentence of a poor passage comes after a good sentence of a good one."""
    good = reranked("The board may approve travel.", 1, 6.0)
    poor = reranked("Who may approve travel expenses here.", 2, -2.0)
    first = extract_answer(QUERY, [good, poor], FakeCrossEncoder()).citations[0]
    assert first.number == 1


def test_what_its_passage_loses_lifts_a_sentence():
    """The words that are said twice are not lost with one of them."""
    twice = "Rooms are always small. Managers may approve travel. Teams may approve travel too."
    passages = top(f"{twice} Nobody asks who pays expenses.", logit=4.0)
    answer = extract_answer(QUERY, passages, FakeCrossEncoder())
    assert answer.text.startswith("“Nobody asks who pays expenses.”")
    ranked = score_units(QUERY, passages, FakeCrossEncoder())
    assert [sentence.text.split()[0] for sentence in ranked] == [
        "Managers",
        "Teams",
        "Nobody",
        "Rooms",
    ]


def test_a_sentence_that_is_all_of_its_passage_is_weighed_by_itself():
    """No model is asked about an empty text; a heading that stays is read."""
    bare = top("The board may approve travel expenses.")[0]
    scorer = FakeCrossEncoder()
    extract_answer(QUERY, [bare], scorer)
    assert [passage for _, passage in scorer.pairs] == [bare.chunk.text]
    headed = replace(bare, chunk=replace(bare.chunk, heading="2 Approvals"))
    extract_answer(QUERY, [headed], scorer)
    read = [f"2 Approvals\n{bare.chunk.text}", "2 Approvals"]
    assert [passage for _, passage in scorer.pairs[1:]] == read


def test_only_finalists_are_read_again():
    """Nine sentences cost nine pairs, and their eight best ones eight more."""
    texts = [
        f"Board {n} may approve travel. Rooms {n} are all small. Desks {n} are all new."
        for n in range(3)
    ]
    scorer = FakeCrossEncoder()
    extract_answer(QUERY, top(*texts), scorer)
    assert len(scorer.pairs) == 9 + 8


THRESHOLD = AbstentionRules(abstain_below=0.5)
FLOOR = AbstentionRules(noise_floor=-2.0, abstain_below=0.99)
ONLY_NOISE = AbstentionRules(noise_floor=-2.0, only_noise=True)


@pytest.mark.parametrize(
    ("rules", "logit", "abstained"),
    [
        (THRESHOLD, 0.0, False),
        (THRESHOLD, -0.1, True),
        (FLOOR, -1.9, False),
        (FLOOR, -2.0, True),
        (ONLY_NOISE, 5.0, True),
    ],
)
def test_the_best_passage_decides_about_abstention(rules, logit, abstained):
    """Its relevance at least the threshold, or its logit above a measured floor; never in noise."""
    passages = top("The board may approve travel expenses.", logit=logit)
    assert extract_answer(QUERY, passages, FakeCrossEncoder(), rules).abstained == abstained


def test_the_same_sentence_is_quoted_once_but_its_opposite_is_kept():
    """Overlapping chunks repeat sentences; a negation is another statement."""
    rule = "Managers may approve travel expenses of others."
    opposite = "Managers may not approve travel expenses of others."
    answer = extract_answer(QUERY, top(rule, rule, opposite), FakeCrossEncoder())
    quoted = {rule, opposite}
    assert {line.split("”")[0].removeprefix("“") for line in answer.text.split("\n")} == quoted


def test_it_abstains_when_nothing_is_relevant():
    """Passages about other things give the fixed phrase, no quote and no citation."""
    passages = top("Rooms are small and dark.", "Breakfast costs ten euro.", logit=-4.0)
    answer = extract_answer(QUERY, passages, FakeCrossEncoder())
    assert (answer.text, answer.abstained) == (ABSTENTION, True)
    assert answer.citations == ()
    assert [sentence.supported for sentence in answer.sentences] == [False]
    assert answer.passages == ("chunk-1", "chunk-2")


def test_no_passages_is_an_abstention():
    """An empty search result is not an error."""
    assert extract_answer(QUERY, [], FakeCrossEncoder()).abstained


@given(PASSAGES)
def test_laws_of_a_quoted_answer(texts):
    """At most four verbatim quotes of supplied passages; behind the best in the list's order."""
    scorer = FakeCrossEncoder()
    passages = top(*texts)
    answer = extract_answer(QUERY, passages, scorer)
    assert from_json(Answer, to_json(answer)) == answer
    assert len(answer.citations) <= MOST_QUOTES
    assert answer.abstained is (not answer.citations)
    places = []
    for line, citation in zip(answer.text.split("\n"), answer.citations, strict=False):
        source = passages[citation.number - 1].chunk
        assert citation.quote is not None
        quoted = source.text[citation.quote.start : citation.quote.end]
        assert line == f"“{quoted}” [{citation.number}]"
        assert citation.chunk_id == source.id
        places.append((citation.number, citation.quote.start))
    assert len(set(places)) == len(places)
    assert places[1:] == sorted(places[1:])
    assert all(sentence.supported is not answer.abstained for sentence in answer.sentences)


def test_a_number_that_no_quote_has_is_named():
    """Once, on the first quote."""
    passages = top("The desk guards gate 5.3.")
    answer = extract_answer("Who guards gate 3.5?", passages, FakeCrossEncoder())
    (sentence,) = answer.sentences
    assert sentence.lacking == ("3.5",)
    assert sentence_remark(sentence, answer.mode) == "no quote has 3.5"


DELAYS = """Wait before uploads:
• Upload fixing critical bugs older than 7 days, and nothing else at all: 0 days
• Upload fixing critical and important bugs: 5 days
• Other uploads: 10 days"""
ROWS = """Limits are for a night.
Region Ordinary Fairs
Country towns 110 pounds 150 pounds
London and Edinburgh 165 pounds 210 pounds
Southern Europe 115 euros 150 euros"""
OPT = "Refer to the rationale for /opt.\nIt stays as it is.\n/opt is reserved for add-on packages."


@pytest.mark.parametrize(
    ("question", "text", "quote"),
    [
        (
            "How long should uploads fixing critical and important bugs wait?",
            DELAYS,
            "Wait before uploads: … • Upload fixing critical and important bugs: 5 days",
        ),
        (
            "What is the limit in London?",
            ROWS,
            "Region Ordinary Fairs … London and Edinburgh 165 pounds 210 pounds",
        ),
        ("What is /opt for?", OPT, "/opt is reserved for add-on packages."),
        (
            "How long may a visit last?",
            "People come and go.\nA visit may last as people like.\nA visit may last five days.",
            "A visit may last five days.",
        ),
    ],
)
def test_the_unit_that_answers_is_quoted(question, text, quote):
    """The item that has all qualifiers, with its lead; the row, with its heads; the definition."""
    answer = extract_answer(question, top(text), FakeCrossEncoder())
    assert answer.text.split("\n")[0] == f"“{quote}” [1]"


def test_an_encoder_is_asked_once_about_the_finalists_only():
    """Eight units and their passages, in one call."""
    encoder = FakeEncoder()
    text = " ".join(f"The board {n} may approve travel expenses." for n in range(12))
    extract_answer(QUERY, top(text), FakeCrossEncoder(), encoder=encoder)
    assert [len(call) for call in encoder.calls if len(call) > 1] == [8 + 1]
