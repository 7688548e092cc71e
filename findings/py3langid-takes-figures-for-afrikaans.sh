#!/bin/sh
# py3langid 0.4.0 never says that it does not know: a text without any of its features (figures, "ok",
# nothing at all) is Afrikaans, the first language of its list, with the score -3.4e38. So a question
# "42" or an empty line of a table is a foreign language for whoever takes the name alone.
#
# That is why a language is said here only of longer texts, and only when it is nearly sure.
# Exits with 0 while this holds, with 1 when it no longer does. Needs Python 3.11 and the network.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${PYTHON:-python3.11}" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check py3langid==0.4.0
"$here/venv/bin/python" - <<'PYTHON'
import sys

import py3langid

said = {text: py3langid.classify(text) for text in ("", "42", "ok", "How long is the notice?")}
for text, (language, score) in said.items():
    print(repr(text), language, f"{score:.3g}")
unknown = {said[text][0] for text in ("", "42", "ok")}
sys.exit(0 if unknown == {"af"} and said["How long is the notice?"][0] == "en" else 1)
PYTHON
