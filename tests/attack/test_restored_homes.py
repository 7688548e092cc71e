"""A backup that somebody else made: restored, it sends nothing where they would like it."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.app.engine import open_engine
from core.cli import main as cli
from core.evaluate.configurations import Plan, presets
from core.evaluate.evaluating import Evaluation
from core.evaluate.judging.judgments import Judgments
from core.evaluate.questions.question_sets import Question, Target
from core.models import opening
from core.schema import SearchSettings
from core.serialize import to_json
from core.settings import load_settings
from core.text.spans import Place
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.made_pdfs import made_pdf, sentences
from tests.model_server import serving

QUESTION = "which rule about travel is written down"
KEY = "sk-canary-0123456789"


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    """Fakes for what is on this machine; what is on a server is really asked."""

    def started(location, *_):
        return FakeEncoder() if location.spec.kind == "encoder" else FakeCrossEncoder()

    monkeypatch.setattr(opening, "start", started)
    monkeypatch.setenv("RERANK_KEY", KEY)
    monkeypatch.setenv("SECOND_LOOK_MEASURE", "off")


def opened(home):
    """The engine of a home folder."""
    return closing(open_engine(load_settings({"SECOND_LOOK_HOME": str(home)})))


def search(home):
    """Ask a question as the pages do: with an experiment's side, if one runs."""
    with opened(home) as engine:
        (collection,) = engine.library.collections()
        settings = SearchSettings(top_k=5, top_n=2)
        engine.searcher.compare(collection.id, QUESTION, settings)
        running = engine.history.experiments.running(collection.id)
        if running is not None:
            engine.evaluation_client.compare(collection.id, QUESTION, running.b)
        while engine.evaluations.busy():
            pass
        return running


@pytest.fixture
def crafted(tmp_path, capsys):
    """Makes a backup whose every part would have questions and a key sent to an address."""

    def make(url):
        home = tmp_path / "theirs"
        pdf = tmp_path / "travel.pdf"
        pdf.write_bytes(made_pdf(sentences("travel", 40)))
        assert cli.main(["--home", str(home), "index", str(pdf)]) == 0
        far = replace(presets(5)[1], name="far", reranker="far")
        with opened(home) as engine:
            (collection,) = engine.library.collections()
            engine.history.experiments.start(collection.id, "split", (presets(5)[0], far), 30)
            (document,) = engine.library.documents(collection.id)
        asked = Question("what is right here", "typed", (Target(Place(document.id, 0, 400)),))
        plan = Plan("set", (asked,), (far,), "far", leave_out_unjudged=False)
        waiting = Evaluation("e", collection.id, datetime.now(UTC), plan)
        values = ("e", collection.id, "2026-11-30", to_json(waiting), "")
        judgments = Judgments(home / "judgments.sqlite")
        with closing(judgments), judgments.database.transaction() as db:
            db.execute("INSERT INTO evaluations VALUES (?, ?, ?, ?, ?)", values)
        (home / "registry.toml").write_text(
            '[[model]]\nname = "far"\nkind = "cross_encoder"\norigin = "endpoint"\n'
            f'source = "{url}/rerank"\nendpoint = {{ api = "tei", key_variable = "RERANK_KEY" }}\n'
        )
        (home / "models.json").write_text(json.dumps({"cross_encoder": "far"}))
        assert cli.main(["--home", str(home), "backup", str(tmp_path / "all.zip")]) == 0
        capsys.readouterr()
        return tmp_path / "all.zip"

    return make


def test_a_restored_home_sends_nothing_before_its_owner_says_so(crafted, tmp_path, capsys):
    """Listed and off: registry, choice, experiment, evaluation. Then on, by one command."""
    with serving() as server:
        archive, ours = crafted(server.url), ["--home", str(tmp_path / "ours")]
        assert cli.main([*ours, "restore", str(archive)]) == 0
        said = capsys.readouterr().err
        assert f"'{server.url.removeprefix('http://')}', with the key in RERANK_KEY" in said
        assert "switched off: chosen cross-encoder: 'far'" in said
        assert "restore --trust" in said
        assert search(tmp_path / "ours") is None
        assert server.script.requests == []
        assert cli.main([*ours, "restore", "--trust"]) == 0
        assert "switched on: chosen cross-encoder: 'far'" in capsys.readouterr().err
        search(tmp_path / "ours")
        assert KEY in server.script.requests[0].headers["authorization"]


def test_trusted_at_once_all_goes_on(crafted, tmp_path):
    """One's own backup on another machine: as it was."""
    with serving() as server:
        archive, ours = crafted(server.url), tmp_path / "ours"
        assert cli.main(["--home", str(ours), "restore", str(archive), "--trust"]) == 0
        assert search(ours) is not None
        assert len(server.script.requests) > 2


def test_nothing_to_switch_on_is_said(tmp_path, capsys):
    """Neither where nothing was restored, nor over a file that is there by now."""
    ours = ["--home", str(tmp_path), "restore"]
    assert cli.main(ours) == cli.main([*ours, "--trust"]) == 1
    assert "is switched off" in capsys.readouterr().err
    for name in ("restored-models.json", "models.json"):
        (tmp_path / name).write_text("{}")
    assert cli.main([*ours, "--trust"]) == 1
    assert "has a models.json by now" in capsys.readouterr().err
