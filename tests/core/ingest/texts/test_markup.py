"""Markdown, HTML and plain text: what is shown is read, where it stands, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from markdown_it import MarkdownIt

from core.errors import DocumentRefused
from tests.core.ingest.made_files import assert_placed, read

ROOT = Path(__file__).parents[4]
MARKDOWN = """---
title: "The rules"
tags: [a]
---

# Head *one*

Soft line
goes on.\x20\x20
Hard [^1] and ![alt *x*](u) and <b>raw</b><br>after

- [x] done
- item
  second line

  para in item
  1. nested
3. three

[^1]: A note
    more.

| A | B |
|---|---|
| 1 | `x` |

```py
def f():

    return
```

<div>html &amp; block</div>

[^2]: unused
"""
HTML = """<!doctype html><html><head><title>T &amp; U</title><style>x</style></head><body>
<nav>Menu</nav><div id="cookie-banner">We use cookies</div><p hidden>not shown</p>
<h1>He<b>ad</b></h1><p>In<i>ter</i>na&shy;tional<br>new line<p>Two <script>bad()</script>words
<ul><li>one<li>two<ul><li>sub</ul></ul><ol><li>first<li><p>second</p></ol><h2>Table</h2>
<table><tr><th>City<th>Rate<tr><td>Oslo<td>70</table><pre>
 a = 1
   b</pre><table><tr><td><h2>In layout</h2><p>text</table><footer>Imprint</footer></body>"""


def lines(paged):
    """What stands at each place that holds something."""
    return {p.number: paged.text[p.start : p.end] for p in paged.pages if p.end > p.start}


def test_markdown_is_read_as_it_is_shown_at_its_lines():
    """Front matter gives the title, a footnote its text, a row its heads, code its indents."""
    found = read(MARKDOWN, "a.md")
    assert_placed(found)
    assert (found.title, found.unit, found.headings[0].title) == ("The rules", "line", "Head one")
    assert lines(found) == {
        **{6: "Head one", 8: "Soft line", 9: "goes on.", 10: "Hard [1] and alt x and raw after"},
        **{12: "- [x] done", 13: "- item", 14: "second line", 16: "para in item"},
        **{17: "1. nested", 18: "3. three", 20: "[1] A note", 21: "more.", 23: "A | B"},
        **{25: "A: 1 | B: x", 28: "def f():", 30: "    return", 33: "html & block"},
    }


def test_html_is_read_block_by_block_without_what_is_around_it():
    """Inline tags cut no word, menus, banners and scripts are left out, a row has its heads."""
    found = read(HTML, "a.html")
    assert_placed(found)
    assert (found.title, found.unit) == ("T & U", "section")
    assert lines(found) == {
        1: "Head\nInternational\nnew line\nTwo words\n- one\n- two\n- sub\n1. first\n2. second",
        2: "Table\nCity | Rate\nCity: Oslo | Rate: 70\n a = 1\n   b",
        3: "In layout\ntext",
    }


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<nav>Only a menu</nav>", "Only a menu"),
        ("<p>out</p><main><p>in</main>", "in"),
        ("<article>one</article><article>two</article>", "one\ntwo"),
        (
            "<div class='cookie-policy'><p>Our whole page on cookies</div>",
            "Our whole page on cookies",
        ),
        ("<p style='display: none'>x</p>y<textarea>z</textarea>", "yz"),
        ("<div>" * 5000 + "deep", "deep"),
        ("a < b &lt;script&gt; c", "a < b <script> c"),
    ],
)
def test_which_part_of_a_page_is_read(body, text):
    """The main one, if there is one; never nothing where the page shows something."""
    assert read(f"<html><body>{body}", "a.htm").text == text


@pytest.mark.parametrize(
    ("data", "name", "text", "noted"),
    [
        ("grün".encode(), "a.txt", "grün", 0),
        (b"\xef\xbb\xbfgr\xc3\xbcn", "a.txt", "grün", 0),
        ("grün".encode("utf-16"), "a.md", "grün", 0),
        ("grün\r\n\r\nrot".encode("utf-16-be"), "a.txt", "grün\nrot", 0),
        ("grün „so“".encode("cp1252"), "a.txt", "grün „so“", 1),
        ("grün" * 30 + "�", "a.txt", "grün" * 30 + "�", 0),
        (("grün" * 30).encode() + b"\xff", "a.txt", "grün" * 30 + "�", 1),
        ('<meta charset="iso-8859-2"><p>ż'.encode("iso-8859-2"), "a.html", "ż", 0),
        ('<meta charset="nonsense"><p>ü'.encode(), "a.html", "ü", 0),
    ],
)
def test_the_encoding_is_found_or_said(data, name, text, noted):
    """By its mark, as UTF-8 or UTF-16, as the page says; a guess is noted."""
    found = read(data, name)
    assert (found.text, len(found.notes)) == (text, noted)


def test_wrapped_lines_belong_together_and_others_do_not():
    """A line with room for the next word was ended on purpose."""
    wrapped = "This paragraph was wrapped at sixty columns by an\neditor, so its lines go on."
    assert read(f"A list\nof lines\n\n{wrapped}\nNew.\n", "a.txt").text == (
        f"A list\nof lines\n{' '.join(wrapped.split())}\nNew."
    )


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.py", "a.rb", "a.json"])
def test_a_file_without_text_is_refused(name):
    """With the reason, whatever its kind."""
    with pytest.raises(DocumentRefused) as caught:
        read("---\n***\n" if name != "a.html" else "<html><body><img src=x></html>", name)
    assert caught.value.code == "no_text"


@given(st.text(st.sampled_from("ab1 #*_-`[]()|<>&\n~:.^"), max_size=80))
def test_markdown_keeps_every_letter_that_it_shows(text):
    """Whatever is written: the letters are those of the HTML that it would become, sorted."""
    rendered = MarkdownIt("commonmark", {"html": False}).render(text)
    shown = read(f"<html><body><p>0</p>{rendered}", "a.html").text
    letters = sorted(c for c in shown if c in "ab")
    if not any(map(str.isalnum, text)) or any(mark in text for mark in "|[<~^("):
        return
    try:
        found = read(text, "a.md")
    except DocumentRefused:
        assert letters == []
        return
    assert_placed(found)
    assert sorted(c for c in found.text if c in "ab") == letters


def test_the_readme_of_this_repository_is_read():
    """A real file: its sections, and a line of it at its place."""
    source = (ROOT / "README.md").read_text()
    found = read(source, "README.md")
    assert_placed(found)
    assert (found.title, found.headings[0].title) == ("Second Look", "Second Look")
    place = source.split("\n").index("## Privacy") + 1
    assert lines(found)[place] == "Privacy"
