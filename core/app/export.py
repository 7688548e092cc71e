"""What was found out about a collection, to be used elsewhere: as a record, and as Python.

The lines of Python need sentence-transformers alone and have the order of Second Look. Where BM25
counts they take the scores of one's own engine, or compute ours with Qdrant's library.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from string import Template

from core.app.engine import Engine
from core.errors import InputError
from core.models.registry import ModelKind, ModelSpec
from core.schema import ModelInfo, SearchSettings
from core.search.fitted import models_key, without_foreign_fits
from core.search.ordering import FEATURES
from core.search_settings import FirstStageKind, FirstStageSettings

_NEVER = (
    "cutting documents into passages",
    "abstaining by the words of a question",
    "names like C++, AT&T and IT as words of their own for BM25",
)


@dataclass(frozen=True, slots=True)
class ExportedSettings:
    """How a collection is searched.

    ``settings`` are without what was fitted for other models; ``features`` names what its weights
    belong to. One of the first five logits must be above ``abstain_up_to``, else the documents hold
    no answer; ``abstain_by`` says where that is from. Both are empty until it is known.
    """

    collection: str
    encoder: ModelSpec
    cross_encoder: ModelSpec
    settings: SearchSettings
    abstain_up_to: float | None
    abstain_by: str
    features: tuple[str, ...] = FEATURES

    @property
    def left_out(self) -> tuple[str, ...]:
        """What a search with these settings does, and the lines of Python do not."""
        first, second, filters = self.settings.first, self.settings.second, self.settings.filters
        asked = {
            "collapsing near-duplicates": first.collapse_duplicates,
            f"a cascade that reads {second.cascade} in full": bool(second.cascade),
            f"a time limit of {second.budget_ms} ms": bool(second.budget_ms),
            "reading long passages in parts": second.windows,
            "the skip predictor": second.skip_predictor,
            "filters": not filters.empty or bool(self.settings.document_ids),
        }
        return (*(what for what, holds in asked.items() if holds), *_NEVER)


def export_settings(
    engine: Engine, collection_id: str, settings: SearchSettings
) -> ExportedSettings:
    """What a search of a collection with these settings uses now; waits for the models.

    Raises:
        NotFound: the collection was deleted.
        ModelError: a model could not be loaded.
    """
    name = engine.library.collection(collection_id).name
    on = encoder, cross_encoder = [model.info for model in engine.models.wait()]
    second, _ = without_foreign_fits(settings.second, models_key(encoder, cross_encoder))
    floor = engine.model_manager.floor(engine.library.corpus_version(collection_id), *on)
    up_to, by = (floor.logit, "the noise floor of these documents") if floor else (None, "")
    if second.fits.abstention:
        up_to, by = second.fits.abstention.numbers[0], "fitted on judged questions"
    settings = replace(settings, second=second)
    models = _spec(engine, "encoder", encoder), _spec(engine, "cross_encoder", cross_encoder)
    return ExportedSettings(name, *models, settings, up_to, by)


def _spec(engine: Engine, kind: ModelKind, info: ModelInfo) -> ModelSpec:
    """The entry of the registry, with the weights and the length in use, and its whole path."""
    spec = engine.model_manager.spec(kind)
    source = str(Path(spec.source).resolve()) if spec.local else spec.source
    return replace(spec, source=source, sha256=info.sha256, max_length=info.max_length)


def as_python(exported: ExportedSettings) -> str:
    """A module whose ``search(question, passages)`` has the order of Second Look.

    It is short where the cross-encoder alone decides, and longer where BM25 counts.

    Raises:
        InputError: a model is on a server, which sentence-transformers cannot open.
    """
    encoder, cross_encoder = exported.encoder, exported.cross_encoder
    for model in encoder, cross_encoder:
        if model.origin == "endpoint":
            raise InputError(
                f"{model.name} is on a server, which sentence-transformers cannot open.",
                "Export as JSON, or choose a model of this machine.",
            )
    first, second = exported.settings.first, exported.settings.second
    blend, weights = second.blend if second.enabled else 0.0, second.fits.weights
    kind, used = _kind(first), weights.numbers if weights and second.enabled else ()
    form = "plain" if (kind, blend, used) == ("dense", 1.0, ()) else "full"
    template = Template(Path(__file__).with_name(f"export_{form}.txt").read_text(encoding="utf-8"))
    return template.substitute(
        collection=repr(exported.collection),
        left_out=", ".join(exported.left_out),
        encoder=repr(encoder.source),
        encoder_length=encoder.max_length,
        question=_put(encoder.query_prompt, "question") + _alone(encoder),
        texts=f"[{_put(encoder.passage_prompt, 'text')} for text in passages]{_alone(encoder)}",
        cross_encoder=repr(cross_encoder.source),
        cross_encoder_length=cross_encoder.max_length,
        asked=_put(cross_encoder.query_prompt, "question"),
        read=_put(cross_encoder.passage_prompt, "passages[i]"),
        first=f"{kind!r}, {first.fusion!r}, {first.dense_weight}",
        depth=exported.settings.top_k,
        blend=blend,
        weights=used,
        abstain_up_to=exported.abstain_up_to,
        abstain_by=exported.abstain_by or "not measured yet",
    )


def _kind(first: FirstStageSettings) -> FirstStageKind:
    """Who searches: a weight of 0 or 1 leaves one of two."""
    if first.kind != "hybrid" or first.fusion == "rrf" or 0.0 < first.dense_weight < 1.0:
        return first.kind
    return "dense" if first.dense_weight else "bm25"


def _put(prompt: str, name: str) -> str:
    return f"{prompt!r} + {name}" if prompt else name


def _alone(encoder: ModelSpec) -> str:
    """Prompts of the registry replace those that the model's folder names."""
    return ", prompt=''" if encoder.query_prompt or encoder.passage_prompt else ""
