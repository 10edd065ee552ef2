"""`havoc model export`: a checkpoint as Hugging Face's Llama folder or as a GGUF file."""

from __future__ import annotations

from pathlib import Path

from havoc_pipeline.cli.terminal import show
from havoc_pipeline.errors import CommandError

FORMATS = ("gguf", "hf")
LOADED = {
    "gguf": "llama.cpp loads it: {out}",
    "hf": 'transformers loads it: AutoModelForCausalLM.from_pretrained("{out}")',
}
MIB = 1024**2


def export_model(checkpoint: Path | None, form: str, out: Path, dtype: str | None, force: bool) -> None:
    """Export a checkpoint and say what was written and what loads it.

    Parameters
    ----------
    checkpoint : Path or None
        Folder of the checkpoint; the shipped HAVOC-mini when None.
    form : str
        `gguf` or `hf`.
    out : Path
        File or folder to write.
    dtype : str or None
        Type of a GGUF file's weights.
    force : bool
        Whether what is at `out` may be replaced.

    Raises
    ------
    CommandError
        When there is no such format, or `dtype` is given for `hf`.
    ModelError
        When the checkpoint cannot be exported or `out` exists without `force`.
    """
    if form not in FORMATS:
        raise CommandError(f"`{form}` is no format of a model; choose one of {', '.join(FORMATS)}")
    if form == "hf" and dtype is not None:
        raise CommandError(f"--dtype {dtype} goes with --format gguf; hf keeps the checkpoint's type, leave it out")
    written = _written(checkpoint or _shipped(), form, out, dtype or "f32", force)
    size = sum(file.stat().st_size for file in written) / MIB
    show(f"{out}: {size:.1f} MiB in {len(written)} {'file' if len(written) == 1 else 'files'}")
    show(LOADED[form].format(out=out))


def _written(checkpoint: Path, form: str, out: Path, dtype: str, force: bool) -> list[Path]:
    if form == "hf":
        from havoc_pipeline.export.hugging_face import export_hf

        return export_hf(checkpoint, out, force=force)
    from havoc_pipeline.export.gguf_file import export_gguf

    return [export_gguf(checkpoint, out, dtype=dtype, force=force)]


def _shipped() -> Path:
    from havoc_pipeline.lm.planner import SHIPPED

    return SHIPPED
