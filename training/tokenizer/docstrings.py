"""Documentation inside a Python wheel: its docstrings and its README."""

import ast
import email
import zipfile
from collections.abc import Iterator
from pathlib import Path

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def documents_of_wheel(wheel: Path) -> Iterator[str]:
    """Yield the README and the docstrings of each module, tests left out.

    Parameters
    ----------
    wheel : path of a `.whl`; nothing of it is run

    Returns
    -------
    Iterator of texts with their line breaks and examples, in the order of the archive's names.
    """
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".dist-info/METADATA"):
                yield readme(archive.read(name))
            elif name.endswith(".py") and "/test" not in name:
                yield "\n\n".join(docstrings(archive.read(name)))


def readme(metadata: bytes) -> str:
    """Return the long description in a wheel's METADATA."""
    body = email.message_from_bytes(metadata).get_payload(decode=True)
    return body.decode("utf-8", errors="replace") if isinstance(body, bytes) else ""


def docstrings(source: bytes) -> Iterator[str]:
    """Yield a module's docstrings in order; none where the file is no Python of this version."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node)):
            yield text
