"""Makes what ``models/`` ships, and int8 recipes: ``python -m training COMMAND``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.app.engine import open_engine
from core.cli.main import exit_code
from core.errors import InputError
from core.evaluate.compare import verdict
from core.evaluate.datasets import Dataset, read_dataset
from core.models.opening import located
from core.models.openvino.int8 import kept_recipe, recipe_file
from core.models.registry import MODELS_FOLDER, WEIGHTS, ModelSpec, spec_of
from core.models.runtime import ModelLocation, open_encoder
from core.models.runtime_selection.agreement import reference_file
from core.models.runtime_selection.kept import start
from core.models.runtime_selection.material import ranking_tasks, sample_texts
from core.settings import Settings, load_settings
from training.gain import Gain, gain
from training.int8_pairs import TOKENS, calibration_pairs, training_pairs
from training.quantizing import cross_encoder_recipe, keep_recipe
from training.reference import (
    make_cross_encoder_reference,
    make_encoder_reference,
    save_reference,
)

STEPS = 10


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    root = argparse.ArgumentParser("python -m training", description=__doc__)
    root.add_argument("--home", type=Path, help="the home folder (default: SECOND_LOOK_HOME)")
    commands = root.add_subparsers(dest="command", required=True)
    data = commands.add_parser("data", help="make training data of what you downloaded")
    data.add_argument("data", type=Path, metavar="DATA_DIR")
    for option, name, what in (
        ("--squad", "train-v1.1.json", "SQuAD 1.1"),
        ("--medquad", "MedQuAD/", "a clone of github.com/abachaa/MedQuAD"),
        ("--handbook", "handbook/", "a clone of github.com/18F/handbook, or pages of your own"),
        ("--clapnq", "ClapNQ_train_answerable.jsonl", "CLAPNQ's questions, asked to SQuAD"),
        ("--topics", "topical-pairs.jsonl.gz", "topics with their passages"),
    ):
        data.add_argument(option, type=Path, metavar=name, help=what)
    data.add_argument("--limit", type=int, help="only the first so many articles of SQuAD")
    _add_train(commands.add_parser("train", help="make the bundled cross-encoder from open data"))
    _add_distil(commands.add_parser("distil", help="make a narrower sibling of a cross-encoder"))
    quantize = commands.add_parser("quantize", help="make an int8 recipe of a cross-encoder")
    quantize.add_argument(
        "--cross-encoder", default="", metavar="NAME", help="default: the one that is on"
    )
    source = quantize.add_mutually_exclusive_group()
    source.add_argument("--collection", default="", help="whose passages it is fitted to, by name")
    source.add_argument(
        "--data", type=Path, metavar="DATA_DIR", help="fit it to training data, for models/int8"
    )
    commands.add_parser("reference", help="make models/reference anew, by torch in float32")
    return root


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("data", type=Path, metavar="DATA_DIR", help="see docs/decisions/0101")
    train.add_argument("out", type=Path, metavar="MODEL_DIR", help="a new folder")
    train.add_argument(
        "--share", type=share, default=1.0, help="of the steps, above 0 to 1 (default 1: two hours)"
    )
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--base", default="bundled", help="the bi-encoder to start from")
    train.add_argument(
        "--measure",
        type=Path,
        action="append",
        default=[],
        metavar="BEIR_DIR",
        help="measure the new model there, for its card",
    )


def _add_distil(distil: argparse.ArgumentParser) -> None:
    distil.add_argument("data", type=Path, metavar="DATA_DIR", help="see docs/decisions/0101")
    distil.add_argument("out", type=Path, metavar="MODEL_DIR", help="new, or of a run that stopped")
    distil.add_argument("--teacher", default="bundled", help="a cross-encoder, a BERT")
    distil.add_argument(
        "--width", type=int, default=576, help="neurons of each feed-forward part (default 576)"
    )
    distil.add_argument("--steps", type=int, default=1_400)
    distil.add_argument("--seed", type=int, default=0)


def share(text: str) -> float:
    """A part of the training.

    >>> share("0.05")
    0.05
    """
    try:
        value = float(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from exc
    if not 0.0 < value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most 1")
    return value


def run_data(settings: Settings, arguments: argparse.Namespace) -> int:
    """``data DATA_DIR --squad ... --medquad ... --handbook ... --clapnq ...``.

    Raises:
        InputError: a download is not what it should be.
    """
    from training.making import Downloads, make_data  # noqa: PLC0415 - for this command only

    given = arguments
    downloads = Downloads(
        given.squad, given.medquad, given.handbook, given.clapnq, given.topics, given.limit
    )
    spec = spec_of("encoder", "bundled", settings.home)
    location = ModelLocation(spec, settings.home, settings.threads)
    make_data(downloads, given.data, lambda: start(location, settings.runtime, open_encoder), _say)
    return 0


def run_train(settings: Settings, arguments: argparse.Namespace) -> int:
    """``train DATA_DIR MODEL_DIR``; everything that could be wrong is read before the training.

    Raises:
        InputError: the data cannot be used, or the folder is there already.
    """
    from training.bundled import Plan, make_model  # noqa: PLC0415 - for this command only
    from training.bundled_card import bundled_card  # noqa: PLC0415 - the same
    from training.sources import read_data  # noqa: PLC0415 - the same

    out = arguments.out
    if out.exists():
        raise InputError(f"{out} is there already.", "Name a new folder.")
    base = spec_of("encoder", arguments.base, settings.home)
    if not base.local:
        raise InputError(f"{base.name} is not a folder on this machine.", "Name a local one.")
    datasets = [read_dataset(folder) for folder in arguments.measure]
    data = read_data(arguments.data)
    plan = Plan(arguments.share, arguments.seed, settings.threads)
    _say(", ".join(f"{name}: {len(pool)}" for name, pool in data.pools.items()))
    made = make_model(data, Path(base.source), out, plan, _say)
    _say(
        f"{made.steps} steps in {made.seconds:.0f} s; the answer is first of four on "
        f"{made.before:.1%} of {made.tested} held-out questions before, {made.after:.1%} after"
    )
    _write_card(out, bundled_card(out.name, base, data, plan, made))
    if datasets:
        learned = {example.query for pool in data.pools.values() for example in pool}
        gains = _measured(datasets, base, out, learned, settings.threads)
        _write_card(out, bundled_card(out.name, base, data, plan, made, gains))
        for dataset_gain in gains:
            _say(f"{dataset_gain.dataset}: {verdict(dataset_gain.difference)}")
    return 0


def run_distil(settings: Settings, arguments: argparse.Namespace) -> int:
    """``distil DATA_DIR MODEL_DIR --width 576``; goes on where a run was stopped.

    Raises:
        InputError: the data, the teacher or the width cannot be used, or the model is there.
    """
    from training.distil import DistilPlan, distil  # noqa: PLC0415 - for this command only
    from training.sources import read_data  # noqa: PLC0415 - the same

    if (arguments.out / WEIGHTS).exists():
        raise InputError(f"{arguments.out} has a model already.", "Name a new folder.")
    teacher = located(spec_of("cross_encoder", arguments.teacher, settings.home))
    plan = DistilPlan(
        arguments.width, arguments.steps, seed=arguments.seed, threads=settings.threads
    )
    made = distil(read_data(arguments.data), Path(teacher.source), arguments.out, plan, _say)
    _say(
        f"{plan.steps} steps; it puts the passage first that {teacher.name} does on "
        f"{made.same_first:.1%} of {made.tested} held-out questions"
    )
    return 0


def _measured(
    datasets: list[Dataset], base: ModelSpec, out: Path, learned: set[str], threads: int
) -> list[Gain]:
    from core.models.torch_models import load_cross_encoder, load_encoder  # noqa: PLC0415 - torch

    encoder = load_encoder(base, threads)
    model = load_cross_encoder(ModelSpec(name=out.name, source=str(out)), threads)
    return [gain(dataset, encoder, model, learned) for dataset in datasets]


def _write_card(folder: Path, text: str) -> None:
    (folder / "README.md").write_text(text, encoding="utf-8")


def run_quantize(settings: Settings, arguments: argparse.Namespace) -> int:
    """``quantize``: into the home folder, where the runtimes are measured again; or models/int8.

    Raises:
        SecondLookError: this model can have no recipe, or something failed.
    """
    engine = open_engine(settings)
    manager = engine.model_manager
    try:
        name = arguments.cross_encoder or manager.cross_encoder_name
        spec = located(spec_of("cross_encoder", name, settings.home))
        location = ModelLocation(spec, settings.home, settings.threads)
        if arguments.data:
            recipe = cross_encoder_recipe(
                location, training_pairs(arguments.data), tell=_steps(_say)
            )
            file = keep_recipe(recipe, recipe_file(MODELS_FOLDER, recipe.weights))
        else:
            collection = engine.library.collection_named(arguments.collection)
            pairs = calibration_pairs(engine, collection.id)
            recipe = cross_encoder_recipe(location, pairs, TOKENS, _steps(_say))
            file = keep_recipe(recipe, kept_recipe(settings.home, recipe.weights))
        _say(f"made: {file} ({len(recipe.sites)} layers, {file.stat().st_size / 1e6:.1f} MB)")
        if spec_of("cross_encoder", name, settings.home) != manager.spec("cross_encoder"):
            _say(f"{spec.name} is not on: choose it and measure it on the Models page.")
            return 0
        _say("measuring the runtimes …")
        manager.measure_runtimes()
        _say("The Models page says whether int8 agrees with the reference, and how fast it is.")
    finally:
        engine.close()
    return 0


def run_reference(_settings: Settings, _arguments: argparse.Namespace) -> int:
    """``reference``: what torch gives for a few texts of the samples, for both bundled models."""
    from core.models.torch_models import load_cross_encoder, load_encoder  # noqa: PLC0415 - torch

    encoder, cross_encoder = load_encoder(), load_cross_encoder()
    questions, passages = sample_texts(most=6)
    tasks = ranking_tasks(questions, passages, encoder, 2)
    near = list(dict.fromkeys(text for task in tasks for text in task.passages))[:8]
    for info, reference in (
        (cross_encoder.info, make_cross_encoder_reference(cross_encoder, questions, near)),
        (encoder.info, make_encoder_reference(encoder, passages[::7][:12])),
    ):
        file = reference_file(info.sha256)
        save_reference(reference, file)
        _say(f"{file}: {file.stat().st_size} bytes")
    return 0


def _steps(say: Callable[[str], None]) -> Callable[[float], None]:
    """Says every tenth of the way once."""
    told = [0]

    def tell(part: float) -> None:
        if int(part * STEPS) > told[-1]:
            told.append(int(part * STEPS))
            say(f"{told[-1] / STEPS:.0%}")

    return tell


COMMANDS = {
    "data": run_data,
    "train": run_train,
    "distil": run_distil,
    "quantize": run_quantize,
    "reference": run_reference,
}


def _run(argv: Sequence[str] | None) -> int:
    arguments = parser().parse_args(argv)
    settings = load_settings()
    if arguments.home is not None:
        settings = replace(settings, home=arguments.home)
    return COMMANDS[arguments.command](settings, arguments)


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point."""
    return exit_code(lambda: _run(argv))


if __name__ == "__main__":
    sys.exit(main())
