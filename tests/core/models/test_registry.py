"""The registry of models: what is in it, how it is extended, and how a wrong entry is named."""

import pytest

from core.errors import InputError
from core.models.registry import Endpoint, read_registry, registry, spec_of, verified_hash
from core.schema import Calibration

GOOD = """
[[model]]
name = "ours"
kind = "cross_encoder"
origin = "folder"
source = "reranker"
"""
SERVER = """
[[model]]
name = "server"
kind = "cross_encoder"
origin = "endpoint"
source = "http://localhost:8080/rerank"
endpoint = { api = "tei", key_variable = "RERANK_KEY", batch = 16, timeout_seconds = 5 }
"""
ASKED_FOR = (
    *("ms-marco-MiniLM-L2", "ms-marco-MiniLM-L4", "ms-marco-MiniLM-L6", "ettin-reranker-17m"),
    *("ettin-reranker-32m", "mmarco-mMiniLMv2", "bge-reranker-v2-m3", "gte-reranker-modernbert"),
    *("all-MiniLM-L6", "bge-small", "multilingual-e5-small", "gte-modernbert"),
)


def written(folder, text):
    """A registry in a home folder."""
    (folder / "registry.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("part", ASKED_FOR)
def test_every_model_that_was_asked_for_is_there(part):
    """Each with a licence, a size and its languages."""
    (found,) = [s for s in registry().values() if part in s.name and s.origin == "hub"]
    assert found.license
    assert found.parameters
    assert found.languages


def test_bundled_names_the_models_that_come_with_the_project():
    """One of each kind, on this machine, with the right hash of its weights."""
    for kind in ("encoder", "cross_encoder"):
        spec = spec_of(kind, "bundled")
        assert spec.comes_with_the_project
        assert spec.local
        assert verified_hash(spec) == spec.sha256


def test_e5_reads_questions_and_passages_by_their_own_prompts():
    """As its authors trained it."""
    spec = spec_of("encoder", "intfloat/multilingual-e5-small")
    assert (spec.query_prompt, spec.passage_prompt) == ("query: ", "passage: ")


def test_the_home_folder_adds_models_and_replaces_ours(tmp_path):
    """Folders are relative to its registry; an entry of the same name wins."""
    other = GOOD.replace('"ours"', '"second-look-minilm-l6"').replace("reranker", "other")
    home = written(tmp_path, GOOD + other)
    assert spec_of("cross_encoder", "ours", home).source == str(tmp_path / "reranker")
    assert spec_of("cross_encoder", "second-look-minilm-l6", home).source.endswith("other")
    assert spec_of("cross_encoder", "bundled", home).comes_with_the_project


def test_an_endpoint_and_a_calibration_are_read(tmp_path):
    """The key itself is nowhere in the spec; slope and intercept are those of Platt's line."""
    line = "calibration = { slope = 2.0, intercept = -1 }"
    home = written(tmp_path, f"{GOOD}{line}\n{SERVER}")
    spec = spec_of("cross_encoder", "server", home)
    assert (spec.endpoint, spec.local) == (Endpoint("tei", "", "RERANK_KEY", 16, 5), False)
    assert spec_of("cross_encoder", "ours", home).calibration == Calibration(2.0, -1.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "license = 3", r"entry 1 \(ours\), field license"),
        (GOOD + 'licence = "mit"', r"entry 1 \(ours\), field licence"),
        (GOOD + GOOD.replace('source = "reranker"', ""), r"entry 2 \(ours\): an entry with origin"),
        (GOOD.replace("cross_encoder", "llm"), r"entry 1 \(ours\), field kind"),
        (GOOD + 'languages = ["english"]', r"field languages\.0"),
        (GOOD + "max_length = 0", "field max_length"),
        (GOOD + 'sha256 = "abc"', "field sha256"),
        (GOOD + 'endpoint = { api = "tei" }', "endpoint belongs to an entry with that origin"),
        (SERVER.replace("tei", "openai"), "openai is for encoders"),
        (SERVER + 'endpoint = { api = "tei" }', "TOML"),
        (SERVER.replace("RERANK_KEY", "sk-secret"), r"field endpoint\.key_variable"),
        (SERVER.replace("batch", "most"), r"field endpoint\.most"),
        (GOOD.replace('kind = "cross_encoder"', ""), "an entry needs kind"),
        (GOOD + "calibration = { slope = 0.0, intercept = 1 }", "slope of a calibration"),
        ("model = 3", r"\[model\] outside an entry"),
        ("[[models]]", "models outside an entry"),
        ("[[model]", "is not TOML"),
    ],
)
def test_a_wrong_entry_is_named_by_file_entry_and_field(tmp_path, text, said):
    """A person finds the line without looking into our code."""
    with pytest.raises(InputError, match=said) as caught:
        registry(written(tmp_path, text))
    assert "registry.toml" in caught.value.message


def test_no_registry_in_the_home_folder_is_fine(tmp_path):
    """Most people have none."""
    assert read_registry(tmp_path / "registry.toml") == {}
    assert registry(tmp_path) == registry()


def test_a_folder_and_a_name_of_the_hub_are_told_apart(tmp_path):
    """An existing folder is one; owner/name is the hub's; a path that is not there is refused."""
    assert spec_of("encoder", str(tmp_path)).origin == "folder"
    assert spec_of("encoder", "owner/name").origin == "hub"
    for name in ("./missing", "/missing/folder", "~/missing", "a/b/c"):
        with pytest.raises(InputError, match="no folder"):
            spec_of("encoder", name)
