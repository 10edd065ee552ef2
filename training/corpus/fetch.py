"""Fetch free documentation packages of Debian and leave their English text as plain lines.

Run: python -m training.corpus.fetch --out FOLDER     (needs apt-get, dpkg and `apt-get update`)
"""

import argparse
import hashlib
import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.corpus.clean import prose
from training.corpus.readers import READERS

SOURCES = Path(__file__).with_name("sources.toml")
DEFAULT_LIMIT_MB = 4.0


def main() -> None:
    """Download, unpack and clean every package of `sources.toml`; write `manifest.json`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, required=True, help="folder outside the repository")
    parser.add_argument("--only", nargs="*", help="names of packages (default: all)")
    options = parser.parse_args()
    sources: dict[str, dict[str, Any]] = tomllib.loads(SOURCES.read_text(encoding="utf-8"))
    manifest = {}
    for package in options.only or sources:
        manifest[package] = fetch(package, sources[package], options.out)
        print(f"{package:28} {manifest[package]['bytes'] / 1e6:6.2f} MB")
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{len(manifest)} packages, {sum(m['bytes'] for m in manifest.values()) / 1e6:.1f} MB")


def fetch(package: str, source: dict[str, Any], out: Path) -> dict[str, Any]:
    """Leave one package's clean text in OUT/text/PACKAGE.txt.

    Parameters
    ----------
    package : name of the Debian package
    source : its table in `sources.toml`
    out : folder for `deb/`, `unpacked/` and `text/`

    Returns
    -------
    What the manifest says of it: archive, SHA-256, licence, bytes of text.

    Raises
    ------
    subprocess.CalledProcessError : when the package cannot be downloaded or unpacked
    """
    archive = download(package, out / "deb")
    folder = out / "unpacked" / package
    if not folder.is_dir():
        folder.mkdir(parents=True)
        subprocess.run(["dpkg", "-x", str(archive), str(folder)], check=True)
    text = out / "text" / f"{package}.txt"
    text.parent.mkdir(parents=True, exist_ok=True)
    limit = int(source.get("limit_mb", DEFAULT_LIMIT_MB) * 1e6)
    reader = source.get("reader")
    lines = prose(READERS[reader](folder)) if reader else iter(())
    text.write_text("".join(up_to(limit, lines)), encoding="utf-8")
    return {
        "archive": archive.name,
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "licence": source["licence"],
        "bytes": text.stat().st_size,
    }


def download(package: str, folder: Path) -> Path:
    """Return the package's archive, downloaded by `apt-get` unless it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob(f"{package}_*.deb")):
        subprocess.run(["apt-get", "-qq", "download", package], cwd=folder, check=True)
    return next(folder.glob(f"{package}_*.deb"))


def up_to(limit: int, lines: Iterator[str]) -> Iterator[str]:
    """Yield lines, each with its line break, until `limit` characters are reached."""
    total = 0
    for line in lines:
        total += len(line) + 1
        if total > limit:
            return
        yield line + "\n"


if __name__ == "__main__":
    main()
