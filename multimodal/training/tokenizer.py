"""Train the multilingual byte-pair tokenizer that the project's CLIP uses."""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from multimodal.models.clip import BOS, EOS, PAD


def train_tokenizer(texts: Iterable[str], vocab_size: int) -> str:
    """Byte-pair encoding (Sennrich et al. 2016) of lower-cased NFKC text; rare characters fall back to bytes.

    Returns:
        The tokenizer as JSON, with at most `vocab_size` tokens.
    """
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token=None))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.UnicodeScripts(), pre_tokenizers.Punctuation(), pre_tokenizers.Metaspace()]
    )
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[PAD, BOS, EOS, *(f"<0x{byte:02X}>" for byte in range(256))],
        limit_alphabet=vocab_size // 3,
        min_frequency=2,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer.to_str()
