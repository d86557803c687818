"""Pushing the catalogue to a portal: told first, written only when asked, and nobody else's touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from ckan_double import KEY, CkanDouble

from minhbach_ingest.__main__ import main as ingest

BASE = "https://minhbach.example.org"


@pytest.fixture
def push(
    ckan: CkanDouble, made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Arguments of the command over a published release of the made-up catalogue."""
    monkeypatch.setattr("minhbach_ingest.ckan.portal.PAUSE_SECONDS", 0)
    monkeypatch.setenv("MINHBACH_CKAN_KEY", KEY)
    options = ["--var", str(tmp_path / "var"), "--definitions", str(made_up)]
    assert ingest([*options, "publish"]) == 0
    return [*options, "push", "--to", ckan.address, "--organization", "bia", "--base-url", BASE]


def test_a_dry_run_writes_nothing(
    push: list[str], ckan: CkanDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert ingest(push) == 0
    told = capsys.readouterr().out
    assert "create  parks: 4 resources" in told
    assert "nothing was written" in told
    assert not ckan.packages


def test_packages_are_created_and_then_kept(
    push: list[str], ckan: CkanDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest([*push, "--yes"]) == 0
    parks = next(p for p in ckan.packages.values() if p["name"] == "parks")
    assert parks["url"] == f"{BASE}/du-lieu/parks"
    files = {resource["name"]: resource for resource in parks["resources"]}
    assert set(files) == {"parks.csv", "parks.xlsx", "parks.json", "parks.parquet"}
    assert files["parks.csv"]["url"] == f"{BASE}/du-lieu/parks.csv"
    assert files["parks.csv"]["hash"].startswith("sha256:")
    capsys.readouterr()
    assert ingest([*push, "--yes"]) == 0
    assert "keep    parks: as it should be" in capsys.readouterr().out


def test_what_differs_is_patched_or_updated_and_what_others_added_stays(
    push: list[str], ckan: CkanDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest([*push, "--yes"])
    parks = next(p for p in ckan.packages.values() if p["name"] == "parks")
    ids = {resource["name"]: resource["id"] for resource in parks["resources"]}
    parks["title"] = "Changed over there"
    parks["extras"].append({"key": "theirs", "value": "kept"})
    capsys.readouterr()
    assert ingest([*push, "--yes"]) == 0
    assert "patch   parks: title" in capsys.readouterr().out
    assert ckan.called("package_patch")[-1].keys() == {"id", "title"}
    parks = ckan.packages[parks["id"]]
    parks["resources"][0]["hash"] = "sha256:former"
    parks["resources"].append({"id": "theirs", "name": "map.png"})
    assert ingest([*push, "--yes"]) == 0
    assert "update  parks: resource parks.csv" in capsys.readouterr().out
    after = ckan.packages[parks["id"]]
    assert {r["name"]: r["id"] for r in after["resources"]} == {**ids, "map.png": "theirs"}
    assert {"key": "theirs", "value": "kept"} in after["extras"]


def test_packages_of_others_are_not_touched(
    push: list[str], ckan: CkanDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = ckan.add("parks", title="Theirs")
    assert ingest([*push, "--yes"]) == 1
    assert "refuse  parks: another package has this name" in capsys.readouterr().out
    assert ckan.packages[theirs["id"]]["title"] == "Theirs"
    assert ingest([*push, "--prefix", "qn-", "--yes"]) == 0
    assert "create  qn-parks" in capsys.readouterr().out


def test_a_refused_token_is_told(
    push: list[str],
    ckan: CkanDouble,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MINHBACH_CKAN_KEY", "wrong")
    assert ingest([*push, "--yes"]) == 1
    assert "not allowed" in capsys.readouterr().err
    monkeypatch.delenv("MINHBACH_CKAN_KEY")
    assert ingest([*push, "--yes"]) == 1
    assert "MINHBACH_CKAN_KEY is not set" in capsys.readouterr().err
