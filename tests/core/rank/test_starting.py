"""Which runtime a model starts on, and that the reason is kept. OpenVINO is played as missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import InputError, ModelError, NotFound
from core.rank import starting
from core.rank.loading import Models
from core.rank.runtimes import REFERENCE, Place
from core.rank.spec import ModelSpec
from core.rank.starting import Measuring, choices, saved_choice, start_cross_encoder
from core.rank.tuning import RuntimeChoice, Trial
from core.schema import ModelInfo
from tests.fakes import FakeCrossEncoder, FakeEncoder

INFO = ModelInfo("made", "cross_encoder", "1" * 64, 256)


class OnTorch(FakeCrossEncoder):
    """Says that it is the reference."""

    @property
    def info(self):
        """The made model, as torch computes it."""
        return INFO


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A model folder and a home, with fakes in place of both kinds of runtimes."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")

    def opened(_, runtime):
        if runtime == REFERENCE:
            return OnTorch()
        raise ModelError("OpenVINO cannot be used here.")

    monkeypatch.setattr(starting, "open_cross_encoder", opened)
    monkeypatch.setattr(starting, "open_encoder", lambda *_: FakeEncoder())
    monkeypatch.setattr(starting, "processor_name", lambda: "made processor")
    return Place(ModelSpec("made", str(folder)), tmp_path / "home", 2)


def test_without_a_measurement_it_is_torch(place):
    """Auto takes nothing that was not measured."""
    assert start_cross_encoder(place, "auto").info.runtime == REFERENCE
    assert choices(place.home) == []
    with pytest.raises(NotFound):
        saved_choice(place, "cross_encoder")


def test_a_runtime_that_cannot_be_had_is_torch_with_the_reason(place):
    """The page finds why; it does not count as a measurement."""
    assert start_cross_encoder(place, "openvino-f32").info.runtime == REFERENCE
    (choice,) = choices(place.home)
    assert choice.reason == "openvino-f32 cannot be used: OpenVINO cannot be used here."
    with pytest.raises(NotFound):
        saved_choice(place, "cross_encoder")


def test_a_typo_is_refused(place):
    """The message names the choices."""
    with pytest.raises(InputError, match="torch-fp32, openvino-f32"):
        start_cross_encoder(place, "fastest")


def test_the_measurement_is_kept_and_holds_for_this_machine_only(place, monkeypatch):
    """Both models are measured once; on another processor it would be done again."""
    models = Models(FakeEncoder, OnTorch)
    Measuring(place, place, "auto")(models)
    choice = saved_choice(place, "cross_encoder")
    assert choice.runtime == REFERENCE
    assert choice.trials[0].runtime == REFERENCE
    assert {trial.refused for trial in choice.trials[1:]} == {"OpenVINO cannot be used here."}
    monkeypatch.setattr(starting, "processor_name", lambda: "another one")
    with pytest.raises(NotFound, match="another machine"):
        saved_choice(place, "cross_encoder")


def kept(place, **changes):
    """A measurement of this machine, with these changes."""
    trial = Trial(REFERENCE, 10.0)
    made = RuntimeChoice(INFO, "Because.", (trial,), measured_at=datetime.now(UTC), settled=True)
    starting.keep_choice(replace(made, **changes), place, "cross_encoder")


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({}, False),
        ({"settled": False, "tries": 1}, True),
        ({"settled": False, "tries": starting.TRIES}, False),
        ({"model": replace(INFO, computed="torch of before")}, True),
    ],
)
def test_unclear_times_and_those_of_another_version_are_measured_again(place, changes, again):
    """At a later start, and not for ever."""
    kept(place, **changes)
    Measuring(place, place, "auto")(Models(FakeEncoder, OnTorch))
    assert (saved_choice(place, "cross_encoder").reason != "Because.") is again


def test_the_end_of_the_process_ends_a_measurement_and_keeps_nothing(place, caplog):
    """The next start measures; nobody is warned."""
    models = Models(FakeEncoder, OnTorch)
    models.wait()
    models.close()
    Measuring(place, place, "auto")(models)
    assert not models.measuring.locked()
    assert choices(place.home) == []
    assert not caplog.records


def test_unclear_measurements_in_a_row_are_counted(place, monkeypatch):
    """A clear one begins anew."""
    unclear = RuntimeChoice(INFO, "Unclear.", (Trial(REFERENCE, 1.0),))
    monkeypatch.setattr(starting, "tune_cross_encoder", lambda on, *_: (on, unclear))
    tries = []
    for _ in range(starting.TRIES + 2):
        Measuring(place, place, "auto")(Models(FakeEncoder, OnTorch))
        tries.append(saved_choice(place, "cross_encoder").tries)
    assert tries == [1, 2, 3, 3, 3]
    kept(place)
    assert starting._counted(unclear, place, "cross_encoder").tries == 1


def test_asked_for_it_measures_whatever_was_measured_before(place):
    """A runtime that is set stays on; two measurements at once are refused."""
    kept(place)
    models = Models(FakeEncoder, OnTorch)
    measuring = Measuring(place, place, REFERENCE)
    measuring.again(models)
    assert saved_choice(place, "cross_encoder").reason != "Because."
    assert models.plain_cross_encoder().info.runtime == REFERENCE
    with models.measuring, pytest.raises(ModelError, match="being measured now"):
        measuring.again(models)


def test_a_model_that_reads_prompts_keeps_its_runtime(place):
    """Opened as another runtime it would lose them."""
    prompted = replace(place, spec=replace(place.spec, query_prompt="query: "))
    measuring, models = Measuring(prompted, prompted, "auto"), Models(FakeEncoder, OnTorch)
    measuring(models)
    with pytest.raises(ModelError, match="no other runtimes"):
        measuring.again(models)
    assert choices(place.home) == []


def test_a_runtime_that_is_set_is_not_measured(place):
    """Who set one wants that one."""
    Measuring(place, place, "torch-fp32")(Models(FakeEncoder, OnTorch))
    assert choices(place.home) == []


def test_a_record_survives_the_disk(place):
    """Save and load is the identity, the place of measurement added."""
    trial = Trial("openvino-f32", 12.5, (), "too slow")
    choice = RuntimeChoice(INFO, "Because.", (trial,), measured_at=datetime.now(UTC))
    starting.keep_choice(choice, place, "cross_encoder")
    assert saved_choice(place, "cross_encoder") == replace(choice, where=starting.where(place))
