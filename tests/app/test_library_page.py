"""The library page, empty, filled and in trouble, as a person uses it."""

from threading import Event
from unittest.mock import Mock

import pytest

from core.errors import StoreError
from core.schema import Chunking
from pages.ui import resources, state
from pages.ui.choosing_table import selected
from tests.app.conftest import wait_for_jobs
from tests.app.steps import TRAVEL, click, collection_id, healthy, names, shown, upload
from tests.fakes import FakeEncoder
from tests.made_pdfs import BROKEN_PDF, NOT_A_PDF, made_pdf, sentences

PAGE, CHUNKING = "pages/1_Library.py", {state.LIBRARY_VIEW: "Chunking"}
FOOD = made_pdf(sentences("food", 30))
HOSTILE = "![x](https://evil.example/p.png) <b>bold</b> :red[red] $x$.pdf"


# -- empty -----------------------------------------------------------------------------------


def test_an_empty_library_says_what_to_do_first_and_takes_the_samples(engine, open_page):
    """An uploader, the samples and no table; after one click all are indexed, the button gone."""
    app = healthy(open_page(PAGE))
    assert "My documents is empty" in shown(app)
    assert app.file_uploader[0].label == "Drop files here"
    assert app.button(key="add-samples").label == "Add the sample documents"
    assert not app.dataframe
    click(app, "add-samples")
    wait_for_jobs(engine)
    healthy(app.run())
    assert sorted(names(engine)) == sorted(name for name, _ in resources.samples())
    assert "add-samples" not in [button.key for button in app.button]


def test_in_an_empty_collection_the_chunking_is_changed_at_once(engine, open_page):
    """Nothing to re-index: no job, no cost, the collection has the new chunking."""
    app = healthy(open_page(PAGE, **CHUNKING))
    app.slider[0].set_value(128).run()
    click(app, "reindex")
    assert engine.library.collections()[0].chunking == Chunking(128, 40)
    assert engine.jobs.snapshot() == []


# -- adding ----------------------------------------------------------------------------------


def test_dropped_files_are_queued_at_once_and_the_uploader_is_empty_again(engine, open_page):
    """Jobs for all, no bytes left in the session; each tells how it ended, until cleared."""
    files = ("travel.pdf", TRAVEL), ("broken.pdf", BROKEN_PDF), ("letter.pdf", NOT_A_PDF)
    app = upload(open_page(PAGE), *files)
    assert [job.name for job in engine.jobs.snapshot()] == [name for name, _ in files]
    assert not app.file_uploader[0].value
    wait_for_jobs(engine)
    words = shown(healthy(app.run()))
    assert "**indexed** · 2 pages" in words
    assert "**refused**, because the PDF is damaged" in words
    assert "the file is not a PDF" in words
    assert "export it as PDF" in words
    assert "3 files done" in words
    assert "files done" not in shown(click(app, "clear-finished"))
    assert engine.jobs.snapshot() == []
    assert names(engine) == ["travel.pdf"]


def test_a_waiting_file_has_a_bar_and_can_be_cancelled(engine, open_page, monkeypatch):
    """Its stage is named while it waits; after a click it ends as cancelled."""
    opened = Event()
    encode = FakeEncoder.encode
    monkeypatch.setattr(
        FakeEncoder, "encode", lambda self, t: encode(self, t) if opened.wait(60) else None
    )
    app = upload(open_page(PAGE), ("travel.pdf", TRAVEL), ("food.pdf", FOOD))
    texts = [bar.proto.text for bar in app.get("progress")]
    assert any("0 of 2 files" in text for text in texts)
    assert any("food" in text and "waiting for its turn" in text for text in texts)
    click(app, f"cancel-{engine.jobs.snapshot()[1].id}")
    opened.set()
    wait_for_jobs(engine)
    assert "**cancelled**" in shown(healthy(app.run()))
    assert names(engine) == ["travel.pdf"]


def test_the_same_bytes_are_said_to_be_here_already(engine, open_page, add_file):
    """No question, no second document."""
    add_file("travel.pdf", TRAVEL)
    app = upload(open_page(PAGE), ("copy.pdf", TRAVEL))
    wait_for_jobs(engine)
    assert "**already here**" in shown(healthy(app.run()))
    assert names(engine) == ["travel.pdf"]


@pytest.mark.parametrize(
    ("choice", "left"), [("Replace the older version", [FOOD]), ("Keep both", [TRAVEL, FOOD])]
)
def test_a_new_version_is_asked_about_before_it_is_queued(
    engine, open_page, add_file, choice, left
):
    """Same name, other bytes: replace or keep both, as the person says."""
    add_file("rules.pdf", TRAVEL)
    app = upload(open_page(PAGE), ("rules.pdf", FOOD))
    assert "already exists with different content" in shown(app)
    assert engine.jobs.snapshot() == []
    app.radio[0].set_value(choice).run()
    click(app, "add-clashing")
    wait_for_jobs(engine)
    documents = engine.library.documents(collection_id(engine))
    assert [document.size for document in documents] == [len(data) for data in left]


