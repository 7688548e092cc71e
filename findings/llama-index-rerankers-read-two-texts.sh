#!/bin/sh
# Two rerankers of LlamaIndex give the same node to their model as two different texts. CohereRerank
# (llama-index-postprocessor-cohere-rerank 0.10.0) sends the metadata as lines before the text, file
# name and page with it; TextEmbeddingInference (llama-index-postprocessor-tei-rerank 0.6.0) sends
# the text alone. A cross-encoder reads every word it gets, so the same weights behind both give
# different scores, and a comparison of the two measures the file name as well.
#
# Whoever compares two of them should take the metadata out of what models read first.
# Exits with 0 while this holds, with 1 when it no longer does. Needs Python 3.11 and the network.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${PYTHON:-python3.11}" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check llama-index-core==0.14.25 \
  llama-index-postprocessor-cohere-rerank==0.10.0 llama-index-postprocessor-tei-rerank==0.6.0
"$here/venv/bin/python" -W ignore - <<'PYTHON'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.postprocessor.cohere_rerank import CohereRerank
from llama_index.postprocessor.tei_rerank import TextEmbeddingInference

sent = []


class Listener(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = body.get("texts") or body["documents"]
        sent.append(texts[0])
        line = {"index": 0, "score": 0.5, "relevance_score": 0.5}
        answer = json.dumps([line] if "texts" in body else {"id": "1", "results": [line]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Listener)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
for reranker in (
    TextEmbeddingInference(base_url=url, model_name="any"),
    CohereRerank(api_key="any", base_url=url, model="any", top_n=1),
):
    node = TextNode(text="Five days.", metadata={"file_name": "policy.pdf", "page_label": "7"})
    reranker.postprocess_nodes([NodeWithScore(node=node, score=0.1)], QueryBundle("how long?"))
    print(type(reranker).__name__, "sends", repr(sent[-1]))
plain, dressed = sent
sys.exit(0 if plain == "Five days." and dressed.startswith("file_name: policy.pdf") else 1)
PYTHON
