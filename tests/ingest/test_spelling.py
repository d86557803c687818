from __future__ import annotations

import pytest

from minhbach_datasets.catalogue import Catalogue
from minhbach_ingest.spelling import Spellings

CATALOGUE = Catalogue.read()
PROVINCES = Spellings(
    [(n, c) for c, t in CATALOGUE.codes["province"].items() for n in (c, t.vi, t.en)],
    CATALOGUE.spellings["province"],
)


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("QUẢNG NINH", "Quảng Ninh"),
        (" QUẢNG NINH", "Quảng Ninh"),
        ("\u00a0Quảng Ninh", "Quảng Ninh"),
        ("Quang Ninh", "Quảng Ninh"),
        ("Tỉnh Quảng Ninh", "Quảng Ninh"),
        ("TP. Hồ Chí Minh", "Hồ Chí Minh"),
        ("TP.HCM", "Hồ Chí Minh"),
        ("Thành phố Đà Nẵng", "Đà Nẵng"),
        ("Bà Rịa Vũng Tàu", "Bà Rịa - Vũng Tàu"),
        ("THỪA THIÊN - HUẾ", "Thừa Thiên Huế"),
        ("TT.Huế", "Thừa Thiên Huế"),
        ("Đăk Lăk", "Đắk Lắk"),
        ("Thanh Hoá", "Thanh Hóa"),
        ("BẮC CẠN", "Bắc Kạn"),
        ("Dầu khí", None),
        ("", None),
    ],
)
def test_provinces(text: str, province: str | None) -> None:
    assert PROVINCES.value(text) == province


def test_accents_tell_apart_what_is_the_same_without() -> None:
    found = Spellings([("Hải Hà", "1"), ("Hải Hạ", "2")], {})
    assert (found.value("hải hà"), found.value("HẢI HẠ")) == ("1", "2")
    assert found.value("hai ha") is None


def test_a_name_that_two_share_stands_for_none() -> None:
    found = Spellings([("Quang Trung", "1"), ("Quang Trung", "2")], {})
    assert found.value("Quang Trung") is None


def test_the_nearest_is_suggested() -> None:
    assert PROVINCES.nearest("Quảng Nin") == "Quảng Ninh"
    assert PROVINCES.nearest("Paris") is None
