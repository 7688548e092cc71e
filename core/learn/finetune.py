"""A training seen from outside: start it, watch it, cancel it, resume it, take its model.

The training is a process of its own: it may take all the memory and time it likes, the app goes
on, and a restart of the app finds it where it was.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
from pathlib import Path

from core.errors import ModelError
from core.evaluate.compare import verdict
from core.evaluate.metrics import MEASURE
from core.home.worker import before_the_end
from core.learn import recipe as files
from core.learn.recipe import Step, Training, TrainingResult
from core.learn.significance import reason
from core.serialize import from_json, to_json
from core.text.counting import counted, signed

_LOG_TAIL = 400


class FineTuning:
    """One training in a folder of its own.

    Args:
        folder: where everything of it lies; made when it is started.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, training: Training) -> None:
        """Begin anew in an empty folder.

        Raises:
            ModelError: the training before still runs; its folder is in use.
        """
        if self.running:
            raise ModelError("A training is already running.", "Wait until it ends, or cancel it.")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / files.SPEC).write_text(to_json(training, indent=1), encoding="utf-8")
        self._say_loading()  # its own first word takes seconds, and people watch from now on
        self._launch()

    def resume(self) -> None:
        """Go on from the last checkpoint of a training that was cancelled or cut off.

        Raises:
            ModelError: there is nothing to go on with.
        """
        if not (self.folder / files.SPEC).is_file():
            raise ModelError("There is no training to resume.", "Start one.")
        (self.folder / files.CANCEL).unlink(missing_ok=True)
        self._say_loading()  # what was said before is not the end
        self._launch()

    def cancel(self) -> None:
        """Ask it to stop after the step it is in; what it has learned so far is kept."""
        (self.folder / files.CANCEL).touch()

    def stop(self) -> None:
        """End the process at once, as the end of the app does; its checkpoints stay."""
        atexit.unregister(self.stop)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def steps(self) -> list[Step]:
        """Everything it has said, oldest first; the last one is where it stands.

        A process that ended without its last word has failed; the end of its log says why.
        """
        running = self.running  # asked first: it may end while its words are read
        path = self.folder / files.PROGRESS
        lines = path.read_text(encoding="utf-8").splitlines(True) if path.exists() else []
        steps = [from_json(Step, line) for line in lines if line.endswith("\n")]
        if steps and steps[-1].finished:
            if self._process is not None:
                self._process.wait()  # its last word is its last act
            return steps
        if lines and not running:
            steps.append(Step("failed", message=self._why()))
        return steps

    def result(self) -> TrainingResult:
        """What it came to.

        Raises:
            ModelError: it is not finished.
        """
        path = self.folder / files.RESULT
        if not path.is_file():
            raise ModelError("The training has no result yet.", "Wait until it ends.")
        return from_json(TrainingResult, path.read_text(encoding="utf-8"))

    def spec(self) -> Training:
        """What it reads."""
        return from_json(Training, (self.folder / files.SPEC).read_text(encoding="utf-8"))

    def _say_loading(self) -> None:
        with (self.folder / files.PROGRESS).open("a", encoding="utf-8") as file:
            file.write(to_json(Step("loading")) + "\n")

    def _launch(self) -> None:
        before_the_end(self.stop)
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
        with (self.folder / files.LOG).open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "core.learn.training", str(self.folder)],
                cwd=Path(__file__).parents[2],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )

    def _why(self) -> str:
        path = self.folder / files.LOG
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        return text[-_LOG_TAIL:].strip() or "Its process ended without a message."


def card(result: TrainingResult, training: Training, name: str, licence: str, data: str) -> str:
    """The model card, in Markdown: what it was made from, how, and what it is worth.

    Args:
        result: measured on questions about documents it was not trained on.
        training: base, recipe and questions.
        name: of the new model.
        licence: of the model it started from, which stays.
        data: one sentence on where the questions and grades came from.
    """
    d, recipe = result.difference, training.recipe
    doubt = reason(d)
    return (
        f"---\nlicense: {licence}\npipeline_tag: text-ranking\n"
        f"library_name: sentence-transformers\n---\n# {name}\n"
        f"A cross-encoder fine-tuned by Second Look from {training.base.name}. {data}\n\n"
        f"Trained on {counted(len(training.train), 'question')}, stopped by {len(training.dev)}, "
        f"tested on {len(training.test)}: {recipe.loss} loss, up to {recipe.epochs} epochs, "
        f"learning rate {recipe.learning_rate:g}, seed {recipe.seed}, "
        f"{result.steps} steps in {result.seconds:.0f} s.\n\n"
        f"| | {MEASURE} on the test questions |\n|---|---|\n| before | {d.base_mean:.3f} |\n"
        f"| after | {d.other_mean:.3f} |\n| difference | {signed(d.mean, 3)} "
        f"[{signed(d.low, 3)}, {signed(d.high, 3)}], better {d.wins}, worse {d.losses}, "
        f"same {d.ties} |\n\n"
        f"{verdict(d)}\n" + (f"\n{doubt}\n" if doubt else "")
    )
