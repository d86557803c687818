"""Builds a mirror (MINHBACH_MIRROR) of the remote sources from the real files that are kept by topic.

    python tests/support/mirror.py ../shared/data/raw var/mirror

Files that were taken over as they were are linked. Three sources were packed for keeping, and are
unpacked again: the communes (one feature a file), the procedures (one record a file) and the land types.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from pathlib import Path

GITHUB = "raw.githubusercontent.com"


def build_mirror(raw: Path, mirror: Path) -> Path:
    """Lay the files out as `host/path` below `mirror`; returns it."""
    budgets = raw / "socio-economic" / "mdtrinh-vietnamdata"
    vietnamdata = "mdtrinh/vietnamdata/be581b8d5b1f0c6a747199fe23d8a77e55396e17/data-raw"
    _link(budgets / "budget-xls", mirror / GITHUB / vietnamdata / "Budget")
    _link(budgets / "pci-xls", mirror / GITHUB / vietnamdata / "PCI")
    _link(
        raw / "socio-economic" / "papi-2011-2024",
        mirror / GITHUB / "hnks-gh/ml-mcdm/d165721ef5b79e96a1f9daa013612eef57d31734/data/csv",
    )
    _link(
        raw / "investment" / "ncongnhuan-fdi-2015-2022",
        mirror
        / GITHUB
        / "NgoCongHuan/Foreign-Direct-Investment/5b4330e2dfe5446ac954dab3be1fe557ac92340b/data/data-raw",
    )
    _unzip(
        raw / "admin-units" / "dvhcvn-20250701" / "merges.json.gz",
        mirror
        / GITHUB
        / "dvhcvn/20250701/dd94887ce32324380bc5bb0a76fe39867dafc73b/mapping/merges.json",
    )
    _communes(
        raw / "admin-units" / "thanglequoc" / "quang_ninh_communes_54.geojson.gz",
        mirror
        / GITHUB
        / "thanglequoc/vietnamese-provinces-database/cd58063299585146ded3981f2272946ef19ced54"
        / "json/geojson/22_quang_ninh/wards",
    )
    _procedures(
        raw / "admin-procedures" / "nhdandz-tthc-bqp" / "tthc_207.jsonl",
        mirror
        / GITHUB
        / "nhdandz/ThuTucHanhChinh/936e184ef5b6afd7debfecf42e66888c4d6174ba/data/extracted_fixed",
    )
    _land_types(
        raw / "land-use" / "landuse-codes" / "land_use_codes.csv",
        mirror
        / GITHUB
        / "Esrivn/Urban_planning/6aba1d2f12a855ad370c1980972fc02d07b0b917"
        / "client/your-extensions/widgets/Core/urbansearch/src/runtime/typeLand.tsx",
    )
    return mirror


def _link(folder: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_file() and not (target / path.name).exists():
            (target / path.name).symlink_to(path.resolve())


def _unzip(packed: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.decompress(packed.read_bytes()))


def _communes(packed: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for feature in json.loads(gzip.decompress(packed.read_bytes()))["features"]:
        properties = feature["properties"]
        name = f"{properties['code']}_{properties['codeName']}.geojson"
        (folder / name).write_text(json.dumps(feature, ensure_ascii=False), encoding="utf-8")


def _procedures(lines: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for line in lines.read_text(encoding="utf-8").splitlines():
        name = f"{json.loads(line)['thu_tuc_id']}.json"
        (folder / name).write_text(line, encoding="utf-8")


def _land_types(table: Path, target: Path) -> None:
    """The source is a program's list, of which code, name and colour were kept; its other values are lost."""
    with table.open(encoding="utf-8", newline="") as file:
        items = [
            {
                "stt": str(number),
                "ma": row["map_color_hex"],
                "mota": f"{row['code']}-{row['name_vi']}",
                "maDat": row["code"],
            }
            for number, row in enumerate(csv.DictReader(file), 1)
        ]
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(items, ensure_ascii=False, indent=4)
    target.write_text(f"export const arrTypeLand = {text}", encoding="utf-8")


if __name__ == "__main__":
    build_mirror(Path(sys.argv[1]), Path(sys.argv[2]))
