"""Models on a server: every shape, every fault in words, and a key that goes nowhere else."""

import contextlib
import json
import logging
import math
import time
import traceback
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.errors import InputError, ModelError, StoreError
from core.models.registry import Endpoint, ModelSpec
from core.models.remote.models import (
    _PROBED,
    Malformed,
    RemoteCrossEncoder,
    RemoteEncoder,
    rerank_scores,
    to_logits,
    vectors,
)
from core.models.remote.server import Server
from core.schema import Calibration
from tests.fakes import FakeEncoder
from tests.model_server import serving

KEY = "sk-canary-0123456789"
QUERY = "who approves travel"
PASSAGES = ["nothing here", "who approves travel costs", "travel desk"]
SHARES = [0 / 3, 3 / 3, 1 / 3]
PATH = {"tei": "/rerank", "cohere": "/v1/rerank", "openai": "/v1/embeddings"}


def spec(server, api="tei", score="logit", **endpoint):
    """A model of that server."""
    kind = "encoder" if api == "openai" else "cross_encoder"
    settings = {"model": "m", "timeout_seconds": 5.0} | endpoint
    return ModelSpec(
        "far",
        server.url + PATH[api],
        kind=kind,
        origin="endpoint",
        score=score,
        endpoint=Endpoint(api, **settings),
    )


def reranker(server, *args, record=None, **endpoint):
    """Its cross-encoder."""
    return RemoteCrossEncoder(Server(spec(server, *args, **endpoint), record, {"K": KEY}))


def encoder(server, **endpoint):
    """Its encoder, cut by the fake's tokens."""
    made = Server(spec(server, "openai", "cosine", **endpoint), None, {"K": KEY})
    return RemoteEncoder(made, FakeEncoder().token_spans)


def test_text_embeddings_inference_gives_logits_in_our_order():
    """Raw scores are asked for; the reply comes best first and is put back in order."""
    with serving() as server:
        scores = reranker(server).score(QUERY, PASSAGES)
        (seen,) = server.script.requests
    assert scores == pytest.approx([8 * share - 4 for share in SHARES])
    assert seen.body == {"query": QUERY, "texts": PASSAGES, "raw_scores": True, "truncate": True}


def test_the_shape_of_infinity_jina_and_cohere_gives_probabilities_that_become_logits():
    """One third is the logit ln(1/2); certainty is cut at 1e-12."""
    with serving() as server:
        scores = reranker(server, "cohere", "probability").score(QUERY, PASSAGES)
        (seen,) = server.script.requests
    end = math.log(1e12)
    assert scores == pytest.approx([-end, end, math.log(1 / 2)], rel=1e-4)
    assert seen.body == {
        "model": "m",
        "query": QUERY,
        "documents": PASSAGES,
        "top_n": 3,
        "return_documents": False,
    }


def test_probabilities_are_told_from_logits_by_a_pair_that_is_sure():
    """Where the registry says logit, and once; one score outside 0 to 1 tells by itself."""
    with serving() as server:
        made = reranker(server, "cohere")
        scores = [made.score(QUERY, PASSAGES) for _ in range(2)]
        asked = [request.body["documents"] for request in server.script.requests]
        assert all(request.body["raw_scores"] for request in server.script.requests)
    end = math.log(1e12)
    assert scores[1] == pytest.approx([-end, end, math.log(1 / 2)], rel=1e-4)
    assert scores[0].tobytes() == scores[1].tobytes()
    assert asked == [PASSAGES, list(_PROBED), PASSAGES]


def test_a_server_that_changes_its_kind_is_asked_again():
    """Started again with other settings: four logits would not all be within 0 to 1."""
    four = [*PASSAGES, "who approves"]
    with serving() as server:
        made = reranker(server, "tei")
        logits = made.score(QUERY, four)
        server.script.scenario = "sigmoid"
        assert made.score(QUERY, four) == pytest.approx(logits, abs=1e-4)
        server.script.scenario = "normal"
        assert made.score(QUERY, four) == pytest.approx(logits)


@pytest.mark.parametrize(
    ("api", "name", "fits"),
    [
        ("cohere", "m", True),
        ("cohere", "owner/M", True),
        ("cohere", "", True),
        ("cohere", "other", False),
        ("openai", "other", False),
    ],
)
def test_a_server_that_takes_any_name_is_found_out(api, name, fits):
    """infinity-emb answers with the model that it has; its name stands in the reply."""
    with serving() as server:
        server.script.model = "m"
        made = encoder(server, model=name) if api == "openai" else reranker(server, api, model=name)
        call = made.encode if api == "openai" else lambda texts: made.score(QUERY, texts)
        if fits:
            assert len(call(PASSAGES)) == 3
            return
        with pytest.raises(ModelError, match="of the model “m”, not of “other”"):
            call(PASSAGES)


