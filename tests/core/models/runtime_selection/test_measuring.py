"""When runtimes are measured, on what, and what is kept of it. OpenVINO is played as missing."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import ModelError, NotFound, Stopping
from core.models.loading import Models
from core.models.runtime import REFERENCE
from core.models.runtime_selection import kept, measuring
from core.models.runtime_selection.kept import (
    RuntimeResult,
    RuntimeSelection,
    keep_selection,
    saved_selection,
    selections,
)
from core.models.runtime_selection.material import Material, RankingTask
from core.models.runtime_selection.measuring import ENOUGH, Measuring
from tests.core.models.on_torch import INFO, OnTorch
from tests.fakes import FakeEncoder


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Nobody waits for a quiet half minute here."""
    monkeypatch.setattr(measuring, "IDLE_SECONDS", 0.0)


@dataclass
class Own:
    """So many passages of a person's own, and how often material was made of them."""

    passages: int = 0
    made: list[int] = field(default_factory=list)

    def count(self):
        """How many there are."""
        return self.passages

    def material(self, _):
        """One question with two passages."""
        self.made.append(self.passages)
        task = RankingTask("one", ("one two", "three"), ("four",))
        return Material((task,), ("one",), self.passages)


def measuring_of(models, location, wanted="auto", own=None):
    """Measures both models of one folder."""
    encoder = replace(location, spec=replace(location.spec, kind="encoder"))
    return Measuring(models, encoder, location, wanted, own or Own())


def quiet():
    """No job waits."""
    return False


def test_the_measurement_is_kept_and_holds_for_this_machine_only(location, monkeypatch):
    """Both models are measured once; on another processor it would be done again."""
    models = Models(FakeEncoder, OnTorch)
    measuring_of(models, location).once(quiet)
    selection = saved_selection(location)
    assert selection.runtime == REFERENCE
    assert selection.results[0].runtime == REFERENCE
    assert {result.refused for result in selection.results[1:]} == {"OpenVINO cannot be used here."}
    monkeypatch.setattr(kept, "processor_name", lambda: "another one")
    with pytest.raises(NotFound, match="another machine"):
        saved_selection(location)


def keep(location, **changes):
    """Keep a measurement of this machine, with these changes."""
    result = RuntimeResult(REFERENCE, 10.0)
    selection = RuntimeSelection(INFO, "Because.", (result,), measured_at=datetime.now(UTC))
    keep_selection(replace(selection, **changes), location)


@pytest.mark.parametrize(
    ("changes", "again"),
    [({}, False), ({"model": replace(INFO, computed="torch of before")}, True)],
)
def test_it_is_measured_once_and_again_only_with_other_versions(location, changes, again):
    """Whatever documents have come since: that is for who asks to measure."""
    keep(location, **changes)
    measuring_of(Models(FakeEncoder, OnTorch), location, own=Own(ENOUGH)).once(quiet)
    assert (saved_selection(location).reason != "Because.") is again


def test_the_end_of_the_process_ends_a_measurement_and_keeps_nothing(location):
    """The next start measures."""
    models = Models(FakeEncoder, OnTorch)
    models.wait()
    models.close()
    with pytest.raises(Stopping):
        measuring_of(models, location).once(quiet)
    assert not models.measuring.locked()
    assert selections(location.home) == []


def test_jobs_go_before_every_call_of_a_measurement(location):
    """One that comes in between holds it up until it is done."""
    models, waits = Models(FakeEncoder, OnTorch), iter([True, False, True] + [False] * 10_000)
    asked = []

    def working():
        asked.append(models.scheduler._taken)
        return next(waits)

    measuring_of(models, location).once(working)
    assert saved_selection(location).results
    assert len(asked) > 50
    assert not any(asked)


def test_asked_for_it_measures_whatever_was_measured_before(location):
    """A runtime that is set stays on; two measurements at once are refused."""
    keep(location)
    models = Models(FakeEncoder, OnTorch)
    work = measuring_of(models, location, REFERENCE)
    work.again()
    assert saved_selection(location).reason != "Because."
    assert models.plain()[1].info.runtime == REFERENCE
    with models.measuring, pytest.raises(ModelError, match="being measured now"):
        work.again()


