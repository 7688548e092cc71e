"""Settings from the environment: defaults, errors, and secrets that stay secret."""

from pathlib import Path

import pytest

from core.errors import InputError
from core.settings import DEFAULT_LLM_URL, Settings, load_settings

OURS, OPENAI = "sk-ours", "sk-openai"


def test_an_empty_environment_gives_the_defaults():
    """Nothing has to be set."""
    settings = load_settings({})
    assert settings.home == Path("data")
    assert settings.encoder == settings.cross_encoder == "bundled"
    assert not settings.llm.configured


@pytest.mark.parametrize(
    ("values", "host", "key"),
    [
        ({"SECOND_LOOK_LLM_MODEL": ""}, "", ""),
        ({"SECOND_LOOK_LLM_MODEL": "", "SECOND_LOOK_LLM_API_KEY": OURS}, "", ""),
        ({}, "", OPENAI),
        ({}, "https://api.openai.com/v1/", OPENAI),
        ({}, "http://localhost:11434/v1", ""),
        ({"SECOND_LOOK_LLM_API_KEY": OURS}, "http://localhost:11434/v1", OURS),
    ],
)
def test_a_key_goes_only_to_the_host_it_is_for(values, host, key):
    """OpenAI's own variable is read for OpenAI's own address only, and only with a model set."""
    usual = {"SECOND_LOOK_LLM_MODEL": "m", "OPENAI_API_KEY": OPENAI, "QDRANT_API_KEY": OURS}
    address = {"SECOND_LOOK_LLM_BASE_URL": host} if host else {}
    settings = load_settings(usual | address | values)
    llm = settings.llm
    assert llm.configured == bool((usual | values)["SECOND_LOOK_LLM_MODEL"])
    assert llm.api_key == key
    assert llm.base_url.rstrip("/") == (host or DEFAULT_LLM_URL).rstrip("/")
    assert OURS not in repr(settings)
    assert OPENAI not in repr(settings)


@pytest.mark.parametrize("value", ["many", "1.5", "0", "-3"])
def test_a_limit_that_is_no_number_is_named(value):
    """The message says which variable and what the default is."""
    with pytest.raises(InputError, match="SECOND_LOOK_MAX_PAGES"):
        load_settings({"SECOND_LOOK_MAX_PAGES": value})


def test_every_setting_of_the_readme_exists_and_the_other_way_round():
    """Documentation is tested: the table names exactly what the code reads."""
    root = Path(__file__).parents[2]
    source = (root / "core" / "settings.py").read_text()
    readme = (root / "README.md").read_text()
    names = {word for word in _names(source) if word != "OPENAI_API_KEY"}
    assert names == {word for word in _names(readme) if word != "OPENAI_API_KEY"}


def _names(text):
    import re

    return set(re.findall(r"\b(?:SECOND_LOOK|QDRANT|OPENAI)_[A-Z_]+\b", text))


def test_settings_are_frozen():
    """Nobody changes them behind another's back."""
    with pytest.raises(AttributeError):
        Settings().home = Path("elsewhere")


def test_switches_are_on_or_off():
    """Anything else is named, not guessed."""
    assert load_settings({}).measure
    assert not load_settings({"SECOND_LOOK_MEASURE": "off"}).measure
    with pytest.raises(InputError, match="SECOND_LOOK_MEASURE"):
        load_settings({"SECOND_LOOK_MEASURE": "maybe"})
