"""Judgments and rankings by chance, the same on every machine: what ranx was asked about."""

import random

MEASURES = {
    "nDCG@10": "ndcg@10",
    "nDCG@3": "ndcg@3",
    "RR": "mrr",
    "MRR@10": "mrr@10",
    "P@5": "precision@5",
    "R@10": "recall@10",
    "AP": "map",
    "Success@5": "hit_rate@5",
    "Bpref": "bpref",
}
"""Our names -> ranx's."""

Qrels = dict[str, dict[str, int]]
Run = dict[str, dict[str, float]]


def random_runs(queries: int = 60, seed: int = 6) -> tuple[Qrels, Run]:
    """Two to nine grades from 0 to 3 a query, at least one above 0, and 5 to 25 ranked documents.

    No two scores of a query are equal: how ties are broken is not what is compared.
    """
    generator = random.Random(seed)
    qrels: Qrels = {}
    run: Run = {}
    documents = [f"d{number}" for number in range(30)]
    for number in range(queries):
        judged = generator.sample(documents, generator.randint(2, 9))
        grades = [generator.randint(1, 3), *(generator.randint(0, 3) for _ in judged[1:])]
        qrels[f"q{number}"] = dict(zip(judged, grades, strict=True))
        ranked = generator.sample(documents, generator.randint(5, 25))
        run[f"q{number}"] = {name: 100.0 - place for place, name in enumerate(ranked)}
    return qrels, run
