"""Another engine's run as a first stage: what it found is measured, and reranked."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError
from core.evaluate.datasets import Dataset
from core.evaluate.questions.trec import from_run
from core.evaluate.stages import DEPTH, FirstStage, Ranking


def outside_stage(path: Path, dataset: Dataset) -> FirstStage:
    """The first stage that is written down in a TREC run, named like its file.

    A question that the run does not have finds nothing. It has no time of its own.

    Args:
        path: lines of query id, Q0, document id, rank, score, tag.
        dataset: whose queries and passages the run names.

    Raises:
        InputError: it cannot be read, or names a question or a passage that is not there.

    """
    lists = from_run(_text(path))
    for query, found in lists.items():
        _known(path, "question", query in dataset.queries, query)
        for name in found:
            _known(path, "passage", name in dataset.corpus, name)
    found_for = {dataset.queries[query]: found for query, found in lists.items()}
    if len(found_for) < len(lists):
        raise InputError(f"Two questions of {path} have the same words.", "Keep one of them.")

    def search(question: str) -> Ranking:
        best = found_for.get(question, [])[:DEPTH]
        return Ranking({name: float(-place) for place, name in enumerate(best)}, {})

    return FirstStage(path.stem, search)


def _known(path: Path, kind: str, here: bool, name: str) -> None:
    if not here:
        raise InputError(
            f"{path} names the {kind} {name!r}, which the folder does not have.",
            "A run and its folder use the same ids.",
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror}.", "Check the path.") from exc
    except UnicodeDecodeError as exc:
        raise InputError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from exc
