"""BEIR folders for tests."""

import json

from core.evaluate.datasets import CORPUS, QRELS, QUERIES

HEADER = ("query-id", "corpus-id", "score")


def write_dataset(dataset, folder):
    """Write a test collection the way others publish theirs."""
    rows = [
        (query, document, str(grade))
        for query, grades in dataset.qrels.items()
        for document, grade in grades.items()
    ]
    files = {
        CORPUS: [
            json.dumps({"_id": i, "title": p.title, "text": p.text})
            for i, p in dataset.corpus.items()
        ],
        QUERIES: [json.dumps({"_id": i, "text": text}) for i, text in dataset.queries.items()],
        f"{QRELS}/test.tsv": ["\t".join(row) for row in (HEADER, *rows)],
    }
    (folder / QRELS).mkdir(parents=True)
    for name, lines in files.items():
        text = "".join(f"{line}\n" for line in lines)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
