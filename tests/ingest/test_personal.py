"""Personal data stops publication until somebody decided; every number here is made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_ingest.__main__ import main as ingest
from minhbach_ingest.personal import found_in, kind_of_title, masked

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
    ],
)
def test_what_is_found_in_texts(text: str, kinds: list[str]) -> None:
    assert [kind for kind, *_ in found_in(text)] == kinds


def test_masking_leaves_the_rest() -> None:
    text = "Bịa, 0912 345 678, CCCD 022185001234"
    hidden = masked(text, ("phone",))
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
