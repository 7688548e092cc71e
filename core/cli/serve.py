"""``serve``: the models and collections over HTTP."""

from __future__ import annotations

import argparse
import socket

from core.cli.given import Commands, Say
from core.errors import InputError
from core.settings import Settings
from core.text.hosts import is_loopback

STOPPING_SECONDS = 60
"""For requests that have begun when the server is told to stop."""
KEPT_SECONDS = 75
"""An idle connection: longer than clients and balancers keep theirs, so that they end it."""


def add_serve(commands: Commands) -> None:
    """Describe the command to the parser."""
    what = "serve reranking, embeddings and search over HTTP, in the shapes of other servers"
    command = commands.add_parser("serve", help=what)
    add = command.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    add("--port", type=int, default=8600, help="port to listen on (default 8600)")
    add("--queue", type=int, default=2048, help="texts that may wait (default 2048)")
    add("--max-mb", type=float, default=16.0, help="size of a request in MB (default 16)")
    words = "leave the home folder alone: no collections, but several processes at once"
    add("--models-only", action="store_true", help=words)
    command.set_defaults(run=run_serve)


def run_serve(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``serve``: until it is stopped; requests that have begun are finished."""
    import uvicorn  # noqa: PLC0415 - other commands do not need it

    from core.serve.application import ServeLimits, application  # noqa: PLC0415 - the same
    from core.serve.service import open_service  # noqa: PLC0415 - the same

    key, host = settings.serve_key, arguments.host
    with _listening(host, arguments.port) as listener:
        service = open_service(settings, models_only=arguments.models_only)
        limits = ServeLimits(arguments.queue, arguments.max_mb)
        app = application(service, limits, key, any_host=not is_loopback(host))
        if service.why_alone:
            say(f"Reranking and embeddings only, no collections: {service.why_alone}")
        if not key and not is_loopback(host):
            say(f"Anybody who reaches {host} can use this server: set SECOND_LOOK_SERVE_KEY.")
        port = listener.getsockname()[1]
        say(f"Serving on http://{f'[{host}]' if ':' in host else host}:{port}")
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            timeout_keep_alive=KEPT_SECONDS,
            timeout_graceful_shutdown=STOPPING_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _listening(host: str, port: int) -> socket.socket:
    """A socket on that address, before anything is loaded.

    Raises:
        InputError: it is taken, or none of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as exc:
        raise InputError(
            f"{host}:{port} cannot be listened on: {exc}.", "Choose another --port or --host."
        ) from exc
