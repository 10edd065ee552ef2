"""The commands as typer documents them; each loads its own file only when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from havoc_pipeline.cli.model_app import model_app
from havoc_pipeline.cli.stopping import Stopped
from havoc_pipeline.cli.tokenizer_app import tokenizer_app
from havoc_pipeline.errors import CommandError

app = typer.Typer(
    name="havoc", help="Ask a hard question of process data; get an answer that stands up in an audit, offline.",
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
)  # fmt: skip

Data = Annotated[Path | None, typer.Option(help="Table: csv, tsv, txt, xlsx or parquet.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook; the first when left out.")]
Dictionary = Annotated[Path | None, typer.Option(help="File that says what each column means.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Report = Annotated[Path | None, typer.Option(help="Write one self-contained HTML page.")]


def main(arguments: list[str]) -> int:
    """Run typer's side of the command line.

    Parameters
    ----------
    arguments : list of str

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    CommandError
        When a command or an option is unknown or lacks its value.
    """
    try:
        code = app(args=arguments, prog_name="havoc", standalone_mode=False)
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort:
        raise Stopped from None
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(getattr(error, "ctx").get_help())  # noqa: B009
            return 2
        told = error.format_message().strip().rstrip(".").replace("\n", " ")
        raise CommandError(f"{told}; `havoc --help` shows how") from None
    return code if isinstance(code, int) else 0


@app.callback()
def havoc(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Ask a hard question of process data; get an answer that stands up in an audit, offline."""
    if version:
        from havoc_pipeline import __version__

        typer.echo(f"havoc {__version__}")
        raise typer.Exit()


@app.command()
def run(
    commands: Annotated[str, typer.Argument(help="Commands with `;` between them, or - to read them from the pipe.")],
    data: Data = None, sheet: Sheet = None, dictionary: Dictionary = None, as_json: Json = False,
    report: Report = None,
    figure: Annotated[Path | None, typer.Option(help="Draw the result into a png, svg or pdf file.")] = None,
) -> None:  # fmt: skip
    """Run commands of HAVOC's language over a table."""
    from havoc_pipeline.cli.run import run_commands
    from havoc_pipeline.cli.run_options import RunOptions

    run_commands(RunOptions(commands, data, sheet, dictionary, as_json, report, figure))


@app.command()
def describe(
    data: Annotated[Path, typer.Option(help="Table: csv, tsv, txt, xlsx or parquet.")],
    sheet: Sheet = None, dictionary: Dictionary = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Show what HAVOC sees in a table."""
    from havoc_pipeline.cli.describe import describe_table

    describe_table(data, sheet, dictionary, as_json)


@app.command()
def tools(
    name: Annotated[str | None, typer.Argument(help="A command, for its full page.")] = None, as_json: Json = False
) -> None:
    """List every command; with a name, its full page."""
    from havoc_pipeline.cli.tools import show_tools

    show_tools(name, as_json)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, or - to read it from the pipe.")] = None,
    data: Data = None, sheet: Sheet = None, dictionary: Dictionary = None, as_json: Json = False,
    report: Report = None,
    trace: Annotated[Path | None, typer.Option(help="Write the whole reasoning, to replay.")] = None,
    file: Annotated[Path | None, typer.Option(help='Many questions, a line each: {"id", "question", "table"}.')] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the tables that --file names.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the answers of --file go; resumes there.")] = None,
    lm: Annotated[str | None, typer.Option(help="embedded, openai/NAME, or what dspy.LM takes.")] = None,
    api_base: Annotated[str | None, typer.Option(help="Address of the server of an openai/NAME.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Go on with the likeliest reading, ask nothing.")] = False,
) -> int:  # fmt: skip
    """Answer a question about a table. Exits 3 when unsure what was meant, 4 when it refuses."""
    from havoc_pipeline.cli.ask import AskOptions, ask_many, ask_one

    asked = AskOptions(
        question, data, sheet, dictionary, as_json, report, trace, file, data_dir, out, lm, api_base, yes
    )
    return ask_many(asked) if file is not None else ask_one(asked)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A trace that `havoc ask --trace` wrote.")], data: Data = None
) -> int:
    """Compute a trace anew and say whether every number still agrees. Exits 1 when one does not."""
    from havoc_pipeline.cli.replay import replay_trace

    return replay_trace(file, data)


@app.command()
def ingest(paths: Annotated[list[Path], typer.Argument(help="PDF, Markdown, HTML or text files, or folders.")]) -> None:
    """Add your own documents to what HAVOC can cite."""
    from havoc_pipeline.cli.ingest import ingest_documents

    ingest_documents(paths)


@app.command()
def serve(
    checkpoint: Annotated[Path | None, typer.Argument(help="Checkpoint folder; the shipped HAVOC-mini when left out.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; others than this machine need --api-key.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    api_key: Annotated[str | None, typer.Option(help="What clients must send; from HAVOC_API_KEY when left out.")] = None,
    dtype: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    tensor_parallel: Annotated[int, typer.Option(help="Ranks that share each layer.")] = 1,
    pipeline_parallel: Annotated[int, typer.Option(help="Stages that share the layers.")] = 1,
    data_parallel: Annotated[int, typer.Option(help="Copies of the model.")] = 1,
    vllm: Annotated[str, typer.Option(help="Further arguments of vLLM's server, in one pair of quotes.")] = "",
    log: Annotated[Path | None, typer.Option(help="File for vLLM's own words; a temporary one when left out.")] = None,
) -> int:  # fmt: skip
    """Serve a checkpoint with vLLM, on this machine alone unless told otherwise."""
    from havoc_pipeline.cli.serve import client_key, vllm_flags
    from havoc_pipeline.cli.serve import serve as serve_until_told
    from havoc_pipeline.model.identity import SHIPPED
    from havoc_pipeline.serving.settings import Settings

    key, flags = client_key(api_key), vllm_flags(vllm)
    sizes = tensor_parallel, pipeline_parallel, data_parallel
    return serve_until_told(Settings(checkpoint or SHIPPED, host, port, key, dtype, *sizes, flags), log)


app.add_typer(tokenizer_app, name="tokenizer")
app.add_typer(model_app, name="model")


@app.command(hidden=True)
def docs(
    write: Annotated[bool, typer.Option("--write", help="Write the generated pages.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 when a page is not current.")] = False,
) -> int:
    """Generate the pages of docs/ that follow from the code."""
    from havoc_pipeline.cli.docs import generate

    return generate(write and not check)
