"""One request to a server of models: what is sent where, how long it may take, what can fail.

What is sent is written to the ledger first. The key goes to the address of the registry and
nowhere else: redirects are refused, proxies are not asked on the way to this machine, and
neither a message nor a chain of causes can hold it. A server's own words are shown without it.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.errors import InputError, ModelError
from core.models.registry import Endpoint, ModelSpec
from core.schema import ModelInfo, sha256_hex
from core.settings import DEFAULT_LLM_URL
from core.text.hosts import host_of, is_loopback
from core.text.server_words import in_a_line, words_in

# Told before each request: the host, the bytes of the body, and why. A StoreError stops it.
Record = Callable[[str, int, str], object]
# The request for some texts, as JSON.
Body = Callable[[Sequence[str]], dict[str, Any]]
LARGEST_REPLY = 64 * 1024 * 1024
LARGEST_REFUSAL = 4 * 1024 * 1024
CONNECT_SECONDS = 5.0
_AGAIN = frozenset({429, 502, 503, 504})
_SAYS = {
    401: ("did not accept the API key", "Check the environment variable {variable}."),
    403: ("did not accept the API key", "Check the environment variable {variable}."),
    404: ("has nothing at this address", "Check the source in registry.toml."),
    405: ("has nothing at this address", "Check the source in registry.toml."),
    413: ("rejects the request as too large", "Use shorter passages, or raise its limit."),
    422: ("does not understand the request", "Check api and model in registry.toml."),
    429: ("has received too many requests", "Wait a moment, then ask again."),
}
_NO_MODEL = (
    "has no model “{model}”, or it cannot do this",
    "Set the model in registry.toml to a name that the server knows.",
)
_SIZE = re.compile(r"too (?:large|many|long)|at most|max(?:imum)?\b|exceed|limit", re.IGNORECASE)


class Malformed(Exception):
    """A reply that is not what the shape asks for; says what is wrong with it."""


class _Failed(Exception):
    """A request that failed, in words; ``wait`` seconds before one more try, or None for none.

    ``too_large``: fewer texts in a request may help.
    """

    def __init__(
        self, what: str, advice: str, wait: float | None = None, *, too_large: bool = False
    ) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.wait = wait
        self.too_large = too_large


class Server:
    """The endpoint of one spec; every call has a connection of its own, so threads may share it."""

    def __init__(
        self, spec: ModelSpec, record: Record | None = None, values: Mapping[str, str] | None = None
    ) -> None:
        """Check address and key; nothing is sent yet.

        Raises:
            InputError: the address is not one, or the key is missing or cannot be sent.
        """
        if spec.endpoint is None or not (host := host_of(spec.source)):
            raise InputError(
                f"The source of {spec.name} is not a web address, or contains a user name.",
                "Set it in registry.toml to something like http://localhost:8080/rerank.",
            )
        self.spec = spec
        self.host = host
        self.endpoint: Endpoint = spec.endpoint
        self._key = _key(spec.endpoint, host, os.environ if values is None else values)
        self._record = record
        self._batch = spec.endpoint.batch  # smaller once the server has said that it is too much

    def __repr__(self) -> str:
        """Name and host, never the key."""
        return f"Server({self.spec.name!r} at {self.host!r})"

    def ask(self, texts: Sequence[str], body: Body) -> list[tuple[int, bytes]]:
        """How many texts, and the reply to them, one request after the other on one connection.

        What the server calls too large is asked again in halves, and so is what follows.

        Raises:
            ModelError: the server failed, once more after a failure that may pass.
            StoreError: it cannot be written down what would be sent; nothing was sent.
        """
        from anyio.from_thread import start_blocking_portal  # noqa: PLC0415 - not at `import core`

        problem = None
        with start_blocking_portal(name="second-look-remote") as portal:
            try:
                return portal.call(self._ask_all, texts, body)
            except _Failed as exc:
                problem = ModelError(f"{self.spec.name}: {self.host} {exc.what}.", exc.advice)
        raise problem

    async def _ask_all(self, texts: Sequence[str], body: Body) -> list[tuple[int, bytes]]:
        import httpx2  # noqa: PLC0415 - not at `import core`

        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        async with httpx2.AsyncClient(
            follow_redirects=False,
            timeout=httpx2.Timeout(self.endpoint.timeout_seconds, connect=CONNECT_SECONDS),
            # A proxy from the environment would take to another host what is meant for this one.
            trust_env=not is_loopback(self.host),
            headers=headers,
        ) as client:
            replies, start = list[tuple[int, bytes]](), 0
            while start < len(texts):
                batch = texts[start : start + self._batch]
                try:
                    replies.append((len(batch), await self._twice(client, body(batch))))
                    start += len(batch)
                except _Failed as exc:
                    if not exc.too_large or len(batch) == 1:
                        raise
                    self._batch = (len(batch) + 1) // 2
            return replies

    async def _twice(self, client: Any, body: dict[str, Any]) -> bytes:
        import anyio  # noqa: PLC0415 - not at `import core`

        try:
            return await self._once(client, body)
        except _Failed as exc:
            if exc.wait is None:
                raise
            await anyio.sleep(exc.wait)
        return await self._once(client, body)

    async def _once(self, client: Any, body: dict[str, Any]) -> bytes:
        """One request within the time that the registry gives it, from connecting to the end."""
        import anyio  # noqa: PLC0415 - not at `import core`
        import httpx2  # noqa: PLC0415 - the same

        seconds = self.endpoint.timeout_seconds
        request = client.build_request("POST", self.spec.source, json=body)
        if self._record is not None:
            size = len(request.content)
            self._record(self.host, size, f"Texts for the model {self.spec.name}")
        try:
            with anyio.fail_after(seconds):
                return await self._read(await client.send(request, stream=True))
        except (TimeoutError, httpx2.ReadTimeout, httpx2.WriteTimeout):
            raise _Failed(
                f"took longer than the {seconds:g} seconds allowed",
                "Ask again, or set a longer timeout_seconds in registry.toml.",
            ) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError):
            raise _Failed(
                "cannot be reached, or closed the connection",
                "Check that the server runs, its address in registry.toml, and the network.",
                wait=0.5,
            ) from None

    async def _read(self, response: Any) -> bytes:
        import httpx2  # noqa: PLC0415 - not at `import core`

        good, reply = response.status_code == 200, bytearray()
        try:
            async for piece in response.aiter_bytes():
                reply += piece
                if len(reply) > (LARGEST_REPLY if good else LARGEST_REFUSAL):
                    break
        except httpx2.HTTPError:
            if good:
                raise
        finally:
            await response.aclose()
        if not good:
            raise self._refusal(response, bytes(reply))
        if len(reply) > LARGEST_REPLY:
            raise _Failed("sent far more than scores", "Check the address.")
        return bytes(reply)

    def _refusal(self, response: Any, reply: bytes) -> _Failed:
        """What a status other than 200 means, with the server's own words."""
        status = response.status_code
        if 300 <= status < 400:
            return _Failed(
                f"sent a redirect ({status}), which is not followed: the key and the texts must "
                "not go elsewhere",
                "Use the final address in registry.toml.",
            )
        try:
            words = in_a_line(words_in(json.loads(reply)), self._key)
        except (ValueError, RecursionError):
            words = ""
        kind = "failed" if status >= 500 else "refused the request"
        what, advice = _SAYS.get(status, (kind, "Ask again in a moment, or look at its log."))
        large = status == 413 or (status in {400, 422} and bool(_SIZE.search(words)))
        if large:
            what, advice = _SAYS[413]
        elif status in {400, 404, 422} and "model" in words.lower():
            what, advice = _NO_MODEL[0].format(model=self.endpoint.model), _NO_MODEL[1]
        variable = self.endpoint.key_variable or "(key_variable in registry.toml names none)"
        again = retry_after(response.headers.get("retry-after", "")) if status in _AGAIN else None
        told = f"{what} (status {status})" + (f" and says: {words.rstrip('.')}" if words else "")
        return _Failed(told, advice.format(variable=variable), again, too_large=large)

    def malformed(self, exc: Malformed) -> ModelError:
        """The error for a reply that is not what the shape asks for."""
        return ModelError(
            f"{self.spec.name}: {self.host} sent a reply that cannot be used: {exc}.",
            f"Check that the server speaks the {self.endpoint.api} shape and gives scores of the "
            f"kind {self.spec.score}, and the name of the model in registry.toml.",
        )

    @property
    def info(self) -> ModelInfo:
        """The hash is of address, model and score kind: the weights are out of our sight."""
        spec = self.spec
        identity = (spec.source, self.endpoint.model, self.endpoint.api, spec.score)
        return ModelInfo(
            *(
                spec.name,
                spec.kind,
                sha256_hex("\n".join(identity).encode()),
                spec.max_length or 512,
            ),
            runtime="remote",
            calibration=spec.calibration,
        )


