"""Every runtime with the real bundled models: OpenVINO's numbers are torch's, or nearly."""

import subprocess
import sys
from functools import cache, partial
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from core.app.tour import QUESTION, SENTENCES
from core.errors import InputError, ModelError
from core.models.openvino.int8 import file_mark, recipe_file
from core.models.openvino.setup import openvino_version
from core.models.registry import MODELS_FOLDER, spec_of
from core.models.runtime import REFERENCE, ModelLocation, open_cross_encoder, open_encoder
from core.models.runtime_selection.agreement import LEAST_COSINE, noise_floor, ranking_agreement
from core.models.runtime_selection.kept import start
from core.models.runtime_selection.material import ranking_tasks, sample_texts
from tests.processor import int8_dot_products

pytestmark = pytest.mark.model

TEXTS = (*SENTENCES, "A longer one, with numbers: 1, 22, 333. " * 12, "word " * 700, "")


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Both bundled models in one home folder."""
    home = tmp_path_factory.mktemp("home")
    return ModelLocation(spec_of("encoder"), home, 2), ModelLocation(
        spec_of("cross_encoder"), home, 2
    )


@pytest.fixture(scope="module")
def encoder_on(places):
    """Opens the encoder on a runtime, on each once."""
    return cache(partial(open_encoder, places[0]))


@pytest.fixture(scope="module")
def cross_encoder_on(places):
    """Opens the cross-encoder on a runtime, on each once."""
    return cache(partial(open_cross_encoder, places[1]))


@pytest.fixture(scope="module")
def torch_scores(cross_encoder_on):
    """The reference, and its logits of the texts."""
    reference = cross_encoder_on(REFERENCE)
    return reference, reference.score(QUESTION, TEXTS)


@pytest.fixture(scope="module")
def exact(cross_encoder_on):
    """The cross-encoder on OpenVINO in float32."""
    return cross_encoder_on("openvino-f32")


def test_float32_on_openvino_gives_torchs_logits(exact, torch_scores):
    """The shortcuts of the layers included: equal to the fifth digit."""
    reference, expected = torch_scores
    assert exact.info.runtime == "openvino-f32"
    assert exact.info.sha256 == reference.info.sha256
    assert exact.score(QUESTION, TEXTS) == pytest.approx(expected, abs=5e-5)


def test_every_runtime_says_what_computes_it(cross_encoder_on, exact, torch_scores):
    """Versions, graph, precision and recipe: no two runtimes share a kept score."""
    quick = cross_encoder_on("openvino-int8")
    recipe = file_mark(recipe_file(MODELS_FOLDER, quick.info.sha256))
    assert quick.info.computed.endswith(f", recipe {recipe}")
    assert f"openvino {openvino_version()}, graph " in exact.info.computed
    assert torch_scores[0].info.computed.startswith("torch ")
    infos = (exact.info, quick.info, torch_scores[0].info)
    assert len({info.computation for info in infos}) == 3


def test_without_another_thread_a_call_is_finished_on_its_own(places, torch_scores):
    """While Python ends its pools take nothing more; whoever computes still gets his numbers."""
    model = open_cross_encoder(places[1], "openvino-f32")
    expected = model.score(QUESTION, TEXTS).tolist()
    model.session._threads.shutdown()
    assert model.score(QUESTION, TEXTS).tolist() == expected
    assert expected == pytest.approx(torch_scores[1], abs=5e-5)


@pytest.mark.parametrize("runtime", ["openvino-f32", "openvino-bf16", "openvino-int8"])
def test_a_pair_has_the_same_logit_in_any_company(cross_encoder_on, runtime):
    """To the last bit: alone, in another order, beside pairs of another question."""
    try:
        model = cross_encoder_on(runtime)
    except ModelError as exc:
        pytest.skip(str(exc))
    expected = model.score(QUESTION, TEXTS).tolist()
    assert model.score(QUESTION, TEXTS[::-1]).tolist()[::-1] == expected
    assert [float(model.score(QUESTION, [text])[0]) for text in TEXTS] == expected
    other = model.prepare("Who signs for purchases above 500 euros?", TEXTS[:7])
    assert model.run([*other, *model.prepare(QUESTION, TEXTS)]).tolist()[7:] == expected


def test_a_text_has_the_same_vector_in_any_company(encoder_on):
    """To the last bit: an index made in other batches is the same index."""
    encoder = encoder_on("openvino-f32")
    together = encoder.encode(TEXTS)
    assert np.array_equal(together, np.stack([encoder.encode_query(text) for text in TEXTS]))


def test_cut_passages_are_the_ones_torch_names(exact, torch_scores):
    """The flag comes from the same tokens as the score."""
    reference, _ = torch_scores
    flags = exact.truncated(QUESTION, TEXTS)
    assert flags == reference.truncated(QUESTION, TEXTS)
    assert flags.count(True) == 1


def test_the_question_is_never_cut(exact):
    """All its tokens stand before the first separator, and an endless one is refused."""
    pair = exact.prepare(QUESTION, ["word " * 700])[0]
    alone = exact.prepare(QUESTION, ["a"])[0]
    assert len(pair) == exact.info.max_length
    assert np.array_equal(pair.ids[pair.types == 0], alone.ids[alone.types == 0])
    with pytest.raises(InputError, match="shorter question"):
        exact.score("word " * 400, ["a passage"])


def test_vectors_are_torchs(encoder_on):
    """Cosine with the reference above 0.999 in every precision that runs here."""
    expected, exact = encoder_on(REFERENCE).encode(TEXTS), encoder_on("openvino-f32")
    assert exact.encode(TEXTS) == pytest.approx(expected, abs=1e-4)
    assert exact.encode([]).shape == (0, exact.dimension)
    assert exact.encode_query(TEXTS[0]) == pytest.approx(expected[0], abs=1e-4)


def test_bf16_ranks_the_samples_as_float32_does(encoder_on, cross_encoder_on, exact):
    """The agreement check that guards it, on the samples; skipped where there is no bf16."""
    try:
        fast, vectors = cross_encoder_on("openvino-bf16"), encoder_on("openvino-bf16")
    except ModelError as exc:
        pytest.skip(str(exc))
    questions, passages = sample_texts(most=2)
    groups = ranking_tasks(questions, passages[::3], vectors)
    expected, got = (
        [model.score(group.query, group.passages) for group in groups] for model in (exact, fast)
    )
    floor = noise_floor(np.concatenate([exact.score(g.query, g.far) for g in groups]))
    assert all(measure.passed for measure in ranking_agreement(expected, got, floor))
    exact_vectors = encoder_on("openvino-f32").encode(SENTENCES)
    cosines = (exact_vectors * vectors.encode(SENTENCES)).sum(axis=1)
    assert cosines.min() >= LEAST_COSINE


def test_int8_ranks_the_samples_as_float32_does(encoder_on, cross_encoder_on, exact):
    """The bundled recipe fits the bundled weights and passes the check that guards it.

    Without int8 dot products the sums saturate: there the check is to refuse it.
    """
    fast = cross_encoder_on("openvino-int8")
    assert (fast.info.runtime, fast.info.sha256) == ("openvino-int8", exact.info.sha256)
    groups = ranking_tasks(*sample_texts(most=6), encoder_on("openvino-f32"))
    expected, got = (
        [model.score(group.query, group.passages) for group in groups] for model in (exact, fast)
    )
    floor = noise_floor(np.concatenate([exact.score(g.query, g.far) for g in groups]))
    measures = ranking_agreement(expected, got, floor)
    error = np.abs(np.concatenate(expected) - np.concatenate(got)).mean()
    if int8_dot_products():
        assert all(measure.passed for measure in measures)
        assert error < 0.1
    else:
        assert all(measure.value > 0.85 for measure in measures)
        assert error < 0.3


def test_what_cannot_be_had_falls_back_to_torch(places, monkeypatch):
    """Without OpenVINO the reference answers, whatever was asked for; a typo is refused."""
    missing = Mock(side_effect=ModelError("OpenVINO cannot be used here."))
    monkeypatch.setattr("core.models.runtime.openvino_core", missing)
    assert start(places[1], "openvino-f32", open_cross_encoder).info.runtime == REFERENCE
    with pytest.raises(InputError, match="SECOND_LOOK_RUNTIME"):
        start(places[1], "faster", open_cross_encoder)


def test_openvinos_telemetry_stays_out(exact):
    """Nothing may leave this machine: the package that reports to its maker is never loaded."""
    assert exact.info.runtime == "openvino-f32"
    assert sys.modules["openvino_telemetry"] is None


LATER = """
import sys
from pathlib import Path
from core.models.registry import spec_of
from core.models.runtime import ModelLocation, open_cross_encoder
location = ModelLocation(spec_of("cross_encoder"), Path(sys.argv[1]), 2)
model = open_cross_encoder(location, "openvino-f32")
print(float(model.score("Who signs?", ["The head of the team signs."])[0]))
print(*sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules)))
"""


def test_no_start_needs_torch(places, exact):
    """The bundled models are opened by a new process with OpenVINO alone."""
    command = [sys.executable, "-c", LATER, str(places[1].home)]
    root = Path(__file__).parents[2]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    logit, loaded = run.stdout.split("\n")[:2]
    expected = exact.score("Who signs?", ["The head of the team signs."])
    assert float(logit) == pytest.approx(float(expected[0]), abs=5e-5)
    assert loaded == ""
