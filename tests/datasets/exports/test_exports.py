from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from frictionless import Package

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_ingest.__main__ import main as ingest


@pytest.fixture(scope="module")
def files(release: Release) -> Path:
    return release.path / "files"


def _table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


SLUGS = sorted(Catalogue.read())


@pytest.mark.parametrize("slug", SLUGS)
def test_formats_hold_the_same_rows(
    slug: str, files: Path, release: Release, has: Callable[[str], None]
) -> None:
    has(slug)
    expected = release.manifest.datasets[slug].rows
    names = [field.name for field in release.catalogue[slug].fields]
    cells = [field.name for field in release.catalogue[slug].fields if field.type != "geometry"]
    table = _table(files / f"{slug}.csv")
    assert table[0] == cells
    assert len(table) - 1 == expected
    items = json.loads((files / f"{slug}.json").read_text(encoding="utf-8"))
    assert len(items) == expected
    assert list(items[0]) == names
    parquet = pq.read_table(files / f"{slug}.parquet")
    assert parquet.num_rows == expected
    assert parquet.column_names == names
    with closing(openpyxl.load_workbook(files / f"{slug}.xlsx", read_only=True)) as book:
        rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert list(rows[0]) == cells
    assert len(rows) - 1 == expected


@pytest.mark.parametrize("slug", ["investment_projects", "legal_documents", "indicator_values"])
def test_formats_hold_the_same_values(slug: str, files: Path, release: Release) -> None:
    dataset = release.catalogue[slug]
    items = json.loads((files / f"{slug}.json").read_text(encoding="utf-8"))
    for line, item in zip(_table(files / f"{slug}.csv")[1:], items, strict=True):
        for field, text in zip(dataset.fields, line, strict=True):
            value = item[field.name]
            if value is None:
                assert text == ""
            elif isinstance(value, list):
                assert text == ";".join(value)
            elif field.type == "number":
                assert float(text) == value
            else:
                assert text == str(value)


def test_spreadsheet_csv_has_a_byte_order_mark_and_no_formula(
    made_up: Path, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    assert ingest(["--var", str(var), "--definitions", str(made_up), "publish"]) == 0
    folder = var / RELEASES / current_id(var) / "files"
    plain = (folder / "trees.csv").read_bytes()
    assert b"\n=HYPERLINK" not in plain
    assert b"t3,=HYPERLINK(1)," in plain
    excel = (folder / "trees.excel.csv").read_bytes()
    assert excel.startswith(b"\xef\xbb\xbfid,name,")
    assert b"t3,'=HYPERLINK(1)," in excel
    sheet = openpyxl.load_workbook(folder / "trees.xlsx").worksheets[0]
    cell = sheet["B4"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.filterwarnings("ignore")
def test_data_package_is_valid_and_so_are_its_rows(
    slug: str, files: Path, has: Callable[[str], None]
) -> None:
    has(slug)
    descriptor = json.loads((files / f"{slug}.datapackage.json").read_text(encoding="utf-8"))
    # The other resources of the foreign keys are files of their own packages.
    descriptor["resources"][0]["schema"]["foreignKeys"] = []
    report = Package.from_descriptor(descriptor, basepath=str(files)).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])[:5]
