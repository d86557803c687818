"""Cells of an XLSX workbook whose formula has no value: an error, or a result that was never saved."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK = "xl/workbook.xml"
_ADDRESS = re.compile(r"([A-Z]+)(\d+)")
WITHOUT_VALUE = re.compile(r"#(REF!|DIV/0!|N/A|VALUE!|NAME\?|NUM!|NULL!)|=.+")
"""How such a cell is written: the error, or the formula after an equals sign."""


def without_value(data: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """Sheet -> (row, column), both from 0, -> the error or the formula.

    The reader of cells gives blanks for these, and a blank would be taken for a value nobody published.
    """
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        for sheet, name in _sheets(archive):
            if name in names and (cells := dict(_cells(archive.read(name)))):
                found[sheet] = cells
    return found


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name of each sheet and of its part of the archive."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        book = etree.fromstring(archive.read(_WORKBOOK), parser)
        relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    except (KeyError, etree.XMLSyntaxError):
        return
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATION), "")
        yield sheet.get("name", ""), posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _cells(xml: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    if b"<f" not in xml and b't="e"' not in xml:
        return
    try:
        for _event, cell in etree.iterparse(
            io.BytesIO(xml), tag=f"{_MAIN}c", resolve_entities=False, no_network=True
        ):
            place = _ADDRESS.fullmatch(cell.get("r", ""))
            formula, value = cell.findtext(f"{_MAIN}f"), cell.findtext(f"{_MAIN}v")
            # A formula may well give an empty text.
            lost = formula is not None and not value and cell.get("t") != "str"
            if place and (cell.get("t") == "e" or lost):
                text = value if cell.get("t") == "e" else None
                yield (int(place[2]) - 1, _column(place[1])), text or f"={formula or '?'}"
            cell.clear()
    except etree.XMLSyntaxError:
        # The reader of cells says what is wrong with the sheet.
        return


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
