"""Golden scores of the two bundled models, and the example that the project is about."""

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core import TwoStageRetriever
from core.app.tour import QUESTION, SENTENCES, demonstrate
from core.errors import InputError
from core.models.scheduler import InferenceScheduler, ScheduledCrossEncoder, ScheduledEncoder
from core.models.torch_models import load_cross_encoder, load_encoder
from core.search.comparison import what_happened

pytestmark = pytest.mark.model

# Made with torch 2.13.0 (CPU, float32) and sentence-transformers 6.2.0: the cosines on 2026-11-21,
# the logits on 2026-11-30.
COSINES = [0.3547, 0.7099, 0.4777, 0.5523, 0.2691]
LOGITS = [-5.3375, 0.2030, 3.9413, -5.8960, -5.7618]
TOLERANCE = 2e-3


@pytest.fixture(scope="module")
def encoder():
    """The bundled bi-encoder."""
    return load_encoder()


@pytest.fixture(scope="module")
def cross_encoder():
    """The bundled cross-encoder."""
    return load_cross_encoder()


def test_the_bi_encoder_gives_its_golden_cosines(encoder):
    """Unit vectors whose products are the published model's."""
    vectors = encoder.encode([QUESTION, *SENTENCES])
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    assert vectors[1:] @ vectors[0] == pytest.approx(COSINES, abs=TOLERANCE)


def test_the_cross_encoder_gives_its_golden_logits(cross_encoder):
    """Raw logits, whatever the order and the company of the passages."""
    assert cross_encoder.score(QUESTION, SENTENCES) == pytest.approx(LOGITS, abs=TOLERANCE)
    backwards = cross_encoder.score(QUESTION, SENTENCES[::-1])[::-1]
    assert backwards == pytest.approx(LOGITS, abs=TOLERANCE)
    alone = [float(cross_encoder.score(QUESTION, [text])[0]) for text in SENTENCES]
    assert alone == pytest.approx(LOGITS, abs=TOLERANCE)


def test_the_articles_example_holds(encoder, cross_encoder):
    """The bi-encoder puts another sentence first; the cross-encoder finds the one that answers."""
    retriever = TwoStageRetriever(encoder, cross_encoder)
    retriever.index(list(SENTENCES))
    ranked = retriever.search(QUESTION, top_k=10, top_n=3)
    assert [type(part) for part in ranked[0]] == [float, str]
    assert ranked[0][1] == "Self-approval of expense reports is strictly forbidden."
    assert len(ranked) == 3
    first = retriever.compare(QUESTION, top_k=10).candidates[0]
    assert (
        first.chunk.text == "You can approve travel expenses for your team in the expense portal."
    )


def test_the_demonstration_says_what_changed(encoder, cross_encoder):
    """The first screen's sentence is made from the live ranks."""
    comparison = demonstrate(encoder, cross_encoder)
    assert "rank 3 → 1" in what_happened(comparison.reranked, comparison.settings.top_n)


def test_only_the_end_of_a_passage_is_cut(cross_encoder):
    """A passage beyond the window is flagged, and what lies beyond changes nothing."""
    long = SENTENCES[2] + " And more of it." * 400
    longer = long + " Something else entirely." * 50
    assert cross_encoder.truncated(QUESTION, [SENTENCES[2], long]) == [False, True]
    scores = cross_encoder.score(QUESTION, [long, longer])
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)


def test_an_endless_question_is_refused_rather_than_cut(cross_encoder):
    """The query's tokens are never dropped in silence."""
    with pytest.raises(InputError, match="shorter question"):
        cross_encoder.score("word " * 400, ["a passage"])


def test_nothing_to_score_gives_empty_arrays(encoder, cross_encoder):
    """Empty in, empty out, with the right shapes."""
    assert encoder.encode([]).shape == (0, encoder.dimension)
    assert cross_encoder.score("q", []).shape == (0,)
    assert cross_encoder.truncated("q", []) == []


@pytest.mark.parametrize(
    ("calls", "texts", "at_once"),
    [
        pytest.param(2, (*SENTENCES, "A longer one. " * 10), 2, id="few"),
        pytest.param(
            250,
            ("Keep it.", "Pay now.", "Who signs?", "Two trains.", "No."),
            1,
            id="many",
            marks=[pytest.mark.slow, pytest.mark.timeout(3600)],
        ),
    ],
)
def test_sixteen_threads_get_the_numbers_of_one(encoder, cross_encoder, calls, texts, at_once):
    """Each thread encodes and scores ``calls`` times, behind the gate: equal to serial.

    A text is padded as far as its company needs, which moves torch's logits by up to 2e-5 on some
    processors; the logits of two of these texts are 0.03 apart or more.
    """
    gate = InferenceScheduler()
    gated = ScheduledEncoder(encoder, gate), ScheduledCrossEncoder(cross_encoder, gate)
    vectors, logits = encoder.encode(texts), cross_encoder.score(QUESTION, texts)

    def work(thread):
        draw = random.Random(thread)
        for _ in range(calls):
            chosen = draw.sample(range(len(texts)), at_once)
            picked = [texts[i] for i in chosen]
            assert gated[0].encode(picked) == pytest.approx(vectors[chosen], abs=1e-5)
            assert gated[1].score(QUESTION, picked) == pytest.approx(logits[chosen], abs=1e-4)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(16))) == [None] * 16


def test_the_adapters_alone_are_safe_too(encoder, cross_encoder):
    """Without the gate, eight threads get the same numbers as one: each adapter has its lock."""

    def work(_):
        return encoder.encode(SENTENCES[:2]), cross_encoder.score(QUESTION, SENTENCES[:3])

    expected = work(0)
    with ThreadPoolExecutor(8) as pool:
        for vectors, logits in pool.map(work, range(24)):
            assert vectors == pytest.approx(expected[0], abs=1e-5)
            assert logits == pytest.approx(expected[1], abs=1e-5)


def test_token_spans_cut_the_text_where_the_model_does(encoder):
    """Spans are in order, inside the text, and as many as the model's own tokens."""
    text = "Self-approval of expense reports, naïve 😀 ﬁne."
    spans = encoder.token_spans(text)
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert text[spans[0][0] : spans[0][1]] == "Self"
