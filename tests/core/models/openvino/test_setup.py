"""What the processor can do, asked of a library that may be missing."""

import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from core.errors import ModelError
from core.models.openvino import setup


def test_without_openvino_no_bf16_is_assumed(monkeypatch):
    """A training then computes in float32 instead of failing."""
    missing = Mock(side_effect=ModelError("OpenVINO cannot be used here."))
    monkeypatch.setattr(setup, "openvino_core", missing)
    assert setup.can_bf16() is False


ONE_CORE = """
from pathlib import Path
from core.models.registry import spec_of
from core.models.runtime import ModelLocation, open_cross_encoder
location = ModelLocation(spec_of("cross_encoder"), Path(), 1)
open_cross_encoder(location, "openvino-f32").score("a", ["b"])
for status in Path("/proc/self/task").glob("*/status"):
    print(status.read_text().partition("Cpus_allowed_list:")[2].split()[0])
"""


@pytest.mark.model
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux tells")
def test_a_process_that_uses_one_core_is_bound_to_none():
    """Two of them, each with a core of a machine, would be bound to the same one."""
    command = [sys.executable, "-c", ONE_CORE]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    own = Path("/proc/self/status").read_text().partition("Cpus_allowed_list:")[2].split()[0]
    assert set(found) == {own}
