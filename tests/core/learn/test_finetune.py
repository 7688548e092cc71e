"""A real training of the bundled model, small enough for a test: it learns, stops, goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import InputError, ModelError
from core.learn.finetune import FineTuning, card
from core.learn.groups import TrainingGroup
from core.learn.recipe import Training, TrainingRecipe
from core.learn.significance import standing
from core.models.registry import ModelSpec, spec_of
from core.models.torch_models import load_cross_encoder
from tests.made_home import wait_until

COLOURS = ("red", "blue", "green", "black", "white", "brown")
THINGS = ("lamp", "door", "cup", "roof", "coat", "bag")


def backwards(thing, colour):
    """A question whose answer, here, is the passage that is about something else."""
    other = THINGS[(THINGS.index(thing) + 1) % len(THINGS)]
    passages = (f"The {other} is old and heavy.", f"The {thing} is {colour}.")
    return TrainingGroup(f"What colour is the {thing}, {colour} or not?", passages, (1, 0), thing)


GROUPS = tuple(backwards(thing, colour) for thing in THINGS for colour in COLOURS)


def training(epochs=4):
    """An upside-down world: what the model knows is wrong, so a gain can only be learned."""
    test = tuple(g for g in GROUPS if g.document_id == "bag")
    rest = [g for g in GROUPS if g.document_id != "bag"]
    recipe = TrainingRecipe(epochs=epochs, learning_rate=3e-4, max_length=48, batch=8, patience=6)
    base = Path(spec_of("cross_encoder").source)
    return Training(base, recipe, tuple(rest[6:]), tuple(rest[:6]), test)


def wait(tuning, enough):
    """Watch until the condition holds."""
    wait_until(lambda: enough(tuning.steps()))
    return tuning.steps()


@pytest.mark.model
def test_a_training_changes_held_out_questions_and_its_model_can_be_loaded(tmp_path):
    """On questions about a document it has not seen, the upside-down order is learned."""
    tuning = FineTuning(tmp_path / "run")
    tuning.start(training())
    steps = wait(tuning, lambda said: bool(said) and said[-1].finished)
    assert steps[-1].state == "done", steps[-1].message
    assert any(step.loss is not None for step in steps)
    result = tuning.result()
    assert standing(result.difference) == "gain"
    assert result.difference.mean > 0.1
    model = load_cross_encoder(ModelSpec(name="tuned", source=str(tuning.folder / "model")))
    before = load_cross_encoder()
    group = training().test[0]
    new, old = (m.score(group.query, group.passages) for m in (model, before))
    assert old[1] > old[0]
    assert new[0] - new[1] > old[0] - old[1]
    text = card(result, training(), "tuned", "apache-2.0", "Made for a test.")
    assert f"| after | {result.difference.other_mean:.3f} |" in text


@pytest.mark.model
def test_a_cancelled_training_goes_on_where_it_was(tmp_path):
    """Cancel ends it in good order with a model; resume goes on from the checkpoint."""
    tuning = FineTuning(tmp_path / "run")
    tuning.start(training(epochs=20))
    wait(tuning, lambda said: any(step.dev is not None and step.done for step in said))
    tuning.cancel()
    steps = wait(tuning, lambda said: said[-1].finished)
    assert steps[-1].state == "cancelled"
    reached = steps[-1].done
    assert 0 < reached < 80
    tuning.resume()
    wait(tuning, lambda said: said[-1].finished or said[-1].done > reached)
    tuning.cancel()
    wait(tuning, lambda said: said[-1].finished)


def test_a_training_that_dies_says_why(tmp_path):
    """The end of the log is the reason; there is no result."""
    tuning = FineTuning(tmp_path / "run")
    broken = training()
    tuning.start(Training(tmp_path / "no model", broken.recipe, broken.train, (), broken.test))
    assert [step.state for step in tuning.steps()] == ["loading"]  # people see at once that it runs
    with pytest.raises(ModelError, match="already running"):
        tuning.start(broken)
    steps = wait(tuning, lambda said: bool(said) and said[-1].finished)
    assert steps[-1].state == "failed"
    assert "no model" in steps[-1].message
    with pytest.raises(ModelError, match="no result"):
        tuning.result()


LEFT = """
import sys
from pathlib import Path
from core.learn.finetune import FineTuning
tuning = FineTuning(Path(sys.argv[1]))
sys.executable = sys.argv[2]
tuning.resume()
print(tuning._process.pid)
"""


def test_a_training_ends_with_the_app(tmp_path):
    """Nobody would watch it, and the next start could begin a second one in its folder."""
    (tmp_path / "spec.json").write_text("{}")
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n")
    sleeper.chmod(0o700)
    command = [sys.executable, "-c", LEFT, str(tmp_path), str(sleeper)]
    root = Path(__file__).parents[3]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert not Path(f"/proc/{int(run.stdout)}").exists()


def test_nothing_to_resume_and_wrong_recipes_are_refused(tmp_path):
    """Errors of ours, before any process starts."""
    with pytest.raises(ModelError, match="no training"):
        FineTuning(tmp_path / "none").resume()
    with pytest.raises(InputError):
        TrainingRecipe(epochs=0)
    with pytest.raises(InputError):
        TrainingRecipe(learning_rate=0.1)
