"""Tiny models with random weights, and inputs for them."""

import numpy as np

from core.models.registry import spec_of
from core.models.tokens import Tokens
from core.models.torch_models import import_sentence_transformers

SMALL = {
    "vocab_size": 1100,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 70,
    "num_labels": 1,
    "initializer_range": 0.3,
    "pad_token_id": 0,
    "cls_token_id": 1,
    "sep_token_id": 2,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
LENGTHS = (3, 16, 17, 40, 40)


def small_model(kind, **changes):
    """A classifier of this architecture with random weights."""
    import_sentence_transformers(1)
    import torch
    import transformers

    torch.manual_seed(0)
    config = getattr(transformers, f"{kind}Config")(**SMALL | changes)
    return getattr(transformers, f"{kind}ForSequenceClassification")(config).eval()


def save_with_tokenizer(model, folder):
    """The folder of a model that reads what the bundled cross-encoder's tokenizer gives."""
    import transformers

    model.save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(spec_of("cross_encoder").source).save_pretrained(
        folder
    )
    return folder


def items():
    """Inputs of these lengths; the second half of each is the second segment."""
    chance = np.random.default_rng(0)
    return [
        Tokens(chance.integers(5, 60, n), (np.arange(n) >= n // 2).astype(np.int64), False)
        for n in LENGTHS
    ]
