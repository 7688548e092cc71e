"""``evaluate`` in a pipeline, end to end: the real models decide the exit code."""

import pytest

from tests.core.cli.conftest import home, run
from tests.core.conftest import run_at
from tests.made_pdfs import made_pdf

__all__ = ["home", "run", "run_at"]  # fixtures
SET = ("evaluate", "--set", "mine")
BETTER = (
    "Who approves expense reports? The head of finance approves all expense reports. Expense "
    "reports are approved by the head of finance, and by nobody else."
)


@pytest.fixture(autouse=True)
def real(monkeypatch):
    """The bundled models on the runtime that is the reference; nothing is measured behind."""
    monkeypatch.setenv("SECOND_LOOK_RUNTIME", "torch-fp32")
    monkeypatch.setenv("SECOND_LOOK_MEASURE", "off")
    for name in ("SECOND_LOOK_HOME", "QDRANT_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.model
def test_pass_threshold_and_regression_decide_the_exit_code(run, home, tmp_path):
    """0 above the threshold; 1 below it; 1 when a better passage pushes the source down."""
    passing = ("--json", "--fail-below", "nDCG@10=0.99", "--fail-on-regression")
    code, out, said = run(*SET, *passing)
    assert (code, "second-look-minilm-l6" in out) == (0, True), said
    code, _, said = run(*SET, "--fail-below", "P@5=0.9")
    assert (code, "Dense, reranked: P@5 is 0.2000, below 0.9" in said) == (1, True), said
    (tmp_path / "better.pdf").write_bytes(made_pdf(BETTER))
    assert run("index", tmp_path / "better.pdf")[0] == 0
    code, _, said = run(*SET, "--fail-on-regression")
    assert (code, "fell from 1.000 to 0.631 since" in said) == (1, True), said
