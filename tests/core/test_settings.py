"""Settings from the environment: defaults, errors, and secrets that stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from core.settings import DEFAULT_LLM_URL, Settings, load_settings

KEY = "sk-canary-7d1f"


def test_an_empty_environment_gives_the_defaults():
    """Nothing has to be set."""
    settings = load_settings({})
    assert settings.home == Path("data")
    assert settings.encoder == settings.cross_encoder == "bundled"
    assert not settings.llm.configured


def test_a_stray_key_configures_nothing():
    """Only the model's name switches the language model on."""
    settings = load_settings({"OPENAI_API_KEY": KEY})
    assert not settings.llm.configured
    assert settings.llm.api_key == ""


def test_a_model_takes_the_key_and_the_default_endpoint():
    """OpenAI's own variable serves when the model is set."""
    llm = load_settings({"SECOND_LOOK_LLM_MODEL": "m", "OPENAI_API_KEY": KEY}).llm
    assert (llm.configured, llm.base_url, llm.api_key) == (True, DEFAULT_LLM_URL, KEY)


def test_secrets_are_not_in_the_repr():
    """A printed settings object shows no key."""
    settings = load_settings(
        {"SECOND_LOOK_LLM_MODEL": "m", "SECOND_LOOK_LLM_API_KEY": KEY, "QDRANT_API_KEY": KEY}
    )
    assert settings.llm.api_key == KEY
    assert KEY not in repr(settings)


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
