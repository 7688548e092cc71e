"""Languages are told without a network, and a model that does not know one says so."""

import socket
from dataclasses import replace

import pytest

from core.models.language import (
    collection_warning,
    foreign,
    foreign_documents,
    knows,
    language_of,
    language_warning,
)
from core.models.registry import ModelSpec, spec_of
from core.samples import sample_questions
from core.schema import Chunk

TEXTS = {
    "en": "Expense reports are approved by your direct manager within five working days.",
    "de": "Die Reisekosten werden innerhalb von fünf Werktagen vom Vorgesetzten genehmigt.",
    "fr": "Les frais de déplacement doivent être présentés dans les trente jours du voyage.",
    "es": "Los gastos de viaje deben presentarse dentro de los treinta días posteriores al viaje.",
    "ja": "出張費は出張後三十日以内に提出しなければならず、上司が五営業日以内に承認します。",
    "ru": "Отчёты о расходах утверждает непосредственный руководитель в течение пяти рабочих дней.",
    "pl": "Raporty z wydatków zatwierdza bezpośredni przełożony w ciągu pięciu dni roboczych.",
}
ENGLISH = ModelSpec("english-only", "x", languages=("en",))


def chunks(*texts):
    """One chunk for each text."""
    return [Chunk(str(i), "d", "d.pdf", i, 1, 1, 0, len(t), t, 9) for i, t in enumerate(texts)]


@pytest.mark.parametrize(("code", "text"), TEXTS.items())
def test_a_sentence_is_told_without_a_network(code, text, monkeypatch):
    """The classifier's model lies in its package."""
    monkeypatch.setattr(socket.socket, "connect", None)
    assert language_of(text) == code


@pytest.mark.parametrize(
    "text", ["", "ok", "Can I claim tips?", "12.50 34.20 " * 10, "x1 = 0x7f; " * 9]
)
def test_what_cannot_be_told_is_not_guessed(text):
    """A few words, tables of numbers and code have no language."""
    assert language_of(text) == ""


def test_no_sample_question_is_taken_for_another_language():
    """A wrong warning would cost trust."""
    told = {language_of(question.text) for question in sample_questions()}
    assert told <= {"", "en"}


def test_a_warning_names_model_and_language():
    """One sentence, of a question too; none for passages that the model knows."""
    said = language_warning(chunks(TEXTS["de"], TEXTS["de"], TEXTS["en"]), ENGLISH)
    assert said.startswith(
        "english-only was made for English, but some passages here are in German"
    )
    assert said.count(".") == 1
    assert language_warning(chunks(TEXTS["en"], TEXTS["en"]), ENGLISH) == ""
    assert language_warning([], ENGLISH) == ""
    assert "the question is in French" in language_warning(
        chunks(TEXTS["en"]), ENGLISH, TEXTS["fr"]
    )


def test_a_document_in_another_language_among_many_is_named():
    """One of thirty passages is too few for the collection, and all of its document."""
    many = [replace(c, document_name="en.pdf") for c in chunks(*[TEXTS["en"]] * 29)]
    german, polish = (replace(chunks(TEXTS[x])[0], document_name=f"{x}.pdf") for x in ("de", "pl"))
    assert language_warning([*many, german], ENGLISH) == collection_warning(many, ENGLISH) == ""
    said = collection_warning([*many, german], ENGLISH)
    assert "but 1 document here is in German (de.pdf): do not rely" in said
    said = collection_warning([*many, german, polish], ENGLISH)
    assert "but 2 documents here are in German and Polish (de.pdf, pl.pdf): do not rely" in said


def test_a_quotation_does_not_make_a_document_foreign():
    """Half of the passages is not more than half; short ones do not count."""
    assert foreign_documents(chunks(TEXTS["en"], TEXTS["de"], "ja"), ENGLISH) == {}
    assert foreign_documents(chunks(TEXTS["de"], TEXTS["de"], TEXTS["en"]), ENGLISH) == {
        "d.pdf": "de"
    }


def test_one_quotation_in_another_language_is_no_warning():
    """One of ten passages is less than a fifth; two of ten are a fifth: 2 / 10."""
    assert foreign([TEXTS["en"]] * 9 + [TEXTS["de"]], ENGLISH) == {}
    assert foreign([TEXTS["en"]] * 8 + [TEXTS["de"]] * 2, ENGLISH) == {"de": 2 / 10}


def test_many_chunks_are_sampled_from_beginning_to_end():
    """A document that turns German in its second half is noticed."""
    half = [TEXTS["en"]] * 50 + [TEXTS["de"]] * 50
    assert "German" in language_warning(chunks(*half), ENGLISH)


def test_models_of_many_or_unknown_languages_say_nothing():
    """Nobody knows better."""
    for languages in ((), ("multilingual",)):
        assert knows(ModelSpec("m", "x", languages=languages), "de")
    assert not knows(spec_of("cross_encoder", "bundled"), "de")
    said = language_warning(
        chunks(TEXTS["pl"]), spec_of("cross_encoder", "cross-encoder/mmarco-mMiniLMv2-L12-H384-v1")
    )
    assert "Arabic, German, English and 11 other languages" in said
