"""What is gathered for learning is what the search shows and what people said."""

import pytest

from core.evaluate.questions.question_sets import Question, Target
from core.learn.material import gather, training_groups, weight_questions, with_unjudged
from core.schema import SearchSettings
from core.text.spans import place_of
from tests.core.learn.pdfs import PDFS
from tests.made_home import SECONDS, engine_on, settings_of, storage_at

SETTINGS = SearchSettings(20, 1)


@pytest.fixture
def engine(tmp_path):
    """An engine with three documents of one chunk, and fakes for the models."""
    made = engine_on(settings_of(tmp_path), storage_at(tmp_path))
    collection = made.library.collections()[0].id
    made.jobs.add(collection, PDFS)
    assert made.jobs.wait(SECONDS)
    yield made
    made.close()


def test_judged_questions_are_asked_and_others_are_not(engine):
    """One judged question of two is asked; the progress ends at one of one."""
    collection = engine.library.collections()[0].id
    question = "who approves my own expense report"
    found = engine.searcher.compare(collection, question, SETTINGS)
    best, worst = found.reranked[0].chunk, found.reranked[-1].chunk
    engine.judgments.give(collection, question, best, 3, "Ann")
    engine.judgments.give(collection, question, worst, 0, "Ann")
    told = []
    material = gather(
        engine.evaluation_client,
        collection,
        [Question(question), Question("nobody judged this")],
        SETTINGS,
        lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 1)]
    assert material[0].grades == {best.id: 3, worst.id: 0}
    assert with_unjudged(material[0]) == material[0].grades
    group = training_groups(material)[0]
    assert group.passages == (best.passage, worst.passage)
    assert weight_questions(material)[0].grades.tolist().count(3) == 1


def test_a_question_that_knows_its_answer_counts_everything_else_as_none(engine):
    """The rest of the candidates teaches too, where the source is known."""
    collection = engine.library.collections()[0].id
    document = next(d for d in engine.library.documents(collection) if d.name == "2.pdf")
    source = engine.corpora.chunks(collection, document.id)[0]
    made = Question("when is lunch served", "sentence", (Target(place_of(source)),))
    material = gather(engine.evaluation_client, collection, [made], SETTINGS, lambda *_: None)
    grades = with_unjudged(material[0])
    candidates = {item.chunk.id for item in material[0].comparison.reranked}
    assert set(grades) == candidates
    assert [chunk_id for chunk_id, grade in grades.items() if grade > 0] == [source.id]
