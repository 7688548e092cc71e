"""Configurations side by side on the Compare page: choices, lists, agreement, failures."""

import json
import re
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from core.app.copying import copy_cut_as
from core.errors import InputError, ModelError
from core.evaluate.configurations import Configuration
from core.explain.side_by_side import SideBySide, side_by_side
from core.models.opening import ModelOpener
from core.models.remote.models import RemoteCrossEncoder
from core.models.remote.server import Server
from core.schema import Chunking, SearchSettings
from core.search_settings import FirstStageSettings, SecondStageSettings
from core.serialize import to_json
from pages.ui import state
from pages.ui.rankings.configurations import NONE, parts, short_titles
from pages.ui.rankings.flow import side_by_side_flow
from pages.ui.rankings.side_by_side import matrix_html
from tests.app.conftest import OpenPage, wait_for_jobs
from tests.app.steps import ABOUT_RULES, REGISTRY, Turned, click, healthy, shown
from tests.fakes import FakeCrossEncoder
from tests.model_server import serving

SERVER = """
[[model]]
name = "far"
kind = "cross_encoder"
origin = "endpoint"
source = "{}/v1/rerank"
endpoint = {{ api = "cohere" }}
score = "probability"
"""


class Shortest(FakeCrossEncoder):
    """Prefers short passages, whatever is asked."""

    @property
    def info(self):
        """The fake under another name."""
        return replace(super().info, name="own", sha256="4" * 64)

    def score(self, query, passages):
        """A logit for each length."""
        return np.array([-len(text) / 100 for text in passages], dtype=np.float32)


def opened(open_page: OpenPage, **chosen: object):
    """The Compare page with the configurations open."""
    return open_page(**{state.QUERY: ABOUT_RULES, state.VIEW: "Configurations"}, **chosen)


def test_two_configurations_show_how_far_they_agree_and_a_third_needs_no_reranker(
    six_pages, open_page
):
    """B begins with something that differs; what only one found is there; C asks for no pairs."""
    app = healthy(opened(open_page))
    text = shown(app)
    assert "Agreement" in text
    assert [f"Only {letter}" in text for letter in "ABC"] == [True, True, False]
    assert app.selectbox(key=state.side_by_side_key("found", "B")).value == "rrf"
    app.session_state[state.SIDE_BY_SIDE_THIRD] = True
    healthy(app.run())
    assert app.selectbox(key=state.side_by_side_key("reranker", "C")).value == NONE
    assert "Only C" in shown(app)
    assert "0 pairs" in shown(app)


def test_another_reranker_reads_the_same_candidates_or_says_why_not(
    six_pages, open_page, monkeypatch
):
    """A broken one is a message, the choice stays; one that scores the other way: tau is −1."""
    home = six_pages.settings.home
    (home / "own").mkdir()
    (home / "registry.toml").write_text(REGISTRY, encoding="utf-8")
    chosen = {
        state.side_by_side_key("reranker", "B"): "own",
        state.side_by_side_key("found", "B"): "dense",
    }
    refuse = Mock(side_effect=ModelError("own is broken.", "Choose another one."))
    monkeypatch.setattr(ModelOpener, "cross_encoder", refuse)
    app = healthy(opened(open_page, **chosen))
    assert "own is broken" in app.error[0].value
    assert app.selectbox(key=state.side_by_side_key("reranker", "B")).value == "own"
    monkeypatch.setattr(ModelOpener, "cross_encoder", lambda *_: Turned())
    app = healthy(opened(open_page, **chosen))
    assert "tau −" in "".join(element.proto.body for element in app.get("html"))


def test_three_different_rerankers_stand_side_by_side(six_pages, open_page, monkeypatch):
    """The one that is on, one of a folder, and one on a server that is really asked."""

    def opened_model(self, spec):
        if spec.origin == "endpoint":
            return RemoteCrossEncoder(Server(spec, self.record))
        return Shortest()

    home = six_pages.settings.home
    (home / "own").mkdir()
    monkeypatch.setattr(ModelOpener, "cross_encoder", opened_model)
    chosen = {
        state.SIDE_BY_SIDE_THIRD: True,
        state.side_by_side_key("found", "B"): "dense",
        state.side_by_side_key("reranker", "B"): "own",
        state.side_by_side_key("reranker", "C"): "far",
    }
    with serving() as server:
        far = SERVER.format(server.url)
        (home / "registry.toml").write_text(REGISTRY + far, encoding="utf-8")
        app = healthy(opened(open_page, **chosen))
    assert not app.error
    words = shown(app).replace("\\", "")
    assert re.search(r"B: own loaded in \d\.\d s, .*memory · C: far loaded in", words)
    html = "".join(element.proto.body for element in app.get("html"))
    assert len(re.findall(r"<b>\d\.\d\d</b>", html)) == 6  # three pairs, each twice
    assert html.count("<b>1.00</b>") <= 2  # A and C both count shared words, B reads lengths


