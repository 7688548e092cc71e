"""The one place where torch is told anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.errors import ModelError

LOADABLE = "Choose the bundled model, or a folder that sentence-transformers saved."


def import_sentence_transformers(threads: int) -> Any:
    """The library, with torch's thread count set and the tokenizers' own threads off.

    Tokenizers that fork their own pool beside torch's threads warn and slow both down. OpenMP's
    threads sleep while they wait: spinning, they take the cores from the browser's requests and
    from each other (24 pairs beside other work on two cores: 4.1 s spinning, 2.3 s sleeping).
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import sentence_transformers  # noqa: PLC0415 - seconds that `import core` should not pay
    import torch  # noqa: PLC0415 - the same
    from transformers.utils import logging  # noqa: PLC0415 - the same

    logging.disable_progress_bar()
    logging.set_verbosity_error()  # its advice is for those who train models

    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    return sentence_transformers


@contextmanager
def loading(what: str, advice: str) -> Iterator[None]:
    """Load something through sentence-transformers or transformers.

    Raises:
        ModelError: it could not be loaded.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError) as exc:
        raise ModelError(f"{what} could not be loaded.", advice) from exc
