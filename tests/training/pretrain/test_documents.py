"""Labels come back as prepared; whole documents are drawn by seed and step alone, without padding."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from training.noise import Mentions
from training.pretrain.batches import Batches
from training.pretrain.documents import DocumentData
from training.pretrain.drawn import DocumentBatches, varied
from training.pretrain.failure import PretrainError
from training.pretrain.prepare import prepare
from training.pretrain.recipe import Batch, Documents
from training.pretrain.shards import ShardWriter, TokenData

SYMBOLS = ["<end>", "<plan>", "<cmd>", "<s1>", "<e>", "RUN", "LOOK", "STOP", "<C1>"]


def test_only_answers_and_their_ends_are_to_be_learned(answers: Path) -> None:
    data, tokenizer = DocumentData(answers), Tokenizer.from_file(str(answers / "tokenizer.json"))
    assert len(data) == 300 and len(data.opened.shards) > 1
    assert data.opened.answers == sorted(tokenizer.get_vocab()[symbol] for symbol in SYMBOLS)
    for index in (0, 1, 2, 150, 299):
        document = data.document(index)
        learned = [tokenizer.id_to_token(int(token)) for token in document.tokens[document.labels]]
        assert learned == [*(("RUN <C1>", "LOOK", "STOP <C1> <C1>")[index % 3]).split(), "<end>"]
        assert document.labels[-len(learned) :].all()


def test_windows_know_what_is_to_be_learned(answers: Path) -> None:
    windows = TokenData(answers, 37)
    (whole,) = [windows.opened.labels(0, 0, 37 * 3)]
    assert np.array_equal(np.concatenate([windows.window(index).labels for index in range(3)]), whole)
    counts, micros = Batches(windows, Batch(37, 4, 2), 0).counts(1), Batches(windows, Batch(37, 4, 2), 0).micro(1)
    targets = 0
    for micro in micros:
        assert micro.labels is not None
        targets += int((micro.labels[:, 1:] & (micro.documents[:, 1:] == micro.documents[:, :-1])).sum())
    assert counts.labels == targets > 0


def test_pairs_that_cannot_be_used_are_refused(answers: Path, tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    for line, says in (
        ('{"prompt": "a"}', 'has no "prompt" and "answer"'),
        ('{"prompt": "a", "answer": "FLY"}', "'FLY'"),
    ):
        path.write_text(line + "\n")
        with pytest.raises(PretrainError, match=says):
            prepare([path], answers / "tokenizer.json", "<end>", tmp_path / "out", answers=True)


def test_an_answer_of_other_tokens_is_refused(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path, 96, "none", answers=[7, 3])
    writer.add([50, 3, 7], learned=2)
    with pytest.raises(PretrainError, match="holds the token 50, none of the 2"):
        writer.add([50, 3, 7], learned=3)


def test_a_pass_over_the_documents_sees_each_once_and_pads_nothing(answers: Path) -> None:
    data = DocumentData(answers)
    drawn = DocumentBatches(data, Documents(tokens=400, pool=100), 64, 3)
    steps = 3 * drawn._steps
    micros = [micro for step in range(steps) for micro in drawn.micro(step)]
    seen = sorted(
        micro.ids[0][micro.documents[0] == n].tolist()
        for micro in micros
        for n in range(int(micro.documents.max()) + 1)
    )
    assert seen == sorted(data.document(index).tokens.tolist() for index in range(300))
    sizes = [micro.ids.numel() for micro in micros]
    assert min(sizes) > 250 and max(sizes) < 550
    counts = drawn.counts(2)
    assert (counts.tokens, counts.labels) == (micros[2].ids.numel(), int(micros[2].labels.sum()))  # type: ignore[union-attr]


def test_a_steps_documents_depend_on_seed_and_step_alone(answers: Path) -> None:
    data, given = DocumentData(answers), Documents(tokens=400, pool=100, noise=True)
    mentions = Mentions(Tokenizer.from_file(str(answers / "tokenizer.json")))
    alone = DocumentBatches(data, given, 64, 0, mentions=mentions)
    for step in (0, 40, 5):
        fresh = [DocumentBatches(data, replace(given, passes=2), 64, 0, rank, 2, mentions) for rank in range(2)]
        shared = [micro.ids[0].tolist() for each in fresh for micro in each.micro(step)]
        assert len(shared) == 4
        (whole,) = alone.micro(step)
        assert sorted(token for part in shared for token in part) == sorted(whole.ids[0].tolist())
    again = [
        sorted(
            len(d) for step in range(e * alone._steps * 3, (e + 1) * alone._steps * 3) for d in alone.documents(step)
        )
        for e in (0, 1)
    ]
    assert again[0] != again[1]  # another pass, other noise


def test_noise_leaves_answers_and_their_labels(answers: Path) -> None:
    data, tokenizer = DocumentData(answers), Tokenizer.from_file(str(answers / "tokenizer.json"))
    document = data.document(4)
    changed = [varied(document, Mentions(tokenizer), random.Random(seed)) for seed in range(20)]
    assert {len(each) for each in changed} == {len(document), len(document) - 1}
    for each in changed:
        assert np.array_equal(each.tokens[each.labels], document.tokens[document.labels])


def test_more_processes_than_documents_are_refused(answers: Path) -> None:
    drawn = DocumentBatches(DocumentData(answers), Documents(tokens=400, pool=100, passes=50), 64, 0)
    with pytest.raises(PretrainError, match="documents for 1 processes of 50 passes"):
        list(drawn.micro(0))
