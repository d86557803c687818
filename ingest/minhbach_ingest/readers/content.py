"""What a reader returns: tables and paragraphs as they stand in the file, nothing tidied yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

Cell = str | int | float | bool | date | datetime | time | timedelta | None


class Merged(NamedTuple):
    """A range of cells that is shown as one; rows and columns from 0, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet, an HTML table or a whole CSV file. Rows may differ in length, as they do in the file."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[Merged, ...] = ()
    """Merged ranges of cells; their value stands in the first cell."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a file holds that the portal can use."""

    kind: str
    """What the content is: `csv`, `xlsx`, `doc` ..."""
    tables: tuple[Table, ...] = ()
    paragraphs: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """What was guessed, left out or looks wrong, for a person to read."""
    document: object = None
    """What a JSON file holds, for layouts that say where in it the records are."""

    @property
    def rows(self) -> int:
        return sum(len(table.rows) for table in self.tables)
