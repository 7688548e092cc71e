#!/bin/sh
# LangChain's CrossEncoderReranker (langchain-classic 1.0.8) gives three documents back, whatever was
# handed in, and none of the scores that it sorted by: not in the metadata, not beside. The same
# framework's CohereRerank writes relevance_score. So nothing after it can tell a passage
# that answers from the best of three that do not, set a threshold, or show what was moved.
#
# That is why the compressor of ours writes score, rank and rank delta into the metadata.
# Exits with 0 while this holds, with 1 when it no longer does. Needs Python 3.11 and the network.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${PYTHON:-python3.11}" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check \
  langchain-core==1.8.3 langchain-classic==1.0.8 langchain-community==0.4.2
"$here/venv/bin/python" -W ignore - <<'PYTHON'
import sys

from langchain_classic.retrievers.document_compressors import CrossEncoderReranker
from langchain_community.cross_encoders.base import BaseCrossEncoder
from langchain_core.documents import Document


class ByLength(BaseCrossEncoder):
    def score(self, text_pairs):
        return [float(len(passage)) for _, passage in text_pairs]


passages = [Document(page_content="x" * length) for length in range(1, 31)]
kept = CrossEncoderReranker(model=ByLength()).compress_documents(passages, "any")
print(f"{len(passages)} in, {len(kept)} out, metadata {[document.metadata for document in kept]}")
lengths = [len(document.page_content) for document in kept]
sys.exit(0 if lengths == [30, 29, 28] and not any(document.metadata for document in kept) else 1)
PYTHON
