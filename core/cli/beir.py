"""``evaluate BEIR_DIR``: a test collection that others made, without a home folder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping

from core.serialize import to_json
from core.settings import Settings

Means = Mapping[str, Mapping[str, float]]
"""configuration -> measure -> mean."""


def measure_folder(settings: Settings, arguments: argparse.Namespace) -> Means:
    """Print the table or the report; the mean of every run."""
    from core.evaluate.datasets import read_dataset  # noqa: PLC0415 - scipy, for this command only
    from core.evaluate.experiment import evaluate  # noqa: PLC0415 - the same
    from core.evaluate.outside import outside_stage  # noqa: PLC0415 - the same
    from core.evaluate.report import report_table  # noqa: PLC0415 - the same
    from core.models.catalog import cross_encoder_spec, encoder_spec  # noqa: PLC0415 - the same
    from core.models.cross_encoder import load_cross_encoder  # noqa: PLC0415 - torch
    from core.models.encoder import load_encoder  # noqa: PLC0415 - torch

    dataset = read_dataset(arguments.folder)
    others = [outside_stage(path, dataset) for path in arguments.runs]
    report = evaluate(
        dataset,
        load_encoder(encoder_spec(settings.encoder), settings.threads),
        load_cross_encoder(cross_encoder_spec(settings.cross_encoder), settings.threads),
        arguments.top_k,
        _counted() if sys.stderr.isatty() else None,
        arguments.limit,
        others,
    )
    text = to_json(report, indent=2) if arguments.json else report_table(report)
    sys.stdout.write(f"{text}\n")
    return {
        run.name: {m: sum(v.values()) / len(v) for m, v in run.values.items()}
        for run in report.runs
    }


def _counted() -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        sys.stderr.write(f"\r{done} of {total}" + ("" if done < total else "\n"))

    return show
