"""What Streamlit gets of a component: one script, in which every name is there and there once."""

import subprocess
import sys
from pathlib import Path

import pytest

from pages.ui.components import FOLDER, bundle

NAMES = sorted(path.parent.name for path in FOLDER.glob("*/*.js") if path.stem == path.parent.name)
OXLINT = Path(sys.executable).with_name("oxlint")


def test_bundles_are_whole(tmp_path):
    """No file's names collide with another's, and nothing is used that was not imported."""
    for name in NAMES:
        (tmp_path / f"{name}.js").write_text(bundle(FOLDER / name / f"{name}.js"), "utf-8")
    config = tmp_path / "oxlintrc.json"
    config.write_text('{"env": {"browser": true}, "rules": {"no-undef": "error"}}', "utf-8")
    command = [OXLINT, "-c", config, "-A", "all", "-D", "no-undef", tmp_path]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert f"on {len(NAMES)} files" in checked.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_imported_twice_stands_there_once(name):
    """Imports are gone, one export is left, and style sheets import nothing either."""
    script = bundle(FOLDER / name / f"{name}.js")
    assert script.count("export ") == script.count("export default function") == 1
    assert "import " not in script
    assert script.count("function make(") <= 1
    if (path := FOLDER / name / f"{name}.css").exists():
        assert "@import" not in bundle(path)
