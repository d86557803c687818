"""Text files: CSV and its relatives, or plain paragraphs."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter

import charset_normalizer

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.content import Content, Table

DELIMITERS = (",", ";", "\t", "|")
_ENCODINGS = ["cp1252", "cp1258", "mac_roman", "iso8859_7", "cp1251", "utf_16_le", "gb18030"]
"""What files that are not UTF-8 may be, in Viet Nam and near it."""
_SAMPLE_LINES = 200
_MOSTLY = 0.7
"""Share of lines that must have as many delimiters as is usual for the file to be a table."""


def read(data: bytes, where: str) -> Content:
    """Raises SourceError for bytes that are no text."""
    text, notes = decoded(data, where)
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    delimiter = _delimiter(lines)
    if delimiter is None and not _is_one_column(lines):
        paragraphs = tuple(part.strip() for part in text.splitlines() if part.strip())
        return Content("text", paragraphs=paragraphs, notes=notes)
    used = delimiter or ","
    try:
        rows = tuple(
            tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=used)
        )
    except csv.Error as error:
        raise SourceError(f"{where}: cannot be read as a table: {error}") from None
    if delimiter not in (",", None):
        notes = (*notes, f"columns are separated by {delimiter!r}")
    return Content("csv", tables=(Table("", rows),), notes=(*notes, *_uneven(rows)))


def decoded(data: bytes, where: str) -> tuple[str, tuple[str, ...]]:
    """The text and, where it was not UTF-8, what it was taken for."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding), ()
            except UnicodeDecodeError as error:
                raise SourceError(f"{where}: byte {error.start} is not {encoding}") from None
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        if b"\x00" in data:
            raise SourceError(f"{where}: byte {error.start} is no text") from None
        found = charset_normalizer.from_bytes(data, cp_isolation=_ENCODINGS).best()
        encoding = found.encoding if found else "cp1252"
        note = (
            f"byte {error.start} is not UTF-8; read as {encoding}, which is a guess: "
            "save the file as UTF-8 if letters look wrong"
        )
        return data.decode(encoding, errors="replace"), (note,)


def _delimiter(lines: list[str]) -> str | None:
    """The sign that most lines have equally often, outside of quotes."""
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        counts = Counter(_outside_quotes(line).count(delimiter) for line in lines)
        usual, number = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        share = number / max(len(lines), 1)
        if usual and share >= _MOSTLY and (best is None or (share, usual) > best[:2]):
            best = (share, usual, delimiter)
    return best[2] if best else None


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _is_one_column(lines: list[str]) -> bool:
    """Short lines without sentences: a table of one column, not a text."""
    return bool(lines) and all(len(line) <= 40 and ". " not in line for line in lines)


def _uneven(rows: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """A note that names the first rows whose length is not the usual one."""
    lengths = Counter(len(row) for row in rows if row)
    if len(lengths) < 2:
        return ()
    usual = lengths.most_common(1)[0][0]
    odd = [str(at) for at, row in enumerate(rows, 1) if row and len(row) != usual]
    shown = ", ".join(odd[:5]) + (", ..." if len(odd) > 5 else "")
    return (f"{len(odd)} rows do not have the usual {usual} columns: rows {shown}",)
