from __future__ import annotations

import unicodedata

import pytest

from minhbach_datasets.catalogue import DEFINITIONS
from minhbach_ingest.legacy_text import Encoding, guess, is_syllable, to_unicode, usual_encoding


@pytest.mark.parametrize(
    ("typed", "encoding", "text"),
    [
        ("Danh môc dù ¸n gäi vèn ®Çu t\u00ad", "tcvn3", "Danh mục dự án gọi vốn đầu tư"),
        ("§¬n vÞ: USD", "tcvn3", "Đơn vị: USD"),
        ("CAÂN ÑOÁI DÖÏ TOAÙN", "vni", "CÂN ĐỐI DỰ TOÁN"),
        ("Keøm theo Quyeát ñònh soá", "vni", "Kèm theo Quyết định số"),
        ("Quyết định số 80", "unicode", "Quyết định số 80"),
        ("Uỷ ban nhân dân", "unicode", "Uỷ ban nhân dân"),
    ],
)
def test_read_and_told_apart(typed: str, encoding: Encoding, text: str) -> None:
    assert guess(typed).encoding == encoding
    assert to_unicode(typed, encoding) == unicodedata.normalize("NFC", text)


def test_what_reads_well_in_several_ways_takes_the_usual_reading_with_less_confidence() -> None:
    assert guess("Xã", "unicode").encoding == "unicode"
    assert guess("Xã", "tcvn3").encoding == "tcvn3"
    assert guess("Xã", "tcvn3").confidence <= 0.5
    assert guess("ABC 12", "vni") == guess("XYZ", "vni")


def test_a_unicode_cell_in_a_tcvn3_sheet_is_left_alone() -> None:
    cells = ["Vèn ng©n s¸ch tËp trung", "Tªn c«ng tr×nh", "Ban hành kèm theo Quyết định số 141"]
    assert usual_encoding(cells) == "tcvn3"
    assert guess(cells[2], "tcvn3").encoding == "unicode"


@pytest.mark.parametrize("word", ["nghiêng", "quỳnh", "giếng", "Đáy", "khuỷu", "ươm", "yến"])
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["strict", "thàp", "xyz", "Qu¶ng", "aa", "chúước"])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)


def test_no_text_of_the_embedded_data_is_taken_for_legacy() -> None:
    wrong = []
    for path in sorted(DEFINITIONS.glob("*/data.csv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            wrong += [cell for cell in line.split(",") if guess(cell).encoding != "unicode"]
    assert wrong == []
