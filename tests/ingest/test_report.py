"""The report of a load, as the officer who loaded sees it, and one file checked without publishing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import lxml.html
import openpyxl
import pytest
import xlsxwriter

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_ingest.__main__ import main as ingest

Change = Callable[[str, str, str], Catalogue]


@pytest.fixture
def options(made_up: Path, tmp_path: Path) -> list[str]:
    return ["--var", str(tmp_path / "var"), "--definitions", str(made_up)]


@pytest.fixture
def published(options: list[str]) -> list[str]:
    assert ingest([*options, "publish"]) == 0
    return options


def _release(tmp_path: Path) -> Release:
    return Release(tmp_path / "var" / RELEASES / current_id(tmp_path / "var"))


def _workbook(path: Path, rows: list[list[object]], sheet: str = "Bịa") -> Path:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    path.write_bytes(stream.getvalue())
    return path


def test_a_release_tells_what_changed_since_the_one_before(
    published: list[str], change: Change, tmp_path: Path
) -> None:
    change("parks/data.csv", "Công viên Ba,20,", "Công viên Ba,2000,")
    change("parks/data.csv", "p2,Công viên Hai,,https://example.org/2,no\n", "")
    change("parks/data.csv", "p3,", "p4,Công viên Bốn,1,https://example.org/4,yes\np3,")
    change("trees/data.csv", "p1;p2", "p1")
    former = current_id(tmp_path / "var")
    assert ingest([*published, "publish"]) == 0
    release = _release(tmp_path)
    report = release.quality("parks")
    release.close()
    assert report is not None
    found = report.comparison
    assert found is not None
    assert (found.release, found.before) == (former, 3)
    assert (found.added, found.removed, found.changed) == (1, 1, 1)
    assert (found.examples_added, found.examples_removed) == (("p4",), ("p2",))
    (row,) = found.examples_changed
    assert (row.title, row.columns) == ("Công viên Ba", (("area", "20.0", "2000.0"),))
    (jump,) = report.findings
    assert (jump.rule, jump.severity, jump.file, jump.value) == (
        "jump",
        "warning",
        "parks/p3",
        "2000",
    )


def test_a_column_that_became_a_number_is_compared(
    published: list[str], change: Change, tmp_path: Path
) -> None:
    change("parks/dataset.toml", 'type = "number"', 'type = "string"')
    assert ingest([*published, "publish"]) == 0
    change("parks/dataset.toml", 'name = "area"\ntype = "string"', 'name = "area"\ntype = "number"')
    assert ingest([*published, "publish"]) == 0


def test_a_changed_workbook_beside_its_definition_is_published(
    options: list[str], made_up: Path, change: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    change(
        "parks/dataset.toml",
        'loader = "table", file = "data.csv"',
        'loader = "layout", file = "p.xlsx"',
    )
    rows: list[list[object]] = [
        ["id", "name", "area", "source_url", "verified"],
        ["p1", "Công viên 1", 1, "https://example.org/", "yes"],
        ["p2", "Công viên 2", 2, "https://example.org/", "yes"],
        ["p3", "Công viên 3", 3, "https://example.org/", "yes"],
    ]
    _workbook(made_up / "parks/p.xlsx", rows)
    assert ingest([*options, "publish", "--if-changed"]) == 0
    assert ingest([*options, "publish", "--if-changed"]) == 0
    assert "up to date" in capsys.readouterr().out
    rows[1][2] = 7
    _workbook(made_up / "parks/p.xlsx", rows)
    assert ingest([*options, "publish", "--if-changed"]) == 0
    assert "published release" in capsys.readouterr().out


def test_a_column_that_lost_its_values_is_pointed_out(
    published: list[str], change: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    for old in (",1.5,", ",20,"):
        change("parks/data.csv", old, ",,")
    assert ingest([*published, "publish"]) == 0
    told = capsys.readouterr().err
    assert "look at: parks, column area: no value is left of the 2 of the release before" in told


def test_published_reports_do_not_tell_where_the_server_keeps_files(
    published: list[str], tmp_path: Path
) -> None:
    release = _release(tmp_path)
    report = release.quality("parks")
    release.close()
    assert report is not None
    assert [file.name for file in report.files] == ["parks/data.csv"]


def test_a_table_that_shrinks_is_pointed_out(
    published: list[str], change: Change, tmp_path: Path
) -> None:
    change("trees/data.csv", "t2,Cây Hai,p1,sồi,,,https://example.org/2,yes\n", "")
    assert ingest([*published, "publish"]) == 0
    release = _release(tmp_path)
    report = release.quality("trees")
    release.close()
    assert report is not None
    assert [finding.rule for finding in report.findings] == ["shrunk"]


def test_a_refused_release_leaves_a_page_and_its_data(
    published: list[str], change: Change, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change("trees/data.csv", "sồi", "<b>lim</b>")
    assert ingest([*published, "publish"]) == 1
    told = capsys.readouterr().err
    (page,) = (tmp_path / "var/reports").glob("*/report.html")
    assert str(page) in told
    text = page.read_text("utf-8")
    tree = lxml.html.fromstring(text)
    assert "<b>lim</b>" not in text
    assert "Chưa đạt" in tree.text_content()
    cells = [cell.text_content() for cell in tree.xpath("//td")]
    assert {"3", "kind", "<b>lim</b>"} <= set(cells)
    # Nothing comes from elsewhere, and no script runs.
    assert not tree.xpath("//script | //link | //img")
    content = json.loads((page.parent / "report.json").read_text("utf-8"))
    assert content["passed"] is False
    (trees,) = [each for each in content["datasets"] if each["dataset"] == "trees"]
    (finding,) = trees["findings"]
    assert (finding["row"], finding["column"], finding["value"]) == (3, "kind", "<b>lim</b>")
    assert set(finding["message"]) == {"vi", "en"}


def test_messages_come_in_vietnamese(
    options: list[str], change: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    change("trees/data.csv", "2020-02-29", "hôm qua")
    assert ingest(["--language", "vi", *options, "check"]) == 1
    told = capsys.readouterr().err
    assert "dòng 2, cột planted: 'hôm qua': cần ngày viết YYYY-MM-DD" in told
    assert "Chưa công bố gì" in told


def test_a_workbook_with_titles_as_headers_is_checked_for_a_dataset(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[list[object]] = [
        ["DANH SÁCH CÂY (bịa)"],
        [],
        ["Mã", "Tên", "Công viên", "Loài", "Trồng", "Source", "Checked"],
        ["t1", "Cây Một", "p1", "PINE", "29/02/2020", "https://example.org/1", "yes"],
        ["t2", "Cây Hai", "p2", "thông", "31/02/2020", "https://example.org/2", "yes"],
        ["t3", "Cây Ba", "p9", "thôn", "", "https://example.org/3", "yes"],
        ["Ghi chú: bịa"],
    ]
    path = _workbook(tmp_path / "cay.xlsx", rows)
    report = tmp_path / "report"
    arguments = [*options, "check", str(path), "--dataset", "trees", "--report", str(report)]
    assert ingest(arguments) == 1
    told = capsys.readouterr().err
    assert "cay.xlsx, sheet Bịa, row 5, column planted: '31/02/2020'" in told
    assert "row 6, column park: 'p9'" in told
    assert "row 6, column kind: 'thôn'" in told
    assert "is it thông?" in told
    assert "row 4" not in told
    content = json.loads((report / "report.json").read_text("utf-8"))
    (table,) = content["datasets"][0]["files"][0]["tables"]
    assert table["kept"] == 3
    assert table["columns"]["park"] == "Công viên"
    spelled = content["datasets"][0]["spelled"]
    assert [(each["written"], each["value"]) for each in spelled] == [("PINE", "thông")]
    assert not (tmp_path / "var").exists()


def test_formulas_without_a_result_are_told_by_cell(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As openpyxl saves them, and as Excel does where a result is an error."""
    path = tmp_path / "parks.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Bìa").write(0, 0, "Bịa")
        page = book.add_worksheet("Số liệu")
        page.write_row(0, 0, ["id", "name", "area (ha)", "source_url", "verified"])
        for at, (formula, result) in enumerate([("=8*2", 16), ("=1/0", "#DIV/0!")], start=1):
            page.write_row(at, 0, [f"p{at}", f"Công viên {at}"])
            page.write_formula(at, 2, formula, None, result)
            page.write_row(at, 3, ["https://example.org/", "yes"])
    assert ingest([*options, "check", str(path), "--dataset", "parks"]) == 1
    told = capsys.readouterr().err
    assert "sheet Số liệu, row 3, column area: '#DIV/0!': a formula without a result" in told
    assert told.count("a formula without a result") == 1
    book = openpyxl.load_workbook(path)
    book.save(path)
    assert ingest([*options, "check", str(path), "--dataset", "parks"]) == 1
    told = capsys.readouterr().err
    assert "row 2, column area: '=8*2': a formula without a result" in told


