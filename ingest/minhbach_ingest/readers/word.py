"""Word: DOCX through python-docx; documents of Word 97 to 2003 and RTF, whose text is what is wanted."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator

import docx
import olefile
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph
from lxml import etree
from striprtf.striprtf import rtf_to_text

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.content import Content, Table

# Marks of Word's text stream: 7 ends a cell or a row, 13 a paragraph, 11 and 12 a line and a page;
# 19, 20 and 21 begin, part and end a field, of which only the result is text.
_CELL, _PARAGRAPH = "\x07", "\r"
# A hyphen that must not break stays one, one that may break is not there.
_BREAKS = str.maketrans({"\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x1f": None, "\xa0": " "})
_FIELD = re.compile("\x13[^\x13\x14\x15]*\x14([^\x13\x15]*)\x15|\x13[^\x13\x14\x15]*\x15")
_OTHER_MARKS = re.compile("[\x00-\x06\x08\x0e-\x1b]")
_MAGIC = 0xA5EC
_CLX_AT = 0x01A2
"""Where the header of Word 97 and later tells the place and length of the piece table."""


def read_docx(data: bytes, where: str) -> Content:
    """Raises SourceError."""
    try:
        document = docx.Document(io.BytesIO(data))
        paragraphs = tuple(p.text.strip() for p in _blocks(document) if p.text.strip())
        tables = tuple(
            Table(
                f"table {number}",
                tuple(tuple(cell.text.strip() or None for cell in row.cells) for row in table.rows),
            )
            for number, table in enumerate(document.tables, 1)
        )
    except (
        PackageNotFoundError,
        KeyError,
        ValueError,
        zipfile.BadZipFile,
        etree.LxmlError,
    ) as error:
        raise SourceError(f"{where}: cannot be opened as a Word document: {error}") from None
    return Content("docx", tables=tables, paragraphs=paragraphs)


def _blocks(document: Document) -> Iterator[Paragraph]:
    """Paragraphs in their order, those inside tables too."""
    for block in document.iter_inner_content():
        if isinstance(block, DocxTable):
            for row in block.rows:
                for cell in row.cells:
                    yield from cell.paragraphs
        else:
            yield block


def read_rtf(data: bytes, where: str) -> Content:
    """Bytes are kept as Latin-1 letters, for legacy fonts to be told apart later. Raises SourceError."""
    try:
        text: str = rtf_to_text(  # type: ignore[no-untyped-call]
            data.decode("latin-1"), encoding="latin-1", errors="replace"
        )
    except (ValueError, IndexError, LookupError) as error:
        raise SourceError(f"{where}: cannot be read as RTF: {error}") from None
    return Content("rtf", paragraphs=_lines(text))


def read_doc(data: bytes, where: str) -> Content:
    """The main text of a document of Word 97 or later, as its piece table puts it together.

    Source: Microsoft's [MS-DOC], sections 2.5 (Fib) and 2.8.35 (PlcPcd). Raises SourceError.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as found:
            stream = found.openstream("WordDocument").read()
            magic, version, flags = struct.unpack_from("<HH6xH", stream, 0)
            if magic != _MAGIC or version < 0xC1:
                raise SourceError(f"{where}: a document of Word 95 or older; save it as .docx")
            if flags & 0x0100:
                raise SourceError(f"{where}: the document has a password; save it without one")
            table = found.openstream("1Table" if flags & 0x0200 else "0Table").read()
        # Main text, footnotes, headers, macros, comments, endnotes, text boxes: one after the other.
        lengths = struct.unpack_from("<7i", stream, 0x4C)
        every = "".join(_pieces(stream, table))
        boxes = sum(lengths[:6])
        text = every[: lengths[0] + lengths[1]] + every[boxes : boxes + lengths[6]]
    except (OSError, struct.error, ValueError, IndexError) as error:
        raise SourceError(f"{where}: a damaged Word document: {error}") from None
    while "\x13" in text and text != (replaced := _FIELD.sub(r"\1", text)):
        text = replaced
    tables = tuple(_tables(text))
    plain = _OTHER_MARKS.sub("", text.replace(_CELL, _PARAGRAPH)).translate(_BREAKS)
    return Content("doc", tables=tables, paragraphs=_lines(plain.replace(_PARAGRAPH, "\n")))


def _pieces(stream: bytes, table: bytes) -> Iterator[str]:
    start, length = struct.unpack_from("<ii", stream, _CLX_AT)
    clx = table[start : start + length]
    at = 0
    while at < len(clx) and clx[at] == 1:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise ValueError("no piece table")
    size = struct.unpack_from("<i", clx, at + 1)[0]
    pieces = clx[at + 5 : at + 5 + size]
    count = (len(pieces) - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}i", pieces, 0)
    for index in range(count):
        place = struct.unpack_from("<I", pieces, 4 * (count + 1) + 8 * index + 2)[0]
        letters = ends[index + 1] - ends[index]
        if letters < 0:
            raise ValueError("pieces out of order")
        if place & 0x40000000:
            begin = (place & 0x3FFFFFFF) // 2
            yield stream[begin : begin + letters].decode("cp1252", errors="replace")
        else:
            yield stream[place : place + 2 * letters].decode("utf-16-le", errors="replace")


def _tables(text: str) -> Iterator[Table]:
    """Cells end with a mark, rows with one more; a paragraph mark alone ends the table."""
    number = 0
    for part in re.findall("(?:[^\x07]*\x07)+", text):
        rows: list[tuple[str | None, ...]] = []
        row: list[str | None] = []
        for cell in part.split(_CELL)[:-1]:
            # Text before a table is not part of its first cell.
            value = cell.rsplit("\r\r", 1)[-1] if not row and not rows else cell
            if value == "" and row:
                rows.append(tuple(row))
                row = []
            else:
                row.append(_OTHER_MARKS.sub("", value).replace(_PARAGRAPH, "\n").strip() or None)
        if row:
            rows.append(tuple(row))
        if len(rows) > 1:
            number += 1
            yield Table(f"table {number}", tuple(rows))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
