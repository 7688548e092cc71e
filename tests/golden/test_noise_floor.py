"""What the app finds out about the samples by itself, with the real models.

The noise floor tells nonsense from questions; made questions say how to search.
"""

import itertools
from pathlib import Path

import pytest

from benchmarks.noise import abstentions, indexed, questions
from core.evaluate import advising
from core.learn.abstention_fit import abstention_cases, fit_abstention
from core.learn.material import Judged
from core.schema import SearchSettings

EVERY = 4


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """The samples, indexed, with their floor."""
    home: Path = tmp_path_factory.mktemp("noise")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECOND_LOOK_RUNTIME", "openvino-f32")
        engine, floor = indexed(home)
        yield engine, floor
        engine.close()


@pytest.mark.model
def test_the_floor_is_where_it_was_measured(measured):
    """Logit -3.36 and cosine 0.263 on 2026-11-30, with the bundled models."""
    _, floor = measured
    assert floor.probes == 50
    assert floor.logit == pytest.approx(-3.36, abs=0.1)
    assert floor.cosine == pytest.approx(0.263, abs=0.01)


@pytest.mark.model
@pytest.mark.parametrize("abstains", [False, True])
def test_nonsense_is_abstained_from_and_questions_are_not(measured, abstains):
    """Every fourth question, 10 candidates: at most one of each kind is taken wrongly."""
    engine, _ = measured
    kinds = questions()
    names = [n for n in kinds if n.startswith("answerable") != abstains and n != "absent"]
    texts = list(itertools.chain.from_iterable(kinds[name] for name in names))[::EVERY]
    assert len(texts) >= 50 // EVERY
    found = abstentions(engine, texts, "some", 10)
    wrong = found.asked - found.every_rule if abstains else found.every_rule
    assert wrong <= 1


@pytest.mark.model
def test_the_samples_say_how_they_are_searched_best(measured, monkeypatch):
    """20 of the 50 questions: the blend is not worse, and what was found is kept."""
    engine, _ = measured
    monkeypatch.setattr(advising, "MADE_QUESTIONS", advising.FEWEST_MADE)
    collection = engine.library.collections()[0].id
    advice = engine.advisor.measure(collection, lambda *_: None)
    assert advice.questions == advising.FEWEST_MADE
    means = {d.other: d.mean for d in advice.compared}
    assert 0.3 < advice.compared[0].base_mean < 0.9, "neither trivial nor hopeless"
    assert means["the blend"] > -0.02
    assert engine.advisor.advice(collection) == advice


def judged(engine, texts, grade):
    """Questions as a person judges them who gives the first five passages the same grade."""
    found = []
    for text in texts:
        settings = SearchSettings(top_k=10, top_n=5)
        comparison = engine.searcher.compare(engine.library.collections()[0].id, text, settings)
        grades = {item.chunk.id: grade for item in comparison.reranked[:5]}
        found.append(Judged(comparison, grades, known_item=False))
    return found


@pytest.mark.model
def test_a_threshold_fitted_on_real_logits_hears_absent_answers(measured):
    """Held out, 11 of 14 questions without an answer are abstained from and 12 of 17 answered.

    At least. The threshold was -1.29 on 2026-11-30; every fourth answerable one, 10 candidates.
    """
    engine, _ = measured
    kinds = questions()
    answerable = [name for name in kinds if name.startswith("answerable")]
    asked = list(itertools.chain.from_iterable(kinds[name] for name in answerable))[::EVERY]
    material = [*judged(engine, asked, 3), *judged(engine, kinds["absent"], 0)]
    _, cross_encoder = engine.models.wait()
    fit = fit_abstention(abstention_cases(material, cross_encoder))
    assert (fit.held_out.answerable, fit.held_out.unanswerable) == (17, 14)
    assert fit.threshold == pytest.approx(-1.29, abs=0.2)
    assert fit.held_out.abstained >= 11
    assert fit.held_out.answered >= 12
    assert fit.accepted == (fit.held_out.balanced > fit.today.balanced)
