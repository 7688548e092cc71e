"""Judged spans find the chunks of today, by characters."""

from hypothesis import given, strategies as st

from core.evaluate.judging.grading import grade
from core.schema import Chunk
from tests.core.evaluate.made import DOCUMENT, made

SPANS = st.tuples(st.integers(0, 400), st.integers(1, 300)).map(lambda s: (s[0], s[0] + s[1]))


def chunk(name, start, end, document=DOCUMENT):
    """A chunk that covers these characters."""
    return Chunk(name, document, "d.pdf", 0, 1, 1, start, end, "x" * (end - start), 1)


def chunked(size, overlap, length=1000):
    """A text cut into equal pieces."""
    starts = range(0, length - overlap, size - overlap)
    return [chunk(f"{size}/{s}", s, min(s + size, length)) for s in starts]


def graded(judgments, chunks):
    """The grades of the one question, and what fits no chunk."""
    everything = grade(judgments, lambda _: chunks)
    return everything.grades["Who pays?"], everything.uncertain


def test_the_same_chunk_and_a_larger_one_have_its_grade():
    """Nothing changed: the judgment is on the chunk, and on no neighbour that shares a fifth."""
    chunks = chunked(200, 40)
    judgments = [made(chunks[1].start, chunks[1].end, 3)]
    assert graded(judgments, chunks) == ({chunks[1].id: {"Ada": 3}}, ())
    # from 200 characters a chunk to 500: the one that holds most of the span has the grade
    assert graded([made(160, 360)], chunked(500, 0)) == ({"500/0": {"Ada": 2}}, ())


def test_half_is_enough_and_less_is_uncertain():
    """100 of 200 characters count; 99 are listed, with the share, and count nowhere."""
    chunks = [chunk("c", 100, 400)]
    assert graded([made(0, 200)], chunks) == ({"c": {"Ada": 2}}, ())
    grades, uncertain = graded([made(0, 199)], chunks)
    assert grades == {}
    assert [u.share for u in uncertain] == [99 / 199]
    grades, uncertain = graded([made()], [chunk("c", 0, 100, "e" * 64)])  # another document's
    assert (grades, [u.share for u in uncertain]) == ({}, [0.0])


def test_the_better_fitting_judgment_of_a_judge_counts():
    """A grade for the sentence does not overrule the later or earlier one for the whole chunk."""
    chunks = [chunk("c", 0, 100)]
    sentence, whole = made(10, 40, 3, id=2), made(0, 100, 1, id=1)
    for order in ([sentence, whole], [whole, sentence]):
        assert graded(order, chunks)[0] == {"c": {"Ada": 1}}


def test_of_equally_fitting_ones_the_newest_counts():
    """Whatever order they come in."""
    chunks = [chunk("c", 0, 100)]
    old, new = made(0, 50, 0, id=1), made(50, 100, 3, id=2)
    for order in ([old, new], [new, old]):
        assert graded(order, chunks)[0] == {"c": {"Ada": 3}}


@given(st.lists(SPANS, min_size=1, max_size=12), st.lists(SPANS, max_size=12))
def test_mapping_equals_the_plain_definition(judged, cut):
    """Against a double loop over every judgment and chunk; each judgment counts or is listed."""
    chunks = [chunk(f"c{i}", *span) for i, span in enumerate(cut)]
    judgments = [made(*span, judge=f"j{i}", id=i) for i, span in enumerate(judged)]
    grades, uncertain = graded(judgments, chunks)
    expected = {
        (c.id, j.judge)
        for j in judgments
        for c in chunks
        if max(0, min(c.end, j.place.end) - max(c.start, j.place.start))
        >= 0.5 * min(c.end - c.start, j.place.end - j.place.start)
    }
    assert {(id_, judge) for id_, by in grades.items() for judge in by} == expected
    counted = {judge for _, judge in expected}
    assert counted | {u.judgment.judge for u in uncertain} == {j.judge for j in judgments}
    assert not counted & {u.judgment.judge for u in uncertain}
