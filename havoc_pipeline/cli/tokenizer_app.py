"""`havoc tokenizer` as typer documents it; the work stands in `havoc_pipeline.cli.tokenizer`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

tokenizer_app = typer.Typer(
    help="The domain tokenizer: train it, look into it, compare it with others.",
    no_args_is_help=True, rich_markup_mode=None,
)  # fmt: skip

File = Annotated[Path | None, typer.Option("--tokenizer", help="A tokenizer.json; the shipped one when left out.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@tokenizer_app.command()
def train(
    folders: Annotated[list[Path], typer.Argument(help="Folders of md, txt, rst, csv or html files.")],
    out: Annotated[Path, typer.Option(help="Where tokenizer.json goes.")],
    size: Annotated[int, typer.Option(help="Number of tokens.")] = 76_800,
) -> None:
    """Train a tokenizer on texts; the same texts give the same file."""
    from havoc_pipeline.cli.tokenizer import train_tokenizer

    train_tokenizer(folders, out, size)


@tokenizer_app.command()
def inspect(
    text: Annotated[str, typer.Argument(help="The text, or - to read it from the pipe.")],
    tokenizer: File = None,
    special: Annotated[bool, typer.Option("--special", help="Read `<plan>` and its like as marks.")] = False,
    as_json: Json = False,
) -> None:
    """Show the tokens of a text."""
    from havoc_pipeline.cli.tokenizer import inspect_text

    inspect_text(typer.get_text_stream("stdin").read() if text == "-" else text, tokenizer, special, as_json)


@tokenizer_app.command()
def compare(
    texts: Annotated[
        list[Path] | None, typer.Argument(help="Texts or folders; held-out handbook pages if none.")
    ] = None,
    tokenizer: File = None,
    timing: Annotated[bool, typer.Option(help="Measure encoding time too; --no-timing leaves it out.")] = True,
    as_json: Json = False,
) -> None:
    """Characters a token beside GPT-4's and Claude's vocabularies; nothing is downloaded."""
    from havoc_pipeline.cli.tokenizer import compare_vocabularies

    compare_vocabularies(texts or [], tokenizer, timing, as_json)
