"""The remote datasets, read from a mirror of the real files, beside what others made of the same files."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_ingest.__main__ import main as ingest

VIETNAMDATA = "socio-economic/mdtrinh-vietnamdata"
Has = Callable[[str], None]


def _published_by_others(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _number(text: str) -> float | None:
    return float(text) if text not in ("", "NA") else None


def test_the_budget_workbooks_give_the_figures_that_others_read_from_them(
    raw: Path, release: Release, has: Has
) -> None:
    """All provinces, 16 workbooks that both have; differences are named, and explained by one habit.

    The others put the total of the transfers in the place of the balancing ones, and in that of the
    target ones of the accounts of 2011 to 2013, which do not sum them up.
    """
    has("province_budgets")
    rows = release.rows(
        "SELECT province, year, stage, revenue, local_share_pct, expenditure, transfer_balance, "
        "transfer_target, transfer_investment, transfer_total FROM province_budgets"
    )
    ours = {row[:3]: row[3:] for row in rows}
    names = ("total.rev", "ratio", "total.exp", "balance.trans", "target.trans", "project.trans")
    compared, unexplained = 0, []
    for kind, stage in (("plan", "dự toán"), ("final", "quyết toán")):
        for theirs in _published_by_others(raw / VIETNAMDATA / f"VNbudget_{kind}.csv"):
            if theirs["prov"] != "Quang Ninh":
                continue
            found = ours.get(("Quảng Ninh", int(theirs["year"]), stage))
            if found is None:
                # No workbook of that year is here.
                assert (kind, theirs["year"]) in NOT_HERE
                continue
            total = found[-1]
            for name, own in zip(names, found, strict=False):
                if name not in theirs:
                    continue
                compared += 1
                value = _number(theirs[name])
                same = abs((value or 0) - (own or 0)) < 0.01
                is_total = total is not None and value == pytest.approx(total)
                if not same and not (is_total and name in ("balance.trans", "target.trans")):
                    unexplained.append((kind, theirs["year"], name, value, own))
    assert unexplained == []
    assert compared == 10 * 6 + 7 * 5
    assert len(ours) == release.manifest.datasets["province_budgets"].rows == 1137


NOT_HERE = {("plan", "2012"), ("plan", "2017"), ("final", "2010"), ("final", "2014")}


def test_every_row_of_the_budget_workbooks_is_accounted_for(release: Release, has: Has) -> None:
    has("province_budgets")
    report = release.quality("province_budgets")
    assert report is not None
    assert len(report.files) == 18
    for file in report.files:
        (table,) = file.tables
        assert table.rows == table.kept + sum(dropped.count for dropped in table.dropped)
        assert 61 <= table.kept <= 64, file.name
    # The workbooks' own totals: most figures equal their sums, and those that do not are told.
    assert next(check.values for check in report.checks if check.rule == "sums") > 800
    assert {each.rule for each in report.findings} == {"sums", "several"}


def test_pci_scores_are_those_that_others_read(raw: Path, release: Release, has: Has) -> None:
    has("province_pci")
    components = {
        "gia nhập thị trường": "pci_entry",
        "tiếp cận đất đai": "pci_land",
        "tính minh bạch": "pci_transparency",
        "chi phí thời gian": "pci_time",
        "chi phí không chính thức": "pci_informal",
        "tính năng động": "pci_proactive",
        "đào tạo lao động": "pci_labor",
        "có trọng số": "pci_weighted",
    }
    ours = {
        (year, component): score
        for year, component, score in release.rows(
            "SELECT year, component, score FROM province_pci WHERE province = 'Quảng Ninh'"
        )
    }
    compared = 0
    for theirs in _published_by_others(raw / VIETNAMDATA / "pci.csv"):
        if theirs["prov"] == "Quang Ninh":
            for component, column in components.items():
                own = ours.get((int(float(theirs["year"])), component))
                if own is not None:
                    compared += 1
                    assert own == pytest.approx(_number(theirs[column]), abs=0.005), theirs["year"]
    assert compared == 8 * 6 - 1


def test_papi_has_every_score_and_no_blank(raw: Path, release: Release, has: Has) -> None:
    has("province_papi")
    expected = 0
    for year in range(2011, 2025):
        for row in _published_by_others(raw / f"socio-economic/papi-2011-2024/{year}.csv"):
            expected += sum(bool(value) for name, value in row.items() if name != "Province")
    assert release.manifest.datasets["province_papi"].rows == expected
    of_2021 = "SELECT count(*) FROM province_papi WHERE province = 'Quảng Ninh' AND year = 2021"
    assert release.rows(of_2021) == [(0,)]


@pytest.mark.parametrize(
    ("slug", "rows"),
    [
        ("commune_boundaries", 54),
        ("defence_procedures", 207),
        ("land_type_colours", 70),
        ("national_mergers", 10_604),
        ("province_fdi", 459),
    ],
)
def test_the_others_have_as_many_rows_as_their_sources(
    slug: str, rows: int, release: Release, has: Has
) -> None:
    has(slug)
    assert release.manifest.datasets[slug].rows == rows
    assert all(each.fetched for each in release.manifest.datasets[slug].sources_read)


def test_boundaries_are_downloaded_as_they_were_fetched(
    raw: Path, release: Release, has: Has
) -> None:
    has("commune_boundaries")
    path = release.path / "files/commune_boundaries.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert len(collection["features"]) == 54
    points = sum(
        len(ring)
        for feature in collection["features"]
        for polygon in feature["geometry"]["coordinates"]
        for ring in polygon
    )
    assert points == 195_779
    area = sum(feature["properties"]["area_km2"] for feature in collection["features"])
    assert area == pytest.approx(6154.84, abs=0.01)
    codes = {feature["properties"]["commune"] for feature in collection["features"]}
    assert codes == {code for (code,) in release.rows("SELECT code FROM communes")}


def test_mergers_agree_with_the_table_of_the_province(release: Release, has: Has) -> None:
    has("national_mergers")
    nation = set(
        release.rows(
            "SELECT old_code, replace(new_code, '06978', '06970') FROM national_mergers "
            "WHERE province = 'Tỉnh Quảng Ninh'"
        )
    )
    own = set(release.rows("SELECT old_commune, commune FROM commune_changes"))
    assert nation == own


@pytest.fixture
def mirrored(mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the one remote file of a dataset, to be changed, as all there is of the network."""
    name = "raw.githubusercontent.com/NgoCongHuan/Foreign-Direct-Investment"
    shutil.copytree(mirror / name, tmp_path / "mirror" / name)
    monkeypatch.setenv("MINHBACH_MIRROR", str(tmp_path / "mirror"))
    (path,) = (tmp_path / "mirror").rglob("fdi_provinces_vi.csv")
    return path


