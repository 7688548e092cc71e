"""The configuration that everybody gets: closed, by its file and by asking a running server."""

import os
import socket
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.made_home import wait_until

ROOT = Path(__file__).parents[2]
EVIL = "http://evil.example"


def test_the_file_says_closed():
    """Bound to this machine, protections on, error details and telemetry off."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    server = config["server"]
    assert server["address"] == "localhost"
    assert server["enableXsrfProtection"] is True
    assert server["enableCORS"] is True
    assert server["maxUploadSize"] <= 200
    assert config["client"]["showErrorDetails"] == "none"
    assert config["browser"]["gatherUsageStats"] is False


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of the app, started as ``make run`` does, but for the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")
    }
    home = tmp_path_factory.mktemp("home")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(free)],
        cwd=ROOT,
        env={**environment, "SECOND_LOOK_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_it_answers(free, process)
        yield free
    finally:
        process.terminate()
        process.wait(timeout=100)


def wait_until_it_answers(port, process):
    """Until the health page is there."""

    def healthy():
        try:
            return asked(port, "/_stcore/health")[0] == 200
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None

    wait_until(healthy)


def asked(
    port: int, path: str, method: str = "GET", data: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str]]:
    """Status and headers of a reply, refusals included; ``_`` in a header's name is a dash."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(
        f"http://localhost:{port}{path}", data=data, headers=named, method=method
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as reply:
            return reply.status, {k.lower(): v for k, v in reply.headers.items()}
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, {k.lower(): v for k, v in refused.headers.items()}


def own_address():
    """An address of this machine that others could use, or none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address; nothing is sent
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def test_other_machines_cannot_connect(port):
    """The port is closed on the address that others see."""
    address = own_address()
    if not address or address.startswith("127."):
        pytest.skip("this machine has no address that others could use")
    with socket.socket() as client:
        client.settimeout(3)
        assert client.connect_ex((address, port)) != 0


def test_another_site_may_not_read_our_replies(port):
    """No reply allows a foreign origin (CORS)."""
    for path in ("/", "/_stcore/health", "/_stcore/host-config"):
        _, headers = asked(port, path, Origin=EVIL)
        assert headers.get("access-control-allow-origin") not in {"*", EVIL}, path


def handshake(port, origin):
    """The first line of the reply to a web socket that a page of ``origin`` wants to open."""
    lines = (
        "GET /_stcore/stream HTTP/1.1",
        f"Host: localhost:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Origin: {origin}",
    )
    with socket.create_connection(("localhost", port), timeout=10) as client:
        client.sendall("\r\n".join([*lines, "", ""]).encode())
        return client.recv(4096).split(b"\r\n")[0].decode()


def test_another_site_may_not_open_a_session(port):
    """The web socket of a session opens for our own page, and not for one of another origin."""
    assert " 101 " in handshake(port, f"http://localhost:{port}")
    assert " 403 " in handshake(port, EVIL)


def test_an_upload_without_our_token_is_refused(port):
    """A foreign form cannot put a file here (XSRF)."""
    boundary = "x"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="a.pdf"\r\n\r\n'
        f"%PDF-1.7\r\n--{boundary}--\r\n"
    ).encode()
    status, _ = asked(
        port,
        "/_stcore/upload_file/session/file",
        "PUT",
        body,
        Origin=EVIL,
        Content_Type=f"multipart/form-data; boundary={boundary}",
    )
    assert status in {400, 403}
