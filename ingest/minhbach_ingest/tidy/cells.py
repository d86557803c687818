"""A cell as text: on one line, folded for comparing, or told to be blank."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, time

from minhbach_datasets.text import fold
from minhbach_datasets.values import ValueFormatError, number, plain
from minhbach_ingest.readers.content import Cell

_INDEX = re.compile(r"\(?\d{1,2}\)?|[a-z]|\d{1,2}\s*=.*")
"""A cell of the row that numbers the columns: `A`, `3`, `6=7+8+9`."""


def clean(cell: Cell) -> str | None:
    """The text of a cell on one line; None for a blank."""
    if cell is None:
        return None
    if isinstance(cell, str):
        return " ".join(cell.split()) or None
    if isinstance(cell, bool):
        return json.dumps(cell)
    if isinstance(cell, int | float):
        return plain(cell)
    if isinstance(cell, datetime) and cell.time() == time.min:
        return cell.date().isoformat()
    return str(cell)


def folded(text: str) -> str:
    """On one line, in lower case, without accents."""
    return " ".join(fold(text).split())


def is_blank(row: Sequence[Cell]) -> bool:
    """Whether no cell of a row holds anything."""
    return not any(map(clean, row))


def is_index(row: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns."""
    texts = [text for text in map(clean, row) if text]
    return len(texts) > 2 and all(_INDEX.fullmatch(text.lower()) for text in texts)


def is_plain_number(cell: Cell) -> bool:
    """Whether the file itself says that the cell is a number."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def is_figure(cell: Cell, decimal: str) -> bool:
    """Whether a cell is a number, or a text that reads as one."""
    if is_plain_number(cell):
        return True
    try:
        number(clean(cell) or "", decimal)
    except ValueFormatError:
        return False
    return not isinstance(cell, bool)
