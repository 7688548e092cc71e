"""A model of any origin, ready to be used: bundled, a folder, of the hub, or on a server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.models.encoder import TokenSpans
from core.models.hub import cached_folder, located, offline
from core.models.prompts import PromptedCrossEncoder, PromptedEncoder
from core.models.registry import spec_of
from core.models.remote.models import RemoteCrossEncoder, RemoteEncoder
from core.models.remote.server import Record, Server
from core.models.runtime import ModelLocation
from core.models.runtime_selection.kept import start_cross_encoder, start_encoder
from core.models.spec import ModelSpec
from core.ports import CrossEncoder, Encoder


@dataclass(frozen=True, slots=True)
class Opening:
    """Where models are kept and run: the home folder, threads, runtime, and the ledger's pen."""

    home: Path
    threads: int
    runtime: str
    record: Record | None = None

    def cross_encoder(self, spec: ModelSpec) -> CrossEncoder:
        """Open a cross-encoder; one of the hub is fetched if it must be.

        Raises:
            InputError: an endpoint's entry cannot be used.
            ModelError: it is not available, or cannot be loaded.
        """
        if spec.origin == "endpoint":
            opened: CrossEncoder = RemoteCrossEncoder(Server(spec, self.record))
        else:
            opened = start_cross_encoder(self._place(spec), self.runtime)
        return PromptedCrossEncoder(opened, spec) if _prompted(spec) else opened

    def encoder(self, spec: ModelSpec) -> Encoder:
        """Open an encoder; one of the hub is fetched if it must be.

        Raises:
            InputError: an endpoint's entry cannot be used.
            ModelError: it is not available, or cannot be loaded.
        """
        if spec.origin == "endpoint":
            spans = TokenSpans(Path(spec_of("encoder").source))
            opened: Encoder = RemoteEncoder(Server(spec, self.record), spans)
        else:
            opened = start_encoder(self._place(spec), self.runtime)
        return PromptedEncoder(opened, spec) if _prompted(spec) else opened

    def _place(self, spec: ModelSpec) -> ModelLocation:
        return ModelLocation(located(spec), self.home, self.threads)


def _prompted(spec: ModelSpec) -> bool:
    return bool(spec.query_prompt or spec.passage_prompt)


def availability(spec: ModelSpec) -> str:
    """Where a model is, in a few words; asks nobody.

    >>> from core.models.registry import spec_of
    >>> availability(spec_of("cross_encoder", "bundled"))
    'bundled'
    """
    if spec.comes_with_the_project:
        return "bundled"
    if spec.origin == "endpoint":
        return _server(spec)
    if spec.local or spec.origin == "folder":
        return "in a folder" if spec.local else "its folder is missing"
    if cached_folder(spec) is not None:
        return "fetched before"
    return "not here, and the hub may not be asked" if offline() else "not here: needs the network"


def _server(spec: ModelSpec) -> str:
    try:
        return f"on the server {Server(spec).host}"
    except InputError as exc:
        return f"not usable: {exc.message}"


def usable_offline(spec: ModelSpec) -> bool:
    """Whether it can be opened without the model hub."""
    if spec.origin == "hub":
        return spec.local or cached_folder(spec) is not None
    return spec.local or spec.origin == "endpoint"