def test_a_new_version_can_be_left_out(engine, open_page, add_file):
    """Nothing is queued and the uploader is empty again."""
    add_file("rules.pdf", TRAVEL)
    app = upload(open_page(PAGE), ("rules.pdf", FOOD))
    app = click(app, "add-nothing")
    assert engine.jobs.snapshot() == []
    assert not app.file_uploader[0].value


# -- filled ----------------------------------------------------------------------------------


def test_the_table_shows_every_document_with_its_figures(engine, open_page, add_file):
    """Names, pages, chunks and size as committed; totals above."""
    documents = [add_file("travel.pdf", TRAVEL), add_file("food.pdf", FOOD)]
    app = healthy(open_page(PAGE))
    table = app.dataframe[0].value
    assert list(table["Name"]) == ["travel.pdf", "food.pdf"]
    assert list(table["Pages"]) == [2, 1]
    assert list(table["Chunks"]) == [document.chunks for document in documents]
    assert list(table["Size"]) == [len(TRAVEL), len(FOOD)]
    assert set(table["Status"]) == {"indexed"}
    chunks = sum(document.chunks for document in documents)
    assert f"2 documents · 3 pages · {chunks} chunks" in shown(app)
    assert "is recommended from 200,000 on" in shown(app).replace("\\", "")


@pytest.mark.parametrize(
    ("rows", "cells", "opened", "expected"),
    [
        ([], [(1, "Name")], None, "b"),
        ([1], [], None, "b"),
        ([0], [(1, "Pages")], "a", "b"),
        ([1], [(0, "Name")], "a", "b"),
        ([0], [(0, "Name")], "a", "a"),
        ([], [], "a", None),
        ([7], [(9, "Name")], "a", None),
    ],
)
def test_a_click_in_the_table_opens_that_document(rows, cells, opened, expected):
    """By row or by cell; not the one that is open already; nothing when its row is let go."""
    assert selected({"rows": rows, "cells": cells}, ["a", "b"], opened) == expected


def test_the_chunk_browser_shows_the_chunks_of_one_page(engine, open_page, add_file):
    """Page by page, not before the first nor beyond the last; a chosen chunk is shown whole."""
    document = add_file("travel.pdf", TRAVEL)
    chunks = engine.corpora.chunks(collection_id(engine), document.id)
    app = open_page(PAGE)
    app.selectbox(key=state.OPEN_DOCUMENT).set_value(document.id)
    healthy(app.run())
    assert "Rule 1 about travel" in shown(app)
    assert "Rule 30 about hotels" not in shown(app)
    key = state.page_key("browse", document.id)
    assert app.button(key=f"{key}-back").disabled
    app = click(app, f"{key}-next")
    assert app.slider(key=key).value == 2
    assert app.button(key=f"{key}-next").disabled
    assert not app.button(key=f"{key}-back").disabled
    last = chunks[-1]
    app = click(app, f"show-{last.id}")
    assert last.text in [element.value for element in app.text]


def test_a_document_is_deleted_after_a_second_question(engine, open_page, add_file):
    """The first click asks and names what is lost; it can be kept after all; the second deletes."""
    document = add_file("travel.pdf", TRAVEL)
    app = open_page(PAGE)
    app.selectbox(key=state.OPEN_DOCUMENT).set_value(document.id).run()
    app = click(app, f"delete-{document.id}-ask")
    assert f"{document.chunks} chunks" in app.warning[0].value
    app = click(app, f"delete-{document.id}-no")
    assert names(engine) == ["travel.pdf"]
    assert not app.warning
    app = click(app, f"delete-{document.id}-ask")
    app = click(app, f"delete-{document.id}-yes")
    assert names(engine) == []
    assert "is empty" in shown(app)


def test_a_hostile_file_name_is_only_shown(engine, open_page, add_file):
    """Neither the table, the progress, the question nor the messages interpret it."""
    document = add_file(HOSTILE, TRAVEL)
    app = upload(open_page(PAGE), (HOSTILE, FOOD), ("copy of " + HOSTILE, TRAVEL))
    app.selectbox(key=state.OPEN_DOCUMENT).set_value(document.id).run()
    app = click(app, f"delete-{document.id}-ask")
    app = click(app, "add-clashing")
    wait_for_jobs(engine)
    words = shown(healthy(app.run()))
    assert "evil" in words
    for markup in ("![x](", "](http", "<b>", ":red[", "$x$"):
        assert markup not in words


# -- chunking --------------------------------------------------------------------------------


@pytest.fixture
def chunking_page(engine, open_page, add_file):
    """The chunking view of a collection with one document."""
    add_file("travel.pdf", TRAVEL)
    return healthy(open_page(PAGE, **CHUNKING))