TOO_MANY = [
    (413, {"error": "batch size 7 > maximum allowed batch size 3", "error_type": "Validation"}),
    (422, {"detail": [{"loc": ["body", "documents"], "msg": "should have at most 3 items"}]}),
    (400, {"error": {"message": "You exceed the limit of 3 texts", "code": 400}}),
    (413, {}),
]


@pytest.mark.parametrize(("status", "words"), TOO_MANY)
def test_the_largest_batch_is_learned_from_a_refusal(status, words):
    """Seven are refused, four too, two are taken; then nothing larger is sent again."""
    with serving() as server:
        server.script.most, server.script.refusal = 3, (status, json.dumps(words).encode())
        made = reranker(server)
        scores = made.score(QUERY, PASSAGES * 2 + PASSAGES[:1])
        assert made.score(QUERY, PASSAGES) == pytest.approx(scores[:3])
        sizes = [len(request.body["texts"]) for request in server.script.requests]
    assert scores == pytest.approx([8 * s - 4 for s in [*SHARES, *SHARES, SHARES[0]]])
    assert sizes == [7, 4, 2, 2, 2, 1, 2, 1]


RECORDED = [  # of infinity-emb 0.0.78, local-reranker 0.1.1 and transformers 5.23, as they came
    (
        422,
        b'{"detail":[{"type":"string_too_long","loc":["body","documents",0],"msg":"String should '
        b'have at most 122880 characters","input":"xx","ctx":{"max_length":122880}}]}',
        "and says: documents.0: String should have at most 122880 characters",
        "shorter passages",
    ),
    (
        422,
        b'{"detail":[{"type":"missing","loc":["body","documents"],"msg":"Field required","input":'
        b'{"model":"m","query":"q","texts":["t"],"raw_scores":true,"truncate":true}}]}',
        "does not understand the request (status 422) and says: documents: Field required",
        "Check api",
    ),
    (
        400,
        b'{"error":{"message":"ModelNotDeployedError: model=`m` does not support `rerank` for '
        b"modality `text`. Reason: the loaded moded cannot fullyfill `rerank`. Options are "
        b'{\'embed\'}.","type":null,"param":null,"code":400}}',
        "has no model “m”, or it cannot do this (status 400) and says: ModelNotDeployedError",
        "Set the model",
    ),
    (
        404,
        b'{"detail":"Not Found"}',
        "nothing at this address (status 404) and says: Not Found",
        "",
    ),
    (
        503,
        b'{"detail":"Service Unavailable: Reranker model not loaded."}',
        "failed (status 503) and says: Service Unavailable: Reranker model not loaded",
        "",
    ),
    (200, b'{"id":"6201","results":[]}', "one result for each of 1 texts", "speaks the cohere"),
    (200, b'{"results":[{"relevance_score":0.5}]}', "results.0.index: Field required", ""),
    (200, b'{"results":[{"index":0}]}', "results.0.score: Field required", ""),
    (200, b'{"results":[{"index":0,"relevance_score":null}]}', "should be a valid number", ""),
]


@pytest.mark.parametrize(("status", "reply", "said", "advice"), RECORDED)
def test_what_real_servers_refuse_is_told_in_their_words(status, reply, said, advice):
    """Replies of real servers; in what is said, nothing of what was sent."""
    with serving() as server:
        server.script.most, server.script.refusal = 0, (status, reply)
        with pytest.raises(ModelError) as caught:
            reranker(server, "cohere").score(QUERY, PASSAGES[:1])
    assert said in caught.value.message
    assert advice in caught.value.advice
    assert "input" not in caught.value.message


def test_embeddings_without_an_index_are_in_the_order_asked():
    """Some servers leave the number out; a reply that numbers only some is refused."""
    reply = {"data": [{"embedding": [0.0, 2.0]}, {"embedding": [3.0, 0.0]}]}
    assert vectors(json.dumps(reply).encode(), 2).tolist() == [[0.0, 1.0], [1.0, 0.0]]
    reply["data"][1]["index"] = 1
    with pytest.raises(Malformed):
        vectors(json.dumps(reply).encode(), 2)


def test_embeddings_are_unit_vectors_in_our_order():
    """The server's are three times as long and come last first."""
    with serving() as server:
        made = encoder(server)
        encoded = made.encode(PASSAGES)
        assert made.dimension == 64
        assert made.encode([]).shape == (0, 64)
        query = made.encode_query(QUERY)
    assert encoded == pytest.approx(FakeEncoder().encode(PASSAGES), abs=1e-6)
    assert query == pytest.approx(FakeEncoder().encode([QUERY])[0], abs=1e-6)
    assert made.token_spans("two words") == [(0, 3), (4, 9)]


