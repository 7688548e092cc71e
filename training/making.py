"""Training data out of what a person downloaded: every source is read first, then made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.ports import Encoder
from core.text.counting import counted
from training.handbook import Section, handbook_lines, read_handbook
from training.lines import Line, read_lines, source_file, write_lines
from training.medquad import Pair, medquad_lines, read_medquad
from training.policies import policy_lines
from training.sources import PASSAGES, SOURCES
from training.squad import Asked, Paragraph, make_squad, read_squad
from training.topics import Topic, read_topics, topic_lines
from training.web import FEWEST, read_web, web_lines

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Downloads:
    """Where each thing is; None if it was not fetched. ``articles``: only the first of SQuAD."""

    squad: Path | None = None
    medquad: Path | None = None
    handbook: Path | None = None
    clapnq: Path | None = None
    topics: Path | None = None
    articles: int | None = None

    @property
    def files(self) -> list[str]:
        """The files that will be made of them."""
        made = {
            PASSAGES: self.squad,
            SOURCES["squad"]: self.squad,
            SOURCES["sentences"]: self.squad,
            SOURCES["medquad"]: self.medquad,
            SOURCES["headings"]: self.handbook,
            SOURCES["web"]: self.clapnq,
            SOURCES["topics"]: self.topics,
        }
        return [name for name, path in made.items() if path is not None]


@dataclass(frozen=True, slots=True)
class _Read:
    asked: list[Asked]
    paragraphs: list[Paragraph]
    pairs: list[Pair]
    sections: list[Section]
    questions: list[str]
    topics: list[Topic]


def make_data(
    downloads: Downloads, folder: Path, load: Callable[[], Encoder], say: Say
) -> dict[str, int]:
    """Write the sources that can be made, and the rule-made one if it is not there: file -> lines.

    Args:
        downloads: what there is.
        folder: made if missing; a source that is there already is never written over.
        load: gives the encoder that ranks paragraphs and sections, if one is needed.
        say: is told how far it is.

    Raises:
        InputError: nothing was named, a download cannot be used, or a source is there already.
        StoreError: a file cannot be written.
    """
    if not downloads.files:
        raise InputError(
            "Nothing was named to make training data of.",
            "Give --squad, --medquad, --handbook, --clapnq or --topics; docs/decisions/0101 says "
            "where they come from.",
        )
    for name in downloads.files:
        if (there := source_file(folder, name)) is not None:
            raise InputError(f"{there} is there already.", "Remove it, or name another folder.")
    counts = {}
    for name, lines in _made(_read(downloads, folder), folder, load, say):
        counts[name] = write_lines(folder, name, lines)
        say(f"{name}: {counts[name]} lines")
    return counts


def _read(downloads: Downloads, folder: Path) -> _Read:
    asked, paragraphs = list[Asked](), list[Paragraph]()
    if downloads.squad is not None:
        asked, paragraphs = read_squad(downloads.squad, downloads.articles)
    elif downloads.clapnq is not None:
        paragraphs = _paragraphs(folder)
    if downloads.clapnq is not None and len(paragraphs) < FEWEST:
        raise InputError(
            f"The web questions need {FEWEST} paragraphs of SQuAD; there are {len(paragraphs)}.",
            "Give --squad as well, with all its articles.",
        )
    return _Read(
        asked,
        paragraphs,
        [] if downloads.medquad is None else read_medquad(downloads.medquad),
        [] if downloads.handbook is None else read_handbook(downloads.handbook),
        [] if downloads.clapnq is None else read_web(downloads.clapnq),
        [] if downloads.topics is None else read_topics(downloads.topics),
    )


def _paragraphs(folder: Path) -> list[Paragraph]:
    lines = read_lines(folder, PASSAGES)
    return [Paragraph(str(line["text"]), int(line["article"])) for line in lines]


def _made(
    read: _Read, folder: Path, load: Callable[[], Encoder], say: Say
) -> Iterator[tuple[str, list[Line]]]:
    if read.pairs:
        yield SOURCES["medquad"], medquad_lines(read.pairs)
    if source_file(folder, SOURCES["policies"]) is None:
        yield SOURCES["policies"], policy_lines()
    if read.topics or read.sections or read.paragraphs:
        yield from _mined(read, load(), say)


def _mined(read: _Read, encoder: Encoder, say: Say) -> Iterator[tuple[str, list[Line]]]:
    """The sources whose wrong passages the encoder finds."""
    if read.topics:
        yield SOURCES["topics"], list(topic_lines(read.topics, encoder))
    if read.sections:
        yield SOURCES["headings"], handbook_lines(read.sections, encoder)
    if not read.paragraphs:
        return
    say(f"encoding {counted(len(read.paragraphs), 'paragraph')}")
    vectors = encoder.encode([paragraph.text for paragraph in read.paragraphs])
    if read.asked:
        yield from make_squad(read.asked, read.paragraphs, vectors, encoder, say).items()
    if read.questions:
        yield SOURCES["web"], web_lines(read.questions, vectors, encoder)
