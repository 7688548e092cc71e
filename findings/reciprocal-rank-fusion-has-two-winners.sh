#!/bin/sh
# Reciprocal rank fusion of the same two lists has another winner in Qdrant's client (1.20.0) than
# in LangChain (langchain-classic 1.0.8) and LlamaIndex (llama-index-core 0.14.25). A document that is
# 4th in both lists wins with the constant 60 of the paper (Cormack and others, 2009), which the two
# frameworks use; Qdrant's constant is 2 unless told otherwise, so there 1st in one list and 10th in
# the other wins, and even a document that only one list has stands above the one both agree on.
# So "RRF" in two tables is not one method, and moving it into the database changes the order.
#
# That is why the app fuses by itself, with the constant 60, on a Qdrant server too.
# Exits with 0 while this holds, with 1 when it no longer does. Needs Python 3.11 and the network.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${PYTHON:-python3.11}" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check \
  qdrant-client==1.20.0 langchain-core==1.8.3 langchain-classic==1.0.8 llama-index-core==0.14.25
"$here/venv/bin/python" -W ignore - <<'PYTHON'
import sys

from langchain_classic.retrievers import EnsembleRetriever
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever as LangChainRetriever
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.schema import NodeWithScore, TextNode
from qdrant_client import QdrantClient, models

FIRST = ["one", "f1", "f2", "both", *(f"f{n}" for n in range(3, 9))]
SECOND = ["s1", "s2", "s3", "both", *(f"s{n}" for n in range(4, 9)), "one"]


class Fixed(LangChainRetriever):
    names: list[str]

    def _get_relevant_documents(self, query, *, run_manager):
        return [Document(page_content=name) for name in self.names]


class FixedNodes(BaseRetriever):
    def __init__(self, names):
        super().__init__()
        self.names = names

    def _retrieve(self, query):
        return [
            NodeWithScore(node=TextNode(text=name, id_=name), score=1 - rank / 100)
            for rank, name in enumerate(self.names)
        ]


def in_qdrant():
    client = QdrantClient(":memory:")
    line = models.VectorParams(size=1, distance=models.Distance.DOT)
    client.create_collection("fused", vectors_config={"first": line, "second": line})
    names = list(dict.fromkeys(FIRST + SECOND))
    lists = {"first": FIRST, "second": SECOND}
    client.upsert("fused", [
        models.PointStruct(id=number, vector={
            kind: [100.0 - ranked.index(name)] for kind, ranked in lists.items() if name in ranked
        })
        for number, name in enumerate(names)
    ])
    fused = client.query_points(
        "fused",
        prefetch=[models.Prefetch(query=[1.0], using=kind, limit=10) for kind in lists],
        query=models.FusionQuery(fusion=models.Fusion.RRF),
    )
    return [names[point.id] for point in fused.points]


def in_langchain():
    retrievers = [Fixed(names=FIRST), Fixed(names=SECOND)]
    fused = EnsembleRetriever(retrievers=retrievers, weights=[0.5, 0.5]).invoke("any")
    return [document.page_content for document in fused]


def in_llamaindex():
    fused = QueryFusionRetriever(
        [FixedNodes(FIRST), FixedNodes(SECOND)],
        llm=MockLLM(), num_queries=1, similarity_top_k=10, mode="reciprocal_rerank", use_async=False,
    )
    return [node.node.node_id for node in fused.retrieve("any")]


orders = {"qdrant": in_qdrant(), "langchain": in_langchain(), "llamaindex": in_llamaindex()}
for library, order in orders.items():
    print(f"{library:10s}", *order[:3])
same = orders["langchain"][0] == orders["llamaindex"][0] == "both"
sys.exit(0 if same and orders["qdrant"][:3] == ["one", "s1", "both"] else 1)
PYTHON