def test_a_model_that_reads_prompts_keeps_its_runtime(location):
    """Opened as another runtime it would lose them."""
    prompted = replace(location, spec=replace(location.spec, query_prompt="query: "))
    work = measuring_of(Models(FakeEncoder, OnTorch), prompted)
    work.once(quiet)
    with pytest.raises(ModelError, match="no other runtimes"):
        work.again()
    assert selections(location.home) == []


def test_a_runtime_that_is_set_is_not_measured(location):
    """Who set one wants that one."""
    measuring_of(Models(FakeEncoder, OnTorch), location, "torch-fp32").once(quiet)
    assert selections(location.home) == []


@pytest.mark.parametrize(("there", "on_own"), [(ENOUGH - 1, False), (ENOUGH, True)])
def test_asked_for_it_the_agreement_is_checked_on_a_persons_own_passages(location, there, on_own):
    """Once there are enough of them; few are no measure, and the samples are."""
    own = Own(there)
    measuring_of(Models(FakeEncoder, OnTorch), location, own=own).again()
    assert bool(own.made) is on_own
    assert saved_selection(location).own_passages == (there if on_own else 0)


def test_a_model_without_known_weights_keeps_its_runtime(location):
    """A name of the hub: its weights lie in a cache, and no graph could be tied to them."""
    hub = replace(location, spec=replace(location.spec, source="org/made"))
    measuring_of(Models(FakeEncoder, OnTorch), hub).once(quiet)
    assert selections(location.home) == []


class Quick(OnTorch):
    """A faster runtime that turns the order round where a passage says ``odd``."""

    @property
    def info(self):
        """The same weights."""
        return replace(INFO, runtime="openvino-f32")

    def score(self, query, passages):
        """As of the reference, or the opposite."""
        logits = super().score(query, passages)
        return -logits if any("odd" in passage for passage in passages) else logits


@pytest.mark.parametrize(("word", "agrees"), [("even", True), ("odd", False)])
def test_a_runtime_that_ranks_a_persons_passages_otherwise_is_refused(
    location, monkeypatch, word, agrees
):
    """It agreed on the samples; here it does not, and the reference takes its place."""

    def opened(_, runtime):
        if runtime == "openvino-f32":
            return Quick()
        if runtime == REFERENCE:
            return OnTorch()
        raise ModelError("It cannot be had.")

    class Many(Own):
        def material(self, _):
            """Twenty passages in one clear order."""
            words = [f"w{number}" for number in range(20)]
            passages = tuple(" ".join([word, *words[:size]]) for size in range(20))
            task = RankingTask(" ".join(words), passages, ("far",))
            return Material((task,), ("one",), self.passages)

    monkeypatch.setattr(measuring, "tried_cross_encoder", opened)
    results = (RuntimeResult(REFERENCE, 10.0), RuntimeResult("openvino-f32", 20.0))
    keep(location, model=Quick().info, results=results)
    models = Models(FakeEncoder, Quick)
    measuring_of(models, location, own=Many(ENOUGH)).again()
    selection = saved_selection(location)
    quick = next(result for result in selection.results if result.runtime == "openvino-f32")
    assert selection.own_passages == ENOUGH
    assert [figure.value for figure in quick.agreement] == ([1.0, 1.0] if agrees else [0.0, -1.0])
    assert (quick.refused == "") is agrees
    assert agrees or selection.runtime == REFERENCE
    assert models.plain()[1].info.runtime == selection.runtime


@pytest.mark.parametrize(("amx", "there", "tried"), [(1, 0, 0), (1, ENOUGH, 1), (0, 0, 1)])
def test_with_amx_int8_is_tried_on_a_persons_own_passages_only(
    location, monkeypatch, amx, there, tried
):
    """And with what is shipped beside a model, torch is not needed to compare with."""
    opened = []

    def open_one(_, runtime):
        opened.append(runtime)
        return Quick()

    monkeypatch.setattr(measuring, "tried_cross_encoder", open_one)
    monkeypatch.setattr(measuring, "has_amx", lambda: bool(amx))
    monkeypatch.setattr(measuring, "reference_file", lambda _: Path(__file__))
    models = Models(FakeEncoder, Quick)
    measuring_of(models, location, own=Own(there)).again()
    assert ("openvino-int8" in opened) == bool(tried)
    assert REFERENCE not in opened
    names = [result.runtime for result in saved_selection(location).results]
    assert names == ["openvino-f32", "openvino-bf16", "openvino-int8"]
