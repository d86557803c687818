"""HTML pages: their tables with spans filled in, and their text."""

from __future__ import annotations

import lxml.html
from lxml import etree

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.content import Content, Table
from minhbach_ingest.readers.text import decoded

_MAX_SPAN = 200
"""Columns or rows one cell may cover; pages claim thousands by mistake."""
_PARAGRAPHS = "//p | //li | //h1 | //h2 | //h3 | //h4 | //h5 | //h6"


def read(data: bytes, where: str) -> Content:
    """Raises SourceError for a page without tables or text."""
    text, notes = decoded(data, where)
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False)
    try:
        page = lxml.html.document_fromstring(text.encode(), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise SourceError(f"{where}: cannot be read as HTML: {error}") from None
    tables = tuple(
        Table(f"table {number}", _rows(table))
        for number, table in enumerate(page.xpath("//table[not(ancestor::table)]"), 1)
    )
    paragraphs = tuple(
        words
        for each in page.xpath(_PARAGRAPHS)
        if (words := " ".join(each.text_content().split()))
    )
    if not tables and not paragraphs:
        raise SourceError(f"{where}: a web page without tables or paragraphs")
    return Content("html", tables, paragraphs, notes)


def _rows(table: lxml.html.HtmlElement) -> tuple[tuple[str | None, ...], ...]:
    """A cell that covers several columns or rows stands in each of them."""
    rows: list[tuple[str | None, ...]] = []
    open_cells: dict[int, tuple[int, str | None]] = {}
    for line in table.xpath(".//tr"):
        row: list[str | None] = []

        def take_open(row: list[str | None] = row) -> None:
            while len(row) in open_cells:
                left, value = open_cells.pop(len(row))
                if left > 1:
                    open_cells[len(row)] = (left - 1, value)
                row.append(value)

        for cell in line.xpath("./td | ./th"):
            take_open()
            value = " ".join(cell.text_content().split()) or None
            for _ in range(_span(cell, "colspan")):
                down = _span(cell, "rowspan")
                if down > 1:
                    open_cells[len(row)] = (down - 1, value)
                row.append(value)
        take_open()
        rows.append(tuple(row))
    return tuple(rows)


def _span(cell: lxml.html.HtmlElement, name: str) -> int:
    text = cell.get(name, "1").strip()
    return min(max(int(text), 1), _MAX_SPAN) if text.isdecimal() else 1
