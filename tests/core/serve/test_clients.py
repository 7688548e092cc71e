"""Clients that nobody here wrote, and our own, against the bundled models."""

import base64
import warnings

import numpy as np
import pytest

from core.errors import ModelError
from core.models.loading import Models
from core.models.registry import Endpoint, ModelSpec
from core.models.remote.models import RemoteCrossEncoder, RemoteEncoder
from core.models.remote.server import Server
from core.serve.service import Service
from tests.bundled import bundled_cross_encoder, bundled_encoder
from tests.serving import serving

pytestmark = pytest.mark.model
QUERY = "Can I approve my own travel expenses?"
TEXTS = [
    "You can approve travel expenses for your team in the expense portal.",
    "Self-approval of expense reports is strictly forbidden.",
    "The canteen opens at noon. " * 60,
    "Travel expenses are paid within ten days.",
    "",
]


@pytest.fixture(scope="module")
def url():
    """Of a server on the bundled models."""
    with serving(Service(Models(bundled_encoder, bundled_cross_encoder)), key="a-key") as address:
        yield address


@pytest.fixture(scope="module")
def order():
    """Positions as the cross-encoder ranks them."""
    return np.argsort(-bundled_cross_encoder().score(QUERY, TEXTS), kind="stable").tolist()


@pytest.fixture
def http():
    """What Cohere's client sends with; it does not close one of its own."""
    import httpx

    with httpx.Client() as client:
        yield client


@pytest.fixture(autouse=True)
def _loud_libraries():
    """Their warnings of themselves are no fault of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("version", ["Client", "ClientV2"])
@pytest.mark.parametrize("base", ["", "/v1"])
def test_cohere(url, order, http, version, base):
    """Both of its clients, whatever base address people give."""
    import cohere

    if base and version == "Client":
        pytest.skip("it puts /v1 there itself")
    client = getattr(cohere, version)("a-key", base_url=url + base, httpx_client=http)
    reply = client.rerank(model="any", query=QUERY, documents=TEXTS, top_n=3)
    assert [item.index for item in reply.results] == order[:3]
    if version == "Client":
        reply = client.rerank(
            query=QUERY, documents=[{"text": text} for text in TEXTS], return_documents=True
        )
        assert [item.document.text for item in reply.results] == [TEXTS[i] for i in order]
    with pytest.raises(cohere.errors.NotFoundError, match="No collection can be used here"):
        client.rerank(model="collection:x", query=QUERY, documents=TEXTS)


def test_openai(url):
    """Its default, base64, and numbers give the encoder's vectors to the last bit."""
    import openai

    client = openai.OpenAI(api_key="a-key", base_url=f"{url}/v1", max_retries=0)
    stranger = client.copy(api_key="b")
    expected = bundled_encoder().encode(TEXTS)
    for form in {}, {"encoding_format": "float"}, {"encoding_format": "base64"}:
        data = client.embeddings.create(model="any", input=TEXTS, **form).data
        if form.get("encoding_format") == "base64":
            data = [np.frombuffer(base64.b64decode(d.embedding), "<f4") for d in data]
        else:
            data = [d.embedding for d in data]
        assert np.abs(np.array(data, np.float32) - expected).max() < 1e-6
    with pytest.raises(openai.UnprocessableEntityError, match="Tokens cannot be read here"):
        client.embeddings.create(model="any", input=[[1, 2]])
    with pytest.raises(openai.AuthenticationError, match="API key"):
        stranger.embeddings.create(model="any", input="a")
    assert "second-look-minilm-l6" in [model.id for model in client.models.list()]
    client.close()


@pytest.mark.parametrize("token", ["a-key", "Bearer a-key"])
def test_llama_index(url, order, token):
    """Its client of Text Embeddings Inference sends the token as it is."""
    from llama_index.core.schema import NodeWithScore, TextNode
    from llama_index.postprocessor.tei_rerank import TextEmbeddingInference

    reranker = TextEmbeddingInference(base_url=url, top_n=3, auth_token=token)
    nodes = [NodeWithScore(node=TextNode(text=text), score=0.5) for text in TEXTS]
    found = reranker.postprocess_nodes(nodes, query_str=QUERY)
    assert [node.text for node in found] == [TEXTS[i] for i in order[:3]]


def test_langchain(url, order, http, monkeypatch):
    """Both of its rerankers; Jina's address is a constant of its module."""
    from cohere import ClientV2
    from langchain_cohere import CohereRerank
    from langchain_community.document_compressors import jina_rerank
    from langchain_core.documents import Document

    documents = [Document(text) for text in TEXTS]
    monkeypatch.setattr(jina_rerank, "JINA_API_URL", f"{url}/v1/rerank")
    jina = jina_rerank.JinaRerank(jina_api_key="a-key", top_n=3)
    client = ClientV2("a-key", base_url=url, httpx_client=http)
    cohere = CohereRerank(client=client, model="any", top_n=3)
    for reranker in cohere, jina:
        found = reranker.compress_documents(documents, QUERY)
        assert [document.page_content for document in found] == [TEXTS[i] for i in order[:3]]
    jina.model = "collection:x"
    with pytest.raises(RuntimeError, match="No collection can be used here"):
        jina.compress_documents(documents, QUERY)
    jina.session.close()


@pytest.mark.parametrize(
    ("path", "api", "score"), [("/rerank", "tei", "logit"), ("/v2/rerank", "cohere", "probability")]
)
def test_served_to_itself_the_order_is_the_same(url, path, api, score, monkeypatch):
    """Our own adapter: raw scores are the same to the last bit, others keep the order."""
    monkeypatch.setenv("OWN_KEY", "a-key")
    endpoint = Endpoint(api, key_variable="OWN_KEY", batch=3)
    spec = ModelSpec("own", url + path, origin="endpoint", score=score, endpoint=endpoint)
    remote = RemoteCrossEncoder(Server(spec)).score(QUERY, TEXTS)
    local = bundled_cross_encoder().score(QUERY, TEXTS)
    assert np.argsort(remote).tolist() == np.argsort(local).tolist()
    if api == "tei":
        assert remote.tobytes() == local.tobytes()


def test_vectors_served_to_itself(url, monkeypatch):
    """The other adapter, and a key that is wrong."""
    monkeypatch.setenv("OWN_KEY", "a-key")
    endpoint = Endpoint("openai", key_variable="OWN_KEY")
    spec = ModelSpec(
        "own", f"{url}/v1/embeddings", kind="encoder", origin="endpoint", endpoint=endpoint
    )
    remote = RemoteEncoder(Server(spec), bundled_encoder().token_spans).encode(TEXTS)
    assert np.abs(remote - bundled_encoder().encode(TEXTS)).max() < 1e-6
    monkeypatch.setenv("OWN_KEY", "another")
    with pytest.raises(ModelError, match="API key"):
        RemoteEncoder(Server(spec), bundled_encoder().token_spans).encode(TEXTS)
