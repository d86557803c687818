"""Cells that are merged downwards: workbooks keep their text in the first row alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from minhbach_ingest.readers.content import Cell, Table
from minhbach_ingest.tidy.cells import clean, is_blank


@dataclass(frozen=True, slots=True)
class Spread:
    """A merged cell among the rows of data."""

    column: str
    top: int
    bottom: int
    """Its rows, from 0."""
    cell: Cell
    is_figure: bool
    """It stays in its first row, since a merged figure is most often the sum of its rows."""


def spread(
    table: Table, first: int, columns: Mapping[int, str], figures: Collection[str]
) -> tuple[Table, list[Spread]]:
    """Give every row of a merged cell its text.

    first: the first row of data, from 0; columns: those that are read; figures: which of them hold numbers.
    Rows that are blank otherwise stay so.
    """
    rows = [list(row) for row in table.rows]
    found = []
    for top, left, end, _right in table.merged:
        bottom = min(end, len(rows) - 1)
        column = columns.get(left)
        cell = rows[top][left] if top < len(rows) and left < len(rows[top]) else None
        if top < first or column is None or clean(cell) is None:
            continue
        below = [row for row in rows[top + 1 : bottom + 1] if not is_blank(row)]
        if not below:
            continue
        found.append(Spread(column, top, bottom, cell, column in figures))
        if column in figures:
            continue
        for row in below:
            row.extend([None] * (left + 1 - len(row)))
            row[left] = cell
    return replace(table, rows=tuple(map(tuple, rows))), found