def test_a_copy_is_cut_differently_and_its_passages_are_aligned(six_pages, open_page):
    """The same question over 64 tokens: no chunk in common, and yet places in common."""
    first = six_pages.library.collections()[0]
    copy = copy_cut_as(six_pages, first.id, Chunking(64, 0))
    wait_for_jobs(six_pages)
    made = side_by_side(
        [six_pages.searcher.compare(c, ABOUT_RULES, SearchSettings()) for c in (first.id, copy.id)]
    )
    ids = [{item.chunk.id for item in c.reranked} for c in made.comparisons]
    assert not ids[0] & ids[1]
    assert set(made.places[0]) & set(made.places[1])
    app = healthy(opened(open_page, **{state.side_by_side_key("collection", "B"): copy.id}))
    assert "Agreement" in shown(app)
    with pytest.raises(InputError, match="already has chunks of"):
        copy_cut_as(six_pages, copy.id, Chunking(64, 0))


def test_a_copy_is_made_by_one_click(six_pages, open_page):
    """The new collection has the name of the old one and its own chunking."""
    app = click(opened(open_page), "copy-index")
    wait_for_jobs(six_pages)
    assert not app.exception
    made = six_pages.library.collections()[1]
    assert made.name == "My documents · 100/20 tokens"
    assert (made.chunking, len(six_pages.library.documents(made.id))) == (Chunking(100, 20), 1)


def made_alignment(engine):
    """The question by meaning, by words, and not reranked."""
    settings = SearchSettings(top_n=3)
    others = (
        replace(settings, first=FirstStageSettings("bm25")),
        replace(settings, second=SecondStageSettings(enabled=False)),
    )
    home = engine.library.collections()[0].id
    return side_by_side(
        [engine.searcher.compare(home, ABOUT_RULES, s) for s in (settings, *others)]
    )


def test_the_flow_joins_the_places_of_every_list(six_pages):
    """Each way goes between rows of one passage; without a reranker the axis is the cosine."""
    made = made_alignment(six_pages)
    view = side_by_side_flow(made, ["A", "B", "C"])
    assert json.loads(json.dumps(view))["columns"][2]["axis"]["kind"] == "cosine"
    for way in view["ways"]:
        for place, at in ((way["before"], way["gap"]), (way["after"], way["gap"] + 1)):
            rows = view["columns"][at]["rows"]
            assert place is None or rows[place - 1]["passage"] == way["passage"]
    for column in view["columns"]:
        shown_here = {row["passage"] for row in column["rows"]}
        assert column["missing"] == len(view["passages"]) - len(shown_here)


def test_the_matrix_shows_the_figures_of_the_record(six_pages):
    """Every pair twice, symmetric, rounded to two decimals; recomputed from the saved JSON."""
    from core.serialize import from_json

    made = from_json(SideBySide, to_json(made_alignment(six_pages)))
    again = side_by_side(made.comparisons)
    assert again == made
    html = matrix_html(made)
    for pair in made.pairs:
        assert html.count(f"<b>{pair.difference.rbo:.2f}</b>") >= 2
        assert html.count(f"Jaccard {pair.difference.jaccard:.2f}") >= 2


def test_titles_say_only_what_differs():
    """Two that differ in the first stage are named by it; two equal ones by everything."""
    one = Configuration("A", SearchSettings(), reranker="model")
    weighted = SearchSettings(first=FirstStageSettings("hybrid", "weighted", 0.25))
    two = replace(one, settings=weighted)
    assert short_titles([parts(c, Chunking()) for c in (one, two)]) == [
        "Bi-encoder",
        "Hybrid, 25% bi-encoder",
    ]
    assert short_titles([parts(one, Chunking())] * 2) == ["Bi-encoder · model · 200/40 tokens"] * 2
