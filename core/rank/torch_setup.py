"""The one place where torch is told anything."""

from __future__ import annotations

import os
from typing import Any


def import_sentence_transformers(threads: int) -> Any:
    """The library, with torch's thread count set and the tokenizers' own threads off.

    Tokenizers that fork their own pool beside torch's threads warn and slow both down.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import sentence_transformers  # noqa: PLC0415 - seconds that `import core` should not pay
    import torch  # noqa: PLC0415 - the same
    from transformers.utils import logging  # noqa: PLC0415 - the same

    logging.disable_progress_bar()

    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    return sentence_transformers
