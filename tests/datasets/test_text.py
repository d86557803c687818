from __future__ import annotations

import unicodedata

import duckdb
import pytest

from minhbach_datasets.release import Release
from minhbach_datasets.schema import folded, quoted
from minhbach_datasets.text import common_tone_place, fold, nfc, slug, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hạ Long", "ha long"),
        ("ĐẦM HÀ", "dam ha"),
        ("Ðông Triều", "dong trieu"),  # U+00D0, typed for Đ
        ("thuỷ lợi, hoà bình", "thuy loi, hoa binh"),
        (unicodedata.normalize("NFD", "Quảng Ninh"), "quang ninh"),
        ("ƯƠNG", "uong"),
        ("İstanbul ß", "istanbul ß"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_fold_keeps_one_letter_for_one_letter() -> None:
    text = "Nghị quyết số 80/QĐ-TTg ngày 11/02/2023 về Ủy ban, İ ﬁ ẞ 漢字 🌊"
    assert len(fold(text)) == len(nfc(text))


def test_fold_agrees_with_sql_on_every_title(release: Release) -> None:
    rows = release.rows(f"SELECT title_vi, {folded('title_vi')} FROM _records")
    assert len(rows) > 4000
    assert [t for t, in_sql in rows if fold(t) != in_sql] == []


def test_slug_agrees_with_sql_on_every_key(release: Release) -> None:
    for dataset in release.catalogue.values():
        keys = ", ".join(quoted(name) for name in dataset.key)
        rows = release.rows(f"SELECT _id, {keys} FROM {quoted(dataset.slug)}")
        wrong = [r for r in rows if slug("-".join(str(p) for p in r[1:] if p is not None)) != r[0]]
        assert wrong == [], dataset.slug


def test_words_split_numbers_of_documents() -> None:
    assert words("Quyết định 80/QĐ-TTg") == ["quyet", "dinh", "80", "qd", "ttg"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hải Hoà", "Hải Hòa"),
        ("thuỷ", "thủy"),
        ("quý", "quý"),
        ("hoàng", "hoàng"),
        ("Toàn", "Toàn"),
    ],
)
def test_common_tone_place(text: str, expected: str) -> None:
    assert common_tone_place(text) == expected


def test_vietnamese_order_is_available_offline() -> None:
    with duckdb.connect() as connection:
        found = connection.sql(
            "SELECT n FROM (VALUES ('Đông'), ('Dương'), ('Ân'), ('An'), ('Ea')) t(n) ORDER BY n COLLATE vi"
        ).fetchall()
    assert [name for (name,) in found] == ["An", "Ân", "Dương", "Đông", "Ea"]