def test_long_lists_are_sent_in_batches():
    """Seven passages in batches of three are three requests, and one list."""
    passages = [f"travel {i}" if i % 2 else "who approves travel" for i in range(7)]
    with serving() as server:
        scores = reranker(server, batch=3).score(QUERY, passages)
        sizes = [len(request.body["texts"]) for request in server.script.requests]
    assert sizes == [3, 3, 1]
    assert scores == pytest.approx([8 / 3 - 4 if i % 2 else 4 for i in range(7)])


def test_nothing_is_sent_for_nothing():
    """No passage, no request."""
    with serving() as server:
        assert reranker(server).score(QUERY, []).shape == (0,)
        assert server.script.requests == []


def test_what_is_sent_is_written_down_first_and_a_ledger_that_cannot_stops_it():
    """Host, bytes of the body and why; a full disk means that nothing leaves."""
    written = []
    full = Mock(side_effect=StoreError("The disk is full.", "Free some space."))
    with serving() as server:
        reranker(server, record=lambda *what: written.append(what)).score(QUERY, PASSAGES)
        sent = int(server.script.requests[0].headers["Content-Length"])
        assert written == [(server.url.removeprefix("http://"), sent, "Texts for the model far")]
        with pytest.raises(StoreError, match="full"):
            reranker(server, record=full).score(QUERY, PASSAGES)
        assert len(server.script.requests) == 1


def test_the_key_is_sent_as_a_bearer_and_nothing_of_this_machine_with_it():
    """The headers are those of any HTTP request."""
    with serving() as server:
        reranker(server, key_variable="K").score(QUERY, PASSAGES)
        headers = {name.lower(): v for name, v in server.script.requests[0].headers.items()}
    assert headers.pop("authorization") == f"Bearer {KEY}"
    assert set(headers) == {
        *("host", "accept", "accept-encoding", "connection", "user-agent"),
        *("content-length", "content-type"),
    }


FAULTS = [
    ("unauthorized", r"did not accept the API key \(status 401\)"),
    ("not_found", "has nothing at this address"),
    ("too_large", "rejects the request as too large"),
    ("not_understood", "does not understand the request"),
    ("rate_limited", "too many requests"),
    ("server_error", r"failed \(status 500\)"),
    ("busy", r"failed \(status 503\)"),
    ("echo", r"refused the request \(status 400\)"),
    ("redirect", r"a redirect \(307\), which is not followed"),
    ("cut", "closed the connection"),
    ("too_few", "one result for each of 3 texts"),
    ("twice", "one result for each of 3 texts"),
    ("nan", "cannot be used"),
    ("words", "cannot be used"),
    ("page", "cannot be used"),
    ("huge", "far more than scores"),
]


@pytest.mark.parametrize("api", ["tei", "cohere", "openai"])
@pytest.mark.parametrize(("scenario", "said"), FAULTS)
def test_every_fault_has_its_words_and_none_of_them_the_key(api, scenario, said, caplog):
    """In the message, in the advice, in the chain of causes and in the log of every library."""
    caplog.set_level(logging.DEBUG)
    with serving(scenario) as server:
        made = (
            encoder(server, key_variable="K")
            if api == "openai"
            else reranker(server, api, key_variable="K")
        )
        call = made.encode if api == "openai" else lambda texts: made.score(QUERY, texts)
        with pytest.raises(ModelError, match=said) as caught:
            call(PASSAGES)
    assert caught.value.advice
    told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(made)
    assert KEY not in told + repr(made._server) + str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("scenario", ["rate_limited", "busy", "cut"])
def test_a_fault_that_passes_costs_one_more_try(scenario):
    """The second request is answered."""
    with serving(scenario) as server:
        server.script.times = 1
        scores = reranker(server).score(QUERY, PASSAGES)
        assert len(server.script.requests) == 2
    assert scores == pytest.approx([8 * share - 4 for share in SHARES])


@pytest.mark.parametrize("scenario", ["rate_limited", "cut", "server_error"])
def test_there_is_never_a_third_try(scenario):
    """One retry where it may help, none after a plain failure."""
    with serving(scenario) as server:
        with pytest.raises(ModelError):
            reranker(server).score(QUERY, PASSAGES)
        assert len(server.script.requests) == (1 if scenario == "server_error" else 2)