def test_what_offices_write_around_a_table_is_no_row_of_it(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[list[object]] = [
        ["STT", "id", "name", "area (ha)", "source_url", "verified"],
        [1, "p1", "Công viên Một", "1.234,5", "https://example.org/1", "checked"],
        [2, "p2", "Công viên Hai", "1,5 ha", "https://example.org/2", "checked"],
        ["", "", "Tổng cộng", "1.236", "", ""],
        ["", "Quảng Ninh, ngày 12 tháng 5 năm 2026"],
        ["", "Người lập biểu", "KT. GIÁM ĐỐC"],
        ["", "Nguyễn Văn Bịa"],
    ]
    path = _workbook(tmp_path / "parks.xlsx", rows)
    assert ingest([*options, "check", str(path), "--dataset", "parks"]) == 0
    assert "2 rows" in capsys.readouterr().out


def test_a_mended_workbook_passes(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[list[object]] = [
        ["id", "name", "area (ha)", "source_url", "verified"],
        ["p1", "Công viên Một", "1.234,5", "https://example.org/1", "checked"],
    ]
    path = _workbook(tmp_path / "parks.xlsx", rows)
    assert ingest([*options, "check", str(path), "--dataset", "parks"]) == 0
    assert "1 rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing.xlsx", "--dataset", "trees"], "nothing.xlsx"),
        (["nothing.xlsx"], "--dataset SLUG"),
        (["--dataset", "nothing"], "there are: parks, trees"),
    ],
)
def test_what_is_asked_wrongly(
    arguments: list[str],
    told: str,
    options: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ingest([*options, "check", *arguments]) == 1
    assert told in capsys.readouterr().err


def test_every_dataset_of_the_reference_deployment_has_a_report(release: Release) -> None:
    for slug in release.catalogue:
        report = release.quality(slug)
        assert report is not None
        assert report.passed
        assert report.rows == release.manifest.datasets[slug].rows
        for file in report.files:
            for table in file.tables:
                assert table.rows == table.kept + sum(each.count for each in table.dropped)
