"""The texts and figures that a first start compares a runtime with."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import ModelError
from core.models.openvino import setup
from core.models.registry import verified_hash
from core.models.runtime import REFERENCE
from core.models.runtime_selection import kept
from core.models.runtime_selection.agreement import agreement, read_reference, reference_file
from tests.core.models.on_torch import OnTorch
from tests.fakes import FakeCrossEncoder, FakeEncoder
from training.reference import make_cross_encoder_reference, make_encoder_reference, save_reference

QUERY = "red green blue grey black white"
PASSAGES = [" ".join(QUERY.split()[:n]) for n in range(1, 7)] + ["a long " * 200]


class Turned(FakeCrossEncoder):
    """Ranks the other way round."""

    def score(self, query, passages):
        """The fake's logits with the other sign."""
        return -super().score(query, passages)


def test_a_reference_survives_its_file(tmp_path):
    """Texts, floor and every bit of the values; long texts are cut."""
    for made in (
        make_cross_encoder_reference(FakeCrossEncoder(), [QUERY], PASSAGES),
        make_encoder_reference(FakeEncoder(), PASSAGES),
    ):
        save_reference(made, tmp_path / "r.npz")
        again = read_reference(tmp_path / "r.npz")
        assert (again.queries, again.texts, again.floor) == (made.queries, made.texts, made.floor)
        assert np.array_equal(again.values, made.values)
        assert max(map(len, again.texts)) == 200


def test_a_model_agrees_with_its_own_reference_and_another_does_not():
    """Overlap and tau for a cross-encoder, the least cosine for an encoder."""
    logits = make_cross_encoder_reference(FakeCrossEncoder(), [QUERY], PASSAGES)
    assert all(figure.passed for figure in agreement(FakeCrossEncoder(), logits))
    assert not all(figure.passed for figure in agreement(Turned(), logits))
    vectors = make_encoder_reference(FakeEncoder(), PASSAGES)
    assert [figure.value for figure in agreement(FakeEncoder(), vectors)] == [pytest.approx(1.0)]


def test_a_damaged_reference_is_named(tmp_path):
    """Not a file of numpy's."""
    (tmp_path / "r.npz").write_bytes(b"no")
    with pytest.raises(ModelError, match="damaged"):
        read_reference(tmp_path / "r.npz")


@pytest.fixture
def opened(location, tmp_path, monkeypatch):
    """Which runtimes a first start opens; float32 on OpenVINO is a fake that agrees."""
    runtimes = []
    turned = dict.fromkeys(("openvino-bf16", "openvino-int8"), Turned())
    models = {"openvino-f32": FakeCrossEncoder(), **turned}

    def open_one(_, runtime):
        runtimes.append(runtime)
        return models.get(runtime) or OnTorch()

    file = reference_file(verified_hash(location.spec), tmp_path)
    save_reference(make_cross_encoder_reference(FakeCrossEncoder(), [QUERY], PASSAGES), file)
    monkeypatch.setattr(kept, "reference_file", lambda _: file)
    monkeypatch.setattr(kept, "fast_bf16", lambda: False)
    monkeypatch.setattr(kept, "fast_int8", lambda: False)
    return runtimes, models, file, open_one


@pytest.mark.parametrize("kind", ["encoder", "cross_encoder"])
@pytest.mark.parametrize("quick", ["", "openvino-bf16", "openvino-int8"])
def test_a_first_start_takes_the_likely_runtime_that_agrees(
    location, opened, monkeypatch, kind, quick
):
    """The one likely to be faster is tried first; what ranks otherwise is not used."""
    monkeypatch.setattr(kept, "fast_bf16", lambda: quick == "openvino-bf16")
    monkeypatch.setattr(kept, "fast_int8", lambda: quick == "openvino-int8")
    runtimes, models, _, open_one = opened
    location = replace(location, spec=replace(location.spec, kind=kind))
    assert kept.start(location, "auto", open_one) is models["openvino-f32"]
    tried = [] if quick == "openvino-int8" and kind == "encoder" else [quick]  # it has no int8
    assert runtimes == [*filter(None, tried), "openvino-f32"]
    (why,) = [selection.reason for selection in kept.selections(location.home)]
    assert why.count("does not agree with torch-fp32") == len(runtimes) - 1
    assert "It agrees with torch-fp32 (mean top-10 overlap 1.000, tau" in why


def test_the_agreement_is_checked_once_for_a_home_folder(location, opened, monkeypatch):
    """The second start opens what the first one found, unless something else runs it now."""
    runtimes, models, _, open_one = opened
    weights = verified_hash(location.spec)
    info = replace(FakeCrossEncoder().info, sha256=weights, runtime="openvino-f32")
    monkeypatch.setattr(FakeCrossEncoder, "info", info)
    checked = []
    monkeypatch.setattr(kept, "agreement", lambda *args: checked.append(args) or agreement(*args))
    for _ in range(3):
        assert kept.start(location, "auto", open_one) is models["openvino-f32"]
    assert (runtimes, len(checked)) == (["openvino-f32"] * 3, 1)
    monkeypatch.setattr(kept, "processor_name", lambda: "another")
    kept.start(location, "auto", open_one)
    assert len(checked) == 2


def test_without_a_reference_or_an_agreeing_runtime_torch_starts(location, opened, monkeypatch):
    """A model of somebody's own, and a runtime that ranks otherwise."""
    runtimes, models, file, open_one = opened
    models["openvino-f32"] = Turned()
    assert isinstance(kept.start(location, "auto", open_one), OnTorch)
    (why,) = [selection.reason for selection in kept.selections(location.home)]
    assert why.startswith("openvino-f32 does not agree with torch-fp32 (")
    file.unlink()
    assert isinstance(kept.start(location, "auto", open_one), OnTorch)
    assert runtimes == ["openvino-f32", REFERENCE, REFERENCE]


@pytest.mark.parametrize(
    ("words", "native", "bf16", "int8"),
    [
        ("vendor_id : GenuineIntel flags : avx512_vnni avx512_bf16", True, False, True),
        ("vendor_id : GenuineIntel flags : avx512_vnni avx512_bf16 amx_bf16", True, True, False),
        ("vendor_id : GenuineIntel flags : avx2 avx_vnni", False, False, True),
        ("vendor_id : AuthenticAMD flags : avx512_vnni avx512_bf16", True, True, False),
        ("vendor_id : AuthenticAMD flags : avx2", False, False, False),
    ],
)
def test_what_is_fast_is_guessed_by_the_processor(tmp_path, monkeypatch, words, native, bf16, int8):
    """Measured on four kinds of processors; a wrong guess costs time, never the order."""
    (tmp_path / "cpuinfo").write_text(words)
    monkeypatch.setattr(setup, "_CPU_INFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(setup, "can_bf16", lambda: native)
    assert (setup.fast_bf16(), setup.fast_int8()) == (bf16, int8)
    monkeypatch.setattr(setup, "_CPU_INFO", tmp_path / "missing")
    assert (setup.fast_bf16(), setup.fast_int8()) == (False, False)
