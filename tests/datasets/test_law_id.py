from __future__ import annotations

import pytest

from minhbach_datasets.law_id import LawNumber


@pytest.mark.parametrize(
    "text", ["80/QĐ-TTg", "80 qd ttg", "80/qđ-ttg", "80-QD-TTG", " 80  QĐ TTg "]
)
def test_spellings_of_one_number(text: str) -> None:
    number = LawNumber.parse(text)
    assert number is not None
    assert number.key == "80-qd-ttg"


def test_year_is_part_of_the_number() -> None:
    number = LawNumber.parse("31/2024/QH15")
    assert number == LawNumber(31, 2024, ("qh15",))
    assert number.key == "31-2024-qh15"


@pytest.mark.parametrize("text", ["", "ha long", "80", "2024", "dự án 12", "qd ttg", "80 ha đất"])
def test_other_texts_are_no_number(text: str) -> None:
    assert LawNumber.parse(text) is None
