"""How the domain tokenizer is trained: words first, then the decreed terms, then phrases.

All three add merges to one byte-level BPE, in this order, so a later stage never breaks an earlier one's
token. A stage learns from the pieces as the tokens before it leave them. The result depends on the texts
and their order alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from havoc_pipeline.errors import ModelError
from havoc_pipeline.tokenizer.merges import Merges, bytes_as_signs
from havoc_pipeline.tokenizer.pieces import WORDS, pieces
from havoc_pipeline.tokenizer.vocabulary import Vocabulary

SIZE = 76_800
WORD_SHARE = 0.55
"""Share of the vocabulary that the first stage fills."""
PLANE = 0x10000
"""In the second stage each token so far is one character from here on."""
SPARE = 4000
"""Merges learnt beyond those needed: some spell a token that is there already."""
Texts = Callable[[], Iterable[str]]


def train(texts: Texts, decreed: Vocabulary, size: int = SIZE) -> str:
    """Train a tokenizer.

    Parameters
    ----------
    texts : callable that returns an iterable of str
        The texts, in the same order at each call.
    decreed : Vocabulary
        Terms and special tokens.
    size : int
        Number of tokens, special ones included.

    Returns
    -------
    str
        `tokenizer.json` as the `tokenizers` library reads it.

    Raises
    ------
    ModelError
        When the texts are too few for so many tokens, or a term is not one piece.
    """
    pattern = pieces(decreed.names)
    learnt = _words(texts, int(size * WORD_SHARE))
    _decree(learnt, decreed, pattern)
    _phrases(texts, learnt, pattern, size - len(decreed.special))
    return tokenizer_json(learnt, decreed.special, pattern)


def cut(pattern: str) -> Any:
    """The cutting of text into pieces, as `tokenizers` does it."""
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    return pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def _words(texts: Texts, size: int) -> Merges:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = cut(WORDS)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(
        texts(), trainers.BpeTrainer(vocab_size=size, show_progress=False, initial_alphabet=alphabet)
    )
    model = json.loads(tokenizer.to_str())["model"]
    return Merges(model["vocab"], [(left, right) for left, right in model["merges"]])


def _decree(learnt: Merges, decreed: Vocabulary, pattern: str) -> None:
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    for term in decreed.terms:
        for written in (term, f" {term}"):
            if len(split.pre_tokenize_str(written)) != 1:
                raise ModelError(f"the term `{written}` is not one piece of text; mend it in terms.toml or pieces.py")
            learnt.chain(bytes_as_signs(written.encode()))


def _phrases(texts: Texts, learnt: Merges, pattern: str, size: int) -> None:
    """Learn merges over whole pieces, each token so far being one character to the trainer."""
    names = list(learnt.vocab)
    trainer = trainers.BpeTrainer(
        vocab_size=size + SPARE, show_progress=False, initial_alphabet=[chr(PLANE + i) for i in range(len(names))]
    )
    second = Tokenizer(models.BPE())
    second.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    second.train_from_iterator(_as_characters(texts, learnt, pattern), trainer)
    for left, right in json.loads(second.to_str())["model"]["merges"]:
        if len(learnt.vocab) == size:
            return
        learnt.add(*("".join(names[ord(c) - PLANE] for c in part) for part in (left, right)))
    if len(learnt.vocab) != size:
        raise ModelError(f"the texts give {len(learnt.vocab)} tokens, not {size}; give more text or a smaller --size")


def _as_characters(texts: Texts, learnt: Merges, pattern: str) -> Iterator[str]:
    """Each text as blank-separated pieces of more than one token; a token is one character."""
    tokenizer = Tokenizer(models.BPE(vocab=learnt.vocab, merges=learnt.pairs, ignore_merges=True))
    tokenizer.pre_tokenizer = cut(pattern)
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    known: dict[str, str] = {}
    for text in texts():
        found = [piece for piece, _ in split.pre_tokenize_str(text)]
        for piece in found:
            if piece not in known:
                known[piece] = "".join(chr(PLANE + i) for i in tokenizer.encode(piece).ids)
        yield " ".join(known[piece] for piece in found if len(known[piece]) > 1)


def tokenizer_json(learnt: Merges, special: Iterable[str], pattern: str) -> str:
    """The file that `tokenizers`, transformers and vLLM read, on one line."""
    tokenizer = Tokenizer(models.BPE(vocab=learnt.vocab, merges=learnt.pairs, ignore_merges=True))
    tokenizer.pre_tokenizer = cut(pattern)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(special))
    written = json.loads(tokenizer.to_str())
    written["model"]["merges"] = [" ".join(pair) for pair in written["model"]["merges"]]
    return json.dumps(written, ensure_ascii=False, separators=(",", ":")) + "\n"
