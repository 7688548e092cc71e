"""One frozen object of settings, built from the environment and the secrets file.

Nothing is read at import. Secrets never appear in ``repr``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InputError

DEFAULT_LLM_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may ask of this machine; above a limit the file is refused, with the reason.

    ``session_mb`` is for all files of one session, ``library_mb`` for all that are kept.
    """

    file_mb: int = 200
    pages: int = 3000
    page_characters: int = 200_000
    characters: int = 5_000_000
    chunks: int = 50_000
    parse_seconds: int = 120
    parse_memory_mb: int = 1024
    session_mb: int = 2000
    library_mb: int = 20_000


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """An OpenAI-compatible endpoint; not configured when ``model`` is empty."""

    model: str = ""
    base_url: str = DEFAULT_LLM_URL
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 60.0

    @property
    def configured(self) -> bool:
        """Whether the person asked for an LLM."""
        return bool(self.model)


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """Whether searches are remembered, for how many days, and how many of them at most."""

    enabled: bool = True
    days: int = 90
    entries: int = 5000


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. ``home`` holds everything that is kept; ``threads`` is torch's thread count.

    ``measure``: find the fastest runtime and the noise floors behind the searches of people.
    ``demo``: the sample documents in a folder of their own, nothing added and nothing kept of
    anybody; no history, and no language model at the cost of who shows it.
    ``serve_key``: what clients of ``python -m core serve`` must send; empty for no key.
    """

    home: Path = Path("data")
    threads: int = 2
    encoder: str = "bundled"
    cross_encoder: str = "bundled"
    nli: str = ""
    runtime: str = "auto"
    cache_mb: int = 64
    qdrant_url: str = ""
    qdrant_api_key: str = field(default="", repr=False)
    limits: Limits = field(default_factory=Limits)
    llm: LlmSettings = field(default_factory=LlmSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    measure: bool = True
    demo: bool = False
    serve_key: str = field(default="", repr=False)


def _integer(values: Mapping[str, str], name: str, default: int, low: int = 1) -> int:
    text = values.get(name, "")
    if not text:
        return default
    try:
        number = int(text)
    except ValueError as exc:
        raise InputError(
            f"{name} is {text!r}, not a whole number.", f"Default: {default}."
        ) from exc
    if number < low:
        raise InputError(f"{name} is {number}, below {low}.", f"Default: {default}.")
    return number


def _limits(values: Mapping[str, str]) -> Limits:
    return Limits(
        file_mb=_integer(values, "SECOND_LOOK_MAX_FILE_MB", 200),
        pages=_integer(values, "SECOND_LOOK_MAX_PAGES", 3000),
        page_characters=_integer(values, "SECOND_LOOK_MAX_PAGE_CHARACTERS", 200_000),
        characters=_integer(values, "SECOND_LOOK_MAX_CHARACTERS", 5_000_000),
        chunks=_integer(values, "SECOND_LOOK_MAX_CHUNKS", 50_000),
        parse_seconds=_integer(values, "SECOND_LOOK_PARSE_SECONDS", 120),
        parse_memory_mb=_integer(values, "SECOND_LOOK_PARSE_MEMORY_MB", 1024, low=256),
        session_mb=_integer(values, "SECOND_LOOK_MAX_SESSION_MB", 2000),
        library_mb=_integer(values, "SECOND_LOOK_MAX_LIBRARY_MB", 20_000),
    )


def _switch(values: Mapping[str, str], name: str, default: str = "on") -> bool:
    text = (values.get(name, "") or default).lower()
    if text not in {"on", "off"}:
        raise InputError(f"{name} is {text!r}, not on or off.", f"Default: {default}.")
    return text == "on"


def _llm(values: Mapping[str, str]) -> LlmSettings:
    model = values.get("SECOND_LOOK_LLM_MODEL", "")
    base_url = values.get("SECOND_LOOK_LLM_BASE_URL", "") or DEFAULT_LLM_URL
    key = values.get("SECOND_LOOK_LLM_API_KEY", "")
    if not key and base_url.rstrip("/") == DEFAULT_LLM_URL:
        key = values.get("OPENAI_API_KEY", "")
    return LlmSettings(
        model=model,
        base_url=base_url,
        api_key=key if model else "",
        timeout_seconds=float(_integer(values, "SECOND_LOOK_LLM_TIMEOUT", 60)),
    )


def load_settings(values: Mapping[str, str] | None = None) -> Settings:
    """Settings from a mapping, by default the environment.

    ``SECOND_LOOK_LLM_MODEL`` alone decides whether anything may leave the machine. A stray
    ``OPENAI_API_KEY`` is used only when that model is set, and only for OpenAI's own address.

    Raises:
        InputError: a value has the wrong form.
    """
    env = os.environ if values is None else values
    demo = _switch(env, "SECOND_LOOK_DEMO", "off")
    home = Path(env.get("SECOND_LOOK_HOME", "") or "data").expanduser()
    return Settings(
        home=home / "demo" if demo else home,
        threads=_integer(env, "SECOND_LOOK_THREADS", min(os.cpu_count() or 1, 8)),
        encoder=env.get("SECOND_LOOK_ENCODER", "") or "bundled",
        cross_encoder=env.get("SECOND_LOOK_CROSS_ENCODER", "") or "bundled",
        nli=env.get("SECOND_LOOK_NLI", ""),
        runtime=env.get("SECOND_LOOK_RUNTIME", "") or "auto",
        cache_mb=_integer(env, "SECOND_LOOK_CACHE_MB", 64),
        qdrant_url=env.get("QDRANT_URL", ""),
        qdrant_api_key=env.get("QDRANT_API_KEY", ""),
        limits=_limits(env),
        llm=LlmSettings() if demo else _llm(env),
        history=HistorySettings(
            enabled=_switch(env, "SECOND_LOOK_HISTORY") and not demo,
            days=_integer(env, "SECOND_LOOK_HISTORY_DAYS", 90),
            entries=_integer(env, "SECOND_LOOK_HISTORY_ENTRIES", 5000),
        ),
        measure=_switch(env, "SECOND_LOOK_MEASURE"),
        demo=demo,
        serve_key=env.get("SECOND_LOOK_SERVE_KEY", ""),
    )
