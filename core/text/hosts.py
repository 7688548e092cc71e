"""Which machine an address means."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host (with or without a port) is this machine, by its name alone.

    A name that only resolves to this machine counts as another one: names change their meaning.

    >>> is_loopback("localhost:11434"), is_loopback("[::1]:80"), is_loopback("10.0.0.1")
    (True, True, False)
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """Host and port of an http(s) address, empty when it is none or carries a password.

    >>> host_of("http://localhost:11434/v1"), host_of("https://user:word@example.org")
    ('localhost:11434', '')
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return ""
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{name}:{port}" if port else name
