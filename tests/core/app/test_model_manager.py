"""The chosen models are kept, switched while people search, and have their noise floors."""

from dataclasses import replace

import numpy as np
import pytest

from core.app import model_manager
from core.app.corpora import Corpora
from core.app.model_choice import Choice, keep_choice, read_choice, set_by_environment, with_choice
from core.app.model_manager import ModelManager, memory_megabytes
from core.errors import InputError, ModelError, StoreError
from core.ingest.jobs.queue import Jobs
from core.models.loading import Models
from core.settings import Limits
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.made_home import settings_of, storage_at


class Named(FakeCrossEncoder):
    """The fake under the name it was asked for."""

    def __init__(self, name):
        super().__init__()
        self._name = name

    @property
    def info(self):
        """As of the fake."""
        return replace(super().info, name=self._name)


@pytest.fixture
def settings(tmp_path):
    """A home folder, and nothing in the environment."""
    return settings_of(tmp_path)


@pytest.fixture
def manager(settings, monkeypatch):
    """A manager whose cross-encoders are fakes; one of them cannot be opened."""

    def opened(self, spec):
        if spec.name == "owner/missing":
            raise ModelError("It is not here.", "Choose another.")
        return Named(spec.name)

    monkeypatch.setattr(model_manager.ModelOpener, "cross_encoder", opened)
    storage, models = storage_at(settings.home), Models(FakeEncoder, FakeCrossEncoder)
    corpora = Corpora(storage, Jobs(lambda: pytest.fail("no job")), Limits())
    made = ModelManager(settings, models, storage, corpora, lambda *_: None)
    made.models_in_test = models
    yield made
    made.close()
    storage.close()


def test_a_choice_comes_back_and_the_environment_wins(settings):
    """What is kept fills in what the environment leaves open."""
    assert with_choice(settings) == settings
    keep_choice(settings.home, Choice("e5", "tiny", "torch-fp32"))
    kept = with_choice(settings)
    assert (kept.encoder, kept.cross_encoder, kept.runtime) == ("e5", "tiny", "torch-fp32")
    set_ = replace(settings, cross_encoder="other", runtime="openvino-f32")
    assert with_choice(set_).cross_encoder == "other"
    assert set_by_environment(set_) == ["SECOND_LOOK_CROSS_ENCODER", "SECOND_LOOK_RUNTIME"]


def test_a_choice_that_cannot_be_read_is_named(settings):
    """With the file and the way out."""
    settings.home.mkdir(exist_ok=True)
    (settings.home / "models.json").write_text("{")
    with pytest.raises(StoreError, match=r"models\.json"):
        read_choice(settings.home)


def test_another_reranker_is_used_at_once_and_kept(manager, settings):
    """The next search has it, and so has the next start."""
    seconds = manager.use_cross_encoder("owner/tiny", "torch-fp32")
    assert seconds >= 0
    assert manager.models_in_test.wait()[1].info.name == "owner/tiny"
    assert manager.spec("cross_encoder").name == "owner/tiny"
    assert with_choice(settings).cross_encoder == "owner/tiny"


def test_a_reranker_that_cannot_be_opened_changes_nothing(manager, settings):
    """The one that is on stays on, and nothing is kept."""
    with pytest.raises(ModelError, match="not here"):
        manager.use_cross_encoder("owner/missing", "auto")
    assert manager.models_in_test.wait()[1].info.name == "fake-cross-encoder"
    assert manager.cross_encoder_name == "bundled"
    assert read_choice(settings.home) == Choice()


def test_another_encoder_waits_for_the_next_start(manager, settings):
    """It is kept; a name that can be none is refused."""
    manager.use_encoder_from_next_start("intfloat/multilingual-e5-small")
    assert manager.encoder_of_next_start() == "intfloat/multilingual-e5-small"
    assert manager.encoder_name == "bundled"
    with pytest.raises(InputError, match="no folder"):
        manager.use_encoder_from_next_start("./nothing")


def test_the_model_that_is_on_can_always_be_seen(manager):
    """Even when it is a folder that no registry names."""
    assert manager.spec("encoder") in manager.specs("encoder")
    manager.use_cross_encoder("owner/own", "auto")
    assert manager.specs("cross_encoder")[-1].name == "owner/own"


def test_what_opening_a_reranker_took_is_measured(manager, monkeypatch):
    """One that holds 80 MB of ones adds about that much; one that cannot be had says so."""

    def heavy(self, spec):
        model = Named(spec.name)
        model.weights = np.ones(20_000_000, dtype=np.float32)
        return model

    with pytest.raises(ModelError, match="not here"):
        manager.open_reranker("owner/missing", "auto")
    monkeypatch.setattr(model_manager.ModelOpener, "cross_encoder", heavy)
    opened = manager.open_reranker("owner/heavy", "auto")
    assert opened.megabytes > 60
    assert opened.seconds >= 0
    assert opened.megabytes < memory_megabytes() < 1e6
