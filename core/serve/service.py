"""What is served: the models of a home folder, and its collections where the folder is free."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from core.app.engine import Engine, open_engine
from core.app.model_choice import with_choice
from core.app.model_manager import open_models
from core.errors import InputError, ModelError, NotFound, StoreLocked, TooLarge
from core.history.ledger import Ledger
from core.integrations.asking import ask
from core.models.loading import Models
from core.schema import Collection, Comparison, FloatMatrix, SearchSettings
from core.serve.ranking import RankedTexts, learned_ranking, plain_ranking
from core.settings import Settings
from core.text.counting import counted

MOST_TEXTS = 2048
"""In one request; OpenAI's own limit."""
LETTERS = 100
"""Characters of a text that are looked at for each token of the model's window."""
log = logging.getLogger(__name__)


class Service:
    """Answers requests with the models, and with the engine where there is one.

    Safe to call from several threads; questions that wait at the same time share batches.

    Args:
        models: both models.
        engine: the home folder, or None.
        why_alone: why there is no engine, in a sentence.
    """

    def __init__(self, models: Models, engine: Engine | None = None, why_alone: str = "") -> None:
        self.models = models
        self.engine = engine
        self.why_alone = why_alone

    @property
    def model_names(self) -> tuple[str, str]:
        """Encoder and cross-encoder that are on; waits until they are loaded."""
        encoder, cross_encoder = self.models.wait()
        return encoder.info.name, cross_encoder.info.name

    def collection(self, name: str) -> Collection:
        """The collection of that name; the first one when it is empty.

        Raises:
            NotFound: there is none, or this process has no collections.
        """
        if self.engine is None:
            raise NotFound(f"No collection can be used here. {self.why_alone}")
        return self.engine.library.collection_named(name)

    def rerank(
        self, query: str, texts: Sequence[str], collection: str | None, *, cut: bool = True
    ) -> RankedTexts:
        """The texts ranked, by what was learned for a collection where one is named.

        Args:
            query: the question.
            texts: at least one; each is cut to the model's window.
            collection: its name; None for the cross-encoder alone.
            cut: False refuses what would be cut.

        Raises:
            TooLarge: too many texts, or the question or a text is too long.
            SecondLookError: a model or the store failed, or there is no such collection.
        """
        _require_texts(texts, query)
        found = None if collection is None else self.collection(collection)
        _, cross_encoder = self.models.wait()
        most = LETTERS * cross_encoder.info.max_length
        read = [text[:most] for text in texts]
        with _too_large():
            if not cut and any(cross_encoder.truncated(query, read)):
                raise TooLarge("A text does not fit the model's window.", "Let it be cut.")
            if found is None or self.engine is None:
                return plain_ranking(cross_encoder, query, read)
            return learned_ranking(self.engine, found, query, read)

    def embed(self, texts: Sequence[str], *, as_query: bool = False) -> FloatMatrix:
        """Unit vectors, float32[len(texts), dimension], in the order given.

        Raises:
            TooLarge: too many texts.
            ModelError: the model failed, or gave a vector that is none.
        """
        _require_texts(texts)
        encoder, _ = self.models.wait()
        most = LETTERS * encoder.info.max_length
        read = [text[:most] for text in texts]
        vectors = (
            np.array([encoder.encode_query(t) for t in read])
            if as_query
            else (encoder.encode(read))
        )
        if not np.isfinite(vectors).all():
            raise ModelError("The model gave a vector that is none.", "Choose another runtime.")
        return vectors

    def compare(
        self, collection: str, query: str, settings: SearchSettings, *, learned: bool
    ) -> Comparison:
        """Ask a collection a question, as the page does; it is remembered in the history.

        Raises:
            SecondLookError: there is no such collection, or the question cannot be answered.
        """
        _require_texts([query], query)
        found = self.collection(collection)
        assert self.engine is not None  # else there was no collection
        if learned:
            comparison = ask(self.engine, query, settings, found.name)
        else:
            comparison = self.engine.searcher.compare(found.id, query, settings)
        self.engine.history.record(found.id, comparison)
        return comparison

    def beginnings(self, texts: Sequence[str], tokens: int | None) -> list[str]:
        """The first so many tokens of each text, all where None; by the encoder's words."""
        encoder, _ = self.models.wait()
        if tokens is None:
            return list(texts)
        spans = [encoder.token_spans(text)[:tokens] for text in texts]
        return [
            text[: part[-1][1]] if part else "" for text, part in zip(texts, spans, strict=True)
        ]

    def tokens(self, texts: Sequence[str]) -> int:
        """How many tokens these have, by the encoder's words, without special ones."""
        encoder, _ = self.models.wait()
        return sum(len(encoder.token_spans(text)) for text in texts)

    def close(self) -> None:
        """Release models and home folder."""
        (self.engine or self.models).close()


def open_service(settings: Settings, *, models_only: bool = False) -> Service:
    """Begin to load the models, with the home folder if nobody else uses it.

    Args:
        settings: of the home folder and the models.
        models_only: leave the home folder alone, so that several processes may serve.

    Raises:
        SecondLookError: the home folder is damaged, or a model's name can be none.
    """
    why = "It was started with --models-only."
    if not models_only:
        try:
            engine = open_engine(settings, stays=True)
            return Service(engine.models, engine)
        except StoreLocked as exc:
            why = f"{exc.message} Close it and start serving again to use its collections."
    settings = with_choice(settings)
    return Service(
        open_models(settings, Ledger(settings.home / "sent.jsonl").record), why_alone=why
    )


def _require_texts(texts: Sequence[str], query: str = "?") -> None:
    if not texts:
        raise InputError("There is no text in the request.", "Send at least one.")
    if len(texts) > MOST_TEXTS:
        raise TooLarge(
            f"The request has {counted(len(texts), 'text')}, more than {MOST_TEXTS:,}.",
            "Send them in parts.",
        )
    if not query.strip():
        raise InputError("The question is empty.", "Type a question.")
    try:
        "".join([query, *texts]).encode()
    except UnicodeEncodeError as exc:
        raise InputError(
            "A text holds half of a surrogate pair, which is no character.",
            "Cut texts between characters.",
        ) from exc


@contextmanager
def _too_large() -> Iterator[None]:
    """A question that no model reads, for it is too long: other clients call that too large."""
    try:
        yield
    except InputError as exc:
        raise TooLarge(exc.message, exc.advice) from exc
