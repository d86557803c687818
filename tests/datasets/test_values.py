from __future__ import annotations

from datetime import date, datetime

import pytest

from minhbach_datasets.model import FieldType
from minhbach_datasets.values import ValueFormatError, number, plain, when


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1 234,5", ",", "1234.5"),
        ("1\u00a0234", ",", "1234"),
        ("12.345.678", ",", "12345678"),
        ("1,011.55", ".", "1011.55"),
        ("-3,5", ",", "-3.5"),
        ("+4", ".", "4"),
        ("007", ".", "007"),
    ],
)
def test_numbers(text: str, decimal: str, expected: str) -> None:
    assert number(text, decimal) == expected


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("1.5", ","),
        ("1,5", "."),
        ("12,34,567", "."),
        ("(5)", "."),
        ("5%", "."),
        ("", "."),
        ("-", "."),
        ("10 20", "."),
    ],
)
def test_what_hints_at_the_other_mark_or_is_no_number(text: str, decimal: str) -> None:
    with pytest.raises(ValueFormatError):
        number(text, decimal)


def test_brackets_are_negative_only_where_they_are_said_to_be() -> None:
    assert number("(79.30)", brackets=True) == "-79.30"
    with pytest.raises(ValueFormatError):
        number("(1)")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(98, "98"), (98.0, "98"), (0.1, "0.1"), (1e16, "10000000000000000"), (1e-7, "0.0000001")],
)
def test_plain_numbers_have_no_exponent(value: float, expected: str) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("30/06/2025", "date", "2025-06-30"),
        ("1-7-2025", "date", "2025-07-01"),
        ("ngày 01 tháng 7 năm 2025", "date", "2025-07-01"),
        ("2025-07-01 00:00:00", "date", "2025-07-01"),
        (datetime(2025, 7, 1), "date", "2025-07-01"),  # noqa: DTZ001, as workbooks give it
        (date(2025, 7, 1), "year", "2025"),
        ("tháng 6 năm 2025", "partial_date", "2025-06"),
        ("06/2025", "partial_date", "2025-06"),
        ("năm 2025", "partial_date", "2025"),
        ("Quý IV/2023", "period", "2023-Q4"),
        ("quý 2 năm 2024", "period", "2024-Q2"),
        ("Q1/2024", "period", "2024-Q1"),
        ("giai đoạn 2021-2030", "period", "2021-2030"),
        ("2021 – 2025", "period", "2021-2025"),
        ("2025", "year", "2025"),
    ],
)
def test_dates_and_periods(value: str | date, kind: FieldType, expected: str) -> None:
    assert when(value, kind) == expected


def test_month_first_where_it_is_said() -> None:
    assert when("06/30/2025", "date", month_first=True) == "2025-06-30"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("tháng 6 năm 2025", "date"),
        ("Quý V/2023", "period"),
        ("hôm qua", "date"),
        ("46022", "date"),
    ],
)
def test_what_is_no_date_of_that_kind(text: str, kind: FieldType) -> None:
    with pytest.raises(ValueFormatError):
        when(text, kind)
