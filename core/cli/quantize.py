"""``quantize``: make the int8 recipe of a cross-encoder from passages of this home folder."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from core.app.engine import open_engine
from core.app.recipes import int8_words, make_recipe
from core.cli.given import collection_named
from core.models.catalog import cross_encoder_spec
from core.settings import Settings

Say = Callable[[str], None]
STEPS = 10


def add_quantize(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to the parser."""
    made = commands.add_parser("quantize", help="make an int8 recipe of a cross-encoder")
    made.add_argument(
        "--cross-encoder", default="", metavar="NAME", help="default: the one that is on"
    )
    made.add_argument("--collection", default="", help="whose passages it is fitted to, by name")


def run_quantize(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``quantize``: afterwards the runtimes are measured, when the model is the one that is on.

    Raises:
        SecondLookError: this model can have no recipe, or something failed.
    """
    engine = open_engine(settings)
    try:
        name = arguments.cross_encoder or engine.model_manager.cross_encoder_name
        collection = collection_named(engine, arguments.collection)
        steps = _Steps(say)
        file = make_recipe(engine, collection.id, name, steps)
        say(f"made: {file} ({file.stat().st_size / 1e6:.1f} MB)")
        spec = cross_encoder_spec(name, settings.home)
        if spec != engine.model_manager.spec("cross_encoder"):
            say(f"{spec.name} is not on: choose it and measure it on the Models page.")
            return 0
        say("measuring the runtimes …")
        engine.model_manager.measure_runtimes()
        say(int8_words(settings.home, spec.name))
    finally:
        engine.close()
    return 0


class _Steps:
    """Says every tenth of the way once."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._said = 0

    def __call__(self, share: float) -> None:
        """``share`` of the way is behind."""
        if int(share * STEPS) > self._said:
            self._said = int(share * STEPS)
            self._say(f"{self._said / STEPS:.0%}")


QUANTIZE = {"quantize": run_quantize}
