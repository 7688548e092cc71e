"""``python -m core import-qdrant``: from a server to both lists, and the key that goes with it."""

import json

import pytest

from core.cli import qdrant
from core.errors import InputError
from core.settings import Settings
from tests.source_collections import ASKED, TEXTS, fill, params

TEXT = ("--text", "metadata.text")


@pytest.fixture
def url(server):
    """Of a server with one collection."""
    fill(server, "theirs", params())
    return server.url


def test_import_then_search_in_its_list(run, url, tmp_path):
    """Read once; again, the newer file takes the place of the older one."""
    questions = tmp_path / "questions.txt"
    questions.write_text(f"{ASKED}\n")
    asked = (*TEXT, "--questions", questions, "--encoder", "bundled", "--collection", "rules")
    code, _, said = run("import-qdrant", url, "theirs", *asked)
    assert code == 0, said
    assert "3 of 3 points read, 1 list of its own." in said
    assert "indexed: theirs (127.0.0.1:" in said
    search = ("search", ASKED, "--collection", "rules", "--first", "given", "--json")
    code, out, said = run(*search)
    assert code == 0, said
    left = [item["chunk"]["text"] for item in json.loads(out)["candidates"]]
    assert left == [TEXTS[13], TEXTS[11], TEXTS[12]]
    limited = ("--limit", "1", "--collection", "rules")
    assert run("import-qdrant", url, "theirs", *TEXT, *limited)[0] == 0
    code, _, said = run(*search)
    assert (code, "list of another engine" in said) == (1, True)


@pytest.mark.parametrize(
    ("own", "variable", "sent"),
    [
        ("here", "", "our-key"),
        ("http://elsewhere", "", None),
        ("http://elsewhere", "THEIR_KEY", "their-key"),
        ("http://elsewhere", "QDRANT_API_KEY", "refused"),
    ],
)
def test_a_key_goes_to_its_own_host_alone(run, url, monkeypatch, own, variable, sent):
    """Ours to our server, that of a variable where the person says so."""
    monkeypatch.setenv("QDRANT_API_KEY", "our-key")
    monkeypatch.setenv("THEIR_KEY", "their-key")
    monkeypatch.setenv("QDRANT_URL", own_url := url if own == "here" else own)
    settings = Settings(qdrant_url=own_url, qdrant_api_key="our-key")
    if sent == "refused":
        with pytest.raises(InputError, match="is not sent to 127"):
            qdrant._key(settings, url, variable)
    else:
        assert qdrant._key(settings, url, variable) == (sent or "")


def test_errors_are_one_line(run, url):
    """Of the path, the address and the collection."""
    for words in (
        (url, "theirs", "--text", "nowhere"),
        ("theirs.example", "theirs", *TEXT),
        (url, "none", *TEXT),
    ):
        code, _, said = run("import-qdrant", *words)
        assert (code, said.count("\n")) == (1, 1), said
