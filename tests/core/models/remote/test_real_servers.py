"""Our adapters against servers that no one here wrote, with the bundled weights."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelError
from core.models.registry import Endpoint, ModelSpec, spec_of
from core.models.remote.models import RemoteCrossEncoder, RemoteEncoder
from core.models.remote.server import Server
from tests.bundled import bundled_cross_encoder, bundled_encoder
from tests.fakes import FakeEncoder
from tests.real_servers import free_port, infinity, local_reranker, started

pytestmark = pytest.mark.model
RERANKER, ENCODER = Path(spec_of("cross_encoder").source), Path(spec_of("encoder").source)
QUERY = "Who approves travel?"
TEXTS = ["Travel is approved by the manager.", "Bananas are yellow.", "The desk books travel."]


def cross_encoder(port, path="/rerank", api="cohere", score="logit", **endpoint):
    """Of the server at a port."""
    settings = {"model": RERANKER.name, "timeout_seconds": 120.0} | endpoint
    spec = ModelSpec(
        "far",
        f"http://127.0.0.1:{port}{path}",
        origin="endpoint",
        score=score,
        endpoint=Endpoint(api, **settings),
    )
    return RemoteCrossEncoder(Server(spec, None, {}))


def encoder(port, model=ENCODER.name):
    """The same of vectors."""
    spec = ModelSpec(
        "far",
        f"http://127.0.0.1:{port}/embeddings",
        kind="encoder",
        origin="endpoint",
        endpoint=Endpoint("openai", model, timeout_seconds=120.0),
    )
    return RemoteEncoder(Server(spec, None, {}), FakeEncoder().token_spans)


@pytest.fixture(scope="module")
def infinity_port(tmp_path_factory):
    """infinity-emb with both bundled models."""
    port, log = free_port(), tmp_path_factory.mktemp("infinity") / "log"
    with started(infinity(RERANKER, ENCODER, port=port), port, log):
        yield port


@pytest.fixture(scope="module")
def local():
    """What the weights say here."""
    return bundled_cross_encoder().score(QUERY, TEXTS)


def test_infinity_gives_our_numbers(infinity_port, local):
    """Raw scores where the registry says logit; probabilities of float32 lose a little."""
    assert cross_encoder(infinity_port).score(QUERY, TEXTS) == pytest.approx(local, abs=1e-4)
    shares = cross_encoder(infinity_port, score="probability").score(QUERY, TEXTS)
    assert shares == pytest.approx(local, abs=1e-3)
    vectors = encoder(infinity_port).encode(TEXTS)
    assert np.abs(vectors - bundled_encoder().encode(TEXTS)).max() < 1e-4


def test_infinity_is_understood_when_it_refuses(infinity_port):
    """Another name, the other kind of model, another shape, another address: each its words."""
    ported = infinity_port
    table = [
        (cross_encoder(ported, model="other"), "has no model “other”.* says: .*other"),
        (cross_encoder(ported, model=ENCODER.name), "does not support `rerank`"),
        (cross_encoder(ported, api="tei"), r"status 422\) and says: documents: Field required"),
        (cross_encoder(ported, "/v9/rerank"), "nothing at this address"),
    ]
    for made, said in table:
        with pytest.raises(ModelError, match=said):
            made.score(QUERY, TEXTS)
    with pytest.raises(ModelError, match="at most 122880 characters"):
        cross_encoder(ported).score(QUERY, ["x" * 130_000])


def test_infinitys_largest_batch_is_learned(infinity_port):
    """It takes 2,048 texts; all of them have their scores, in order."""
    made = cross_encoder(infinity_port, batch=4000)
    scores = made.score("Who?", [TEXTS[i % 3] for i in range(2100)])
    assert scores.reshape(-1, 3) == pytest.approx(np.tile(scores[:3], (700, 1)), abs=1e-4)
    assert made._server._batch == 1050


def test_a_single_model_of_infinity_answers_to_any_name(tmp_path, local):
    """Found out by the name in its reply; and a start in between is no matter."""
    port, log = free_port(), tmp_path / "log"
    made = cross_encoder(port)
    with started(infinity(RERANKER, port=port), port, log):
        before = made.score(QUERY, TEXTS)
        with pytest.raises(ModelError, match=f"“{RERANKER.name}”, not of “other”"):
            cross_encoder(port, model="other").score(QUERY, TEXTS)
    with pytest.raises(ModelError, match="cannot be reached"):
        made.score(QUERY, TEXTS)
    with started(infinity(RERANKER, port=port), port, log):
        assert made.score(QUERY, TEXTS).tobytes() == before.tobytes()
    assert before == pytest.approx(local, abs=1e-4)


@pytest.mark.parametrize("activation", ["Identity", "Sigmoid"])
def test_local_reranker_gives_what_its_folder_says(activation, tmp_path, local):
    """Logits or probabilities under the same name: told apart by asking."""
    folder, port = tmp_path / "model", free_port()
    shutil.copytree(RERANKER, folder)
    config = json.loads((folder / "config.json").read_text())
    kinds = {"Identity": "linear.Identity", "Sigmoid": "activation.Sigmoid"}
    own = {"activation_fn": f"torch.nn.modules.{kinds[activation]}"}
    config["sentence_transformers"] = own
    (folder / "config.json").write_text(json.dumps(config))
    with started(local_reranker(folder, port=port), port, tmp_path / "log"):
        made = cross_encoder(port, "/v1/rerank")
        assert made.score(QUERY, TEXTS) == pytest.approx(local, abs=1e-3)
        assert made._probabilities is (activation == "Sigmoid")
        with pytest.raises(ModelError, match=r"one result for each of 2 texts \(1 received\)"):
            made.score(QUERY, [TEXTS[0], ""])  # it leaves out empty texts
