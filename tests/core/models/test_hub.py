"""Models of the hub: from the cache without a network, fetched once, and never a long wait."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from core.errors import ModelError
from core.models import opening as adapter
from core.models.opening import availability, cached_folder, located, usable_offline
from core.models.registry import ModelSpec, registry, spec_of, verified_hash
from core.schema import sha256_hex
from tests.hub_server import SHA, hub

ROOT = Path(__file__).parents[3]
NAME = "owner/reranker"
FILES = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "model.safetensors": b"weights",
    "modeling.py": b"import os",
    "pytorch_model.bin": b"pickle",
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache of this test, and a hub that may be asked."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    return tmp_path


def spec(name=NAME, revision=""):
    """A model of the hub."""
    return ModelSpec(name, name, origin="hub", revision=revision)


def no_sockets(monkeypatch):
    """From here on every connection is a failure of the test."""

    def refuse(*args, **_):
        raise AssertionError(f"a connection was made: {args}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_a_model_is_fetched_once_and_then_found_without_a_network(monkeypatch):
    """Its weights have a hash like those of a folder; no code and no pickle come with them."""
    with hub(NAME, FILES) as (address, asked):
        found = located(spec(), address)
        assert any(SHA in path for path in asked)
    names = {path.name for path in Path(found.source).iterdir()}
    assert names == {"config.json", "tokenizer.json", "model.safetensors"}
    assert found.local
    assert verified_hash(found) == sha256_hex(b"weights")
    no_sockets(monkeypatch)
    assert located(spec()) == found
    assert cached_folder(spec(revision=SHA)) == Path(found.source)


def test_half_a_model_in_the_cache_is_not_taken_for_one():
    """Files that are missing are fetched."""
    with hub(NAME, {"config.json": b"{}"}) as (address, _), pytest.raises(ModelError) as caught:
        located(spec(), address)
    assert "no tokenizer.json, model.safetensors" in caught.value.message
    assert cached_folder(spec()) is None


def test_a_name_that_the_hub_does_not_know_is_said_so():
    """At once, with what names look like."""
    with hub(NAME, FILES) as (address, _), pytest.raises(ModelError, match="no model of that name"):
        located(spec("owner/other"), address)
    with pytest.raises(ModelError, match="no model of that name"):
        located(spec("bad name"))


def test_without_a_network_a_model_that_is_not_here_is_named_soon():
    """A hub that hangs, one that refuses: the message comes soon and names the way out."""
    for hangs in (True, False):
        with hub(NAME, FILES, hangs=hangs) as (address, _):
            asked = address if hangs else "http://127.0.0.1:9"
            begun = time.monotonic()
            with pytest.raises(ModelError, match="model hub") as caught:
                located(spec(), asked)
            assert time.monotonic() - begun < 60
        assert "bundled" in caught.value.advice


@pytest.mark.parametrize(
    "named",
    [s for s in registry().values() if s.origin == "hub"],
    ids=lambda s: f"{s.kind} {s.name}",
)
def test_no_model_of_the_registry_hangs_where_the_network_swallows_everything(named, monkeypatch):
    """It says where it is without asking, and opening it ends with a message, not with a wait."""
    monkeypatch.setattr(adapter, "HUB_SECONDS", 0.2)
    assert availability(named) == "not downloaded: needs the network"
    assert not usable_offline(named)
    with hub(named.name, {}, hangs=True) as (address, _):
        begun = time.monotonic()
        with pytest.raises(ModelError, match="did not answer within") as caught:
            located(named, address)
        assert time.monotonic() - begun < 60
    assert named.name in caught.value.message


def test_when_the_hub_may_not_be_asked_nothing_is_waited_for(monkeypatch):
    """HF_HUB_OFFLINE: no socket, at once."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    no_sockets(monkeypatch)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE forbids"):
        located(spec())


def test_models_that_are_here_ask_nobody(monkeypatch):
    """The bundled ones and a folder."""
    no_sockets(monkeypatch)
    for kind in ("encoder", "cross_encoder"):
        bundled = spec_of(kind, "bundled")
        assert located(bundled) == bundled


def test_the_variable_of_the_environment_is_honoured():
    """In a process of its own, where the library reads it."""
    code = (
        "from core.models.opening import located; from core.models.registry import spec_of\n"
        "located(spec_of('cross_encoder', 'cross-encoder/ms-marco-MiniLM-L2-v2'))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"HF_HUB_OFFLINE": "1", "PATH": "", "HOME": "/nonexistent"},
    )
    assert "HF_HUB_OFFLINE forbids" in run.stderr


def test_a_folder_that_is_gone_is_named_with_its_path(tmp_path):
    """The hub is not asked for it: it was never a name of the hub."""
    gone = ModelSpec("mine", str(tmp_path / "gone"), origin="folder")
    assert not usable_offline(gone)
    with pytest.raises(ModelError, match="folder of mine is missing") as caught:
        located(gone)
    assert str(tmp_path / "gone") in caught.value.message
