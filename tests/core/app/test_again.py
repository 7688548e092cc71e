"""An old question asked again in a real home folder with fake models."""

import json
from dataclasses import replace

import pytest

from core.app.again import ask_again
from core.errors import NotFound
from core.history.receipt import make_receipt, read_receipt, receipt_json
from core.history.receipt_page import page_pictures
from core.history.records import GivenAnswer, provenance
from core.models.loading import Models
from core.schema import SearchSettings
from tests.app.conftest import AddFile, add_file, engine  # noqa: F401 - fixtures
from tests.core.app.made_engine import PAGES, QUESTION
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.made_pdfs import made_pdf


@pytest.fixture
def asked(engine, add_file: AddFile):  # noqa: F811 - fixtures
    """An engine with one document, and a receipt of a question to it."""
    add_file("policy.pdf", made_pdf(*PAGES))
    collection = engine.library.collections()[0].id
    found = engine.searcher.compare(collection, QUESTION, SearchSettings(10, 2))
    answers = (GivenAnswer("rerank", engine.quote_answer(found, "rerank")),)
    return engine, collection, make_receipt(engine.library, collection, found, answers)


def parts(engine_):
    """What asking again uses of an engine."""
    return engine_.searcher, engine_.library, engine_.quote_answer


def replayed(asked_, receipt=None):
    """What asking again shows now."""
    engine_, _, made = asked_
    receipt = receipt or made
    made_from = receipt.comparison, receipt.provenance, receipt.answers
    return ask_again(*parts(engine_), *made_from).replay


def test_nothing_changed_so_it_is_equal(asked):
    """Lists, scores and the quoted answer come out the same, through JSON too."""
    assert replayed(asked).changes == replayed(asked).reasons == ()
    assert replayed(asked, read_receipt(receipt_json(asked[2]))).equal


def test_a_new_document_is_the_reason(asked, add_file: AddFile):  # noqa: F811
    """A passage that was not there, and the document it came with."""
    add_file("newer.pdf", made_pdf("You may approve your own expense report since May."))
    replay = replayed(asked)
    assert {"new", "order"} <= {e.kind for e in replay.changes}
    assert [c.text for c in replay.reasons] == ["The document newer.pdf was added."]


def test_a_deleted_document_is_the_reason(asked):
    """Its passages are gone, and so is the quoted answer."""
    engine_, collection, _ = asked
    engine_.delete_document(collection, engine_.library.documents(collection)[0].id)
    replay = replayed(asked)
    assert "gone" in {e.kind for e in replay.changes}
    assert [c.text for c in replay.reasons] == ["The document policy.pdf was deleted."]


def test_another_model_is_the_reason(asked, monkeypatch):
    """Other weights score differently, and are named."""

    class Other(FakeCrossEncoder):
        """Scores half a logit higher."""

        @property
        def info(self):
            """Other weights."""
            return replace(super().info, sha256="2" * 64)

        def score(self, query, passages):
            """Half a logit more."""
            return super().score(query, passages) + 0.5

    models = Models(FakeEncoder, Other)
    models.wait()
    monkeypatch.setattr(asked[0].searcher, "_models", models)
    replay = replayed(asked)
    assert [e.size for e in replay.changes if e.kind == "score"] == [pytest.approx(0.5)]
    assert [c.kind for c in replay.reasons] == ["model"]


def test_an_edited_score_is_found(asked):
    """A receipt whose logits were all raised agrees with itself, but not with the models."""
    record = json.loads(receipt_json(asked[2]))
    for item in record["comparison"]["reranked"]:
        item["logit"] += 1
    replay = replayed(asked, read_receipt(json.dumps(record).encode()))
    assert [e.kind for e in replay.changes] == ["score"]
    assert replay.reasons == ()
    assert "no recorded change explains it" in replay.verdict


def test_an_edited_answer_is_found(asked):
    """The quoted answer is made again."""
    given = asked[2].answers[0]
    edited = replace(given, answer=replace(given.answer, text="Yes, you may. [1]"))
    replay = replayed(asked, replace(asked[2], answers=(edited,)))
    assert [e.kind for e in replay.changes] == ["answer"]


def test_a_collection_is_found_by_name_in_another_home(asked):
    """A receipt travels: the id differs, the name and the documents are the same."""
    made = asked[2]
    travelled = replace(made, provenance=replace(made.provenance, collection_id="other"))
    assert replayed(asked, travelled).equal
    lost = replace(travelled, comparison=replace(made.comparison, collection="gone"))
    with pytest.raises(NotFound, match="gone"):
        replayed(asked, lost)


def test_what_was_not_checked_is_said(asked):
    """A language model is not asked again; unknown documents stay unknown."""
    engine_, collection, made = asked
    written = replace(made.answers[0], answer=replace(made.answers[0].answer, mode="llm"))
    around = provenance(engine_.library, collection, "another version")
    again = ask_again(*parts(engine_), made.comparison, around, (written,))
    assert again.replay.equal
    assert len(again.remarks) == 2


def test_the_cited_page_is_in_the_receipt(asked):
    """A picture of each cited page, small, with the quote's boxes on it."""
    pictures = page_pictures(asked[0].pages, asked[2])
    assert [(p.place, p.numbers) for p in pictures] == [("policy.pdf, p. 2", (1,))]
    assert pictures[0].png.startswith(b"\x89PNG")
    assert pictures[0].boxes
    assert all(0 <= box.left < box.right <= 1 for box in pictures[0].boxes)
