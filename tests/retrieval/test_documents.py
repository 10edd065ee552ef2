"""Reading: every format keeps its pages and sections, and what cannot be read says why."""

import io
from pathlib import Path

import pytest

from havoc_pipeline.errors import RetrievalError
from havoc_pipeline.retrieval.chunks import FEWEST_WORDS, MOST_WORDS, OVERLAP_WORDS, pieces
from havoc_pipeline.retrieval.documents import Document, read_bytes, read_document, shown

from .conftest import PdfMaker, pdf_bytes


def read(name: str, data: bytes) -> Document:
    return read_document(Path(name), data)


def test_a_pdf_keeps_its_page_numbers(make_pdf: PdfMaker) -> None:
    path = make_pdf("p.pdf", ["alpha scope", "beta gauge", "gamma report"])
    found = read_document(path, path.read_bytes()).paragraphs
    assert [(p.page, p.text) for p in found] == [(1, "alpha scope"), (2, "beta gauge"), (3, "gamma report")]


def test_a_pdf_of_matplotlib_keeps_its_page_numbers() -> None:
    import matplotlib
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    out = io.BytesIO()
    with matplotlib.rc_context({"pdf.fonttype": 42}), PdfPages(out) as book:
        for text in ("Receiving inspection", "Torque of the spindle is 12 Nm"):
            figure = Figure()
            figure.text(0.1, 0.5, text)
            book.savefig(figure)
    found = read("m.pdf", out.getvalue())
    assert [p.page for p in found.paragraphs if "spindle" in p.text] == [2]


def test_the_outline_names_the_sections() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_bytes(["one", "two", "three"]))))
    writer.add_outline_item(title="Scope", page_number=0)
    writer.add_outline_item(title="Release of batches", page_number=1)
    writer.add_metadata({"/Title": "Quality plan"})
    out = io.BytesIO()
    writer.write(out)
    found = read("x.pdf", out.getvalue())
    assert found.title == "Quality plan"
    assert [p.section for p in found.paragraphs] == ["Scope", "Release of batches", "Release of batches"]


def test_pages_without_text_are_named() -> None:
    assert "1 of 3 pages hold no text and cannot be found: 2" in read("x.pdf", pdf_bytes(["a", "", "c"])).notes[0]


def encrypted() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_bytes(["secret"]))))
    writer.encrypt("password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", pdf_bytes(["", ""]), "OCR"),
        ("a.pdf", b"%PDF-1.7 and then rubbish", "broken"),
        ("a.pdf", b"no PDF at all", "broken"),
        ("a.pdf", pdf_bytes(["text"])[:200], "broken|no pages"),
        ("a.txt", b"\x7fELF\x00\x00\x01", "binary"),
        ("a.html", b"<script>alert('x')</script>", "no text"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, said: str) -> None:
    with pytest.raises(RetrievalError, match=said):
        read(name, data)


def test_an_encrypted_pdf_says_so() -> None:
    with pytest.raises(RetrievalError, match="encrypted; save a copy without a password"):
        read("a.pdf", encrypted())


def test_files_that_are_no_documents_say_so(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b" \n")
    (tmp_path / "a.docx").write_bytes(b"PK")
    for name, said in (("empty.txt", "empty"), ("a.docx", "`.docx` files are not read"), ("none.txt", "no such file")):
        with pytest.raises(RetrievalError, match=said):
            read_bytes(tmp_path / name)


def test_markdown_keeps_headings_but_not_those_in_code() -> None:
    text = b"---\ntitle: Plan 7\n---\n# Plan\nlead\n\n```\n# no heading\n```\nGauges\n------\ncheck yearly\n## Torque ##\n12 Nm"
    found = read("p.md", text)
    assert found.title == "Plan 7"
    assert (found.paragraphs[0].section, found.paragraphs[0].text) == ("Plan", "lead")
    assert [(p.section, p.text) for p in found.paragraphs][-2:] == [("Gauges", "check yearly"), ("Torque", "12 Nm")]


def test_html_keeps_headings_and_leaves_scripts_out() -> None:
    data = (
        b"<html><head><title>Work &amp; care</title><style>p{}</style></head><body><nav>menu</nav><h2>Oven</h2>"
        b"<p>Heat to 90<b>0</b> degrees</p><script>evil()</script><ul><li>wait</ul></body></html>"
    )
    found = read("x.html", data)
    assert found.title == "Work & care"
    assert [(p.section, p.text) for p in found.paragraphs] == [("Oven", "Heat to 900 degrees"), ("Oven", "wait")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_of_usual_encodings(encoding: str) -> None:
    assert read("x.txt", "Prüfmaß 3 µm".encode(encoding)).paragraphs[0].text == "Prüfmaß 3 µm"


def test_form_feeds_part_pages() -> None:
    assert [p.page for p in read("x.txt", b"one\ftwo").paragraphs] == [1, 2]


def test_pieces_are_short_overlap_and_lose_nothing() -> None:
    sentences = [f"Sentence {n} has exactly seven words here." for n in range(200)]
    found = list(pieces([" ".join(sentences)]))
    assert all(len(text.split()) <= MOST_WORDS + FEWEST_WORDS for text in found)
    assert all(sentence in " ".join(found) for sentence in sentences)
    ends = found[0].split()[-OVERLAP_WORDS + OVERLAP_WORDS % 7 :]
    assert (
        found[1].startswith(" ".join(ends[-7:]).split("Sentence")[0]) and ends[-6] in found[1].split()[:OVERLAP_WORDS]
    )


def test_a_text_without_spaces_or_sentences_still_comes_in_pieces() -> None:
    assert max(len(text.split()) for text in pieces(["word " * 5000])) <= MOST_WORDS + FEWEST_WORDS
    assert len(next(pieces(["x" * 1_000_000]))) < 1000


def test_hostile_names_are_shown_harmlessly() -> None:
    assert shown("a\x1b[31m\nb\u202egnp.txt") == "a [31m b gnp.txt"
    assert shown("\udcff'; DROP TABLE.txt") == "?'; DROP TABLE.txt"
    assert len(shown("x" * 300)) == 120
