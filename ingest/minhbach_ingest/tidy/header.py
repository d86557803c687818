"""The header of a table: where it is, what it says of each column, and which fields the columns fill."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from minhbach_datasets.errors import SourceError
from minhbach_datasets.source import Layout
from minhbach_datasets.text import fold
from minhbach_ingest.readers.content import Cell, Table
from minhbach_ingest.tidy.cells import clean, folded, is_figure, is_index

IN_BRACKETS = r"( \(.*\))?$"
"""A header ends here, or after something in brackets; errors leave it out."""
_MAX_SHOWN = 300
"""Characters of a pattern that an error still quotes."""
_FIGURES = 2
"""A row with so many figures is no header, in a table whose rows have more."""


@dataclass(frozen=True, slots=True)
class Header:
    """Rows from `start` up to `data`, which is the first row below it; both from 0."""

    start: int
    data: int
    figures: tuple[int, ...]
    """Rows of the header that hold figures, where its end was guessed: they may be data."""
    shown: tuple[str, ...]
    """For each column of the sheet, the texts of all header rows as the file writes them."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of the sheet, counted from 0, hold what."""

    fields: Mapping[str, tuple[int, ...]]
    """By field; several where more than one column stands under its header."""
    unpivoted: Mapping[int, str]
    """Column that becomes rows -> what its header says."""
    unclaimed: tuple[int, ...]
    """Neither mapped nor ignored."""


def find_header(table: Table, layout: Layout, place: str) -> Header:
    """Raises SourceError where no row looks like the one that the layout describes."""
    rows = table.rows
    start = _start(table, layout, place)
    if layout.header_rows is not None:
        data = start + layout.header_rows
        doubtful: tuple[int, ...] = ()
    else:
        figures = [sum(is_figure(cell, layout.decimal) for cell in row) for row in rows]
        # The heading of a group may lack the number that the others begin with.
        least = max(1, min(_FIGURES, max(figures[start:]) - 1))
        data = start + 1
        while data < len(rows) and (figures[data] < least or is_index(rows[data])):
            data += 1
        doubtful = tuple(
            row for row in range(start + 1, data) if figures[row] and not is_index(rows[row])
        )
    filled = _filled(table, start, data)
    width = max((len(row) for row in rows[start:]), default=0)
    shown = []
    for column in range(width):
        parts = [clean(row[column]) for row in filled if column < len(row)]
        shown.append(" ".join(dict.fromkeys(part for part in parts if part)))
    return Header(start, data, doubtful, tuple(shown))


def has_header(table: Table, layout: Layout) -> bool:
    """Whether a row looks like the header that the layout describes."""
    return _first_row(table, layout) is not None


def _first_row(table: Table, layout: Layout) -> int | None:
    for index, row in enumerate(table.rows):
        texts = [text for text in map(clean, row) if text]
        if layout.header_start is None:
            if texts:
                return index
        elif (
            sum(bool(re.match(layout.header_start, folded(text))) for text in texts)
            >= layout.header_cells
        ):
            return index
    return None


def _start(table: Table, layout: Layout, place: str) -> int:
    found = _first_row(table, layout)
    if found is not None:
        return found
    wanted = layout.header_start or "any text"
    if layout.header_cells > 1:
        raise SourceError(
            f"{place}: no header found: no row has {layout.header_cells} cells that begin with "
            f"{wanted if len(wanted) < _MAX_SHOWN else 'the name or title of a column'}"
        )
    raise SourceError(f"{place}: no header found: no cell begins with {wanted}")


def _filled(table: Table, start: int, data: int) -> list[list[Cell]]:
    """The header rows with merged cells filled; a row that only numbers the columns left out."""
    grid = [list(row) for row in table.rows[start:data]]
    for top, left, bottom, right in table.merged:
        if start <= top < data:
            # A range may reach beyond the rows as read, which end with their last filled cell.
            value = grid[top - start][left] if left < len(grid[top - start]) else None
            for row in grid[top - start : min(bottom, data - 1) - start + 1]:
                row.extend([None] * (right + 1 - len(row)))
                row[left : right + 1] = [value] * (right + 1 - left)
    return [row for row in grid if not is_index(row)]


def match_columns(header: Header, layout: Layout, place: str) -> Columns:
    """Raises SourceError for a column that the layout expects and the header does not have."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    unpivoted: dict[int, str] = {}
    unclaimed: list[int] = []
    for index, text in enumerate(map(folded, header.shown)):
        matching = [
            name
            for name, column in layout.columns.items()
            if text and any(re.match(pattern, text) for pattern in column.header)
        ]
        own = [name for name in matching if not layout.columns[name].offset]
        for name in matching:
            offset = layout.columns[name].offset
            if offset and 0 <= index + offset < len(header.shown):
                found[name].append(index + offset)
        if own:
            found[own[0]].append(index)
        elif layout.unpivot is not None and (match := re.match(layout.unpivot.header, text)):
            unpivoted[index] = match[1]
        elif not any(re.match(pattern, text) for pattern in layout.ignore):
            unclaimed.append(index)
    into = layout.unpivot.into if layout.unpivot else None
    for name, column in layout.columns.items():
        if name not in found and not column.optional and name != into:
            there = "; ".join(repr(text) for text in header.shown if text) or "none"
            raise SourceError(
                f"{place}: row {header.start + 1}: no column {name}: no header begins with "
                f"{' or '.join(repr(p.removesuffix(IN_BRACKETS)) for p in column.header)}; headers there: {there}"
            )
    claimed = {index for indexes in found.values() for index in indexes}
    return Columns(
        {name: tuple(indexes) for name, indexes in found.items()},
        unpivoted,
        tuple(index for index in unclaimed if index not in claimed),
    )


def find_unit(table: Table, header: Header, layout: Layout, place: str) -> Decimal:
    """What figures are multiplied by, from the unit that stands above them.

    Raises SourceError where none of those that the layout knows does.
    """
    if not layout.units:
        return Decimal(1)
    above = " | ".join(
        folded(text) for row in table.rows[: header.data] for text in map(clean, row) if text
    )
    # The longer name first: "dong" is also within "trieu dong".
    for unit, factor in sorted(layout.units.items(), key=lambda item: -len(item[0])):
        if re.search(rf"\b{re.escape(fold(unit))}", above):
            return Decimal(str(factor))
    raise SourceError(
        f"{place}: none of the units {', '.join(layout.units)} stands above the table; "
        "add the one it has to `units` of the layout"
    )