def _definitions(tmp_path: Path) -> Path:
    """One remote dataset, its content not pinned, one that ships with the package, and their codes."""
    from minhbach_datasets.catalogue import DEFINITIONS

    folder = tmp_path / "definitions"
    (folder / "province_fdi").mkdir(parents=True)
    portal = (DEFINITIONS / "portal.toml").read_text("utf-8").split("[[key_figures]]")[0]
    (folder / "portal.toml").write_text(portal + "\n", "utf-8")
    text = (folder / "portal.toml").read_text("utf-8")
    (folder / "portal.toml").write_text("key_figures = []\n" + text, "utf-8")
    shutil.copyfile(DEFINITIONS / "codes.toml", folder / "codes.toml")
    shutil.copytree(DEFINITIONS / "old_districts", folder / "old_districts")
    text = (DEFINITIONS / "province_fdi/dataset.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("sha256 = ")]
    (folder / "province_fdi/dataset.toml").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def test_content_that_fails_the_checks_gives_way_to_the_last_good_one(
    mirrored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    var = tmp_path / "var"
    options = ["--var", str(var), "--definitions", str(_definitions(tmp_path))]
    assert ingest([*options, "publish"]) == 0
    good = mirrored.read_text("utf-8-sig")
    broken = good.replace("Bắc Ninh", "Bắc Nin", 1)
    mirrored.write_text(broken, "utf-8")
    capsys.readouterr()
    assert ingest([*options, "publish"]) == 0
    told = capsys.readouterr().err
    assert "row 2, column province: expected one of the codes" in told
    assert "is it Bắc Ninh?" in told
    release = Release(var / RELEASES / current_id(var))
    entry, report = release.manifest.datasets["province_fdi"], release.quality("province_fdi")
    release.close()
    assert entry.rows == 459
    assert entry.stale is not None
    assert report is not None
    # What was not published is not shown either.
    (finding,) = report.findings
    assert (finding.rule, finding.row, finding.value) == ("codes", 2, None)
    # Mended over there, it is taken again, with what changed.
    mirrored.write_text(good.replace("149.6", "150.6", 1), "utf-8")
    assert ingest([*options, "publish"]) == 0
    release = Release(var / RELEASES / current_id(var))
    entry, report = release.manifest.datasets["province_fdi"], release.quality("province_fdi")
    release.close()
    assert entry.stale is None
    assert report is not None
    assert report.comparison is not None
    assert report.comparison.changed == 1
    (changed,) = report.comparison.examples_changed
    assert changed.columns == (("new_capital", "149.6", "150.6"),)


def test_a_definition_that_changed_meanwhile_refuses_to_lose_a_dataset(
    mirrored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    definitions = _definitions(tmp_path)
    options = ["--var", str(tmp_path / "var"), "--definitions", str(definitions)]
    assert ingest([*options, "publish"]) == 0
    before = current_id(tmp_path / "var")
    path = definitions / "province_fdi/dataset.toml"
    text = path.read_text("utf-8")
    # A file that the source does not have yet: the rows that there are stay.
    name = '[[source.files]]\nname = "fdi_provinces_vi.csv"'
    assert name in text
    path.write_text(text.replace(name, f'{name}\n\n[[source.files]]\nname = "2023.csv"'), "utf-8")
    assert ingest([*options, "publish"]) == 0
    release = Release(tmp_path / "var" / RELEASES / current_id(tmp_path / "var"))
    entry = release.manifest.datasets["province_fdi"]
    release.close()
    assert entry.rows == 459
    assert entry.stale is not None
    assert "2023.csv" in entry.stale
    # Another column as well: nothing is published rather than a release without it.
    text = path.read_text("utf-8").replace('type = "integer"', 'type = "number"')
    path.write_text(text, "utf-8")
    after = current_id(tmp_path / "var")
    capsys.readouterr()
    assert ingest([*options, "publish"]) == 1
    assert "cannot be kept, as the definition changed" in capsys.readouterr().err
    assert current_id(tmp_path / "var") == after != before


def test_a_source_that_is_gone_leaves_the_last_content_and_says_since_when(
    mirrored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    var = tmp_path / "var"
    options = ["--var", str(var), "--definitions", str(_definitions(tmp_path))]
    content = mirrored.read_bytes()
    mirrored.unlink()
    assert ingest([*options, "publish"]) == 0
    assert "province_fdi" in capsys.readouterr().err
    release = Release(var / RELEASES / current_id(var))
    assert "not in the mirror" in release.manifest.absent["province_fdi"]
    assert "province_fdi" not in release.catalogue
    release.close()
    mirrored.write_bytes(content)
    assert ingest([*options, "publish", "--if-changed"]) == 0
    mirrored.unlink()
    assert ingest([*options, "publish"]) == 0
    release = Release(var / RELEASES / current_id(var))
    entry = release.manifest.datasets["province_fdi"]
    release.close()
    assert entry.rows == 459
    assert entry.stale is not None
    assert "not in the mirror" in entry.stale
    capsys.readouterr()
    assert ingest([*options, "publish", "--if-changed"]) == 0
    assert "up to date" in capsys.readouterr().out
