"""Tables as offices make them, tidied as a layout says; every table here is made up."""

from __future__ import annotations

from typing import Any

import pytest

from minhbach_datasets.errors import SourceError
from minhbach_datasets.model import Dataset
from minhbach_datasets.source import Layout, SourceFile
from minhbach_ingest.readers.content import Cell, Content, Merged, Table
from minhbach_ingest.spelling import Spellings
from minhbach_ingest.tidy import Tidied, tidy

_TITLE = {"vi": "bịa", "en": "made up"}
_TYPES = {
    "place": "string",
    "region": "string",
    "year": "year",
    "amount": "number",
    "share": "number",
    "area": "number",
    "day": "date",
    "tags": "list",
}
DATASET = Dataset.model_validate(
    {
        "slug": "made_up",
        "title": _TITLE,
        "noun": _TITLE,
        "description": _TITLE,
        "theme": "made_up",
        "publisher": "made_up",
        "licence": "made_up",
        "update_frequency": "never",
        "issued": "2026-01-01",
        "modified": "2026-01-01",
        "min_rows": 0,
        "key": ["place"],
        "columns": ["place"],
        "sort": "place",
        "caveats": [],
        "legal_basis": [],
        "source": {"loader": "layout", "file": "made-up.xlsx"},
        "fields": [
            {"name": n, "type": t, "title": _TITLE} | ({"unit": "ha"} if n == "area" else {})
            for n, t in _TYPES.items()
        ],
    }
)
COLUMNS: dict[str, Any] = {"place": {"header": ["dia phuong"]}, "amount": {"header": ["so tien"]}}
Rows = list[list[Cell]]


def _tidy(
    rows: Rows,
    merged: tuple[Merged, ...] = (),
    file: SourceFile | None = None,
    **layout: Any,
) -> Tidied:
    table = Table("Biểu 1", tuple(map(tuple, rows)), merged)
    content = Content("xlsx", tables=(table,))
    spellings = {"place": Spellings([("Hải Hà", "HH"), ("Vân Đồn", "VD")], {"V.Đồn": "VD"})}
    declared = Layout.model_validate({"columns": COLUMNS, **layout})
    return tidy(content, declared, DATASET, "made-up.xlsx", file, spellings)


def _values(found: Tidied, name: str) -> list[str | None]:
    return [row.values.get(name) for row in found.rows]


def test_every_row_is_kept_or_dropped_for_a_reason() -> None:
    found = _tidy(
        [
            ["BIỂU SỐ 1", None],
            ["ĐVT: triệu đồng", None],
            [None, None],
            ["Địa phương", "Số tiền"],
            ["A", "1"],
            ["Tổng cộng", 30],
            ["Hải Hà", 10],
            [None, None],
            ["Vân Đồn", 20],
            ["Ghi chú: bịa", None],
            ["(1) chưa kiểm toán", None],
        ],
        header_start="dia phuong",
        header_rows=1,
        totals=[{"column": "place", "matches": "tong cong"}],
        skip=[{"column": "place", "matches": "a$"}],
        notes_start="ghi chu",
        scaled=["amount"],
    )
    assert _values(found, "place") == ["Hải Hà", "Vân Đồn"]
    assert [row.row for row in found.rows] == [7, 9]
    dropped = {each.reason: each.rows for each in found.read.dropped}
    assert dropped == {
        "above the table": (1, 2),
        "blank": (3, 8),
        "header": (4,),
        "skipped: place a$": (5,),
        "total": (6,),
        "footnotes": (10, 11),
    }
    assert found.read.rows == found.read.kept + sum(each.count for each in found.read.dropped)
    assert found.sums == 1


def test_merged_headers_over_several_rows() -> None:
    found = _tidy(
        [
            ["Địa phương", "Số tiền", None],
            [None, "Kế hoạch", "Thực hiện"],
            ["Hải Hà", 5, 7],
            ["Vân Đồn", 6, 8],
        ],
        merged=(Merged(0, 0, 1, 0), Merged(0, 1, 0, 2)),
        columns={
            "place": {"header": ["dia phuong$"]},
            "amount": {"header": ["so tien thuc hien"]},
            "share": {"header": ["so tien ke hoach"]},
        },
    )
    assert _values(found, "amount") == ["7", "8"]
    assert _values(found, "share") == ["5", "6"]


def test_a_header_broken_over_rows_and_a_row_of_column_numbers() -> None:
    found = _tidy(
        [
            ["ĐỊA", "SỐ", "TỶ LỆ"],
            ["PHƯƠNG", "TIỀN", None],
            ["A", 1, 2],
            ["Hải Hà", 5, 10],
        ],
        header_start="dia$",
        ignore=["ty le"],
    )
    assert _values(found, "amount") == ["5"]
    assert found.read.columns == {"place": "ĐỊA PHƯƠNG", "amount": "SỐ TIỀN"}


