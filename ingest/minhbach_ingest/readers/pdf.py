"""PDF with a text layer; a scan says that it is one and how to make it readable."""

from __future__ import annotations

import pypdfium2
from pypdfium2 import PdfiumError
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.content import Content

_TEXT_OF_A_PAGE = 300
"""Letters; a scanned page has fewer, if only those of a stamp that was put on it."""
_IMAGE_SHARE = 0.5
OCR = "minhbach-ingest read --ocr FILE (Debian: tesseract-ocr, tesseract-ocr-vie)"


def read(data: bytes, where: str) -> Content:
    """A paragraph for each line of text. Raises SourceError for scans and damaged files."""
    try:
        document = pypdfium2.PdfDocument(data)
    except PdfiumError as error:
        raise SourceError(f"{where}: cannot be opened as a PDF: {error}") from None
    try:
        texts, scanned = [], 0
        for page in document:
            text = page.get_textpage().get_text_bounded()
            texts.append(text)
            scanned += len(text.strip()) < _TEXT_OF_A_PAGE and _is_image(page)
        if scanned > len(texts) / 2:
            letters = sum(len(text.strip()) for text in texts)
            raise SourceError(
                f"{where}: a scan: {scanned} of {len(texts)} pages are pictures, with {letters} letters "
                f"of text (a stamp or signature at most); make its text readable first: {OCR}"
            )
    except PdfiumError as error:
        raise SourceError(f"{where}: page {len(texts) + 1} cannot be read: {error}") from None
    finally:
        document.close()
    if not any(text.strip() for text in texts):
        raise SourceError(f"{where}: a PDF without text; make its text readable first: {OCR}")
    # pdfium marks a hyphen at the end of a line with U+0002 or U+FFFE.
    lines = (line.strip() for text in texts for line in text.splitlines())
    return Content(
        "pdf",
        paragraphs=tuple(line for line in lines if line),
        notes=(f"{len(texts)} pages; tables in it come as lines of text",),
    )


def _is_image(page: pypdfium2.PdfPage) -> bool:
    """Whether pictures cover most of the page."""
    width, height = page.get_size()
    covered = 0.0
    for found in page.get_objects(filter=(FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = found.get_bounds()
        covered += max(0.0, right - left) * max(0.0, top - bottom)
    return bool(covered > _IMAGE_SHARE * width * height)
