"""The same ranking, to the last bit, from the page, the command line and the Python class."""

import pytest

from core import TwoStageRetriever
from core.cli import main as cli
from core.learn.fits import Tuning
from core.schema import Comparison, SearchSettings
from core.search_settings import Filters, FirstStageSettings
from core.serialize import from_json
from pages.ui import resources, state
from pages.ui.link import FIELDS
from tests.app.steps import ABOUT_RULES, healthy
from tests.core.learn.fitted import LEARNED
from tests.fakes import FakeCrossEncoder, FakeEncoder


def scores(comparison):
    """Text, candidate score, logit and rank of every passage, in the final order."""
    first = {item.chunk.id: item.score for item in comparison.candidates}
    return [
        (item.chunk.text, first[item.chunk.id], item.logit, item.rank)
        for item in comparison.reranked
    ]


@pytest.fixture
def seen(monkeypatch):
    """The comparisons that the page asked for, in order."""
    made = []
    real = resources.comparison_in_parts

    def spy(*arguments):
        for part in real(*arguments):
            yield part
        made.append(part)

    monkeypatch.setattr(resources, "comparison_in_parts", spy)
    return made


def on_the_command_line(engine, monkeypatch, line):
    """The command with this engine, which stays open; what it returns."""
    with monkeypatch.context() as patched:
        patched.setattr(cli, "open_engine", lambda *_: engine)
        patched.setattr(engine, "close", lambda: None)
        return cli.main(line)


def test_page_and_command_line_rank_alike(six_pages, open_page, seen, monkeypatch, capsys):
    """Every score of every passage is bit-equal, ties included."""
    healthy(open_page(**{state.QUERY: ABOUT_RULES}))
    assert on_the_command_line(six_pages, monkeypatch, ["search", ABOUT_RULES, "--json"]) == 0
    printed = from_json(Comparison, capsys.readouterr().out)
    assert seen
    assert scores(printed) == scores(seen[-1])


def test_filters_fusion_and_learned_weights_rank_alike_too(
    six_pages, open_page, seen, monkeypatch, capsys
):
    """What was learned on the Tune page counts on the command line as it does on the page."""
    collection = six_pages.library.collections()[0].id
    tuning = Tuning(six_pages.settings.home)
    tuning.adopt(collection, LEARNED)
    monkeypatch.setattr(resources, "tuning", lambda: tuning)
    first = FirstStageSettings("hybrid", "weighted", 0.3, collapse_duplicates=True)
    chosen = SearchSettings(first=first, filters=Filters(first_page=2, last_page=4))
    app = open_page()
    for field in FIELDS:
        app.session_state[field.key] = getattr(getattr(chosen, field.group), field.name)
    app.session_state[state.QUERY] = ABOUT_RULES
    healthy(app.run())
    line = ["search", ABOUT_RULES, "--json", "--first", "hybrid", "--fusion", "weighted"]
    line += ["--dense-weight", "0.3", "--collapse", "--from-page", "2", "--to-page", "4"]
    assert on_the_command_line(six_pages, monkeypatch, line) == 0
    printed = from_json(Comparison, capsys.readouterr().out)
    assert printed.settings == seen[-1].settings
    assert printed.settings.second.fits.weights.numbers == LEARNED.weights
    assert scores(printed) == scores(seen[-1])
    assert 0 < len(printed.reranked) < 6


def test_the_python_class_ranks_as_the_engine_does(six_pages):
    """The same passages as plain strings get the same scores, to the last bit."""
    collection = six_pages.library.collections()[0]
    ours = six_pages.searcher.compare(collection.id, ABOUT_RULES, SearchSettings())
    texts = [item.chunk.passage for item in ours.candidates]
    assert len(set(texts)) == len(texts) > 1
    retriever = TwoStageRetriever(FakeEncoder(), FakeCrossEncoder())
    retriever.index(texts)
    theirs = retriever.compare(ABOUT_RULES)

    def by_text(comparison):
        """Score and logit of each passage; ids differ, so ties are compared as sets."""
        first = {item.chunk.id: item.score for item in comparison.candidates}
        return {
            item.chunk.passage: (first[item.chunk.id], item.logit) for item in comparison.reranked
        }

    assert by_text(theirs) == by_text(ours)
    assert [r.logit for r in theirs.reranked] == [r.logit for r in ours.reranked]
