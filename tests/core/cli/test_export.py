"""``python -m core export``: as JSON, as Python, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.app.export import ExportedSettings, as_python
from core.errors import InputError
from core.evaluate.claims import Tally
from core.learn.abstention_fit import AbstentionFit
from core.learn.fits import Tuning
from core.search_settings import Fitted
from core.serialize import from_json
from tests.core.cli.conftest import only_collection
from tests.core.learn.fitted import LEARNED, ON
from tests.fakes import FakeCrossEncoder


def exported(run, home, *options):
    """The record that such a command writes."""
    code, _, said = run("export", home / "it.json", *options)
    assert code == 0, said
    return from_json(ExportedSettings, (home / "it.json").read_text())


def test_options_and_what_was_learned_are_exported(run, home):
    """As ``search`` would use them; what was fitted for other models is not."""
    tuning, collection = Tuning(home), only_collection(home)
    tuning.adopt(collection, LEARNED)
    record = exported(run, home, "--top-k", "30", "--first", "bm25")
    assert (record.settings.top_k, record.settings.first.kind) == (30, "bm25")
    assert record.settings.second.fits.weights == Fitted(LEARNED.weights, ON)
    assert dict(zip(record.features, LEARNED.weights, strict=True))["logit"] == 1.0
    assert exported(run, home, "--blend", "0.4").settings.second.fits.weights is None
    tuning.adopt(collection, replace(LEARNED, models="others"))
    assert exported(run, home).settings.second.fits.weights is None


def test_the_threshold_says_where_it_is_from(run, home):
    """Unknown at first, then fitted; the models are named by their whole path."""
    assert exported(run, home).abstain_up_to is None
    right = Tally(5, 5, 5, 5)
    fit = AbstentionFit(-1.5, right, right, accepted=True, verdict="better", models=ON)
    Tuning(home).adopt(only_collection(home), fit)
    record = exported(run, home)
    assert (record.abstain_up_to, "fitted" in record.abstain_by) == (-1.5, True)
    assert "\nABSTAIN_UP_TO = -1.5  # fitted" in as_python(record)
    assert Path(record.cross_encoder.source).is_absolute()
    assert record.cross_encoder.sha256 == FakeCrossEncoder().info.sha256


def test_the_python_says_what_it_leaves_out(run, home):
    """What was asked for and is not in it stands in its first line, and is told."""
    target = home / "it.py"
    code, _, said = run("export", target, "--windows", "--collapse", "--skip-predictor")
    assert code == 0
    first = target.read_text().splitlines()[0]
    for left_out in ("in parts", "near-duplicates", "skip predictor", "cutting documents"):
        assert left_out in first
        assert left_out in said
    assert len([line for line in target.read_text().splitlines() if line]) <= 20
    assert run("export", home / "it.txt")[0] == 1


def test_names_and_prompts_are_data(run, home):
    """No name of a collection, a folder or a prompt becomes code; a server cannot be exported."""
    record = exported(run, home)
    odd = 'it\'s """ $x {y}\\'
    model = replace(record.encoder, source=odd, query_prompt=odd, passage_prompt="p: ")
    code = as_python(replace(record, collection=f"{odd}\nimport os", encoder=model))
    assert repr(odd) + " + question, prompt=''" in code
    compile(code, "search.py", "exec")
    assert "\nimport os" not in code
    with pytest.raises(InputError, match="is on a server"):
        as_python(replace(record, encoder=replace(model, origin="endpoint")))
