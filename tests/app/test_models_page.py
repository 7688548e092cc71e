"""The models page, empty, filled and in trouble, as a person uses it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.app.model_choice import read_choice
from core.errors import ModelError
from core.models.opening import ModelOpener
from core.models.runtime_selection.kept import RuntimeResult, RuntimeSelection
from core.schema import SearchSettings
from core.serialize import to_json
from pages.ui import state
from tests.app.steps import GERMAN, REGISTRY, TRAVEL, Turned, click, healthy, shown
from tests.fakes import FakeCrossEncoder
from tests.made_pdfs import made_pdf, sentences

PAGE = "pages/7_Models.py"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def openings(engine, monkeypatch):
    """A second reranker in a folder of the home folder; hub models cannot be had."""
    home = engine.settings.home
    (home / "own").mkdir()
    (home / "registry.toml").write_text(REGISTRY, encoding="utf-8")

    def opened(self, spec):
        if spec.origin == "hub":
            raise ModelError(f"{spec.name} is not on this machine.", "Choose the bundled model.")
        return Turned() if spec.name == "own" else FakeCrossEncoder()

    monkeypatch.setattr(ModelOpener, "cross_encoder", opened)


def test_without_documents_it_shows_the_models_and_no_floor(engine, open_page):
    """Both models and tables, no button that could not work; the fakes have no other runtimes."""
    app = healthy(open_page(PAGE))
    words = shown(app).replace("\\", "")
    assert "**fake-cross-encoder**" in words
    assert "**fake-encoder**" in words
    assert "has no noise floor" in shown(app)
    assert len(app.dataframe) == 2
    assert "own" in list(app.dataframe[0].value["Model"])
    assert "measure-floor" not in [button.key for button in app.button]
    assert "have no other runtimes" in click(app, "measure-runtimes").error[0].value


def test_another_reranker_is_used_at_once(engine, open_page, add_file):
    """One click: the model is on, kept for the next start, and the button has nothing to do."""
    add_file("travel.pdf", TRAVEL)
    app = open_page(PAGE)
    app.selectbox(key=state.MODELS_RERANKER).set_value("own")
    healthy(app.run())
    app = click(app, "use-reranker")
    assert engine.models.wait()[1].info.name == "own"
    assert read_choice(engine.settings.home).cross_encoder == "own"
    assert "**own**" in shown(app)
    assert app.button(key="use-reranker").disabled


def test_a_model_that_cannot_be_had_is_said_so_and_changes_nothing(engine, open_page):
    """The message and what to do; the old one stays on."""
    app = open_page(PAGE)
    app.selectbox(key=state.MODELS_RERANKER).set_value("BAAI/bge-reranker-v2-m3")
    healthy(app.run())
    app = click(app, "use-reranker")
    assert "is not on this machine" in app.error[0].value.replace("\\", "")
    assert engine.models.wait()[1].info.name == "fake-cross-encoder"


def test_another_encoder_is_kept_for_the_next_start(engine, open_page):
    """The page says from when on, and what it costs."""
    app = open_page(PAGE)
    app.selectbox(key=state.MODELS_ENCODER).set_value("intfloat/multilingual-e5-small")
    healthy(app.run())
    app = click(app, "use-encoder")
    assert read_choice(engine.settings.home).encoder == "intfloat/multilingual-e5-small"
    words = shown(app).replace("\\", "")
    assert "From the next start: intfloat/multilingual-e5-small" in words
    assert "embedded again" in words


def test_the_noise_floor_can_be_measured_at_once(engine, open_page, add_file):
    """Then it stands there with its figures, and the next comparison carries it."""
    add_file("travel.pdf", TRAVEL)
    app = open_page(PAGE)
    assert "not measured yet" in shown(healthy(app))
    app = click(app, "measure-floor")
    assert "Noise floor of this collection: **logit" in shown(app)
    assert "measure-floor" not in [button.key for button in app.button]


def keep_measured(engine, made):
    """Let this be what was measured of a cross-encoder's runtimes."""
    file = engine.settings.home / "runtimes" / f"cross_encoder-{made.model.name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(to_json(made), encoding="utf-8")


