"""How the bounds of a list are read and written."""

from __future__ import annotations

import pytest

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import BadParameterError
from minhbach_site.queries.filters import number_parameter, number_text, read_filters


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1000", 1000), ("1.000", 1000), ("1,000", 1000), ("1.234.567", 1_234_567),
        ("2.5", 2.5), ("2,5", 2.5), ("1.000,5", 1000.5), ("1,000.5", 1000.5), ("0.125", 0.125),
        ("30 ha", 30), ("500 tỷ đồng", 500), (" 7 ", 7), ("-1", -1),
    ],
)  # fmt: skip
def test_numbers_are_read_as_both_languages_write_them(typed: str, value: float) -> None:
    assert number_parameter({"area_ha_min": [typed]}, "area_ha_min") == value


@pytest.mark.parametrize("typed", ["ha", "1e5", "1..5", "1,2,3", "--1", "nan", "٣"])
def test_what_is_no_number_is_named(typed: str) -> None:
    with pytest.raises(BadParameterError, match="area_ha_min="):
        number_parameter({"area_ha_min": [typed]}, "area_ha_min")


@pytest.mark.parametrize("value", [1.0, 1.125, 12.5, 0.001, 999.999, 1_000_000.0, 123.456789])
def test_what_is_written_is_read_again(value: float) -> None:
    assert number_parameter({"x": [number_text(value)]}, "x") == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("page", ["0", "9" * 39, "9" * 5000, "x", "-1", "1.5"])
def test_a_page_that_cannot_be_is_refused(page: str) -> None:
    with pytest.raises(BadParameterError, match="page="):
        read_filters(Catalogue.read()["zones"], [("page", page)])
