"""What was fitted with other models is not used by every search, which says so."""

from dataclasses import replace

import pytest

from core.search.first_stage import Corpus
from core.search.fitted import (
    FittedOn,
    belongs,
    fitted_words,
    models_key,
    runtimes_key,
    without_foreign_fits,
)
from core.search.pipeline import Stages, compare
from core.search_settings import Fits, Fitted, SearchSettings, SecondStageSettings
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.strategies import make_chunk

ENCODER, CROSS_ENCODER = FakeEncoder().info, FakeCrossEncoder().info
ON = models_key(ENCODER, CROSS_ENCODER)
OTHERS = {
    "another cross-encoder (tuned)": models_key(ENCODER, replace(CROSS_ENCODER, name="tuned")),
    "another bi-encoder (big)": models_key(replace(ENCODER, name="big"), CROSS_ENCODER),
    "another cross-encoder (fake-cross-encoder@222": models_key(
        ENCODER, replace(CROSS_ENCODER, sha256="2" * 64)
    ),
    "unknown models": "",
}
BY_COSINE_ALONE = (1.0, 0.0, 0.0, 0.0, 0.0)


def fitted(models):
    """Weights, a skip predictor and a threshold, all fitted with these models."""
    return SecondStageSettings(
        skip_predictor=True,
        fits=Fits(
            Fitted(BY_COSINE_ALONE, models),
            Fitted((9.0, 0.0, 0.0, 0.5), models),  # reranks every question
            Fitted((1.0,), models),
        ),
    )


def test_with_its_own_models_everything_stays_as_it_is():
    """Nothing is taken away, nothing is said; another runtime is the same model."""
    assert without_foreign_fits(fitted(ON), ON) == (fitted(ON), ())
    assert models_key(replace(ENCODER, runtime="onnx"), CROSS_ENCODER) == ON


@pytest.mark.parametrize(("why", "models"), OTHERS.items())
def test_with_other_models_or_unknown_ones_each_is_not_used_and_named(why, models):
    """Cross-encoder, bi-encoder, weights of the same name, a file of an earlier version."""
    found, notes = without_foreign_fits(fitted(models), ON)
    assert found == SecondStageSettings(skip_predictor=True)
    assert [note.kind for note in notes] == [
        "weights not used",
        "skip predictor not used",
        "abstention not used",
    ]
    assert all(why in note.text for note in notes)
    assert not belongs(models, ON)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (FittedOn(), ""),
        (FittedOn(("a", "b")), "Fitted on 2 questions."),
        (FittedOn(("a", "b"), "torch-fp32"), "Fitted on 2 questions with torch-fp32."),
    ],
)
def test_what_is_known_of_a_fit_is_said(kept, words):
    """Its questions and its runtime, as far as they were kept; nothing else on the same runtime."""
    assert fitted_words(kept, "torch-fp32") == words


def test_another_runtime_is_a_note_and_no_reason_to_set_aside():
    """Both are named; what was fitted is used all the same."""
    kept = FittedOn(("a",), runtimes_key(ENCODER, CROSS_ENCODER))
    said = fitted_words(kept, runtimes_key(ENCODER, replace(CROSS_ENCODER, runtime="onnx")))
    assert said.startswith(
        "Fitted on 1 question with fake. The current runtime is fake for the bi-encoder and "
        "onnx for"
    )
    assert models_key(ENCODER, replace(CROSS_ENCODER, runtime="onnx")) == ON


def test_a_skip_predictor_that_is_off_is_not_used_without_a_word():
    """It decides nothing, so there is nothing to tell."""
    fits = Fits(skip_predictor=Fitted((9.0, 0.0, 0.0, 0.5), "x + y"))
    assert without_foreign_fits(SecondStageSettings(fits=fits), ON) == (SecondStageSettings(), ())


def test_a_search_ranks_without_what_belongs_to_another_model_and_says_so():
    """By cosine with its own models; by the cross-encoder's logit with others, with a note."""
    encoder, store = FakeEncoder(), open_store()
    texts = ["own report own report own report", "who may approve my own report here today"]
    store.create("c", encoder.dimension)
    store.upsert(
        "c", "r1", [make_chunk(i, text) for i, text in enumerate(texts)], encoder.encode(texts)
    )
    stages = Stages(encoder, FakeCrossEncoder(), store)
    corpus = Corpus("My documents", "c", ("r1",), "v1")

    def asked(models):
        second = SecondStageSettings(fits=Fits(Fitted(BY_COSINE_ALONE, models)))
        return compare("may own report", SearchSettings(2, 1, second=second), stages, corpus)

    own, other = asked(ON), asked(OTHERS["another cross-encoder (tuned)"])
    store.close()
    assert own.reranked[0].chunk.id == own.candidates[0].chunk.id
    assert other.reranked[0].logit == max(item.logit for item in other.reranked)
    assert other.reranked[0].chunk.text == texts[1]
    assert own.reranked[0].chunk.text == texts[0]
    assert own.notes == ()
    assert other.settings.second.fits == Fits()
    assert (
        "The learned weights are not used: they were fitted with another cross"
        in other.notes[0].text
    )
