#!/bin/sh
# LangChain's EnsembleRetriever (langchain-classic 1.0.8) fuses by the text of a document unless an
# id key is given. Two things follow that its name and reciprocal rank fusion do not suggest:
# a text that one list holds three times collects three shares and overtakes that list's first;
# and the same text from two documents becomes one hit with the metadata of whichever came first,
# so that a citation can name a page which the better ranked list never meant.
#
# That is why our fusion goes by chunk ids, and near-duplicates are told apart and shown.
# Exits with 0 while this holds, with 1 when it no longer does. Needs Python 3.11 and the network.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${PYTHON:-python3.11}" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check \
  langchain-core==1.8.3 langchain-classic==1.0.8
"$here/venv/bin/python" -W ignore - <<'PYTHON'
import sys

from langchain_classic.retrievers import EnsembleRetriever
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever


class Fixed(BaseRetriever):
    found: list[Document]

    def _get_relevant_documents(self, query, *, run_manager):
        return self.found


def fused(*lists):
    retrievers = [Fixed(found=found) for found in lists]
    return EnsembleRetriever(retrievers=retrievers, weights=[1.0] * len(lists)).invoke("any")


texts = ["first", "footer", "footer", "footer"]
repeated = [document.page_content for document in fused([Document(page_content=t) for t in texts])]
print("one list, one text three times:", *repeated)
far = [Document(page_content="other"), Document(page_content="same", metadata={"page": 9})]
near = [Document(page_content="same", metadata={"page": 1})]
merged = [hit.metadata for hit in fused(far, near) if hit.page_content == "same"]
print("page 1 stands first in its list, page 9 second; what is left:", merged)
sys.exit(0 if repeated == ["footer", "first"] and merged == [{"page": 9}] else 1)
PYTHON
