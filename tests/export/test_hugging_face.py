"""The exported folder in transformers: another implementation, loaded where HAVOC cannot be imported."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

from havoc_pipeline.errors import ModelError
from havoc_pipeline.export.hugging_face import export_hf
from havoc_pipeline.model.modeling import HavocForCausalLM
from havoc_pipeline.tokenizer.mini import MiniTokenizer
from tests.export.conftest import Maker, edit

PROMPT = "<plan> is <C1> <s4> mean higher, (of line two) <profile> <C1> <numeric> <cmd>"
IDS = torch.randint(320, (3, 40), generator=torch.Generator().manual_seed(5))


def logits(model: torch.nn.Module, ids: torch.Tensor = IDS) -> torch.Tensor:
    with torch.no_grad():
        values: torch.Tensor = model.eval()(ids).logits
    return values


def test_transformers_llama_gives_the_same_logits(checkpoint: Path, untied: Path, tmp_path: Path) -> None:
    for folder in (checkpoint, untied):
        out = tmp_path / f"{folder.name}-hf"
        export_hf(folder, out)
        llama = AutoModelForCausalLM.from_pretrained(out, dtype=torch.float32)
        havoc = HavocForCausalLM.from_pretrained(folder, dtype=torch.float32)
        assert type(llama) is LlamaForCausalLM
        assert logits(havoc).std() > 0.5, "flat logits would prove nothing"
        torch.testing.assert_close(logits(llama), logits(havoc), rtol=0, atol=2e-5)


def test_in_bfloat16_havocs_error_is_no_larger_than_llamas(make: Maker, tmp_path: Path) -> None:
    folder = make(dtype=torch.bfloat16)
    export_hf(folder, tmp_path / "hf")
    exact = logits(HavocForCausalLM.from_pretrained(folder, dtype=torch.float32))
    error = {
        name: (logits(model).float() - exact).abs().mean().item()
        for name, model in (
            ("havoc", HavocForCausalLM.from_pretrained(folder)),
            ("llama", AutoModelForCausalLM.from_pretrained(tmp_path / "hf")),
        )
    }
    # A tenth of tolerance: both round, only not at the same places.
    assert 0 < error["havoc"] <= 1.1 * error["llama"], error


def test_the_export_loads_where_havoc_cannot_be_imported(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "hf"
    export_hf(checkpoint, out)
    code = f"""
import sys
sys.modules["havoc_pipeline"] = None
from transformers import AutoModelForCausalLM, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained({str(out)!r})
model = AutoModelForCausalLM.from_pretrained({str(out)!r})
ids = tokenizer({PROMPT!r}, return_tensors="pt")
print(model.generate(**ids, max_new_tokens=12)[0].tolist())
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    havoc = HavocForCausalLM.from_pretrained(checkpoint)
    tokens = MiniTokenizer(checkpoint / "tokenizer.json")
    read = torch.tensor([tokens.encode(PROMPT)])
    expected = havoc.generate(read, max_new_tokens=12, do_sample=False, eos_token_id=tokens.ids["<end>"])
    assert json.loads(told.stdout.strip().splitlines()[-1]) == expected[0].tolist()


def test_the_tokenizer_reads_as_havocs_own(checkpoint: Path, tmp_path: Path) -> None:
    export_hf(checkpoint, tmp_path / "hf")
    exported, own = AutoTokenizer.from_pretrained(tmp_path / "hf"), MiniTokenizer(checkpoint / "tokenizer.json")
    for text in (PROMPT, "<plan> the meaning of mean <cmd>", "µ → 漢", ""):
        assert exported(text)["input_ids"] == own.encode(text)
    assert len(exported) == own.size
    # What transformers 4 goes by; without it a word after a symbol loses its blank there.
    assert exported.init_kwargs["add_prefix_space"] is True
    assert (exported.eos_token_id, exported.pad_token_id) == (own.ids["<end>"], own.ids["<pad>"])


def test_the_chat_template_takes_a_prompt_as_it_is_and_makes_one_of_a_question(
    checkpoint: Path, tmp_path: Path
) -> None:
    export_hf(checkpoint, tmp_path / "hf")
    exported, own = AutoTokenizer.from_pretrained(tmp_path / "hf"), MiniTokenizer(checkpoint / "tokenizer.json")
    for said, read in ((PROMPT, PROMPT), ("Is it Higher? ", "<plan> is it higher? <profile> <none> <cmd>")):
        chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": said}]
        found = exported.apply_chat_template(chat, tokenize=True, return_dict=True, add_generation_prompt=True)
        assert found["input_ids"] == own.encode(read)


def test_weights_are_copied_byte_for_byte_and_parts_with_their_index(make: Maker, tmp_path: Path) -> None:
    folder = make(dtype=torch.bfloat16)
    export_hf(folder, tmp_path / "hf")
    assert (tmp_path / "hf" / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()
    assert json.loads((tmp_path / "hf" / "config.json").read_text())["dtype"] == "bfloat16"
    whole = HavocForCausalLM.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    whole.save_pretrained(folder, max_shard_size="40KB")
    export_hf(folder, tmp_path / "hf", force=True)
    assert not (tmp_path / "hf" / "model.safetensors").exists(), "transformers would read it before the parts"
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "hf")
    torch.testing.assert_close(again.state_dict(), whole.state_dict(), rtol=0, atol=0)


def test_an_existing_folder_needs_force_and_keeps_what_is_not_the_exports(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "hf"
    out.mkdir()
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ModelError, match="--force"):
        export_hf(checkpoint, out)
    assert [p.name for p in out.iterdir()] == ["notes.txt"]
    export_hf(checkpoint, out, force=True)
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_what_cannot_be_exported_is_said_and_leaves_nothing(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "hf"
    with pytest.raises(ModelError, match="lies in the checkpoint"):
        export_hf(checkpoint, checkpoint, force=True)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ModelError, match="is a file"):
        export_hf(checkpoint, tmp_path / "file", force=True)
    edit(checkpoint / "config.json", intermediate_size=47)
    with pytest.raises(ModelError, match=r"gate_proj\.weight has shape"):
        export_hf(checkpoint, out)
    edit(checkpoint / "config.json", intermediate_size=48, vocab_size=300)
    with pytest.raises(ModelError, match="tokens, the model 300"):
        export_hf(checkpoint, out)
    (checkpoint / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json cannot be read"):
        export_hf(checkpoint, out)
    assert not out.exists()
