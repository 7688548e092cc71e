"""Which key goes to which host: decided when the settings are read."""

from __future__ import annotations

import pytest

from core.settings import load_settings

OURS, OPENAI = "sk-ours", "sk-openai"


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"OPENAI_API_KEY": OPENAI}, ""),
        ({"SECOND_LOOK_LLM_API_KEY": OURS}, ""),
        ({"SECOND_LOOK_LLM_MODEL": "m", "OPENAI_API_KEY": OPENAI}, OPENAI),
        (
            {
                "SECOND_LOOK_LLM_MODEL": "m",
                "OPENAI_API_KEY": OPENAI,
                "SECOND_LOOK_LLM_BASE_URL": "https://api.openai.com/v1/",
            },
            OPENAI,
        ),
        (
            {
                "SECOND_LOOK_LLM_MODEL": "m",
                "OPENAI_API_KEY": OPENAI,
                "SECOND_LOOK_LLM_BASE_URL": "http://localhost:11434/v1",
            },
            "",
        ),
        (
            {
                "SECOND_LOOK_LLM_MODEL": "m",
                "OPENAI_API_KEY": OPENAI,
                "SECOND_LOOK_LLM_API_KEY": OURS,
                "SECOND_LOOK_LLM_BASE_URL": "http://localhost:11434/v1",
            },
            OURS,
        ),
    ],
)
def test_a_key_goes_only_to_the_host_it_is_for(values: dict[str, str], key: str) -> None:
    """OpenAI's own variable is read for OpenAI's own address only, and only with a model set."""
    settings = load_settings(values)
    assert settings.llm.api_key == key
    assert OURS not in repr(settings)
    assert OPENAI not in repr(settings)
