"""How often the answer without a language model abstains when it should, and when it should not.

Each question of a BEIR folder is asked twice: of the whole corpus, and of the corpus without the
passages that stand within ``--gap`` lines of a relevant one. In SQuAD the passages of an article
stand together, so the second corpus has other articles only and cannot hold the answer.
Prints both error rates for a range of thresholds on the best passage's logit, with the relevance
that the bundled calibration makes of it.

    python -m benchmarks.abstain PATH/TO/BEIR_FOLDER --questions 150
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.evaluate.datasets import Dataset, read_dataset
from core.models.torch_models import load_cross_encoder, load_encoder
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector
from core.search.calibration import relevance


def best_logit(
    query: str, similarity: FloatVector, texts: Sequence[str], reranker: CrossEncoder
) -> float:
    """The logit of the best passage out of the encoder's top 30."""
    nearest = np.argsort(-similarity, kind="stable")[:30]
    return float(reranker.score(query, [texts[i] for i in nearest]).max())


def without_neighbours(similarity: FloatVector, places: Sequence[int], gap: int) -> FloatVector:
    """The similarities, with everything near a relevant passage put out of reach."""
    hidden = similarity.copy()
    for place in places:
        hidden[max(0, place - gap) : place + gap + 1] = -np.inf
    return hidden


def measure(
    dataset: Dataset, vectors: FloatMatrix, encoder: Encoder, reranker: CrossEncoder,
    asked: Sequence[str], gap: int,
) -> tuple[FloatVector, FloatVector]:  # fmt: skip
    """Best logits with the answer in the corpus, and without it, one a question."""
    ids = list(dataset.corpus)
    places = {passage_id: place for place, passage_id in enumerate(ids)}
    texts = [dataset.corpus[passage_id].passage for passage_id in ids]
    there, gone = [], []
    for query_id in asked:
        query = dataset.queries[query_id]
        similarity = vectors @ encoder.encode([query])[0]
        relevant = [places[i] for i in dataset.qrels[query_id] if i in places]
        there.append(best_logit(query, similarity, texts, reranker))
        hidden = without_neighbours(similarity, relevant, gap)
        gone.append(best_logit(query, hidden, texts, reranker))
    return np.array(there, dtype=np.float32), np.array(gone, dtype=np.float32)


def main() -> None:
    """Read the arguments, measure, print one line a threshold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--questions", type=int, default=150)
    parser.add_argument("--gap", type=int, default=120)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    dataset = read_dataset(arguments.folder)
    asked = random.Random(arguments.seed).sample(sorted(dataset.qrels), arguments.questions)
    encoder = load_encoder(threads=arguments.threads)
    reranker = load_cross_encoder(threads=arguments.threads)
    vectors = encoder.encode([passage.passage for passage in dataset.corpus.values()])
    there, gone = measure(dataset, vectors, encoder, reranker, asked, arguments.gap)
    print("logit  relevance  abstains with the answer there  quotes without it")
    for logit in np.arange(-4, 4.5, 0.5, dtype=np.float32):
        shown = float(relevance(np.array([logit], dtype=np.float32), reranker.info.calibration)[0])
        wrong, loose = (there < logit).mean(), (gone >= logit).mean()
        print(f"{logit:5.1f}  {shown:9.3f}  {wrong:30.3f}  {loose:17.3f}")


if __name__ == "__main__":
    main()