def test_group_rows_become_a_column_and_their_sums_are_compared() -> None:
    found = _tidy(
        [
            ["TT", "Địa phương", "Số tiền"],
            ["I", "Miền Đông", 30],
            [1, "Hải Hà", 10],
            [2, "Vân Đồn", 20],
            ["II", "Miền Tây", 99],
            [3, "Uông Bí", 40],
        ],
        columns={**COLUMNS, "_no": {"header": ["tt"]}},
        scaled=["amount"],
        groups=[
            {"column": "_no", "matches": "[iv]+$", "label": "place", "into": "region", "sums": True}
        ],
        totals=[],
    )
    assert _values(found, "region") == ["Miền Đông", "Miền Đông", "Miền Tây"]
    (finding,) = found.findings
    assert (finding.row, finding.column, finding.value) == (5, "amount", "99")
    assert "40" in finding.message.en
    assert finding.severity == "warning"


@pytest.mark.parametrize(
    ("above", "file", "expected"),
    [
        ("Đơn vị tính: tỷ đồng", None, "1500"),
        ("ĐVT: Triệu đồng", None, "1.5"),
        ("không nói", SourceFile(name="x", unit="ty dong"), "1500"),
    ],
)
def test_units_in_the_header(above: str, file: SourceFile | None, expected: str) -> None:
    found = _tidy(
        [[above, None], ["Địa phương", "Số tiền"], ["Hải Hà", 1.5]],
        file=file,
        header_start="dia phuong",
        header_rows=1,
        units={"ty dong": 1000, "trieu dong": 1},
        scaled=["amount"],
    )
    assert _values(found, "amount") == [expected]


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(SourceError, match="none of the units trieu dong"):
        _tidy(
            [["ĐVT: USD", None], ["Địa phương", "Số tiền"], ["Hải Hà", 1]],
            header_start="dia phuong",
            header_rows=1,
            units={"trieu dong": 1},
        )


def test_wide_years_become_rows() -> None:
    found = _tidy(
        [
            ["Địa phương", "Năm 2021", "Năm 2022", "Năm 2023"],
            ["Hải Hà", "1.234,5", "-", 7],
            ["Vân Đồn", None, "…", "–"],
        ],
        columns={"place": {"header": ["dia phuong"]}},
        unpivot={"header": r"nam (\d{4})", "into": "year", "value": "amount"},
        decimal=",",
    )
    assert _values(found, "year") == ["2021", "2023"]
    assert _values(found, "amount") == ["1234.5", "7"]
    assert {each.reason: each.count for each in found.read.dropped}["no figure in the row"] == 1


def test_values_are_brought_to_one_spelling() -> None:
    found = _tidy(
        [
            ["Địa phương", "Số tiền", "Ngày", "Nhãn"],
            ["HẢI HÀ (1)", "1.000", "30/06/2025", "a, b ,c"],
            ["huyện V.Đồn", "(5)", "tháng 6 năm 2025", None],
            ["Cô Tô", "năm nghìn", None, None],
        ],
        columns={
            "place": {"header": ["dia phuong"], "spelling": True, "remove": r"\s*\(\d\)$"},
            "amount": {"header": ["so tien"]},
            "day": {"header": ["ngay"]},
            "tags": {"header": ["nhan"], "split": ","},
        },
        header_rows=1,
        decimal=",",
        brackets=True,
    )
    assert _values(found, "place") == ["HH", "VD", "Cô Tô"]
    # What cannot be told is not published, and named.
    assert _values(found, "amount") == ["1000", "-5", None]
    assert _values(found, "day") == ["2025-06-30", None, None]
    assert [(each.row, each.column, each.value) for each in found.findings] == [
        (3, "day", "tháng 6 năm 2025"),
        (4, "amount", "năm nghìn"),
    ]
    assert _values(found, "tags") == ["a;b;c", None, None]
    assert found.spelled == {("place", "HẢI HÀ", "HH"): 1, ("place", "huyện V.Đồn", "VD"): 1}


def test_the_decimal_mark_is_told_by_the_whole_column() -> None:
    rows: Rows = [["Địa phương", "Số tiền"], ["a", "1.125"], ["b", "0.5"], ["c", 12.345]]
    assert _values(_tidy(rows, header_rows=1, decimal="by column"), "amount") == [
        "1.125",
        "0.5",
        "12.345",
    ]
    rows = [["Địa phương", "Số tiền"], ["a", "1.125"], ["b", "0,5"]]
    found = _tidy(rows, header_rows=1, decimal="by column")
    assert _values(found, "amount") == ["1125", "0.5"]
    rows = [["Địa phương", "Số tiền"], ["a", "1"], ["b", "1.125"]]
    found = _tidy(rows, header_rows=1, decimal="by column")
    [problem] = found.findings
    assert (problem.severity, problem.row, problem.value) == ("problem", 3, "1.125")
    assert "may be read in two ways" in problem.message.en


