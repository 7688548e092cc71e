"""Ask ranx about the random runs, and keep what it says in ``ranx.json``.

ranx needs numba and llvmlite, 208 MB, and compiles for half a minute before its first value: too
much for every run of the tests. So its values are kept, and this file makes them again:

    python -m venv /tmp/ranx && /tmp/ranx/bin/pip install ranx==0.3.21 numpy==2.4.6
    /tmp/ranx/bin/python -m tests.oracle.make_ranx
"""

import json
import math
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.oracle.random_runs import MEASURES, random_runs

KEPT = Path(__file__).with_name("ranx.json")


def main() -> None:
    """Write the values, a list for each measure in the order of the queries; null for a 0 / 0."""
    import ranx  # type: ignore[import-not-found]

    qrels, run = random_runs()
    judged, ranked = ranx.Qrels(qrels), ranx.Run(run)
    values: dict[str, Any] = {}
    for ours, theirs in MEASURES.items():
        ranx.evaluate(judged, ranked, theirs)
        scores = ranked.scores[theirs]
        found = [float(scores[query]) for query in qrels]
        values[ours] = [None if math.isnan(value) else value for value in found]
    kept = {"ranx": version("ranx"), "values": values}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
