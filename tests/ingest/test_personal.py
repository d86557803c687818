"""Personal data stops publication until somebody decided; every number here is made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import DefinitionError
from minhbach_datasets.model import PersonalKind
from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_ingest.__main__ import main as ingest
from minhbach_ingest.personal_data import SUSPECT, found_in, kind_of_title, masked

Change = Callable[[str, str, str], Catalogue]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("gọi 0912 345 678", ["phone"]),
        ("0912.345.678; 0203 3 835 678", ["phone", "phone"]),
        ("+84 203 3835678", ["phone"]),
        ("(0203) 383 5678", ["phone"]),
        ("CCCD 022185001234", ["identity_number"]),
        ("CMND số 100123456", ["identity_number"]),
        ("a.bia@gmail.com", ["email"]),
        ("vanthu@quangninh.gov.vn", []),
        ("STK 1903 5566 7788 tại VCB", ["bank_account"]),
        ("số tài khoản: 0123456789", ["bank_account"]),
        ("Nguyễn Văn Bịa, sinh ngày 01/02/1980", ["birth_date"]),
        ("Bịa (sinh năm 1985)", ["birth_date"]),
        ("Quyết định 80/QĐ-TTg ngày 11/02/2023", []),
        ("thủ tục 1.013124", []),
        ("vốn 150000000 đồng", []),
        ("2.500.000.000 đồng", []),
        ("từ 2021 đến 2030", []),
        ("https://example.org/0912345678", []),
        ("18001091", []),
        ("0912345678/0987654321, 0911111111-0922222222", ["phone"] * 4),
        ("0203/3825123", ["phone"]),
        ("+84 (0) 912 345 678", ["phone"]),
        ("0912\u00a0345\u00a0678", ["phone"]),
        ("https://zalo.me/0912345678", ["phone"]),
        ("https://example.org/tin-123456789.html", []),
        ("11/02/2023 08:00", []),
    ],
)
def test_what_is_found_in_texts(text: str, kinds: list[str]) -> None:
    assert [kind for kind, *_ in found_in(text)] == kinds


def test_masking_leaves_the_rest() -> None:
    text = "Bịa, 0912 345 678, CCCD 022185001234"
    kinds: tuple[PersonalKind, ...] = ("phone",)
    hidden = masked(text, kinds)
    assert "0912" not in hidden
    assert hidden.startswith("Bịa, ███")
    assert hidden.endswith("CCCD 022185001234")


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Số CCCD", "identity_number"),
        ("Ngày sinh", "birth_date"),
        ("Điện thoại di động", "phone"),
        ("Ngày sinh hiệu lực", "birth_date"),
        ("Diện tích", None),
    ],
)
def test_columns_are_told_by_their_titles(title: str, kind: str | None) -> None:
    assert kind_of_title(title) == kind


def _publish(made_up: Path, var: Path) -> int:
    return ingest(["--var", str(var), "--definitions", str(made_up), "publish"])


def test_undecided_data_stops_publication_and_is_not_shown(
    made_up: Path, change: Change, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change("trees/data.csv", "Cây Một", "Cây Một của ông Bịa 0912345678")
    assert _publish(made_up, tmp_path / "var") == 1
    told = capsys.readouterr().err
    assert "row 2, column name: 'Cây Một của ông Bịa ██████████'" in told
    assert 'personal = { kinds = ["phone"]' in told
    assert "Nothing was published" in told
    reports = list((tmp_path / "var/reports").glob("*/report.*"))
    assert len(reports) == 2
    assert not any("0912345678" in path.read_text("utf-8") for path in reports)


@pytest.mark.parametrize(
    ("action", "published"),
    [
        ("drop", {None}),
        ("mask", {"gọi ██████████", "không có"}),
        ("release", {"gọi 0912345678", "không có"}),
    ],
)
def test_decisions_are_carried_out_and_kept(
    action: str, published: set[str | None], made_up: Path, change: Change, tmp_path: Path
) -> None:
    change(
        "trees/dataset.toml",
        'name = "planted"',
        'name = "keeper"\ntype = "string"\ntitle = { vi = "Người giữ", en = "Keeper" }\n'
        f'personal = {{ kinds = ["phone"], action = "{action}", '
        'reason = { vi = "thử", en = "a test" } }\n\n[[fields]]\nname = "planted"',
    )
    change("trees/data.csv", "kind,planted", "kind,keeper,planted")
    change("trees/data.csv", "thông,", "thông,gọi 0912345678,")
    change("trees/data.csv", "sồi,", "sồi,không có,")
    change("trees/data.csv", ",,,2021", ",,,không có,2021")
    var = tmp_path / "var"
    assert _publish(made_up, var) == 0
    release = Release(var / RELEASES / current_id(var))
    found = {value for (value,) in release.rows("SELECT keeper FROM trees")}
    (kept,) = release.manifest.datasets["trees"].personal
    csv = (release.path / "files/trees.csv").read_text("utf-8")
    release.close()
    assert found == published
    assert ("0912345678" in csv) == (action == "release")
    assert (kept.column, kept.kind, kept.count) == ("keeper", "phone", 1)
    assert kept.decision is not None
    assert (kept.decision.action, kept.decision.reason.en) == (action, "a test")


def test_a_text_that_duckdb_passes_over_holds_none() -> None:
    """The prefilter lets through everything that the patterns find."""
    texts = [
        "gọi 0912 345 678",
        "0912\u00a0345\u00a0678",
        "0203/3825123",
        "+84 (0) 912 345 678",
        "(0203) 383 5678",
        "CCCD 022185001234",
        "CMND 100123456",
        "a.bia@gmail.com",
        "STK\t1903 5566 7788",
        "số\u00a0tài khoản: 0123456789",
        "ngày\u00a0sinh 01/02/1980",
        "sinh năm 1985",
        "tel:0912345678",
        "zalo.me/0912345678",
    ]
    assert all(found_in(text) for text in texts)
    with duckdb.connect() as connection:
        for text in texts:
            let_through = connection.execute("SELECT regexp_matches(?, ?)", [text, SUSPECT])
            assert let_through.fetchone() == (True,), text


def test_a_column_of_texts_is_judged_by_its_title_too(
    made_up: Path, change: Change, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change("trees/dataset.toml", 'title = { vi = "Loài"', 'title = { vi = "Ngày sinh"')
    assert _publish(made_up, tmp_path / "var") == 1
    assert "column kind: looks like a date of birth" in capsys.readouterr().err


def test_a_column_is_dropped_whatever_its_type(
    made_up: Path, change: Change, tmp_path: Path
) -> None:
    decision = 'personal = { kinds = ["phone"], action = "drop", reason = { vi = "x", en = "x" } }'
    change("trees/dataset.toml", 'name = "planted"', f'name = "planted"\n{decision}')
    assert _publish(made_up, tmp_path / "var") == 0
    release = Release(tmp_path / "var" / RELEASES / current_id(tmp_path / "var"))
    assert release.rows("SELECT count(planted) FROM trees") == [(0,)]
    release.close()


def test_what_is_hidden_now_is_not_shown_as_changed(
    made_up: Path, change: Change, tmp_path: Path
) -> None:
    rule = 'personal = { kinds = ["phone"], action = "release", reason = { vi = "x", en = "x" } }'
    change("trees/dataset.toml", 'search = "title"\n', f'search = "title"\n{rule}\n')
    change("trees/data.csv", "Cây Một", "Cây 0912345678")
    assert _publish(made_up, tmp_path / "var") == 0
    change("trees/dataset.toml", '"release"', '"mask"')
    assert _publish(made_up, tmp_path / "var") == 0
    folder = tmp_path / "var" / RELEASES / current_id(tmp_path / "var")
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"0912345678" not in path.read_bytes(), path


def test_a_number_cannot_be_masked(made_up: Path, change: Change) -> None:
    decision = 'personal = { kinds = ["phone"], action = "mask", reason = { vi = "x", en = "x" } }'
    with pytest.raises(DefinitionError, match="nothing can be masked"):
        change("parks/dataset.toml", 'name = "area"', f'name = "area"\n{decision}')


def test_a_decision_covers_only_its_kinds(
    made_up: Path, change: Change, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(
        "trees/dataset.toml",
        'required = true\nsearch = "title"',
        'required = true\nsearch = "title"\npersonal = { kinds = ["phone"], action = "release", '
        'reason = { vi = "thử", en = "a test" } }',
    )
    change("trees/data.csv", "Cây Một", "Cây 0912345678")
    change("trees/data.csv", "Cây Hai", "Cây bia@gmail.com")
    assert _publish(made_up, tmp_path / "var") == 1
    told = capsys.readouterr().err
    assert "an e-mail address" in told
    assert "a telephone number" not in told


def test_the_reference_deployment_declares_the_numbers_of_offices(release: Release) -> None:
    found = release.manifest.datasets["agencies"].personal
    assert {(each.column, each.kind) for each in found} == {("phone", "phone")}
    assert all(each.decision and each.decision.action == "release" for each in found)