def test_a_cell_merged_downwards_is_the_text_of_all_its_rows() -> None:
    rows: Rows = [["Địa phương", "Số tiền"], ["Hải Hà", 5], [None, 6], [None, None], ["Vân Đồn", 7]]
    merged = (Merged(1, 0, 3, 0), Merged(1, 1, 2, 1))
    found = _tidy(rows, merged, header_rows=1, spread_merged=True)
    assert _values(found, "place") == ["Hải Hà", "Hải Hà", "Vân Đồn"]
    # The figure is said to stand for the first row alone, and the blank row stays blank.
    assert _values(found, "amount") == ["5", "6", "7"]
    assert [(each.severity, each.row, each.column) for each in found.findings] == [
        ("note", 2, "place"),
        ("warning", 2, "amount"),
    ]
    assert _values(_tidy(rows, merged, header_rows=1), "place") == ["Hải Hà", None, "Vân Đồn"]


@pytest.mark.parametrize("cell", ["#REF!", "#DIV/0!", "=8*2"])
def test_a_formula_without_a_result_is_no_blank(cell: str) -> None:
    found = _tidy([["Địa phương", "Số tiền"], ["a", 1], ["b", cell]], header_rows=1)
    [problem] = found.findings
    assert (problem.severity, problem.rule, problem.row) == ("problem", "formula", 3)
    assert problem.value == cell


def test_the_unit_of_a_column_may_stand_beside_a_figure() -> None:
    found = _tidy(
        [["Địa phương", "Diện tích"], ["a", "1.660,5 ha"]],
        header_rows=1,
        decimal=",",
        columns={"place": COLUMNS["place"], "area": {"header": ["dien tich"]}},
    )
    assert _values(found, "area") == ["1660.5"]


def test_a_message_names_the_decimal_mark_of_the_column() -> None:
    rows: Rows = [["Địa phương", "Số tiền"], ["a", "1,5"], ["b", "12.34"]]
    [problem] = _tidy(rows, header_rows=1, decimal=",").findings
    assert "1.234,5" in problem.message.en
    assert "1.234,5" in problem.message.vi


def test_a_cover_sheet_is_passed_over() -> None:
    cover = Table("Bìa", (("BÁO CÁO",), ("Địa phương báo cáo: Hải Hà",)))
    sheet = Table("Biểu 1", (("Địa phương", "Số tiền"), ("a", 1)))
    declared = Layout.model_validate(
        {
            "columns": COLUMNS,
            "header_start": "dia phuong|so tien",
            "header_cells": 2,
            "header_rows": 1,
        }
    )
    content = Content("xlsx", tables=(cover, sheet))
    found = tidy(content, declared, DATASET, "made-up.xlsx", None, {})
    assert found.read.sheet == "Biểu 1"
    with pytest.raises(SourceError, match="no row has 2 cells that begin with"):
        tidy(Content("xlsx", tables=(cover,)), declared, DATASET, "made-up.xlsx", None, {})


def test_numbers_that_the_file_has_as_numbers_stay_so() -> None:
    found = _tidy(
        [["Địa phương", "Số tiền"], ["a", 12.345], ["b", None]],
        header_rows=1,
        decimal=",",
        columns={**COLUMNS, "amount": {"header": ["so tien"], "remove": "x", "fill_down": True}},
    )
    assert _values(found, "amount") == ["12.345", "12.345"]


def test_rows_of_small_numbers_are_data() -> None:
    found = _tidy(
        [["Địa phương", "Số tiền", "Khác"], [1, 2, 3], ["12", "3", 45], ["1", "2", "3"]],
        header_rows=1,
        ignore=["khac"],
    )
    assert [row.row for row in found.rows] == [3, 4]


def test_a_row_with_figures_that_was_taken_for_the_header_is_a_problem() -> None:
    found = _tidy(
        [
            ["Địa phương", "Số tiền", "Năm"],
            ["Hạ Long", 7, None],
            ["Hải Hà", 5, 1],
            ["Vân Đồn", 6, 2],
            ["Cô Tô", 1, 2],
        ],
        columns={
            **COLUMNS,
            "share": {"header": ["nam"]},
            "tags": {"header": ["x"], "optional": True},
        },
        ignore=["x"],
    )
    assert len(found.rows) == 4
    found = _tidy(
        [["Địa phương", "Số tiền", "Năm", "Quý"], ["Hạ Long", 7], ["Hải Hà", 5, 1, 4]],
        columns={**COLUMNS, "share": {"header": ["nam"]}},
        ignore=["quy"],
    )
    (finding,) = found.findings
    assert (finding.severity, finding.row, finding.value) == ("problem", 2, "Hạ Long | 7")


