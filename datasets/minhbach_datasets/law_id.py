"""The number of a legal document, however it is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from minhbach_datasets.text import words

# Folded letters with which the type part of a number begins: QĐ, NĐ, NQ, TT, CT, KH, QH15 ...
_TYPE_LETTERS = r"(?:qd|nd|nq|tt|ttlt|ct|kh|qh\d{0,2}|ubtvqh\d{0,2}|vbhn|tb|ctr|ctrhd|l|pl)"
_TYPED = re.compile(rf"(\d{{1,5}}) (?:(\d{{4}}) )?({_TYPE_LETTERS}(?: [a-zđ0-9]+)*)")


@dataclass(frozen=True, slots=True, order=True)
class LawNumber:
    """A document number by its parts, compared without accents and separators."""

    serial: int
    year: int | None
    symbol: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> LawNumber | None:
        """Read a number standing alone; None when the text is anything else.

        >>> LawNumber.parse("80 qd ttg") == LawNumber.parse("80/QĐ-TTg")
        True
        >>> LawNumber.parse("31/2024/QH15").key
        '31-2024-qh15'
        """
        match = _TYPED.fullmatch(" ".join(words(text)))
        if match is None:
            return None
        serial, year, symbol = match.groups()
        return cls(int(serial), int(year) if year else None, tuple(symbol.split()))

    @property
    def key(self) -> str:
        """One spelling for all: what indexes store and queries look up."""
        year = () if self.year is None else (str(self.year),)
        return "-".join((str(self.serial), *year, *self.symbol))
