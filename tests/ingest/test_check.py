"""A broken row stops publication with a message that names file, row, column and value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.release import current_id, release_ids
from minhbach_ingest.__main__ import main as ingest

Change = Callable[[str, str, str], Catalogue]


@pytest.fixture
def published(made_up: Path, tmp_path: Path) -> Path:
    var = tmp_path / "var"
    assert ingest(["--var", str(var), "--definitions", str(made_up), "publish"]) == 0
    return var


BROKEN = [
    # wrong type
    (
        "parks",
        ",1.5,",
        ",1.500.000,",
        "row 2, column area: '1.500.000':",
        "a number with a decimal point",
    ),
    ("parks", ",1.5,", ",nan,", "row 2, column area: 'nan':", "a number"),
    ("trees", "2020-02-29", "2021-02-29", "row 2, column planted: '2021-02-29':", "YYYY-MM-DD"),
    ("trees", "2021-12-01", "01/12/2021", "row 4, column planted: '01/12/2021':", "YYYY-MM-DD"),
    (
        "trees",
        "https://example.org/1",
        "example.org",
        "row 2, column source_url: 'example.org':",
        "http",
    ),
    # missing key, missing value
    ("trees", "t2,", ",", "row 3, column id: expected a value", ""),
    ("parks", "Công viên Hai", "", "row 3, column name: expected a value", ""),
    ("trees", ",yes", ",", "row 2, column verified: expected a value", ""),
    # dangling reference, also inside a list
    ("trees", "Cây Một,p1", "Cây Một,p9", "row 2, column park: 'p9':", "the id of a row of parks"),
    ("trees", "p1;p2", "p1;p9", "row 2, column seen_in: 'p1;p9':", "the id of a row of parks"),
    # unknown code, bound, repeated key
    ("trees", "sồi", "lim", "row 3, column kind: 'lim':", "[tree_kind] in codes.toml: thông, sồi"),
    ("parks", ",20,", ",-20,", "row 4, column area: '-20':", "at least 0"),
    ("trees", "t2,", "t1,", "row 3, column id: 't1':", "stands already in row 2"),
    ("trees", "t2,", "T1,", "row 3, column id: 't1':", "stands already in row 2"),
    # columns
    ("trees", "planted", "felled", "row 1: unknown column 'felled'", "trees/dataset.toml"),
    ("parks", "id,name,area", "id,name", "row 1: column 'area' is missing", ""),
    ("parks", "id,name,area", "id,name,name", "row 1: column 'area' is missing", ""),
    # rows that are no rows of this table
    (
        "parks",
        "p2,Công viên Hai,,",
        "p2,Công viên Hai,",
        "data.csv",
        "Expected Number of Columns: 5 Found: 4",
    ),
    (
        "parks",
        "p2,Công viên Hai,,",
        "p2,Công viên Hai,,,",
        "data.csv",
        "Expected Number of Columns: 5 Found: 6",
    ),
    ("parks", "p2,Công", 'p2,"Công', "data.csv", ""),
]


@pytest.mark.parametrize(("dataset", "old", "new", "place", "way_out"), BROKEN)
def test_broken_row_stops_publication(
    published: Path,
    made_up: Path,
    change: Change,
    capsys: pytest.CaptureFixture[str],
    dataset: str,
    old: str,
    new: str,
    place: str,
    way_out: str,
) -> None:
    before = current_id(published)
    change(f"{dataset}/data.csv", old, new)
    assert ingest(["--var", str(published), "--definitions", str(made_up), "publish"]) == 1
    told = capsys.readouterr().err
    assert str(made_up / dataset / "data.csv") in told
    assert place in told
    assert way_out in told
    assert "Nothing was published" in told
    assert current_id(published) == before
    assert release_ids(published) == [before]
    assert [p.name for p in (published / "releases").iterdir()] == [before]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_of_other_systems_are_the_same_rows(
    end: str, made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made_up / "parks" / "data.csv"
    text = path.read_text("utf-8")
    rows = len(text.splitlines()) - 1
    path.write_bytes(text.replace("\n", end).encode())
    assert ingest(["--var", str(tmp_path), "--definitions", str(made_up), "check"]) == 0
    assert f"parks                        {rows} rows" in capsys.readouterr().out


def test_lines_that_end_in_two_ways_are_refused(
    made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made_up / "parks" / "data.csv"
    first, rest = path.read_text("utf-8").split("\n", 1)
    path.write_bytes(f"{first}\r\n{rest}".encode())
    assert ingest(["--var", str(tmp_path), "--definitions", str(made_up), "check"]) == 1
    told = capsys.readouterr().err
    assert f"{path}: its lines end in different ways" in told
    assert "change the bounds" not in told


def test_all_problems_are_told_at_once(
    made_up: Path, change: Change, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change("trees/data.csv", "sồi", "lim")
    change("trees/data.csv", "2020-02-29", "yesterday")
    change("parks/data.csv", ",20,", ",much,")
    assert ingest(["--var", str(tmp_path), "--definitions", str(made_up), "check"]) == 1
    told = capsys.readouterr().err
    for value in ("'lim'", "'yesterday'", "'much'"):
        assert value in told
    # Parks failed, so no tree is blamed for referring to one.
    assert "the id of a row of parks" not in told


def test_many_problems_are_counted(
    made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made_up / "parks" / "data.csv"
    lines = [f"x{n},Bịa {n},?,https://example.org/,yes" for n in range(100)]
    path.write_text(
        "\n".join(["id,name,area,source_url,verified", *lines]) + "\n", encoding="utf-8"
    )
    assert ingest(["--var", str(tmp_path), "--definitions", str(made_up), "check"]) == 1
    told = capsys.readouterr().err
    assert told.count("column area: '?'") == 20
    assert "... and 80 more of the same" in told
    assert "100 rows, expected at least 1, at most 4" in told


def test_file_that_is_not_utf8(
    made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (made_up / "parks" / "data.csv").write_bytes(b"id,name\xff,area,source_url,verified\n")
    assert ingest(["--var", str(tmp_path), "--definitions", str(made_up), "check"]) == 1
    assert "byte 7 is not UTF-8; save the file as CSV UTF-8" in capsys.readouterr().err


def test_missing_file(made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made_up / "parks" / "data.csv").unlink()
    assert ingest(["--var", str(tmp_path), "--definitions", str(made_up), "check"]) == 1
    assert f"{made_up / 'parks' / 'data.csv'}: missing" in capsys.readouterr().err


def test_report_of_a_good_load(
    made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest(["--var", str(tmp_path), "--definitions", str(made_up), "check"]) == 0
    told = capsys.readouterr().out
    assert "parks" in told
    assert "3 rows" in told
    assert not (tmp_path / "current").exists()
