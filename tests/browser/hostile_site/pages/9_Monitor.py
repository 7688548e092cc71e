"""The real Monitor page over a library of hostile text."""

from __future__ import annotations

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[4] / "pages" / "9_Monitor.py"), run_name="__main__")
