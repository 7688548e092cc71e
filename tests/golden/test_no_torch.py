"""The first minute without torch: index, search and answer in a fresh home folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.models.registry import spec_of, verified_hash
from core.models.runtime_selection.agreement import reference_file

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "transformers", "sentence_transformers", "scipy", "pandas", "datasets", "sklearn")
COMMANDS = f"""
import sys
from core.cli.main import main
home = ["--home", sys.argv[1]]
document, question = "samples/travel-and-expenses-policy.pdf", sys.argv[2]
for words in (["index", document], ["search", question], ["answer", question]):
    assert main([*home, *words]) == 0, words
print("loaded:", *sorted(set({HEAVY}) & set(sys.modules)))
"""
CLASS = f"""
import sys
from core import TwoStageRetriever
retriever = TwoStageRetriever()
retriever.index(["Self-approval is forbidden.", "Reports are due on Friday."])
assert retriever.search(sys.argv[2], top_n=1)[0][1] == "Self-approval is forbidden."
print("loaded:", *sorted(set({HEAVY}) & set(sys.modules)))
"""
MEASURED = f"""
import sys
from dataclasses import replace
from core.app.engine import open_engine
from core.models.runtime_selection import measuring
from core.models.runtime_selection.kept import selections
from core.settings import load_settings
whole = measuring.sample_material
measuring.sample_material = lambda encoder: replace(  # all of it takes a minute
    made := whole(encoder), tasks=made.tasks[:1], texts=made.texts[:5]
)
engine = open_engine(load_settings())
engine.model_manager.measure_runtimes()
kept = selections(engine.settings.home)
assert len(kept) == 2 and all(s.results[0].runtime == "openvino-f32" for s in kept), kept
engine.close()
print("loaded:", *sorted(set({HEAVY}) & set(sys.modules)))
"""
SCRIPTS = {"command line": COMMANDS, "class": CLASS, "measured": MEASURED}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_bundled_models_never_load_torch(tmp_path, script):
    """Nor anything else that takes a second to import."""
    environment = os.environ | {"SECOND_LOOK_RUNTIME": "auto", "SECOND_LOOK_HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), "May I approve my own expenses?"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.rstrip().endswith("loaded:")


@pytest.mark.parametrize("kind", ["encoder", "cross_encoder"])
def test_both_bundled_models_have_a_reference(kind):
    """Whoever changes the weights makes it anew: ``python -m training reference``."""
    assert reference_file(verified_hash(spec_of(kind, "bundled"))).is_file()
