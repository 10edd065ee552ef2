"""Train HAVOC-mini's tokenizer on the authors' words.

python -m training.tokenizer.mini --out havoc_pipeline/model/mini
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from havoc_pipeline.lm.symbols import all_symbols
from training.bank import SLOT, authors, domains, phrases
from training.studies import MARK, studies, study_authors

WORDS = 7000


def train(words: int = WORDS) -> Tokenizer:
    """Byte-level BPE of `words` entries on the training authors' texts, then every symbol."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=words, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False, special_tokens=[]
    )
    tokenizer.train_from_iterator(_texts(), trainer)
    symbols = all_symbols()
    symbols += [f"<reserved{i}>" for i in range(-(words + len(symbols)) % 64)]
    tokenizer.add_tokens([_symbol(s) for s in symbols])
    return tokenizer


def _symbol(text: str) -> AddedToken:
    word = text.replace("_", "").replace("-", "").isalnum()
    return AddedToken(text, single_word=word, lstrip=True, rstrip=True, normalized=False)


def _texts() -> Iterator[str]:
    for phrase in phrases(authors("phrases", development=False)):
        yield SLOT.sub(" ", phrase.text).lower()
    free = studies(study_authors(development=False))
    yield from (MARK.sub(r"\1", question["q"]).lower() for study in free for question in study["questions"])
    for domain in domains(authors("domains", development=False)) + free:
        yield str(domain["about"]).lower()
        for column in domain["columns"]:
            for key in ("says", "vague", "how", "more", "less", "plural"):
                yield from (str(text).lower() for text in column.get(key) or [])


def main() -> None:
    """Write tokenizer.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    tokenizer = train()
    tokenizer.save(str(arguments.out / "tokenizer.json"))
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
