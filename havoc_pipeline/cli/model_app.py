"""`havoc model` as typer documents it; the work stands in `havoc_pipeline.cli.model`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

model_app = typer.Typer(help="HAVOC's own language model in other programs.", no_args_is_help=True,
                        rich_markup_mode=None)  # fmt: skip


@model_app.callback()
def model() -> None:
    """HAVOC's own language model in other programs."""


@model_app.command()
def export(
    checkpoint: Annotated[Path | None, typer.Argument(help="Its folder; the shipped HAVOC-mini when left out.")] = None,
    *,
    form: Annotated[str, typer.Option("--format", help="`gguf` for llama.cpp, `hf` for transformers.")],
    out: Annotated[Path, typer.Option(help="File (gguf) or folder (hf) to write.")],
    dtype: Annotated[
        str | None, typer.Option(help="Weights of a gguf: f32 (the default), f16 or q8_0. hf keeps the checkpoint's.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is at --out.")] = False,
) -> None:
    """Write a checkpoint, tokenizer and chat template included, in a form that other programs load."""
    from havoc_pipeline.cli.model import export_model

    export_model(checkpoint, form, out, dtype, force)
