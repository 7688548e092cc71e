"""What ``python -m core serve`` serves, on a free port, by the server that it runs on."""

import socket
import threading
from contextlib import contextmanager

import uvicorn

from core.serve.application import ServeLimits, application
from core.serve.service import Service
from tests.made_home import SECONDS, wait_until


@contextmanager
def serving(service: Service, limits: ServeLimits | None = None, **options):
    """Its address; at the end it is stopped as by a signal, and closes the service."""
    config = uvicorn.Config(
        application(service, limits, **options), access_log=False, log_level="warning"
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(SECONDS)
            assert not thread.is_alive()
