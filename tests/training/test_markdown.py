"""Markdown as plain text: what goes, what stays, and text that is none."""

import pytest
from hypothesis import given, strategies as st

from training.markdown import plain, sections

PAGE = """---
title: Air travel
questions:
  - travel
---

Words before the first heading belong to none.

## Who pays? {#who-pays}

> Your *team's* budget, see
[its own
rules]({% page "/travel/rules/" %}).

### Ask in {% slack_channel "travel" %} ###

* First, `tock`
  * then __wait__

```sh
# not a heading
npm start
```

| Who | What |
| --- | :-: |
| Ann | pays |

## Nothing here
## The end
<div class="box">Done &amp; dusted.</div> ![a plane](plane.png)
[ref]: https://example.org
<!-- a note
of two lines -->
"""


def test_a_page_of_the_handbook_becomes_sections():
    """Front matter, marks, targets, tags and notes go; words, code and snake_case stay."""
    assert list(sections(PAGE)) == [
        ("Who pays?", "Your team's budget, see its own rules."),
        ("Ask in travel", "- First, tock - then wait # not a heading npm start Who What Ann pays"),
        ("Nothing here", ""),
        ("The end", "Done & dusted."),
    ]


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("[a](b) and [c][d] and ![e](f)", "a and c and"),
        ("a_b_c _d_ **e** ~~f~~ ***g***", "a_b_c d e f g"),
        ("5 < 6 and <b>7</b> > 6", "5 < 6 and 7 > 6"),
        (r"\[draft\] \*", "[draft] *"),
        ("{{ site.url }} {% include x.html %} 50 % of it", "50 % of it"),
        ("1. one\n2. two\n- three\n+ four", "1. one 2. two - three - four"),
        ("[open", "[open"),
        ("a<!-- b <!-- c -->d<!-- e", "ad"),
    ],
)
def test_each_mark_goes_and_its_words_stay(markdown, words):
    """What only looks like a mark stays."""
    assert plain(markdown) == words


def test_a_heading_needs_its_space_and_no_fence():
    """`#tag` is a word, `~~~` and three backticks hide headings until they close."""
    page = "# One\n#tag\n~~~\n# hidden\n```\n# hidden too\n~~~\n## Two\n"
    assert list(sections(page)) == [("One", "#tag # hidden # hidden too"), ("Two", "")]
    assert list(sections("---\ntitle: x\n# Never closed")) == [("Never closed", "")]
    assert list(sections("no heading at all")) == []


MARKS = st.text(st.sampled_from('ab #*_`~[](){}<>|!-%"\\&;\n'), max_size=200)


@given(MARKS)
def test_any_text_gives_sections_of_single_spaces(markdown):
    """Whatever the marks: as many sections as headings at most, nothing but words and spaces."""
    found = list(sections(markdown))
    assert len(found) <= sum(line.lstrip().startswith("#") for line in markdown.splitlines())
    for text in (part for section in found for part in section):
        assert text == " ".join(text.split())
        assert set(text) <= set(markdown) | {" "} or "&" in markdown


@given(st.lists(st.text(st.sampled_from("abcdef "), min_size=1, max_size=30), max_size=6))
def test_words_without_marks_come_back(texts):
    """Every heading and every text, in their order."""
    kept = [" ".join(text.split()) or "x" for text in texts]
    page = "".join(f"## Heading {i}\n\n{text}\n\n" for i, text in enumerate(kept))
    assert list(sections(page)) == [(f"Heading {i}", text) for i, text in enumerate(kept)]


@pytest.mark.parametrize("mark", ["[", "<!--", "<a", "{%", "{{", "![", "-", "> ", "`", "_", "&"])
def test_a_large_page_of_one_mark_takes_no_time(mark):
    """A hundred thousand of it are read, long before the time limit of a test."""
    assert len(list(sections("# One\n" + mark * 100_000 + "x"))) == 1