def test_groups_within_groups() -> None:
    rules = [
        {"column": "_no", "matches": "[ab]$", "label": "place", "into": "region", "sums": True},
        {"column": "_no", "matches": "[iv]+$", "label": "place", "into": "day", "sums": True},
    ]
    found = _tidy(
        [
            ["TT", "Địa phương", "Số tiền"],
            ["A", "Miền", 6],
            ["I", "Vùng", 3],
            [1, "a", 1],
            [2, "b", 2],
            ["II", "Vùng hai", 3],
            [3, "c", 3],
            ["B", "Miền hai", 4],
            [4, "d", 4],
        ],
        header_rows=1,
        columns={**COLUMNS, "_no": {"header": ["tt"]}, "tags": {"header": ["$"], "optional": True}},
        groups=[rules[0], {**rules[1], "into": "tags"}],
        scaled=["amount"],
    )
    assert _values(found, "region") == ["Miền", "Miền", "Miền", "Miền hai"]
    assert _values(found, "tags") == ["Vùng", "Vùng", "Vùng hai", None]
    assert found.findings == []
    assert found.sums == 4


def test_blanks_take_the_value_above_where_the_layout_says_so() -> None:
    found = _tidy(
        [["Vùng", "Địa phương", "Số tiền"], ["Đông", "Hải Hà", 1], [None, "Vân Đồn", 2]],
        columns={**COLUMNS, "region": {"header": ["vung"], "fill_down": True}},
    )
    assert _values(found, "region") == ["Đông", "Đông"]


def test_several_cells_under_one_header_are_told() -> None:
    found = _tidy(
        [["Địa phương", "Số tiền", None], ["Hải Hà", -2, 45], ["Vân Đồn", None, 7]],
        merged=(Merged(0, 1, 0, 2),),
        columns={**COLUMNS, "amount": {"header": ["so tien"], "take": "last"}},
        header_rows=1,
    )
    assert _values(found, "amount") == ["45", "7"]
    (finding,) = found.findings
    assert (finding.row, finding.value) == (2, "-2 | 45")


def test_a_column_that_nobody_reads_is_a_problem() -> None:
    found = _tidy([["Địa phương", "Số tiền", "Ghi thêm"], ["Hải Hà", 1, "mật"]], header_rows=1)
    (finding,) = found.findings
    assert (finding.severity, finding.row, finding.column, finding.value) == (
        "problem",
        2,
        "Ghi thêm",
        "mật",
    )


@pytest.mark.parametrize(
    ("rows", "layout", "told"),
    [
        ([["Nơi", "Số tiền"], ["Hải Hà", 1]], {}, "row 1: no column place.*headers there: 'Nơi'"),
        ([["Địa phương", "Số tiền"]], {"header_rows": 1}, "no row of data"),
        ([["x"]], {"header_start": "stt"}, "no header found"),
        ([["Địa phương", "Số tiền"], ["a", 1]], {"sheets": ["Biểu 2"]}, "there are: 'Biểu 1'"),
    ],
)
def test_what_is_not_there_is_named(rows: Rows, layout: dict[str, Any], told: str) -> None:
    with pytest.raises(SourceError, match=told) as raised:
        _tidy(rows, **layout)
    assert str(raised.value).startswith("made-up.xlsx")


def test_records_within_json_and_rows_within_a_text() -> None:
    document = {"data": [{"name": "Đông", "communes": [{"name": "Hải Hà", "no": {"n": 3}}]}]}
    layout = Layout.model_validate(
        {
            "records": ["data", "communes"],
            "header_rows": 1,
            "columns": {
                "region": {"header": ["data.name"]},
                "place": {"header": ["communes.name"]},
                "amount": {"header": ["communes.no.n"]},
            },
        }
    )
    found = tidy(Content("json", document=document), layout, DATASET, "made-up.json")
    assert [dict(row.values) for row in found.rows] == [
        {"region": "Đông", "place": "Hải Hà", "amount": "3"}
    ]
    layout = Layout.model_validate(
        {
            "text_rows": r"(?P<place>\w+ \w+): (?P<amount>\d+) ha",
            "header_rows": 1,
            "columns": {"place": {"header": ["place"]}, "amount": {"header": ["amount"]}},
        }
    )
    paragraphs = ("Quy hoạch bịa", "Hải Hà: 12 ha", "Vân Đồn: 7 ha")
    found = tidy(Content("pdf", paragraphs=paragraphs), layout, DATASET, "made-up.pdf")
    assert _values(found, "amount") == ["12", "7"]
