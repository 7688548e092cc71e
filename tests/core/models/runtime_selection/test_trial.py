"""What ends a process ends a child, and is refused with a reason."""

import pytest

from core.errors import ModelError
from core.models.registry import ModelSpec, spec_of
from core.models.runtime import ModelLocation
from core.models.runtime_selection import trial


@pytest.fixture
def location(tmp_path):
    """A home folder and a model of a person in it, which nobody could load."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    return ModelLocation(ModelSpec("mine", str(folder)), tmp_path, 1)


@pytest.fixture
def children(monkeypatch):
    """What was tried in a child."""
    tried, run = [], trial.run_child

    def counted(module, *rest):
        tried.append(module)
        return run(module, *rest)

    monkeypatch.setattr(trial, "run_child", counted)
    return tried


def test_what_dies_is_refused_and_not_tried_again(location, children, monkeypatch):
    """With the signal that ended it; another runtime has a try of its own."""
    monkeypatch.setattr(trial, "CHILD", "tests.core.models.dying_child")
    for _ in range(2):
        with pytest.raises(ModelError, match=r"ended the process that tried it \(SIGSEGV\)"):
            trial.tried_cross_encoder(location, "openvino-f32")
    assert len(children) == 1
    with pytest.raises(ModelError, match="remove"):
        trial.tried_cross_encoder(location, "torch-fp32")
    assert len(children) == 2


def test_another_version_is_another_try(location, children, monkeypatch):
    """A library may have been mended."""
    monkeypatch.setattr(trial, "CHILD", "tests.core.models.dying_child")
    for place in ("here", "elsewhere"):
        monkeypatch.setattr(trial, "where", lambda *_, place=place: place)
        with pytest.raises(ModelError, match="SIGSEGV"):
            trial.tried_encoder(location, "openvino-f32")
    assert len(children) == 2


def test_what_is_only_refused_is_refused_in_its_own_words(location, children):
    """The child finds the same error as whoever opens the model then."""
    with pytest.raises(ModelError, match="could not be loaded"):
        trial.tried_cross_encoder(location, "torch-fp32")
    assert children == ["core.models.runtime_selection.trial"]


def test_a_bundled_model_needs_no_child(location, children, monkeypatch):
    """It is the same everywhere, and a start should be fast."""
    monkeypatch.setattr(trial.runtimes, "open_encoder", lambda *_: "opened")
    bundled = ModelLocation(spec_of("encoder"), location.home, 1)
    assert trial.tried_encoder(bundled, "openvino-f32") == "opened"
    assert children == []
