"""Files that are no PDFs: counted in their own places, shown in their own form."""

from core.text.pages import page_words
from pages.ui import state
from pages.ui.page_view import leaf_of
from tests.app.conftest import wait_for_jobs
from tests.app.steps import ask, collection_id, healthy, shown, upload

NOTES = "# Travel\n\nYou may not approve your own expense report.\n\n## Food\n\nLunch is at noon.\n"
CALL = "WEBVTT\n\n00:12:07.000 --> 00:12:40.000\n<v Ann>Lunch is free on <b>Fridays</b>.\n"
CODE = "def approve(report):\n    return report.owner != report.manager\n"
FILES = (
    ("notes.md", NOTES.encode()),
    ("call.vtt", CALL.encode()),
    ("rules.py", CODE.encode()),
    ("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)),
)


def test_files_of_other_kinds_are_added_counted_and_shown(engine, open_page):
    """Their places are lines and cues; the chunks of one can be looked at; a bad one says why."""
    app = upload(open_page("pages/1_Library.py"), *FILES)
    wait_for_jobs(engine)
    words = shown(healthy(app.run()))
    assert "3 documents · 9 lines · 1 cue" in words
    assert "**refused**, because the file is an Office file of the old kind" in words
    documents = {d.name: d for d in engine.library.documents(collection_id(engine))}
    assert [documents[name].unit for name in ("notes.md", "call.vtt")] == ["line", "time"]
    app.session_state[state.OPEN_DOCUMENT] = documents["rules.py"].id
    words = shown(healthy(app.run()))
    assert "lines 1–2" in words
    assert "def approve(report): return" in words
    assert "'browse-" in str(app.get("bidi_component"))


def test_a_passage_is_opened_where_it_stands(engine, add_file, open_page):
    """By its time, with the words before the tags taken out."""
    document = add_file("call.vtt", CALL.encode())
    (chunk,) = engine.corpora.chunks(collection_id(engine), document.id)
    assert (page_words(chunk), chunk.text) == ("0:12:07", "Ann: Lunch is free on Fridays.")
    assert leaf_of(engine, chunk, 1, None) == 1
    healthy(ask(open_page(), "is lunch free"))
