"""Reads a file and brings its texts to Unicode, telling what was guessed."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from minhbach_datasets.errors import SourceError
from minhbach_datasets.exports.csv import FORMULA, PLAIN_NUMBER
from minhbach_datasets.text import nfc, slug
from minhbach_ingest.legacy_text import Encoding, guess, to_unicode, usual_encoding
from minhbach_ingest.readers import ocr
from minhbach_ingest.readers.content import Cell, Content, Table
from minhbach_ingest.readers.isolated import worker

MAX_BYTES = 300 << 20
_UNSURE = 0.6
"""Guesses below this confidence are shown one by one."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's content in Unicode.

    converted: texts by the encoding they were in; unsure: texts as read with the confidence of the
    guess, the least sure first.
    """

    content: Content
    usual: Encoding
    converted: Mapping[str, int]
    unsure: tuple[tuple[str, float], ...]


def read_scan(path: Path) -> Reading:
    """Read a PDF by recognising its pages, which takes seconds each. Raises SourceError."""
    return read_content(ocr.read(file_bytes(path), str(path)))


def read_file(path: Path, encoding: Encoding | None = None) -> Reading:
    """Read a file of any kind and convert TCVN3 and VNI, text by text.

    encoding: overrides the guess for texts that read well in several ways. Raises SourceError.
    """
    return read_content(worker.read(file_bytes(path), str(path)), encoding)


def file_bytes(path: Path) -> bytes:
    """Raises SourceError for a file that is missing or too large."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path}: larger than {MAX_BYTES >> 20} MB; split it")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None


def read_content(content: Content, encoding: Encoding | None = None) -> Reading:
    """Convert what was read; see read_file."""
    usual = encoding or usual_encoding(_texts(content))
    converted: Counter[str] = Counter()
    unsure: dict[str, float] = {}

    def text(value: str) -> str:
        if value.isascii():
            return value
        found = guess(value, usual)
        result = to_unicode(value, found.encoding)
        if result != nfc(value):
            converted[found.encoding] += 1
        if found.confidence < _UNSURE and not value.isascii():
            unsure[result] = found.confidence
        return result

    def cell(value: Cell) -> Cell:
        return text(value) if isinstance(value, str) else value

    tables = tuple(
        Table(text(table.name), tuple(tuple(map(cell, row)) for row in table.rows), table.merged)
        for table in content.tables
    )
    paragraphs = tuple(map(text, content.paragraphs))
    return Reading(
        replace(content, tables=tables, paragraphs=paragraphs),
        usual,
        dict(converted),
        # Where nothing was converted, what reads well in several encodings is no question.
        tuple(sorted(unsure.items(), key=lambda item: item[1])) if converted else (),
    )


def _texts(content: Content) -> Iterable[str]:
    yield from content.paragraphs
    for table in content.tables:
        for row in table.rows:
            yield from (value for value in row if isinstance(value, str))


def report(path: Path, reading: Reading) -> str:
    """What was read, converted and guessed, as a person reads it on a terminal."""
    content = reading.content
    lines = [f"{path}: {content.kind}"]
    for table in content.tables:
        columns = max((len(row) for row in table.rows), default=0)
        name = f" {table.name!r}" if table.name else ""
        merged = f", {len(table.merged)} merged ranges" if table.merged else ""
        lines.append(f"  table{name}: {len(table.rows)} rows, {columns} columns{merged}")
    if content.paragraphs:
        lines.append(f"  text: {len(content.paragraphs)} paragraphs")
    lines += [f"  note: {note}" for note in content.notes]
    for encoding, count in reading.converted.items():
        lines.append(f"  converted from {encoding}: {count} texts")
    for text, confidence in reading.unsure[:_SHOWN]:
        lines.append(f"  unsure ({confidence:.0%}): {text[:70]!r}")
    if len(reading.unsure) > _SHOWN:
        lines.append(
            f"  ... and {len(reading.unsure) - _SHOWN} more texts that read well in several ways"
        )
    if reading.unsure:
        lines.append("  say --encoding unicode, tcvn3 or vni where these are wrong")
    return "\n".join(lines)


def save(reading: Reading, folder: Path, name: str) -> list[Path]:
    """Write every table as CSV and the text as TXT, UTF-8; returns the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, table in enumerate(reading.content.tables, 1):
        part = slug(table.name) or str(number)
        path = folder / f"{name}-{number}-{part}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(map(_harmless, table.rows))
        written.append(path)
    if reading.content.paragraphs:
        path = folder / f"{name}.txt"
        path.write_text("\n".join(reading.content.paragraphs) + "\n", encoding="utf-8")
        written.append(path)
    return written


def _harmless(row: tuple[Cell, ...]) -> list[object]:
    """A text that a spreadsheet would run as a formula gets a quote before it."""
    return [
        f"'{value}"
        if isinstance(value, str) and re.match(FORMULA, value) and not re.match(PLAIN_NUMBER, value)
        else value
        for value in row
    ]
