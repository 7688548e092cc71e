"""The endpoints, and everything put together as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic_core import to_json as json_bytes
from starlette.exceptions import HTTPException

from core.answer.abstention import abstains
from core.errors import InputError, SecondLookError
from core.serialize import to_json
from core.serve.desk import Desk
from core.serve.docs_page import docs_page
from core.serve.gate import LOOPBACK, Gate, ServeFigures, refuse
from core.serve.refusals import Refusal, refusal_of
from core.serve.service import Service
from core.serve.shapes import (
    COLLECTION,
    DocumentsRequest,
    EmbeddingsRequest,
    RerankRequest,
    SearchRequest,
    TextsRequest,
    documents_reply,
    embeddings_reply,
    texts_reply,
)

_R = TypeVar("_R")
AT_ONCE = 64
"""Requests whose texts are in the shared batches; others wait before them."""
ABSTAINS = "x-second-look-abstains"


@dataclass(frozen=True, slots=True)
class ServeLimits:
    """How much is taken: texts that wait at the same time, and bytes of a request."""

    waiting_texts: int = 2048
    request_mb: float = 16.0


class _Work:
    """What the endpoints of one application share."""

    def __init__(self, service: Service, limits: ServeLimits) -> None:
        self.service = service
        self.desk = Desk(limits.waiting_texts)
        self.figures = ServeFigures(self.desk)
        self._threads: anyio.CapacityLimiter | None = None

    async def do(self, request: Request, texts: int, work: Callable[[], _R]) -> _R:
        """Do it in a thread, when there is a place for so many texts."""
        self._threads = self._threads or anyio.CapacityLimiter(AT_ONCE)
        with self.desk.place(texts):
            result = await run_sync(work, limiter=self._threads)
        self.figures.texts.labels(_path(request)).inc(texts)
        return result


def _shared(request: Request) -> _Work:
    work: _Work = request.app.state.work
    return work


_Shared = Annotated[_Work, Depends(_shared)]
rerank_routes, other_routes = APIRouter(tags=["rerank"]), APIRouter()


def _path(request: Request) -> str:
    return str(getattr(request.scope.get("route"), "path", "other"))


def _json(content: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(json_bytes(content, inf_nan_mode="constants"), 200, headers, "application/json")


def _collection(request: Request, model: str | None) -> str | None:
    """The collection that the path or the model's name names, if any."""
    named: str | None = request.path_params.get("collection")
    if named is None and (model or "").startswith(COLLECTION):
        named = (model or "").removeprefix(COLLECTION)
    return named


async def _texts(body: TextsRequest, request: Request, work: _Work) -> Response:
    collection, cut = _collection(request, None), body.truncate is not False
    ranking = await work.do(
        *(request, len(body.texts)),
        lambda: work.service.rerank(body.query, body.texts, collection, cut=cut),
    )
    return _json(texts_reply(body, ranking), _said((ranking.applied or {}).get("abstains")))


async def _documents(
    body: DocumentsRequest, request: Request, work: _Work, *, bare: bool = False
) -> Response:
    collection, texts = _collection(request, body.model), body.texts

    def read() -> dict[str, Any]:
        service = work.service
        kept = service.beginnings(texts, body.max_tokens_per_doc)
        ranking = service.rerank(body.query, kept, collection)
        tokens = service.tokens([body.query, *kept])
        return documents_reply(body, ranking, service.model_names[1], tokens, bare=bare)

    reply = await work.do(request, len(texts), read)
    return _json(reply, _said(reply["meta"].get("second_look", {}).get("abstains")))


def _said(abstaining: bool | None) -> dict[str, str]:
    return {} if abstaining is None else {ABSTAINS: str(abstaining).lower()}


@rerank_routes.post("/rerank")
async def rerank(body: RerankRequest, request: Request, work: _Shared) -> Response:
    """Text Embeddings Inference (`texts`), or infinity (`documents`)."""
    if isinstance(body, TextsRequest):
        return await _texts(body, request, work)
    return await _documents(body, request, work, bare=True)


@rerank_routes.post("/v1/rerank")
@rerank_routes.post("/v2/rerank")
@rerank_routes.post("/v1/v2/rerank", include_in_schema=False)
async def rerank_documents(body: DocumentsRequest, request: Request, work: _Shared) -> Response:
    """Cohere and Jina. `model` may be `collection:NAME`: then what was learned there applies."""
    return await _documents(body, request, work)


