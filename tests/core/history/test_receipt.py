"""A receipt is complete, checks itself, and every number of its page comes from its record."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.history.receipt import Receipt, make_receipt, read_receipt, receipt_json
from core.history.receipt_page import receipt_html
from core.history.records import GivenAnswer, IndexedDocument, Provenance
from core.history.replay import flat_settings
from core.schema import sha256_hex
from tests.browser.hostile import strings
from tests.core.history.made import (
    NOON,
    PICTURE,
    answer,
    comparison,
    library_with,
    with_text,
    with_version,
)
from tests.html_page import Page

AROUND = Provenance("c", (IndexedDocument("1" * 64, "one.pdf", "r"),), (("torch", "1"),))
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section"),
    *("h1", "h2", "h3", "p", "b", "i", "q", "em", "span", "div", "ol", "li"),
    *("figure", "figcaption", "img", "svg", "line", "path", "text"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "id", "src", "alt", "style"),
    *("viewbox", "role", "aria-label", "x", "y", "x1", "x2", "y1", "y2", "d"),
    *("stroke-width", "text-anchor"),
}


def receipt(**changes) -> Receipt:
    """A receipt of three passages with a quoted answer."""
    made = replace(comparison(), **changes)
    return Receipt(NOON, made, AROUND, (GivenAnswer("rerank", answer(made)),))


def test_a_receipt_survives_json(tmp_path):
    """What is written is what is read."""
    library, collection = library_with(tmp_path, "one.pdf")
    asked = with_version(comparison(), library, collection)
    made = make_receipt(library, collection, asked)
    assert read_receipt(receipt_json(made)) == made
    assert [d.name for d in made.provenance.documents or ()] == ["one.pdf"]
    library.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r["comparison"]["reranked"][0].update(rank_delta=7), "rank delta at rank 1"),
        (lambda r: r["comparison"]["reranked"][0].update(logit=-9), "order of its logits"),
        (lambda r: r["comparison"]["reranked"][0].update(rank=2), "do not count from 1"),
        (lambda r: r["comparison"]["candidates"][0].update(rank=3), "do not count from 1"),
        (lambda r: r["comparison"]["reranked"][0]["chunk"].update(text="x"), "is not a candidate"),
        (lambda r: r["answers"][0]["answer"]["citations"][0].update(chunk_id="x"), "not listed"),
        (
            lambda r: r["answers"][0]["answer"]["citations"][0]["quote"].update(end=999),
            "outside its passage",
        ),
        (lambda r: r.update(format=9), "another version"),
        (lambda r: r.pop("comparison"), "not a Receipt"),
    ],
)
def test_a_receipt_that_was_changed_is_refused(change, words):
    """Its numbers have to agree with each other."""
    record = json.loads(receipt_json(receipt()))
    change(record)
    with pytest.raises(InputError, match=words):
        read_receipt(json.dumps(record).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"{" * 10_000])
def test_what_is_no_receipt_is_refused(data):
    """A message, never a traceback."""
    with pytest.raises(InputError):
        read_receipt(data)


def as_number(text):
    """A number of the page as Python writes it."""
    return text.replace("−", "-")


def test_every_number_of_the_page_is_recomputed_from_its_record():
    """Ranks, moves, scores, times, settings, hashes: each cell from the JSON alone."""
    made = receipt()
    record = json.loads(receipt_json(made))["comparison"]
    tables = Page(receipt_html(made, [PICTURE])).tables
    by_id = {c["chunk"]["id"]: c for c in record["candidates"]}
    rows = [[as_number(cell) for cell in row[:6]] for row in tables["reranked"][1:]]
    assert rows == [
        [
            str(rank),
            str(by_id[item["chunk"]["id"]]["rank"]),
            f"{move:+d}" if (move := by_id[item["chunk"]["id"]]["rank"] - rank) else "=",
            f"{by_id[item['chunk']['id']]['score']:.4f}",
            f"{item['logit']:+.4f}",
            f"{item['relevance']:.4f}",
        ]
        for rank, item in enumerate(sorted(record["reranked"], key=lambda r: -r["logit"]), 1)
    ]
    places = {item["chunk"]["id"]: item["rank"] for item in record["reranked"]}
    first = [[as_number(cell) for cell in row[:3]] for row in tables["candidates"][1:]]
    assert first == [
        [str(rank), f"{c['score']:.4f}", str(places[c["chunk"]["id"]])]
        for rank, c in enumerate(sorted(record["candidates"], key=lambda c: -c["score"]), 1)
    ]
    times = {name: f"{record['timings'][f'{name}_ms']:.1f} ms" for name, _ in tables["timings"]}
    assert dict(tables["timings"]) == times
    assert [row[4] for row in tables["models"][1:]] == [m["sha256"] for m in record["models"]]
    expected = flat_settings(made.comparison.settings)
    assert dict(tables["settings"]) == {name: str(value) for name, value in expected.items()}


def test_the_page_names_the_hash_of_its_record():
    """Page and record can be told to belong together."""
    made = receipt()
    assert sha256_hex(receipt_json(made)) in Page(receipt_html(made)).text
    assert sha256_hex(receipt_json(made)) != sha256_hex(receipt_json(receipt(query="another?")))


def test_the_picture_shows_its_quote():
    """The PNG is in the page, and its box where the quote stands."""
    page = Page(receipt_html(receipt(), [PICTURE]))
    sources = [value for tag, name, value in page.attributes if (tag, name) == ("img", "src")]
    assert sources == ["data:image/png;base64,iVBORw0KGgptYWRl"]
    boxes = [value for tag, name, value in page.attributes if (tag, name) == ("i", "style")]
    assert boxes == ["left:10.00%;top:20.00%;width:40.00%;height:10.00%"]


def harmless(page):
    """Only our elements with our attributes; nothing that loads or runs."""
    assert set(page.tags) <= TAGS
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES
    assert all(
        value.startswith("data:image/png;base64,")
        for _, name, value in page.attributes
        if name == "src"
    )


def test_hostile_texts_stay_texts():
    """Every payload in every field: only our elements are in the page, and the text is shown."""
    plain = Page(receipt_html(with_text("plain"), [PICTURE]))
    for text in strings():
        page = Page(receipt_html(with_text(text), [replace(PICTURE, place=text)]))
        assert page.tags == plain.tags, text
        harmless(page)


@given(st.text(max_size=50))
def test_any_text_stays_a_text(text):
    """Law: no text adds an element or an attribute."""
    page = Page(receipt_html(with_text(text or "x"), [PICTURE]))
    harmless(page)
    assert len(page.tags) == len(Page(receipt_html(with_text("x"), [PICTURE])).tags)


def test_the_page_forbids_scripts_and_requests():
    """The policy stands before anything that it should hold for."""
    html = receipt_html(receipt())
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert html.index(policy) < html.index("<title>")
    assert "<script" not in html
    assert "http://" not in html
    assert "https://" not in html
