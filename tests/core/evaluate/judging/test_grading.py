"""Judged spans find the chunks of today, by characters."""

from hypothesis import given
from hypothesis import strategies as st

from core.evaluate.judging.grading import ChunkPlaces, map_judgments
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


def test_the_same_chunk_has_its_grade():
    """Nothing changed: the judgment is on the chunk, and on no neighbour that shares a fifth."""
    chunks = chunked(200, 40)
    mapped = map_judgments([made(chunks[1].start, chunks[1].end, 3)], ChunkPlaces(chunks))
    assert mapped.grades == {chunks[1].id: {"Ada": 3}}
    assert mapped.uncertain == ()


def test_larger_chunks_take_the_grade_of_what_they_contain():
    """From 200 characters a chunk to 500: the one that holds most of the span has the grade."""
    mapped = map_judgments([made(160, 360)], ChunkPlaces(chunked(500, 0)))
    assert mapped.grades == {"500/0": {"Ada": 2}}


def test_half_is_enough_and_less_is_uncertain():
    """100 of 200 characters count; 99 are listed, with the share, and count nowhere."""
    places = ChunkPlaces([chunk("c", 100, 400)])
    assert map_judgments([made(0, 200)], places).grades == {"c": {"Ada": 2}}
    mapped = map_judgments([made(0, 199)], places)
    assert mapped.grades == {}
    assert [(u.chunk_id, u.share) for u in mapped.uncertain] == [("c", 99 / 199)]


def test_a_place_that_is_gone_is_listed():
    """Another document's chunks do not take a grade."""
    mapped = map_judgments([made()], ChunkPlaces([chunk("c", 0, 100, "e" * 64)]))
    assert [(u.chunk_id, u.share) for u in mapped.uncertain] == [("", 0.0)]


def test_the_better_fitting_judgment_of_a_judge_counts():
    """A grade for the sentence does not overrule the later or earlier one for the whole chunk."""
    places = ChunkPlaces([chunk("c", 0, 100)])
    sentence, whole = made(10, 40, 3, id=2), made(0, 100, 1, id=1)
    for order in ([sentence, whole], [whole, sentence]):
        assert map_judgments(order, places).grades == {"c": {"Ada": 1}}


def test_of_equally_fitting_ones_the_newest_counts():
    """Whatever order they come in."""
    places = ChunkPlaces([chunk("c", 0, 100)])
    old, new = made(0, 50, 0, id=1), made(50, 100, 3, id=2)
    for order in ([old, new], [new, old]):
        assert map_judgments(order, places).grades == {"c": {"Ada": 3}}


@given(st.lists(SPANS, min_size=1, max_size=12), st.lists(SPANS, max_size=12))
def test_mapping_equals_the_plain_definition(judged, cut):
    """Against a double loop over every judgment and chunk; each judgment counts or is listed."""
    chunks = [chunk(f"c{i}", *span) for i, span in enumerate(cut)]
    judgments = [made(*span, judge=f"j{i}", id=i) for i, span in enumerate(judged)]
    mapped = map_judgments(judgments, ChunkPlaces(chunks))
    expected = {
        (c.id, j.judge)
        for j in judgments
        for c in chunks
        if max(0, min(c.end, j.place.end) - max(c.start, j.place.start))
        >= 0.5 * min(c.end - c.start, j.place.end - j.place.start)
    }
    assert {(id_, judge) for id_, by in mapped.grades.items() for judge in by} == expected
    counted = {judge for _, judge in expected}
    assert counted | {u.judgment.judge for u in mapped.uncertain} == {j.judge for j in judgments}
    assert not counted & {u.judgment.judge for u in mapped.uncertain}