@pytest.mark.parametrize("scenario", ["hang", "drip"])
def test_a_server_that_hangs_or_drips_is_left_after_its_time(scenario):
    """The whole request has the seconds of the registry, whatever arrives meanwhile."""
    with serving(scenario) as server:
        begun = time.monotonic()
        with pytest.raises(ModelError, match=r"longer than the 0\.5 seconds"):
            reranker(server, timeout_seconds=0.5).score(QUERY, PASSAGES)
        assert time.monotonic() - begun < 60


def test_a_server_that_is_not_there_is_named():
    """Host and what to do; no wait beyond one more try."""
    with serving() as server:
        gone = reranker(server)
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        gone.score(QUERY, PASSAGES)
    assert "127.0.0.1" in caught.value.message


def test_a_redirect_takes_neither_key_nor_text_elsewhere():
    """The other server sees nothing."""
    with serving("redirect") as server, serving() as other:
        server.script.elsewhere = f"{other.url}/rerank"
        with pytest.raises(ModelError, match="not followed"):
            reranker(server, key_variable="K").score(QUERY, PASSAGES)
        assert other.script.requests == []


@pytest.mark.parametrize("variable", ["OPENAI_API_KEY", "SECOND_LOOK_LLM_API_KEY", "HF_TOKEN"])
def test_a_key_of_another_setting_goes_to_its_own_host_only(variable):
    """A registry, perhaps of somebody else, names a key that was set for something else."""
    with serving() as server, pytest.raises(InputError, match=r"is not sent to 127\.0\.0\.1"):
        Server(spec(server, key_variable=variable), None, {variable: KEY})
    own = {variable: KEY, "SECOND_LOOK_LLM_BASE_URL": "http://localhost:8000/v1"}
    source = "https://huggingface.co/r" if variable == "HF_TOKEN" else "http://localhost:8000/r"
    fitting = ModelSpec(
        "m", source, origin="endpoint", endpoint=Endpoint("tei", key_variable=variable)
    )
    if variable != "OPENAI_API_KEY":
        assert KEY not in repr(Server(fitting, None, own))


def test_a_probability_above_one_is_refused():
    """Then the registry names the wrong kind of score."""
    with serving("above_one") as server, pytest.raises(ModelError, match="outside 0") as caught:
        reranker(server, "cohere", "probability").score(QUERY, PASSAGES)
    assert "probability" in caught.value.advice


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_logits_of_probabilities_keep_their_order(shares):
    """The inverse sigmoid is monotone, its ends included."""
    logits = to_logits(np.sort(np.array(shares)))
    assert np.isfinite(logits).all()
    assert (np.diff(logits) >= 0).all()


@given(st.binary(max_size=200), st.sampled_from(["tei", "cohere"]))
def test_no_reply_breaks_the_reader(reply, api):
    """Bytes of any kind are scores or are called malformed."""
    with contextlib.suppress(Malformed):
        assert rerank_scores(api, reply, 1).shape == (1,)


@pytest.mark.parametrize("address", ["", "localhost:80", "ftp://a/b", "http://me:word@host/rerank"])
def test_an_address_that_is_none_is_refused_at_once(address):
    """Before anything is sent; a password in it is not accepted."""
    made = ModelSpec("far", address, origin="endpoint", endpoint=Endpoint("tei"))
    with pytest.raises(InputError, match="not a web address"):
        Server(made, None, {})


@pytest.mark.parametrize(("values", "said"), [({}, "is empty"), ({"K": "a b"}, "no key has")])
def test_a_key_that_is_missing_or_broken_is_named_by_its_variable(values, said):
    """Never by its value."""
    made = ModelSpec("far", "http://h/rerank", origin="endpoint", endpoint=Endpoint("tei", "", "K"))
    with pytest.raises(InputError, match=said) as caught:
        Server(made, None, values)
    assert "a b" not in str(caught.value)


def test_another_address_or_model_is_another_model():
    """Vectors and scores of two servers are never mixed up."""
    one = ModelSpec("far", "http://h/rerank", origin="endpoint", endpoint=Endpoint("tei", "m"))
    others = [
        replace(one, source="http://g/rerank"),
        replace(one, endpoint=Endpoint("tei", "n")),
        replace(one, score="probability"),
    ]
    hashes = {Server(made, None, {}).info.sha256 for made in [one, *others]}
    assert len(hashes) == 4
    assert Server(one, None, {}).info.runtime == "remote"


def test_calibration_and_windows():
    """A plain sigmoid where the registry has none; what the server cuts cannot be seen."""
    with serving() as server:
        made = reranker(server)
        assert made.info.calibration == Calibration()
        assert made.truncated(QUERY, PASSAGES) == [False] * 3
