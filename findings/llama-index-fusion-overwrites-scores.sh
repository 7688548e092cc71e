#!/bin/sh
# LlamaIndex' QueryFusionRetriever (llama-index-core 0.14.25) writes its fused score into the very
# nodes that the retrievers returned. Whoever kept them, to show the cosine beside the fused score or
# from a cache, finds 1/60 where .82 stood. And in the mode relative_score a retriever whose hits
# all have one score gives each the full mark: three hits of .2 count as much as one of .9.
#
# That is why a candidate here keeps the hit of every retriever that found it.
# Exits with 0 while this holds, with 1 when it no longer does. Needs Python 3.11 and the network.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${PYTHON:-python3.11}" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check llama-index-core==0.14.25
"$here/venv/bin/python" -W ignore - <<'PYTHON'
import sys

from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.schema import NodeWithScore, TextNode


class Kept(BaseRetriever):
    def __init__(self, **scores):
        super().__init__()
        self.nodes = [
            NodeWithScore(node=TextNode(text=name, id_=name), score=score)
            for name, score in scores.items()
        ]

    def _retrieve(self, query):
        return self.nodes


def fuse(mode, *retrievers):
    fusion = QueryFusionRetriever(
        list(retrievers), llm=MockLLM(), num_queries=1, similarity_top_k=9, mode=mode,
        use_async=False,
    )
    return {hit.node.node_id: round(hit.score, 4) for hit in fusion.retrieve("any")}


kept = Kept(a=0.82, b=0.41)
before = [hit.score for hit in kept.nodes]
fuse("reciprocal_rerank", kept)
after = [round(hit.score, 4) for hit in kept.nodes]
print("the retriever's own scores before and after:", before, after)
relative = fuse("relative_score", Kept(a=0.2, b=0.2, c=0.2), Kept(d=0.9))
print("relative scores of .2, .2, .2 and of .9:", relative)
sys.exit(0 if after == [0.0167, 0.0164] and set(relative.values()) == {0.5} else 1)
PYTHON