def retry_after(value: str) -> float:
    """Seconds of a Retry-After header, 0.5 when it has none or a date; never more than 5.

    >>> retry_after("2"), retry_after(""), retry_after("3600")
    (2.0, 0.5, 5.0)
    """
    try:
        seconds = float(value)
    except ValueError:
        return 0.5
    return min(5.0, max(0.0, seconds)) if math.isfinite(seconds) else 0.5


def meant_for(variable: str, values: Mapping[str, str]) -> str:
    """The host that a key of another setting was given for; empty when it is of no other setting.

    A registry may come from somebody else: it cannot have these keys sent to its own address.
    """
    addresses = {
        "OPENAI_API_KEY": DEFAULT_LLM_URL,
        "SECOND_LOOK_LLM_API_KEY": values.get("SECOND_LOOK_LLM_BASE_URL", "") or DEFAULT_LLM_URL,
        "QDRANT_API_KEY": values.get("QDRANT_URL", "") or "http://localhost:6333",
        "HF_TOKEN": "https://huggingface.co",
    }
    return host_of(addresses.get(variable, ""))


def _key(endpoint: Endpoint, host: str, values: Mapping[str, str]) -> str:
    variable = endpoint.key_variable
    if (owner := meant_for(variable, values)) and owner != host:
        raise InputError(
            f"The key in {variable} was set for {owner}; it is not sent to {host}.",
            "Put the key for this server in a variable of its own, and name that in registry.toml.",
        )
    key = values.get(variable, "").strip() if variable else ""
    if variable and not key:
        raise InputError(
            f"The environment variable {variable}, which should hold the key, is empty.",
            "Set it, or remove key_variable from registry.toml.",
        )
    if not all("!" <= character <= "~" for character in key):
        raise InputError(
            "The API key contains characters that no key has (a space, a line break, an accent).",
            f"Copy it again into {variable}.",
        )
    return key
