"""What was learned is kept, used, taken back; a trained model enters the registry with its card."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import InputError, ModelError, StoreError
from core.learn.fits import FITS_FILE, ActiveFits, Tuning
from core.learn.groups import TrainingGroup
from core.learn.recipe import TrainingRecipe
from core.learn.skip_predictor_fit import SkipPredictorFit
from core.learn.weights import WeightsFit
from core.models.registry import ModelSpec, registry, verified_hash
from core.schema import SearchSettings
from core.search.skip_predictor import SkipPredictor
from core.search_settings import Fitted
from tests.core.learn.fitted import LEARNED, ON, ended

BASE = ModelSpec("base", "nowhere", license="apache-2.0", languages=("en",))


def test_adopted_weights_outlive_the_process_and_can_be_taken_back(tmp_path):
    """Another start reads the same weights; reverting leaves the other collection's.

    Refused ones are not adopted by calling it either: the page's button is not the only guard.
    """
    with pytest.raises(InputError, match="refused"):
        Tuning(tmp_path).adopt("a", replace(LEARNED, accepted=False))
    assert Tuning(tmp_path).active("a") == ActiveFits()
    Tuning(tmp_path).adopt("a", LEARNED)
    Tuning(tmp_path).adopt("b", LEARNED)
    again = Tuning(tmp_path)
    assert again.active("a") == again.active("b") == ActiveFits(LEARNED)
    again.revert("a", WeightsFit)
    assert Tuning(tmp_path).active("a") == ActiveFits()
    assert Tuning(tmp_path).active("b") == ActiveFits(LEARNED)


def test_a_damaged_file_is_named(tmp_path):
    """It is a choice of the person: nothing silently forgets it."""
    (tmp_path / FITS_FILE).write_text("{")
    with pytest.raises(StoreError, match=FITS_FILE):
        Tuning(tmp_path).active("a")


def test_an_adopted_skip_predictor_and_weights_go_into_the_settings_of_their_collection(tmp_path):
    """Weights only where they are wanted; a refused one is not adopted; both can be reverted."""
    predictor = SkipPredictor(1.0, -2.0, -3.0, 0.4)
    skip_fit = SkipPredictorFit(predictor, 40, 12, 0.0, True, "fine", ON)
    tuning = Tuning(tmp_path)
    with pytest.raises(InputError, match="refused"):
        tuning.adopt("a", replace(skip_fit, accepted=False))
    tuning.adopt("a", skip_fit)
    tuning.adopt("a", LEARNED)
    again = Tuning(tmp_path)
    assert again.active("a") == ActiveFits(LEARNED, skip_fit)
    second = again.applied(SearchSettings(), "a").second
    assert second.fits.skip_predictor == Fitted((1.0, -2.0, -3.0, 0.4), ON)
    assert second.fits.weights == Fitted(LEARNED.weights, ON)
    assert again.applied(SearchSettings(), "a", weights=False).second.fits.weights is None
    assert again.applied(SearchSettings(), "b") == SearchSettings()
    again.revert("a", SkipPredictorFit)
    assert Tuning(tmp_path).applied(SearchSettings(), "a").second.fits.skip_predictor is None


def test_a_model_that_helps_enters_the_registry_with_its_card(tmp_path):
    """Two of them stand beside each other, each with the hash of its own weights."""
    tuning = Tuning(tmp_path)
    ended(tuning, 0.5, 0.75)
    name = tuning.take(BASE)
    spec = registry(tmp_path)["cross_encoder", name]
    assert verified_hash(spec) == spec.sha256
    assert (spec.license, spec.languages) == ("apache-2.0", ("en",))
    text = (Path(spec.source) / "README.md").read_text()
    assert "| difference | +0.250" in text
    assert "better 8, worse 0" in text


def test_a_model_that_helps_nobody_is_not_taken(tmp_path):
    """Nor one that does not exist yet."""
    tuning = Tuning(tmp_path)
    with pytest.raises(ModelError, match="no result"):
        tuning.take(BASE)
    ended(tuning, 0.75, 0.5)
    with pytest.raises(InputError, match="does not help"):
        tuning.take(BASE)
    with pytest.raises(InputError) as caught:  # nor on purpose: there is no second word for that
        tuning.take(BASE, all_the_same=True)
    assert "it is worse on 8 held-out questions" in caught.value.advice
    assert not (tmp_path / "registry.toml").exists()


def test_a_model_whose_gain_may_be_chance_is_taken_only_on_purpose(tmp_path):
    """Five wins of five are not settled: a second word is needed, and the card says it."""
    tuning = Tuning(tmp_path)
    ended(tuning, 0.5, 0.75, questions=5)
    with pytest.raises(InputError, match="not settled whether") as caught:
        tuning.take(BASE)
    assert "5 held-out questions" in caught.value.advice
    assert not (tmp_path / "registry.toml").exists()
    name = tuning.take(BASE, all_the_same=True)
    text = (Path(registry(tmp_path)["cross_encoder", name].source) / "README.md").read_text()
    assert "The gain is not settled: 5 held-out questions" in text


def test_a_model_that_is_elsewhere_cannot_be_trained_here(tmp_path):
    """A hub name or a server has no folder to start from."""
    groups = [TrainingGroup(f"q{i}", ("good", "bad"), (1, 0), f"d{i % 3}") for i in range(12)]
    with pytest.raises(InputError, match="not a folder"):
        Tuning(tmp_path).start(BASE, groups, TrainingRecipe())
