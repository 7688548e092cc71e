"""Model folders as people have them, of two random layers: every architecture, every module."""

from pathlib import Path

import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    Dense,
    Normalize,
    Pooling,
    StaticEmbedding,
    Transformer,
)
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForSequenceClassification,
    PreTrainedTokenizerFast,
)

WORDS = (
    *("who", "pays", "for", "travel", "the", "company", "costs", "of", "a", "manager"),
    *("approves", "flights", "hotel", "in", "cash"),
)
VOCABULARY = 1100
"""As the models have it: more than the tokenizer, as often."""
SMALL = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 130,
}
OWN = {
    "distilbert": {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 48},
    "albert": {"embedding_size": 16},
    "deberta-v2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
    "modernbert": {"local_attention": 8, "global_attn_every_n_layers": 2},
}
TYPED = {"bert", "electra", "albert"}
ARCHITECTURES = (
    *("bert", "roberta", "xlm-roberta", "distilbert", "electra", "deberta-v2", "mpnet", "albert"),
    *("modernbert", "camembert"),
)


def tokenizer(length: int | None, *, typed: bool) -> PreTrainedTokenizerFast:
    """Words of a small vocabulary; padding is 1, as in RoBERTa, not 0."""
    special = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"]
    ids = {word: number for number, word in enumerate([*special, *WORDS, *"abcdefghijklmnopq:."])}
    made = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    pair = "[CLS] $A [SEP] $B:1 [SEP]:1" if typed else "[CLS] $A [SEP] [SEP] $B [SEP]"
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair=pair, special_tokens=[("[CLS]", 0), ("[SEP]", 2)]
    )
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("cls", "pad", "sep", "unk")}
    lengths = {} if length is None else {"model_max_length": length}
    inputs = ["input_ids", *(["token_type_ids"] if typed else []), "attention_mask"]
    return PreTrainedTokenizerFast(
        tokenizer_object=made, model_input_names=inputs, **names, **lengths
    )


def plain(folder: Path, kind: str, *, length: int | None = 128, labels: int = 0) -> Path:
    """A folder of transformers alone: an encoder, or with ``labels`` a classifier."""
    torch.manual_seed(len(kind))
    own = {**SMALL, **OWN.get(kind, {}), "pad_token_id": 1}
    if labels:
        own["num_labels"] = labels
    config = AutoConfig.for_model(kind, **own)
    make = AutoModelForSequenceClassification if labels else AutoModel
    with torch.no_grad():
        model = make.from_config(config).eval()
        for name, weights in model.named_parameters():
            if "norm" not in name.lower():
                weights.normal_(0.0, 0.3)  # else all texts are nearly the same
    model.save_pretrained(folder)
    tokenizer(length, typed=kind in TYPED).save_pretrained(folder)
    return folder


def cross_encoder(folder: Path, kind: str) -> Path:
    """As people save a reranker: by the library, from a classifier."""
    plain(folder / "raw", kind, labels=1)
    CrossEncoder(str(folder / "raw"), device="cpu").save_pretrained(str(folder / "saved"))
    return folder / "saved"


def encoder(folder: Path, kind: str = "bert", pooling: str = "mean", dense=False, **options):
    """A bi-encoder of modules; ``options`` are those of ``SentenceTransformer``."""
    length = options.pop("length", 128)
    body = Transformer(str(plain(folder / "raw", kind, length=length)))
    parts = [body, Pooling(body.get_embedding_dimension(), pooling_mode=pooling)]
    if dense:
        torch.manual_seed(5)
        parts.append(Dense(32, 24))
    parts.append(Normalize())
    made = SentenceTransformer(modules=parts, device="cpu", **options)
    made.save_pretrained(str(folder / "saved"))
    return folder / "saved"


def static(folder: Path) -> Path:
    """A table of word vectors."""
    torch.manual_seed(7)
    words = tokenizer(None, typed=False).backend_tokenizer
    made = SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=16)], device="cpu")
    made.save_pretrained(str(folder / "saved"))
    return folder / "saved"