@other_routes.post("/v1/embeddings", tags=["embeddings"])
async def embeddings(body: EmbeddingsRequest, request: Request, work: _Shared) -> Response:
    """OpenAI: vectors of length 1, as numbers or in base64."""
    given = [body.input] if isinstance(body.input, str) else list(body.input)
    texts = [item for item in given if isinstance(item, str)]
    if len(texts) < len(given):
        raise InputError("Tokens cannot be read here.", "Send texts.")

    def read() -> dict[str, Any]:
        service = work.service
        vectors = service.embed(texts, as_query=body.input_type == "query")
        if body.dimensions not in {None, vectors.shape[1]}:
            raise InputError(
                f"The vectors have {vectors.shape[1]} dimensions, and no other number."
            )
        return embeddings_reply(body, vectors, service.model_names[0], service.tokens(texts))

    return _json(await work.do(request, len(texts), read))


@other_routes.post("/search", tags=["search"])
async def search(body: SearchRequest, request: Request, work: _Shared) -> Response:
    """The whole comparison: candidates, reranked list, scores, moves, models, times."""

    def read() -> Response:
        found = work.service.compare(
            body.collection, body.query, body.settings, learned=body.learned
        )
        silent = abstains(found, work.service.models.wait()[1])
        return Response(to_json(found), 200, _said(silent), "application/json")

    return await work.do(request, body.settings.top_k, read)


@other_routes.get("/health", tags=["server"])
@other_routes.head("/health", include_in_schema=False)
async def health(work: _Shared) -> Response:
    """200 when both models are loaded, 503 before."""
    status = work.service.models.status
    said = {"status": status.state, "message": status.message or work.service.why_alone}
    code = 200 if status.state == "ready" else 503
    return Response(json_bytes(said), code, media_type="application/json")


@other_routes.get("/metrics", tags=["server"])
async def metrics(work: _Shared) -> Response:
    """Figures for Prometheus."""
    return Response(generate_latest(work.figures.registry), media_type=CONTENT_TYPE_LATEST)


@other_routes.get("/v1/models", tags=["server"])
def models(work: _Shared) -> Response:
    """What a request may name as its model: both models, and the collections."""
    engine = work.service.engine
    names = [*work.service.model_names]
    if engine is not None:
        names += [f"{COLLECTION}{collection.name}" for collection in engine.library.collections()]
    data = [{"id": name, "object": "model", "owned_by": "second-look"} for name in names]
    return _json({"object": "list", "data": data})


@other_routes.get("/", include_in_schema=False)
@other_routes.get("/docs", include_in_schema=False)
def documentation(request: Request) -> Response:
    """The endpoints as a page."""
    policy = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(docs_page(request.app.openapi()), 200, policy, "text/html; charset=utf-8")


_REFUSED = (SecondLookError, RequestValidationError, HTTPException, Exception)


async def _refused(request: Request, error: Exception) -> Response:
    """Any error as its client reads it."""
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    body = None
    if isinstance(error, SecondLookError | RequestValidationError):  # else it may be lost by now
        with suppress(ValueError):
            body = await request.json()
    await refuse(_refusal(error), request.url.path, keep, body)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Response(sent[1]["body"], sent[0]["status"], headers)


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, SecondLookError):
        return refusal_of(error)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        place = tuple(dict.fromkeys(first["loc"]))  # a union's tag is the name of its field
        said = f"{'.'.join(map(str, place[1:]))}: {first['msg']}"
        if len(place) == 1 or first["type"] in {"json_invalid", "model_attributes_type"}:
            said = "Send a JSON object, with the header content-type: application/json."
        return Refusal(422, "Validation", said, place)
    if isinstance(error, HTTPException):
        return Refusal(error.status_code, "Validation", str(error.detail))
    return Refusal(500, "Backend", "The server failed; its log says why.")


def application(
    service: Service,
    limits: ServeLimits | None = None,
    key: str = "",
    *,
    any_host: bool = True,
) -> FastAPI:
    """The ASGI application; the service is closed with it.

    Args:
        service: the models, and the home folder if there is one.
        limits: how much is taken.
        key: what clients must send; "" for none.
        any_host: False answers only requests that are sent to this machine by its own name.
    """
    limits = limits or ServeLimits()

    @asynccontextmanager
    async def open_until_the_end(_: FastAPI) -> AsyncIterator[None]:
        yield
        await run_sync(service.close)

    work = _Work(service, limits)
    app = FastAPI(
        title="Second Look",
        description="Reranking, embeddings and search, as tuned.",
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=open_until_the_end,
        docs_url=None,  # its page would fetch scripts from somebody else's server
        redoc_url=None,
        exception_handlers=dict.fromkeys(_REFUSED, _refused),
    )
    app.state.work = work
    app.include_router(rerank_routes)
    app.include_router(rerank_routes, prefix="/collections/{collection}")
    app.include_router(other_routes)
    app.add_middleware(
        Gate,
        figures=work.figures,
        key=key,
        hosts=None if any_host or key else frozenset(LOOPBACK),
        most_bytes=int(limits.request_mb * 1e6),
    )
    return app
