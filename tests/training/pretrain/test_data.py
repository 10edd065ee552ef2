"""Token data come back as they were written, and a step's data depend on seed and step alone."""

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from training.pretrain.batches import Batches
from training.pretrain.failure import PretrainError
from training.pretrain.order import permuted
from training.pretrain.prepare import prepare
from training.pretrain.recipe import Batch
from training.pretrain.shards import ShardWriter, TokenData


def written(folder: Path, documents: list[list[int]], vocabulary: int = 96, shard_tokens: int = 10**6) -> Path:
    writer = ShardWriter(folder, vocabulary, "none", shard_tokens)
    for document in documents:
        writer.add(document)
    writer.close()
    return folder


def test_windows_hold_the_documents_in_order_and_know_their_borders(tmp_path: Path) -> None:
    data = TokenData(written(tmp_path / "d", [[1, 2, 3], [4, 5], [6, 7, 8, 9, 10]]), 5)
    assert len(data) == 2
    assert data.window(0).tokens.tolist() == [1, 2, 3, 4, 5]
    assert [data.pieces(index).tolist() for index in (0, 1)] == [[3, 2], [5]]


def test_windows_run_on_over_shards_and_cut_documents(tmp_path: Path) -> None:
    data = TokenData(written(tmp_path / "d", [[1] * 7, [2] * 5, [3] * 9], shard_tokens=8), 4)
    assert len(data) == 5  # 12 tokens in the first shard, 9 in the second, one of them left over
    assert [data.window(i).tokens.tolist() for i in (1, 3)] == [[1, 1, 1, 2], [3, 3, 3, 3]]
    assert data.pieces(1).tolist() == [3, 1]


@pytest.mark.parametrize(("vocabulary", "size"), [(65_536, 2), (76_800, 4)])
def test_a_token_takes_the_bytes_that_the_vocabulary_needs(vocabulary: int, size: int, tmp_path: Path) -> None:
    top = vocabulary - 1
    folder = written(tmp_path / "d", [[0, top, 1, top]], vocabulary)
    assert (folder / "00000.tokens").stat().st_size == 4 * size
    assert TokenData(folder, 4).window(0).tokens.tolist() == [0, top, 1, top]


def test_bad_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PretrainError, match="tokens 3 to 96; the vocabulary has 96"):
        written(tmp_path / "a", [[3, 96]])
    with pytest.raises(PretrainError, match="no document"):
        written(tmp_path / "b", [])
    folder = written(tmp_path / "c", [[1, 2, 3]])
    with pytest.raises(PretrainError, match="already holds"):
        written(folder, [[1]])
    with pytest.raises(PretrainError, match=r"No shard .* holds 4 tokens"):
        TokenData(folder, 4)
    (folder / "00000.tokens").write_bytes(b"12")
    with pytest.raises(PretrainError, match="has 2 bytes; its manifest says 6"):
        TokenData(folder, 2)
    with pytest.raises(PretrainError, match=r"holds no manifest.json"):
        TokenData(tmp_path, 2)


def test_prepare_writes_texts_with_their_end(tmp_path: Path) -> None:
    tokenizer = Tokenizer(models.WordLevel({"<end>": 0, "a": 1, "b": 2, "c": 3}, unk_token="<end>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "2.txt").write_text("c c")
    (texts / "1.jsonl").write_text(json.dumps({"text": "a b"}) + "\n" + json.dumps({"text": "b"}) + "\n")
    prepare([texts], tmp_path / "tokenizer.json", "<end>", tmp_path / "out")
    data = TokenData(tmp_path / "out", 8)
    assert data.window(0).tokens.tolist() == [1, 2, 0, 2, 0, 3, 3, 0]
    assert data.pieces(0).tolist() == [3, 2, 3]
    with pytest.raises(PretrainError, match="no token '<stop>'"):
        prepare([texts], tmp_path / "tokenizer.json", "<stop>", tmp_path / "other")
    for bad in ('{"words": 1}\n', '{"text":\n'):
        (texts / "1.jsonl").write_text(bad)
        with pytest.raises(PretrainError, match=r"Line 1 of .* has no"):
            prepare([texts], tmp_path / "tokenizer.json", "<end>", tmp_path / "other")


@pytest.mark.parametrize("size", [1, 2, 5, 64, 1000])
def test_the_order_is_a_permutation(size: int) -> None:
    assert sorted(permuted(index, size, 3, 0) for index in range(size)) == list(range(size))


def test_the_order_changes_with_seed_and_epoch_and_stays_with_them() -> None:
    orders = [[permuted(i, 100, seed, epoch) for i in range(100)] for seed in (0, 1) for epoch in (0, 1)]
    assert len({tuple(order) for order in orders}) == 4
    # Written down once: a run of years ago must find its data in the same order.
    assert orders[0][:6] == ORDER


ORDER = [69, 98, 53, 90, 9, 60]


def test_a_step_is_the_same_for_any_number_of_processes(data: Path) -> None:
    tokens = TokenData(data, 64)
    alone = list(Batches(tokens, Batch(64, 8, 8), 0).micro(5))
    shared = [m for rank in range(2) for m in Batches(tokens, Batch(64, 8, 2), 0, rank, 2).micro(5)]
    assert len(alone) == 1 and len(shared) == 4
    assert np.array_equal(np.concatenate([m.ids for m in shared]), alone[0].ids)
    assert np.array_equal(np.concatenate([m.documents for m in shared]), alone[0].documents)


def test_a_pass_over_the_data_sees_each_window_once(data: Path) -> None:
    tokens = TokenData(data, 64)
    batches = Batches(tokens, Batch(64, 1, 1), 0)
    seen = [batches.windows(step)[0] for step in range(2 * len(tokens))]
    assert sorted(seen[: len(tokens)]) == sorted(seen[len(tokens) :]) == list(range(len(tokens)))
    assert seen[: len(tokens)] != seen[len(tokens) :]


def test_counts_are_those_of_the_tensors(data: Path) -> None:
    batches = Batches(TokenData(data, 64), Batch(64, 8, 8), 0)
    counts, (micro,) = batches.counts(3), batches.micro(3)
    same = micro.documents[:, :, None] == micro.documents[:, None, :]
    assert counts.tokens == 8 * 64
    assert counts.labels == int((micro.documents[:, 1:] == micro.documents[:, :-1]).sum())
    assert counts.attended == pytest.approx(int(same.tril().sum()) / counts.tokens)


def test_sequences_that_cannot_be_shared_are_refused(data: Path) -> None:
    with pytest.raises(PretrainError, match=r"8, no multiple of batch.micro 2 times 3 processes"):
        Batches(TokenData(data, 64), Batch(64, 8, 2), 0, 0, 3)
