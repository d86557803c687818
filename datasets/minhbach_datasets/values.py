"""Numbers, dates and periods as Vietnamese documents write them, brought to the one spelling of a release."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from minhbach_datasets.model import FieldType
from minhbach_datasets.text import fold

_GROUPED = {
    ".": re.compile(r"[+-]?(\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(\.\d+)?"),
    ",": re.compile(r"[+-]?(\d{1,3}(?:\.\d{3})+|\d{1,3}(?: \d{3})+|\d+)(,\d+)?"),
}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_DAY = re.compile(
    r"(?:ngay\s+)?(\d{1,2})(?:\s*[/.-]\s*|\s+thang\s+)(\d{1,2})(?:\s*[/.-]\s*|\s+nam\s+)(\d{4})"
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[t ]00:00(?::00)?)?)?")
_MONTH = re.compile(r"(?:thang\s+)?(\d{1,2})(?:\s*[/-]\s*|\s+nam\s+)(\d{4})")
_YEAR = re.compile(r"(?:nam\s+)?(\d{4})")
_QUARTER = re.compile(r"(?:quy|q)\s*(iv|i{1,3}|[1-4])\s*(?:[/-]|nam|\s)\s*(?:nam\s+)?(\d{4})")
_SPAN = re.compile(r"(?:giai doan\s+)?(\d{4})\s*[-–]\s*(\d{4})")


class ValueFormatError(ValueError):
    """A text is not a number, date or period in any known spelling. Raised by the readers of values."""


def number(text: str, decimal: str = ".", brackets: bool = False) -> str:
    """Write a number with a decimal point and without thousands separators.

    decimal: the mark the text uses; the other of point and comma groups thousands, and spaces may too.
    brackets: (9.38) is minus 9.38, as accountants write; else it is no number, most often a footnote.
    Raises ValueFormatError where the grouping is not one of threes, which hints at the other mark.

    >>> number("1.234,50", decimal=","), number(" 1,011.55 "), number("1 234")
    ('1234.50', '1011.55', '1234')
    """
    compact = " ".join(text.split())
    if brackets and compact.startswith("(") and compact.endswith(")"):
        compact = f"-{compact[1:-1]}"
    found = _GROUPED[decimal].fullmatch(compact)
    if found is None:
        raise ValueFormatError(text)
    whole = re.sub(r"[., ]", "", found[1])
    sign = "-" if compact.startswith("-") else ""
    return f"{sign}{whole}{(found[2] or '').replace(',', '.')}"


def plain(value: float | Decimal) -> str:
    """A number without an exponent, all its digits kept.

    >>> plain(1e16), plain(0.1), plain(98)
    ('10000000000000000', '0.1', '98')
    """
    if isinstance(value, int):
        return str(value)
    text = format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def when(value: str | date | datetime, kind: FieldType, month_first: bool = False) -> str:
    """Write a date, partial date, year or period as ISO 8601 does.

    Raises ValueFormatError on what is none, or is finer or coarser than the type allows.

    >>> when("30/06/2025", "date"), when("tháng 6 năm 2025", "partial_date")
    ('2025-06-30', '2025-06')
    >>> when("Quý IV/2023", "period"), when("giai đoạn 2021-2030", "period")
    ('2023-Q4', '2021-2030')
    """
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return day.isoformat()[: 4 if kind in ("year", "period") else 10]
    text = " ".join(fold(value).split())
    if kind == "period":
        if found := _QUARTER.fullmatch(text):
            return f"{found[2]}-Q{_ROMAN.get(found[1], found[1])}"
        if found := _SPAN.fullmatch(text):
            return f"{found[1]}-{found[2]}"
    if kind in ("date", "partial_date") and (found_day := _day(text, month_first)):
        return found_day
    if kind == "partial_date" and (found := _MONTH.fullmatch(text)):
        return f"{found[2]}-{int(found[1]):02}"
    if kind != "date" and (found := _YEAR.fullmatch(text)):
        return found[1]
    raise ValueFormatError(value)


def _day(text: str, month_first: bool) -> str | None:
    if found := _ISO.fullmatch(text):
        return "-".join(f"{int(part):02}" for part in found.groups() if part)
    if found := _DAY.fullmatch(text):
        day, month = (found[2], found[1]) if month_first else (found[1], found[2])
        try:
            return date(int(found[3]), int(month), int(day)).isoformat()
        except ValueError:
            return None
    return None
