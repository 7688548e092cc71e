"""Saved OpenVINO graphs: where they lie, and whether they are still what was saved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, ModelError
from core.models.openvino.conversion import file_hash
from core.models.openvino.setup import openvino_version
from core.serialize import from_json, to_json

GRAPH = "graph.xml"
FOLDER = "runtimes"
FORM = 2
"""Counts the changes of what ``conversion.py`` makes: a graph of another form is not used."""


@dataclass(frozen=True, slots=True)
class GraphRecord:
    """What a graph was made of: the sha256 of the weights, and of both of its own files."""

    weights: str
    xml: str
    bin: str
    max_length: int
    made_with: str


def converted_graph(home: Path, weights: str) -> Path:
    """Where the converted graph of these weights belongs; another version has another place."""
    return home / FOLDER / f"{weights[:16]}-{openvino_version()}-{FORM}" / GRAPH


def sign(graph: Path, weights: str, max_length: int) -> None:
    """Write the record that says what a graph was made of; the graph counts from now on."""
    record = GraphRecord(
        weights=weights,
        xml=file_hash(graph),
        bin=file_hash(graph.with_suffix(".bin")),
        max_length=max_length,
        made_with=f"openvino {openvino_version()}",
    )
    part = graph.with_suffix(".part")
    part.write_text(to_json(record, indent=2) + "\n", encoding="utf-8")
    part.replace(graph.with_suffix(".json"))


def signed(graph: Path, weights: str) -> GraphRecord:
    """The record of a graph whose files are those that were signed.

    Raises:
        ModelError: there is none, it is of other weights, or a file has changed.
    """
    try:
        record = from_json(GraphRecord, graph.with_suffix(".json").read_bytes())
        unchanged = (file_hash(graph), file_hash(graph.with_suffix(".bin"))) == (
            record.xml,
            record.bin,
        )
    except (OSError, InputError) as exc:
        raise ModelError("There is no such graph of this model.") from exc
    if record.weights != weights or not unchanged:
        raise ModelError("The graph is not of these weights, or its files are damaged.")
    return record