def test_the_sliders_of_the_chunking(chunking_page):
    """Unchanged they cost nothing and cannot be applied; a smaller size takes the overlap down."""
    app = chunking_page
    assert app.button(key="reindex").disabled
    assert "about" not in "".join(m.value for m in app.markdown if "embeds" in m.value)
    app.slider[0].set_value(64)
    healthy(app.run())
    overlap = app.slider[1]
    assert (overlap.max, overlap.value) == (64 // 2, 64 // 2)


def test_moving_the_sliders_previews_chunks_and_says_the_cost(engine, chunking_page):
    """Smaller chunks on the page at once, as many as re-indexing will really make."""
    app = chunking_page
    before = len([button for button in app.button if button.key.startswith("show-")])
    app.slider[0].set_value(64)
    app.slider[1].set_value(0)
    healthy(app.run())
    shows = [button for button in app.button if button.key.startswith("show-")]
    assert len(shows) > before
    document = engine.library.documents(collection_id(engine))[0]
    expected = len(resources.cut(engine, document, document.id, Chunking(64, 0)))
    assert f"**about {expected} chunks** ({document.chunks} now)" in shown(app)
    assert engine.library.documents(collection_id(engine)) == [document]


def test_reindexing_runs_as_a_job_and_switches(engine, chunking_page):
    """After the click a job; after the job the collection and its chunks are the new ones."""
    app = chunking_page
    app.slider[0].set_value(64)
    app.slider[1].set_value(0)
    app.run()
    app = click(app, "reindex")
    assert [job.kind for job in engine.jobs.snapshot()] == ["reindex"]
    wait_for_jobs(engine)
    app = healthy(app.run())
    assert engine.library.collections()[0].chunking == Chunking(64, 0)
    assert "up to **64 tokens**" in shown(app)
    assert app.button(key="reindex").disabled


# -- collections -----------------------------------------------------------------------------


@pytest.fixture
def collections_page(engine, open_page):
    """The collections view."""
    return healthy(open_page(PAGE, **{state.LIBRARY_VIEW: "Collections"}))


def make(app, name):
    """Create a collection."""
    app.text_input(key=state.NEW_COLLECTION).set_value(name)
    return click(app, f"{state.NEW_COLLECTION}-do")


def test_a_new_collection_is_opened_and_the_first_again(engine, collections_page):
    """It is in the sidebar, chosen, and the box for the next name is empty; then back."""
    app = make(collections_page, "Contracts")
    first, made = engine.library.collections()
    assert made.name == "Contracts"
    assert app.sidebar.selectbox(key=state.COLLECTION_BOX).value == made.id
    assert app.text_input(key=state.NEW_COLLECTION).value == ""
    app = click(app, f"switch-{first.id}")
    assert app.sidebar.selectbox(key=state.COLLECTION_BOX).value == first.id


@pytest.mark.parametrize("name", ["", "   ", "My documents"])
def test_a_name_that_cannot_be_used_is_explained(engine, collections_page, name):
    """Empty or taken: a message, no collection."""
    app = make(collections_page, name)
    assert len(app.error) == 1
    assert len(engine.library.collections()) == 1
    assert not healthy(app.run()).error


def test_a_collection_is_renamed(engine, collections_page):
    """The new name is everywhere at once."""
    app = collections_page
    app.text_input(key=f"rename-{collection_id(engine)}").set_value("Papers")
    app = click(app, f"rename-{collection_id(engine)}-do")
    assert engine.library.collections()[0].name == "Papers"
    assert "Papers" in shown(app)


def test_a_collection_is_deleted_with_everything_in_it(engine, collections_page, add_file):
    """The question names what is lost; an empty first collection takes its place."""
    add_file("travel.pdf", TRAVEL)
    old = collection_id(engine)
    app = click(healthy(collections_page.run()), f"delete-{old}-ask")
    assert "1 document · 2 pages" in app.warning[0].value
    click(app, f"delete-{old}-yes")
    assert [known.id for known in engine.library.collections()] != [old]
    assert names(engine) == []


# -- trouble ---------------------------------------------------------------------------------


def test_a_store_that_fails_while_browsing_leaves_the_rest_of_the_page(
    engine, open_page, add_file, monkeypatch
):
    """The table stands, the browser says what is wrong."""
    document = add_file("travel.pdf", TRAVEL)
    broken = Mock(side_effect=StoreError("The store does not answer.", "Try again."))
    monkeypatch.setattr(engine.storage.store, "scroll", broken)
    app = open_page(PAGE)
    app.selectbox(key=state.OPEN_DOCUMENT).set_value(document.id)
    healthy(app.run())
    assert "The store does not answer" in app.error[0].value
    assert len(app.dataframe) == 1


def test_a_document_deleted_in_another_tab_is_explained(engine, open_page, add_file):
    """The confirmed delete finds nothing: a message, and the page goes on."""
    document = add_file("travel.pdf", TRAVEL)
    add_file("food.pdf", FOOD)
    app = open_page(PAGE)
    app.selectbox(key=state.OPEN_DOCUMENT).set_value(document.id).run()
    app = click(app, f"delete-{document.id}-ask")
    engine.delete_document(collection_id(engine), document.id)
    app = click(app, f"delete-{document.id}-yes")
    assert "no longer in the collection" in app.error[0].value
    assert list(app.dataframe[0].value["Name"]) == ["food.pdf"]
