"""Words that a model cannot see, by the tokenizer of the bundled cross-encoder."""

import hashlib
from pathlib import Path

import pytest

from core.models.registry import spec_of
from core.models.tokens import TokenSpans
from core.text.unread import mostly_unread, unread_words

HASH = hashlib.sha512(b"release").hexdigest()
THAI = "สวัสดีครับผมชื่อสมชายและผมทำงานที่กรุงเทพ"


@pytest.mark.parametrize(
    ("text", "words", "mostly"),
    [
        ("The limit is 40 euros • per day.", (), False),
        (f"Which release has {HASH}?", (HASH,), True),
        ("ACGT" * 60, ("ACGT" * 60,), True),
        (THAI, (THAI,), True),
        (f"{THAI} is Thai, and this sentence goes on in English for a while.", (THAI,), False),
        ("የአማርኛ ቋንቋ", ("የአማርኛ", "ቋንቋ"), True),
        ("", (), False),
    ],
)
def test_what_the_bundled_model_cannot_see(text, words, mostly):
    """One token to it, whatever it says; counted once for each two letters."""
    token_spans = TokenSpans(Path(spec_of("cross_encoder").source))
    spans = token_spans(text)
    assert unread_words(text, spans) == words
    assert mostly_unread(text, token_spans) is mostly
    assert len(spans) >= sum(len(word) // 2 for word in words)
    assert [start for start, _ in spans] == sorted({start for start, _ in spans})
