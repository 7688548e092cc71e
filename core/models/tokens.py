"""Texts to token ids, once, from the tokenizer file alone: no torch, no transformers."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, ModelError

TOKENIZER = "tokenizer.json"
READ = 250_000
"""So many tokens of passages are remembered, at about 100 bytes each ..."""
EACH = 10
"""... and a passage is counted as so many more: what its record takes beside them."""
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """One input of a model: ids and segment of each token, and whether its end was cut."""

    ids: Ids
    types: Ids
    truncated: bool

    def __len__(self) -> int:
        """Number of tokens, special ones included."""
        return len(self.ids)


def padded(items: Sequence[Tokens], length: int, padding: int = 0) -> dict[str, Ids]:
    """The inputs of one batch, int64[len(items), length], by the names that BERT models use."""
    shape = (len(items), length)
    arrays = {
        name: np.zeros(shape, np.int64)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    arrays["input_ids"][:] = padding
    for row, item in enumerate(items):
        arrays["input_ids"][row, : len(item)] = item.ids
        arrays["attention_mask"][row, : len(item)] = 1
        arrays["token_type_ids"][row, : len(item)] = item.types
    return arrays


def padding_of(folder: Path) -> int:
    """The id of the token that fills up a batch; some models look for it to find a text's end."""
    try:
        named = json.loads((folder / "tokenizer_config.json").read_bytes())["pad_token"]
    except (OSError, ValueError, LookupError, TypeError):
        return 0
    word = named["content"] if isinstance(named, dict) else named
    return int(_opened(folder / TOKENIZER).token_to_id(str(word)) or 0)


class TokenSpans:
    """Character spans of a text's tokens, from the tokenizer file of a model's folder.

    A word that the model does not know is one token however long it is. Here it counts once for
    each two letters, and all of these spans go to its end, so that they can be told
    (``core.text.unread``).
    """

    def __init__(self, folder: Path) -> None:
        self._tokenizer = _opened(folder / TOKENIZER)
        named = getattr(self._tokenizer.model, "unk_token", None)
        self._unknown = self._tokenizer.token_to_id(named or "<unk>")

    def __call__(self, text: str) -> list[tuple[int, int]]:
        """Spans in order, end exclusive, special tokens left out."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        spans = [(int(start), int(end)) for start, end in encoding.offsets]
        if self._unknown not in encoding.ids:
            return spans
        steps = (2 if id_ == self._unknown else len(text) for id_ in encoding.ids)
        return [
            (begun, end)
            for (start, end), step in zip(spans, steps, strict=True)
            for begun in range(start, max(end, start + 1), step)
        ]


class TextTokenizer:
    """Single texts, cut at ``max_length`` tokens. Safe to share: nothing in it changes later."""

    def __init__(self, file: Path, max_length: int) -> None:
        self._tokenizer = _opened(file)
        self._tokenizer.enable_truncation(max_length)

    def __call__(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text, in the order given."""
        return [_tokens(encoding) for encoding in self._tokenizer.encode_batch_fast(list(texts))]


class PassageTokens:
    """The tokens of passages alone: what was read last is remembered for the next question.

    Tokens, and ``EACH`` for a passage, are at most ``limit``; those longest unused go first. Safe
    to share.
    """

    def __init__(self, tokenizer: Any, limit: int = READ) -> None:
        self._tokenizer = tokenizer
        self._limit = limit
        self._read: OrderedDict[str, Any] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Number of passages that are remembered."""
        return len(self._read)

    def __call__(self, passages: Sequence[str]) -> list[Any]:
        """The library's encoding of each passage, whole and without special tokens, in order."""
        with self._lock:
            encodings = {text: self._read[text] for text in passages if text in self._read}
        missing = [text for text in dict.fromkeys(passages) if text not in encodings]
        read = self._tokenizer.encode_batch_fast(missing, add_special_tokens=False)
        encodings.update(zip(missing, read, strict=True))
        self._remember(encodings)
        return [encodings[text] for text in passages]

    def forget(self) -> None:
        """Remember no passage any more."""
        with self._lock:
            self._read.clear()
            self._size = 0

    def _remember(self, encodings: Mapping[str, Any]) -> None:
        with self._lock:
            for text, encoding in encodings.items():
                self._size += 0 if text in self._read else len(encoding) + EACH
                self._read[text] = encoding
                self._read.move_to_end(text)
            while self._size > self._limit:
                self._size -= len(self._read.popitem(last=False)[1]) + EACH


class PairTokenizer:
    """Query and passage together, at most ``max_length`` tokens; only the passage's end is cut.

    Passages are remembered, so that another question costs its own tokens only.
    """

    def __init__(self, file: Path, max_length: int) -> None:
        self._max_length = max_length
        self._whole, self._pairs = _opened(file), _opened(file)
        self._pairs.enable_truncation(max_length, strategy="only_second")
        self.passages = PassageTokens(self._whole)

    def __call__(self, query: str, passages: Sequence[str]) -> list[Tokens]:
        """The tokens of each pair, in the order given.

        Raises:
            InputError: the query alone fills half of the model's window.
        """
        if not passages:
            return []
        question, encodings = self._question(query), self.passages(passages)
        return [_tokens(self._pairs.post_process(question, encoding)) for encoding in encodings]

    def _question(self, query: str) -> Any:
        """The library's encoding of a question, without special tokens, when it fits."""
        encoding = self._whole.encode(query, add_special_tokens=False)
        special = self._whole.num_special_tokens_to_add(is_pair=False)
        check_query(len(encoding) + special, self._max_length)
        return encoding


def check_query(tokens: int, max_length: int) -> None:
    """Leave the passage half of the window.

    Raises:
        InputError: a question of so many tokens fills half of it.
    """
    if tokens > max_length // 2:
        raise InputError(
            f"The question has {tokens} tokens; the cross-encoder reads "
            f"{max_length} for question and passage together.",
            "Ask a shorter question.",
        )


def _opened(file: Path) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415 - keeps importing core light

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as exc:  # the library raises nothing more special
        raise ModelError(
            f"{file.parent.name} has no readable {TOKENIZER}.",
            "Choose a model with a fast tokenizer.",
        ) from exc
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _tokens(encoding: Any) -> Tokens:
    return Tokens(
        ids=np.array(encoding.ids, dtype=np.int64),
        types=np.array(encoding.type_ids, dtype=np.int64),
        truncated=bool(encoding.overflowing),
    )