def test_a_runtime_that_was_set_though_it_was_refused_is_warned_of(engine, open_page):
    """Nothing is said while its check is passed."""
    info = FakeCrossEncoder().info
    results = (RuntimeResult("torch-fp32", 20.0), RuntimeResult(info.runtime, 60.0))
    keep_measured(engine, RuntimeSelection(info, "Because.", results))
    assert not healthy(open_page(PAGE)).warning
    refused = replace(results[1], refused="mean top-10 overlap 0.930, below 0.95")
    keep_measured(engine, RuntimeSelection(info, "Because.", (results[0], refused)))
    said = healthy(open_page(PAGE)).warning[0].value
    assert f"runs on {info.runtime}" in said.replace("\\", "")
    assert "overlap 0.930" in said.replace("\\", "")


def test_disturbed_times_are_said_and_measured_again_by_one_click(engine, open_page, monkeypatch):
    """When, how disturbed, and on what; afterwards the new figures stand there."""
    results = (RuntimeResult("torch-fp32", 20.0), RuntimeResult("openvino-bf16", 60.0))
    selection = RuntimeSelection(
        replace(FakeCrossEncoder().info, runtime="openvino-bf16"),
        *("Because.", results, "here", NOON),
        spread=0.41,
    )
    keep_measured(engine, selection)
    app = healthy(open_page(PAGE))
    assert f"measured {NOON.astimezone():%d %b %Y, %H:%M}" in app.expander[0].label
    assert "took 41% longer: this machine was busy" in shown(app)
    rows = app.dataframe[0].value
    assert list(rows["Now"]) == ["", "fastest"]  # the fake runs on none of them
    assert list(rows["Agreement"].fillna("–")) == ["the reference", "–"]
    assert "was checked on the sample texts. Once your documents have 100 passages" in shown(app)
    quiet = replace(selection, spread=0.02, own_passages=1234)
    monkeypatch.setattr(
        engine.model_manager, "measure_runtimes", lambda: keep_measured(engine, quiet)
    )
    app = click(app, "measure-runtimes")
    assert "took 2% longer." in shown(app)
    assert "was checked on 1,234 passages of your documents" in shown(app)
    with engine.models.measuring:
        app = healthy(app.run())
    assert "are being measured in the background" in shown(app)
    assert "measure-runtimes" not in [button.key for button in app.button]


def test_passages_in_another_language_are_warned_of(engine, open_page, add_file):
    """Once for each model that does not know it; one document among many is named."""
    add_file("kosten.pdf", GERMAN)
    warnings = healthy(open_page(PAGE)).warning
    assert ["German" in warning.value for warning in warnings] == [True, True]
    add_file("travel.pdf", made_pdf(*(sentences(f"travel{i}", 60) for i in range(8))))
    warnings = healthy(open_page(PAGE)).warning
    assert ["kosten\\.pdf" in warning.value for warning in warnings] == [True, True]
    assert all("1 document here is in German" in warning.value for warning in warnings)


def test_a_wrong_registry_of_the_home_folder_is_named(engine, open_page):
    """File, entry and field; the rest of the page stands."""
    wrong = REGISTRY + "max_length = 1\n"
    (engine.settings.home / "registry.toml").write_text(wrong, encoding="utf-8")
    app = healthy(open_page(PAGE))
    said = app.error[0].value.replace("\\", "")
    assert "entry 1 (own), field max_length" in said


def test_kept_scores_are_counted_and_forgotten_by_one_click(engine, add_file, open_page):
    """A question asked twice is known the second time; after the click nothing is kept."""
    add_file("travel.pdf", TRAVEL)
    collection = engine.library.collections()[0].id
    for _ in range(2):
        found = engine.searcher.compare(
            collection, "which rule about travel", SearchSettings(10, 2)
        )
    pairs = found.timings.pairs
    assert found.cache_hits == pairs > 0
    app = healthy(open_page(PAGE))
    stats = engine.scores.stats()
    assert f"**{stats.entries:,} pairs**" in shown(app)
    assert f"**{stats.hit_rate:.0%}** of" in shown(app)
    click(app, "clear-scores")
    assert engine.scores.stats().entries == 0
