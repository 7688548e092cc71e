"""``train``: make the bundled cross-encoder again from open data."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.settings import Settings

if TYPE_CHECKING:
    from core.evaluate.datasets import Dataset
    from core.models.spec import ModelSpec
    from training.gain import Gain
    from training.sources import Data

Say = Callable[[str], None]


def add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands of this module to the parser."""
    train = commands.add_parser("train", help="make the bundled cross-encoder from open data")
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
    data = commands.add_parser("train-data", help="make training data of what you downloaded")
    data.add_argument("data", type=Path, metavar="DATA_DIR")
    for option, name, what in (
        ("--squad", "train-v1.1.json", "SQuAD 1.1"),
        ("--medquad", "MedQuAD/", "a clone of github.com/abachaa/MedQuAD"),
        ("--handbook", "handbook/", "a clone of github.com/18F/handbook, or pages of your own"),
        ("--clapnq", "ClapNQ_train_answerable.jsonl", "CLAPNQ's questions, asked to SQuAD"),
    ):
        data.add_argument(option, type=Path, metavar=name, help=what)
    data.add_argument("--limit", type=int, help="only the first so many articles of SQuAD")


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


def run_train(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``train DATA_DIR MODEL_DIR``; everything that could be wrong is read before the training.

    Raises:
        InputError: the data cannot be used, or the folder is there already.
    """
    from core.evaluate.compare import verdict  # noqa: PLC0415 - for this command only
    from core.evaluate.datasets import read_dataset  # noqa: PLC0415 - the same
    from core.models.catalog import encoder_spec  # noqa: PLC0415 - the same
    from training.bundled import Plan, make_model  # noqa: PLC0415 - the same
    from training.bundled_card import bundled_card  # noqa: PLC0415 - the same
    from training.sources import read_data  # noqa: PLC0415 - the same

    out = arguments.out
    if out.exists():
        raise InputError(f"{out} is there already.", "Name a new folder.")
    base = encoder_spec(arguments.base, settings.home)
    if not base.local:
        raise InputError(f"{base.name} is not a folder on this machine.", "Name a local one.")
    datasets = [read_dataset(folder) for folder in arguments.measure]
    data = read_data(arguments.data)
    plan = Plan(arguments.share, arguments.seed, settings.threads)
    say(", ".join(f"{name}: {len(pool)}" for name, pool in data.pools.items()))
    made = make_model(data, Path(base.source), out, plan, say)
    say(
        f"{made.steps} steps in {made.seconds:.0f} s; the answer is first of four on "
        f"{made.before:.1%} of {made.tested} held-out questions before, {made.after:.1%} after"
    )
    _write_card(out, bundled_card(out.name, base, data, plan, made))
    if datasets:
        gains = _measured(datasets, base, out, data, settings)
        _write_card(out, bundled_card(out.name, base, data, plan, made, gains))
        for found in gains:
            say(f"{found.dataset}: {verdict(found.difference)}")
    return 0


def _measured(
    datasets: list[Dataset], base: ModelSpec, out: Path, data: Data, settings: Settings
) -> list[Gain]:
    from core.models.cross_encoder import load_cross_encoder  # noqa: PLC0415 - torch
    from core.models.encoder import load_encoder  # noqa: PLC0415 - the same
    from core.models.spec import ModelSpec  # noqa: PLC0415 - the same
    from training.gain import gain  # noqa: PLC0415 - for this command only

    learned = {example.query for pool in data.pools.values() for example in pool}
    encoder = load_encoder(base, settings.threads)
    model = load_cross_encoder(ModelSpec(name=out.name, source=str(out)), settings.threads)
    return [gain(dataset, encoder, model, learned) for dataset in datasets]


def _write_card(folder: Path, text: str) -> None:
    (folder / "README.md").write_text(text, encoding="utf-8")


def run_train_data(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``train-data DATA_DIR --squad ... --medquad ... --handbook ... --clapnq ...``.

    Raises:
        InputError: a download is not what it should be.
    """
    from core.models.catalog import encoder_spec  # noqa: PLC0415 - the same
    from core.models.encoder import load_encoder  # noqa: PLC0415 - torch
    from training.making import Downloads, make_data  # noqa: PLC0415 - for this command only

    given = arguments
    downloads = Downloads(given.squad, given.medquad, given.handbook, given.clapnq, given.limit)
    spec = encoder_spec("bundled", settings.home)
    make_data(downloads, given.data, lambda: load_encoder(spec, settings.threads), say)
    return 0


TRAIN = {"train": run_train, "train-data": run_train_data}
