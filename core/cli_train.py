"""``train``: make the bundled cross-encoder again from open data."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from core.errors import InputError
from core.settings import Settings

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
    data = commands.add_parser("train-data", help="make training data of SQuAD and by rule")
    data.add_argument("squad", type=Path, metavar="train-v1.1.json")
    data.add_argument("data", type=Path, metavar="DATA_DIR")
    data.add_argument("--limit", type=int, help="only the first so many articles")


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
    """``train DATA_DIR MODEL_DIR``.

    Raises:
        InputError: the data cannot be used, or the folder is there already.
    """
    from core.learn.bundled import Plan, make_model  # noqa: PLC0415 - for this command only
    from core.learn.bundled_card import bundled_card  # noqa: PLC0415 - the same
    from core.learn.sources import read_data  # noqa: PLC0415 - the same
    from core.rank.models import encoder_spec  # noqa: PLC0415 - the same

    if arguments.out.exists():
        raise InputError(f"{arguments.out} is there already.", "Name a new folder.")
    base = encoder_spec(arguments.base, settings.home)
    if not base.local:
        raise InputError(f"{base.name} is not a folder on this machine.", "Name a local one.")
    data = read_data(arguments.data)
    plan = Plan(arguments.share, arguments.seed, settings.threads)
    say(", ".join(f"{name}: {len(pool)}" for name, pool in data.pools.items()))
    made = make_model(data, Path(base.source), arguments.out, plan, say)
    card = bundled_card(arguments.out.name, base, data, plan, made)
    (arguments.out / "README.md").write_text(card, encoding="utf-8")
    say(
        f"{made.steps} steps in {made.seconds:.0f} s; the answer is first of four on "
        f"{made.before:.1%} of {made.tested} held-out questions before, {made.after:.1%} after"
    )
    return 0


def run_train_data(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``train-data train-v1.1.json DATA_DIR``.

    Raises:
        InputError: the file is not SQuAD 1.1.
    """
    from core.learn.policies import policy_lines  # noqa: PLC0415 - for this command only
    from core.learn.sources import SOURCES  # noqa: PLC0415 - the same
    from core.learn.squad import make_squad, read_squad, write_lines  # noqa: PLC0415 - for this command only
    from core.rank.encoder import load_encoder  # noqa: PLC0415 - torch
    from core.rank.models import encoder_spec  # noqa: PLC0415 - the same

    asked, passages = read_squad(arguments.squad, arguments.limit)
    say(f"{len(passages)} paragraphs, {len(asked)} questions")
    encoder = load_encoder(encoder_spec("bundled", settings.home), settings.threads)
    for name, count in make_squad(asked, passages, encoder, arguments.data, say).items():
        say(f"{name}: {count}")
    made = write_lines(arguments.data, SOURCES["policies"], policy_lines())
    say(f"{SOURCES['policies']}: {made}")
    return 0


TRAIN = {"train": run_train, "train-data": run_train_data}
