"""What a person meets first: a search in a new process, the class, an indexing, a next start."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.first_calls import FIRST
from benchmarks.int8 import int8_option
from benchmarks.measuring import ONNX, PLAIN, ROOT, Race, Work, process
from core.models.runtime_selection.material import sample_texts
from core.samples import SAMPLES, sample_questions

MANUALS = ROOT.parent / "shared" / "pdfs" / "real"
COLD = "search on the command line, fresh home"
WHOLE = "class: the whole process"
INDEX = "first indexing"
SECOND = "second start, first search"
PASSAGES = 50
Command = list[str]


def races(int8: Path | None) -> Iterator[tuple[str, Race]]:
    """Each race and its name.

    Args:
        int8: the folder of ``benchmarks.int8``, if there is one.
    """
    with TemporaryDirectory() as folder:
        kept, samples = Path(folder), sorted(map(str, SAMPLES.glob("*.pdf")))
        for command in (
            _core(kept / "samples", "index", *samples),
            _module("plain", "index", str(kept / "samples.npz"), *samples),
        ):
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        yield COLD, _cold(kept, int8)
        yield WHOLE, _class(kept, int8)
        yield INDEX, _index(kept, sorted(map(str, MANUALS.glob("*.pdf"))) or samples, int8)
        yield SECOND, _second(kept, int8)


def _cold(kept: Path, int8: Path | None) -> Race:
    """The samples are indexed, and nothing was ever asked or measured in that home folder."""
    question = sample_questions()[0].text

    def fresh() -> Command:
        shutil.rmtree(kept / "fresh", ignore_errors=True)
        shutil.copytree(kept / "samples", kept / "fresh")
        return _core(kept / "fresh", "search", question)

    plain = _module("plain", "search", str(kept / "samples.npz"), question)
    others = _others(COLD, lambda: plain, int8)
    return Race(process(COLD, fresh), others, {COLD: 3.0}, turns=3)


def _class(kept: Path, int8: Path | None) -> Race:
    """Passages of the samples' sources, each about as long as a chunk."""
    file, question = kept / "passages.json", sample_questions()[0].text
    file.write_text(json.dumps(sample_texts()[1][:PASSAGES]), encoding="utf-8")
    ours, plain = (_module("first_calls", side, str(file), question) for side in ("ours", "plain"))
    others = _others(WHOLE, lambda: plain, int8)
    return Race(process(WHOLE, lambda: ours), others, {FIRST: 3.0}, turns=3)


def _index(kept: Path, files: Sequence[str], int8: Path | None) -> Race:
    """Once on each side: it takes long."""
    plain = _module("plain", "index", str(kept / "files.npz"), *files)
    remark = ", ".join(Path(file).stem for file in files)
    return Race(
        process(INDEX, lambda: _core(kept / "home", "index", *files)),
        _others(INDEX, lambda: plain, int8),
        {INDEX: 3.0},
        {INDEX: remark},
        turns=1,
    )


def _second(kept: Path, int8: Path | None) -> Race:
    """Of what the first indexing left; each time another question."""
    questions = itertools.cycle(question.text for question in sample_questions())
    index = str(kept / "files.npz")
    others = _others(SECOND, lambda: _module("plain", "search", index, next(questions)), int8)
    ours = process(SECOND, lambda: _core(kept / "home", "search", next(questions)))
    return Race(ours, others, {SECOND: 1.5}, turns=3)


def _others(name: str, command: Callable[[], Command], int8: Path | None) -> dict[str, Work]:
    """The plain library's process, and the same with the int8 models."""
    return {
        PLAIN: process(name, command),
        ONNX: process(name, lambda: [*command(), *int8_option(int8)]),
    }


def _module(name: str, *words: str) -> Command:
    return [sys.executable, "-m", f"benchmarks.{name}", *words]


def _core(home: Path, *words: str) -> Command:
    return [sys.executable, "-m", "core", "--home", str(home), *words]
