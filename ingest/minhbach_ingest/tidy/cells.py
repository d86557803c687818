"""A cell as text: on one line, folded for comparing, or told to be blank."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, time

from minhbach_datasets.text import fold
from minhbach_datasets.values import ValueFormatError, number, plain
from minhbach_ingest.readers.content import Cell

_INDEX = re.compile(r"\(?(\d{1,2})\)?|([a-d])|(\d{1,2})\s*=.*")
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
    """Whether a row only numbers the columns: one after the other, letters before numbers."""
    texts = [text.lower() for text in map(clean, row) if text]
    found = [_INDEX.fullmatch(text) for text in texts]
    if len(texts) < 3 or not all(found):
        return False
    letters = [match[2] for match in found if match and match[2]]
    numbers = [int(match[1] or match[3]) for match in found if match and not match[2]]
    counted = list(range(1, len(numbers) + 1))
    return letters == list("abcd"[: len(letters)]) and numbers in (
        counted,
        [n + len(letters) for n in counted],
    )


def is_plain_number(cell: Cell) -> bool:
    """Whether the file itself says that the cell is a number."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def is_figure(cell: Cell, decimal: str) -> bool:
    """Whether a cell is a number, or a text that reads as one."""
    if is_plain_number(cell):
        return True
    marks = (".", ",") if decimal == "by column" else (decimal,)
    return not isinstance(cell, bool) and any(reads_as_number(clean(cell) or "", m) for m in marks)


def reads_as_number(text: str, decimal: str) -> bool:
    """Whether a text is a number with that decimal mark."""
    try:
        number(text, decimal)
    except ValueFormatError:
        return False
    return True
