"""The training process: ``python -m core.learn.training FOLDER``.

It reads ``spec.json``, writes a line of ``progress.jsonl`` for every few steps, keeps
checkpoints to resume from, stops when a file named ``cancel`` appears, and ends with a model and
its measures on the test questions. Everything heavy is imported here and nowhere else.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.evaluate.metrics import MEASURE, evaluate_run, mean
from core.learn import recipe as files
from core.learn.groups import TrainingGroup
from core.learn.recipe import Step, Training, TrainingRecipe, TrainingResult
from core.models.torch_models import import_sentence_transformers
from core.serialize import from_json, to_json

EVALUATIONS = 6


class Reporter:
    """Writes where the training stands, and reads whether somebody wants it to stop."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._begun = time.monotonic()
        self.dev: list[float] = []

    @property
    def cancelled(self) -> bool:
        """Whether the person pressed cancel."""
        return (self.folder / files.CANCEL).exists()

    @property
    def seconds(self) -> float:
        """Since the process began."""
        return time.monotonic() - self._begun

    def say(self, step: Step) -> None:
        """Add a line; whoever watches reads whole lines only."""
        with (self.folder / files.PROGRESS).open("a", encoding="utf-8") as file:
            file.write(to_json(step) + "\n")


def ndcg_of(model: Any, groups: Sequence[TrainingGroup]) -> dict[str, float]:
    """nDCG@10 of every question under a model, by its text; linear gain."""
    import torch  # noqa: PLC0415 - loaded with the model already

    qrels: dict[str, Mapping[str, int]] = {}
    run: dict[str, Mapping[str, float]] = {}
    for group in groups:
        pairs = [(group.query, passage) for passage in group.passages]
        logits = model.predict(
            pairs, activation_fn=torch.nn.Identity(), show_progress_bar=False, batch_size=16
        )
        qrels[group.query] = {str(i): grade for i, grade in enumerate(group.grades)}
        run[group.query] = {str(i): float(logit) for i, logit in enumerate(logits)}
    return dict(evaluate_run(qrels, run, (MEASURE,))[MEASURE])


def _load(spec: Training) -> Any:
    library = import_sentence_transformers(spec.recipe.threads)
    import torch  # noqa: PLC0415 - loaded by the line above

    torch.manual_seed(spec.recipe.seed)
    model = library.CrossEncoder(
        str(spec.base),
        device="cpu",
        local_files_only=True,
        max_length=spec.recipe.max_length,
        model_kwargs={"dtype": torch.float32},
    )
    for name, values in model.named_parameters():
        if "word_embeddings" in name:  # half of a small model; they stay as they are
            values.requires_grad_(False)
    return model


def _loss(model: Any, recipe: TrainingRecipe) -> Any:
    from sentence_transformers.cross_encoder import losses  # noqa: PLC0415 - loaded already

    if recipe.loss == "listwise":
        return losses.LambdaLoss(model, losses.NDCGLoss2PPScheme(), mini_batch_size=16)
    if recipe.loss == "pairwise":
        return losses.RankNetLoss(model, mini_batch_size=16)
    return losses.BinaryCrossEntropyLoss(model)


def _dataset(groups: Sequence[TrainingGroup], recipe: TrainingRecipe) -> Any:
    from datasets import Dataset  # noqa: PLC0415 - only a training needs it

    if recipe.loss == "pointwise":
        pairs = [
            (g.query, p, float(n > 0))
            for g in groups
            for p, n in zip(g.passages, g.grades, strict=True)
        ]
        columns = zip(*pairs, strict=True)
        return Dataset.from_dict(dict(zip(("query", "passage", "label"), columns, strict=True)))
    return Dataset.from_dict(
        {
            "query": [group.query for group in groups],
            "docs": [list(group.passages) for group in groups],
            "labels": [list(map(float, group.grades)) for group in groups],
        }
    )


