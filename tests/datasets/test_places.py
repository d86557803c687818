from __future__ import annotations

from pathlib import Path

import pytest

from minhbach_datasets.places import Gazetteer
from minhbach_datasets.release import Release


@pytest.fixture(scope="module")
def gazetteer(release: Release) -> Gazetteer:
    return Gazetteer(
        release.rows("SELECT code, kind, name FROM communes"),
        release.rows("SELECT code, name FROM old_districts"),
        release.rows("SELECT code, kind, name, old_district FROM old_communes"),
        release.rows("SELECT old_commune, commune FROM commune_changes"),
    )


@pytest.mark.parametrize(
    ("text", "communes", "districts"),
    [
        ("phường Hà Khánh, TP Hạ Long", ["Cao Xanh"], ["Hạ Long"]),
        ("phường Hà Khẩu, TP Hạ Long", ["Việt Hưng", "Tuần Châu"], ["Hạ Long"]),
        ("xã Hạ Long, huyện Vân Đồn", ["Vân Đồn"], ["Vân Đồn"]),
        ("phường Hải Hoà, TP. Móng Cái", ["Móng Cái 1"], ["Móng Cái"]),
        ("phường Cẩm Thịnh và Cửa Ông, TP Cẩm Phả", ["Cửa Ông"], ["Cẩm Phả"]),
        ("huyện Hải Hà (nay xã Quảng Hà)", ["Quảng Hà"], ["Hải Hà"]),
        ("huyện Hoành Bồ", [], ["Hạ Long"]),
        ("TX Quảng Yên, TP Uông Bí", [], ["Quảng Yên", "Uông Bí"]),
        ("vịnh Bái Tử Long (Vân Đồn, Cẩm Phả)", [], ["Vân Đồn", "Cẩm Phả"]),
        ("Đặc khu Cô Tô", ["Cô Tô"], []),
        ("phường Bãi Cháy", ["Bãi Cháy"], []),
        # Quảng Điền was merged away before 2025; the names after it still count.
        ("xã Quảng Điền, Quảng Phong, huyện Hải Hà", ["Quảng Hà"], ["Hải Hà"]),
        ("tỉnh Quảng Ninh", [], []),
        ("Khu kinh tế Vân Đồn", [], []),
        ("", [], []),
    ],
)
def test_resolve(
    gazetteer: Gazetteer, release: Release, text: str, communes: list[str], districts: list[str]
) -> None:
    found = gazetteer.resolve(text)
    commune_names = dict(release.rows("SELECT code, name FROM communes"))
    district_names = dict(release.rows("SELECT code, name FROM old_districts"))
    assert {commune_names[code] for code in found.communes} == set(communes)
    assert {district_names[code] for code in found.old_districts} == set(districts)


def test_every_project_place_in_the_province_is_resolved(release: Release) -> None:
    unresolved = release.rows(
        "SELECT DISTINCT location FROM investment_projects "
        "WHERE location IS NOT NULL AND communes IS NULL AND old_districts IS NULL ORDER BY 1"
    )
    assert [text for (text,) in unresolved] == [
        "Hà Nội, Bắc Ninh, Hải Phòng, Quảng Ninh",
        "Khu đô thị dịch vụ Bãi Cháy, đường Hoàng Quốc Việt",
        "khu vực vịnh Cửa Lục",
    ]


def test_units_are_those_of_the_resolution(release: Release, facts: Path) -> None:
    resolution = facts.parent / "raw/admin-units/dvhcvn-20250701/docs/1679_NQ-UBTVQH15.md"
    assert resolution.is_file()
    kinds = release.rows("SELECT kind, count(*) FROM communes GROUP BY 1 ORDER BY 2 DESC")
    assert kinds == [("phường", 30), ("xã", 22), ("đặc khu", 2)]
    assert release.rows("SELECT count(*) FROM old_communes") == [(171,)]
    assert release.rows("SELECT count(DISTINCT old_commune) FROM commune_changes") == [(171,)]
    # Cái Chiên was left as it was, so no clause of the resolution forms it.
    unseen = release.rows("SELECT old_commune FROM commune_changes WHERE verified <> 'yes'")
    names = release.rows(
        "SELECT name FROM old_communes WHERE list_contains(?, code)", [[code for (code,) in unseen]]
    )
    assert names == [("Cái Chiên",)]
