"""When runtimes are measured, on what, and what is kept of it. OpenVINO is played as missing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from core.errors import ModelError, NotFound
from core.models.loading import Models
from core.models.runtime import REFERENCE
from core.models.runtime_selection import kept_runtimes, measuring
from core.models.runtime_selection.kept_runtimes import choices, keep_choice, saved_choice
from core.models.runtime_selection.measuring import ENOUGH, GROWN, TRIES, Measuring
from core.models.runtime_selection.probe import Group, Material
from core.models.runtime_selection.selection import RuntimeChoice, Trial
from tests.core.models.on_torch import INFO, OnTorch
from tests.fakes import FakeEncoder


def test_the_measurement_is_kept_and_holds_for_this_machine_only(place, monkeypatch):
    """Both models are measured once; on another processor it would be done again."""
    models = Models(FakeEncoder, OnTorch)
    Measuring(place, place, "auto")(models)
    choice = saved_choice(place, "cross_encoder")
    assert choice.runtime == REFERENCE
    assert choice.trials[0].runtime == REFERENCE
    assert {trial.refused for trial in choice.trials[1:]} == {"OpenVINO cannot be used here."}
    monkeypatch.setattr(kept_runtimes, "processor_name", lambda: "another one")
    with pytest.raises(NotFound, match="another machine"):
        saved_choice(place, "cross_encoder")


def kept(place, **changes):
    """A measurement of this machine, with these changes."""
    trial = Trial(REFERENCE, 10.0)
    made = RuntimeChoice(INFO, "Because.", (trial,), measured_at=datetime.now(UTC), settled=True)
    keep_choice(replace(made, **changes), place, "cross_encoder")


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({}, False),
        ({"settled": False, "tries": 1}, True),
        ({"settled": False, "tries": TRIES}, False),
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
    monkeypatch.setattr(measuring, "tune_cross_encoder", lambda on, *_: (on, unclear))
    tries = []
    for _ in range(TRIES + 2):
        Measuring(place, place, "auto")(Models(FakeEncoder, OnTorch))
        tries.append(saved_choice(place, "cross_encoder").tries)
    assert tries == [1, 2, 3, 3, 3]
    kept(place)
    assert measuring._counted(unclear, place, "cross_encoder").tries == 1


def test_asked_for_it_measures_whatever_was_measured_before(place):
    """A runtime that is set stays on; two measurements at once are refused."""
    kept(place)
    models = Models(FakeEncoder, OnTorch)
    work = Measuring(place, place, REFERENCE)
    work.again(models)
    assert saved_choice(place, "cross_encoder").reason != "Because."
    assert models.plain_cross_encoder().info.runtime == REFERENCE
    with models.measuring, pytest.raises(ModelError, match="being measured now"):
        work.again(models)


def test_a_model_that_reads_prompts_keeps_its_runtime(place):
    """Opened as another runtime it would lose them."""
    prompted = replace(place, spec=replace(place.spec, query_prompt="query: "))
    work, models = Measuring(prompted, prompted, "auto"), Models(FakeEncoder, OnTorch)
    work(models)
    with pytest.raises(ModelError, match="no other runtimes"):
        work.again(models)
    assert choices(place.home) == []


def test_a_runtime_that_is_set_is_not_measured(place):
    """Who set one wants that one."""
    Measuring(place, place, "torch-fp32")(Models(FakeEncoder, OnTorch))
    assert choices(place.home) == []


@dataclass
class Own:
    """So many passages of a person's own, and how often material was made of them."""

    passages: int
    made: list[int] = field(default_factory=list)

    def count(self):
        """How many there are."""
        return self.passages

    def material(self, _):
        """One question with two passages."""
        self.made.append(self.passages)
        return Material((Group("one", ("one two", "three"), ("four",)),), ("one",), self.passages)


@pytest.mark.parametrize(
    ("checked_on", "there", "again"),
    [
        (0, ENOUGH - 1, False),
        (0, ENOUGH, True),
        (ENOUGH, ENOUGH * GROWN - 1, False),
        (ENOUGH, ENOUGH * GROWN, True),
    ],
)
def test_agreement_is_checked_on_a_persons_own_passages(place, checked_on, there, again):
    """Once there are enough of them, and when they have become many more."""
    kept(place, of=checked_on)
    own, models = Own(there), Models(FakeEncoder, OnTorch)
    work = Measuring(place, place, "auto", own)
    work(models)
    assert len(own.made) == again
    assert saved_choice(place, "cross_encoder").of == (there if again else checked_on)


def test_what_was_checked_on_them_is_not_due_until_they_have_grown(place):
    """And a runtime that was set is never."""
    own, models = Own(ENOUGH), Models(FakeEncoder, OnTorch)
    work = Measuring(place, place, "auto", own)
    assert work.due(models)
    work(models)
    assert saved_choice(place, "cross_encoder").of == ENOUGH
    assert not work.due(models)
    own.passages *= GROWN
    assert work.due(models)
    assert not replace(work, wanted=REFERENCE).due(models)


def test_few_passages_of_their_own_are_no_measure(place):
    """The samples are."""
    own = Own(ENOUGH - 1)
    Measuring(place, place, "auto", own)(Models(FakeEncoder, OnTorch))
    assert saved_choice(place, "cross_encoder").of == 0
    assert own.made == []


def test_a_model_without_known_weights_is_never_due(place):
    """A name of the hub: its weights lie in a cache, and no graph could be tied to them."""
    hub = replace(place, spec=replace(place.spec, source="org/made"))
    work = Measuring(hub, hub, "auto", Own(ENOUGH))
    assert not work.due(Models(FakeEncoder, OnTorch))


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
    place, monkeypatch, word, agrees
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
            return Material((Group(" ".join(words), passages, ("far",)),), (), self.passages)

    monkeypatch.setattr(measuring, "open_cross_encoder", opened)
    trials = (Trial(REFERENCE, 10.0), Trial("openvino-f32", 20.0))
    kept(place, model=Quick().info, trials=trials)
    models = Models(FakeEncoder, Quick)
    Measuring(place, place, "auto", Many(ENOUGH))(models)
    choice = saved_choice(place, "cross_encoder")
    tried = next(trial for trial in choice.trials if trial.runtime == "openvino-f32")
    values = [measure.value for measure in tried.measures]
    assert choice.of == ENOUGH
    assert values == ([1.0, 1.0] if agrees else [0.0, -1.0])
    assert choice.runtime == ("openvino-f32" if agrees else REFERENCE)
    assert models.plain_cross_encoder().info.runtime == choice.runtime
    assert (tried.refused == "") is agrees
    assert (choice.reason == "Because.") is agrees