def _watch(model: Any, spec: Training, reporter: Reporter) -> Any:
    """The trainer's callback: reports, measures the dev questions, obeys cancel."""
    from transformers import TrainerCallback  # noqa: PLC0415 - loaded already

    class Watch(TrainerCallback):  # type: ignore[misc]
        """Tells the page where the training stands."""

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            """A mean loss since the line before."""
            loss = (logs or {}).get("loss")
            if loss is not None:
                where = (state.global_step, state.max_steps)
                reporter.say(Step("training", *where, float(loss), seconds=reporter.seconds))

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            """Obey a cancel; measure now and then, and stop when it does not get better."""
            control.should_training_stop = control.should_training_stop or reporter.cancelled
            if state.global_step % max(1, state.max_steps // EVALUATIONS) == 0:
                self._measure(state, control)

        def _measure(self, state: Any, control: Any) -> None:
            dev = mean(ndcg_of(model, spec.dev))
            reporter.say(
                Step("training", state.global_step, state.max_steps, None, dev, reporter.seconds)
            )
            if dev > max(reporter.dev, default=-1.0):
                _keep(model, reporter)
            reporter.dev.append(dev)
            best = reporter.dev.index(max(reporter.dev))
            control.should_training_stop |= len(reporter.dev) - 1 - best >= spec.recipe.patience
            control.should_save = True

    return Watch()


def _keep(model: Any, reporter: Reporter) -> None:
    """The best model so far, by the dev questions."""
    model.save_pretrained(str(reporter.folder / files.MODEL), create_model_card=False)


def train(folder: Path) -> TrainingResult:
    """Run the training that ``spec.json`` in this folder describes."""
    spec = from_json(Training, (folder / files.SPEC).read_text(encoding="utf-8"))
    reporter = Reporter(folder)
    model = _load(spec)
    before = ndcg_of(model, spec.test)
    reporter.dev.append(mean(ndcg_of(model, spec.dev)))
    _keep(model, reporter)
    trainer = _trainer(model, spec, folder, reporter)
    checkpoints = list((folder / files.CHECKPOINTS).glob("checkpoint-*"))
    trainer.train(resume_from_checkpoint=bool(checkpoints))
    reporter.say(Step("measuring", trainer.state.global_step, trainer.state.max_steps))
    best = _load(replace(spec, base=folder / files.MODEL))
    return TrainingResult(
        before=before,
        after=ndcg_of(best, spec.test),
        steps=trainer.state.global_step,
        seconds=reporter.seconds,
    )


def _trainer(model: Any, spec: Training, folder: Path, reporter: Reporter) -> Any:
    from sentence_transformers.cross_encoder import (  # noqa: PLC0415 - loaded already
        CrossEncoderTrainer,
        CrossEncoderTrainingArguments,
    )

    recipe = spec.recipe
    arguments = CrossEncoderTrainingArguments(
        output_dir=str(folder / files.CHECKPOINTS),
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch,
        learning_rate=recipe.learning_rate,
        warmup_steps=0.1,
        seed=recipe.seed,
        use_cpu=True,
        report_to="none",
        logging_steps=5,
        save_strategy="no",  # the watch says when
        save_total_limit=1,
        disable_tqdm=True,
    )
    return CrossEncoderTrainer(
        model=model,
        args=arguments,
        train_dataset=_dataset(spec.train, recipe),
        loss=_loss(model, recipe),
        callbacks=[_watch(model, spec, reporter)],
    )


def main() -> int:
    """Train; the last line of the progress says how it ended."""
    os.nice(10)  # searches come first: a training takes what they leave
    folder = Path(sys.argv[1])
    reporter = Reporter(folder)
    result = train(folder)
    (folder / files.RESULT).write_text(to_json(result, indent=1), encoding="utf-8")
    state = "cancelled" if reporter.cancelled else "done"
    reporter.say(Step(state, result.steps, result.steps, seconds=result.seconds))  # type: ignore[arg-type]
    return 0


if __name__ == "__main__":
    sys.exit(main())
