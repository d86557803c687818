"""Scans made readable by Tesseract, where it is installed (Debian: tesseract-ocr, tesseract-ocr-vie)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pypdfium2
from pypdfium2 import PdfiumError

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.content import Content

DPI = 300
MAX_PAGES = 200
SECONDS_A_PAGE = 120
LANGUAGE = "vie"


def read(data: bytes, where: str) -> Content:
    """The text of a PDF as Tesseract sees it, a paragraph for each line; a guess, and said to be one.

    Raises SourceError where Tesseract or its Vietnamese is not installed, or a page cannot be read.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise SourceError(
            f"{where}: Tesseract is not installed; apt-get install tesseract-ocr tesseract-ocr-vie"
        )
    lines: list[str] = []
    pages = 0
    for pages, image in enumerate(_pages(data, where), 1):
        text = _recognised(program, image, f"{where}: page {pages}")
        lines += (line.strip() for line in text.splitlines() if line.strip())
    if not lines:
        raise SourceError(f"{where}: no text was recognised on {pages} pages")
    note = (
        f"{pages} scanned pages, recognised by Tesseract: compare with the original before using it"
    )
    return Content("pdf, recognised", paragraphs=tuple(lines), notes=(note,))


def _pages(data: bytes, where: str) -> Iterator[bytes]:
    """Each page as a grey picture in the PGM format, which needs no library to write."""
    try:
        document = pypdfium2.PdfDocument(data)
    except PdfiumError as error:
        raise SourceError(f"{where}: cannot be opened as a PDF: {error}") from None
    try:
        if len(document) > MAX_PAGES:
            raise SourceError(f"{where}: more than {MAX_PAGES} pages; split it")
        for page in document:
            picture = page.render(scale=DPI / 72, grayscale=True).to_numpy()
            height, width = picture.shape[:2]
            yield f"P5 {width} {height} 255\n".encode() + picture.tobytes()
    finally:
        document.close()


def _recognised(program: str, image: bytes, where: str) -> str:
    try:
        done = subprocess.run(  # noqa: PLW1510, S603, a fixed program with fixed options; the picture is its input
            [program, "stdin", "stdout", "-l", LANGUAGE, "--dpi", str(DPI)],
            input=image,
            capture_output=True,
            timeout=SECONDS_A_PAGE,
        )
    except subprocess.TimeoutExpired:
        raise SourceError(f"{where}: not recognised within {SECONDS_A_PAGE} s") from None
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SourceError(f"{where}: Tesseract failed: {told[-1] if told else done.returncode}")
    return done.stdout.decode("utf-8", "replace")
