"""The OC4IDS package against the standard's own schema and code lists, and against the release."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from starlette.testclient import TestClient

from minhbach_datasets.release import Release
from minhbach_site.standards import oc4ids


@pytest.fixture(scope="module")
def package(client: TestClient) -> dict[str, Any]:
    response = client.get(oc4ids.ADDRESS)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"
    content: dict[str, Any] = response.json()
    return content


@pytest.fixture(scope="module")
def standard(raw: Path) -> Path:
    return raw / "investment" / "oc4ids-standard"


def _validator(standard: Path) -> Draft4Validator:
    schema = json.loads((standard / "project-package-schema.json").read_text("utf-8"))
    project = json.loads((standard / "project-schema.json").read_text("utf-8"))
    # The package names the project schema by its address on the web.
    address = schema["properties"]["projects"]["items"]["$ref"]
    registry = Registry().with_resource(address, Resource.from_contents(project))
    return Draft4Validator(schema, registry=registry, format_checker=FormatChecker())


def test_the_package_is_valid_against_the_schema_of_the_standard(
    package: dict[str, Any], standard: Path
) -> None:
    validator = _validator(standard)
    assert [error.message for error in validator.iter_errors(package)] == []
    # The schema does reach into the projects.
    package = json.loads(json.dumps(package))
    package["projects"][0]["status"] = "underWay"
    package["projects"][1]["budget"] = {"amount": {"amount": "1.000"}}
    assert len(list(validator.iter_errors(package))) == 2


def test_its_codes_are_those_of_the_standard(package: dict[str, Any], standard: Path) -> None:
    def codes(name: str) -> set[str]:
        path = standard / "codelists" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return {row["Code"] for row in csv.DictReader(file)}

    assert {code for found in oc4ids.SECTORS.values() for code in found} <= codes("projectSector")
    assert set(oc4ids.STATUSES.values()) <= codes("projectStatus")


def test_it_holds_every_infrastructure_project_and_no_other(
    package: dict[str, Any], release: Release
) -> None:
    rows = release.rows("SELECT project_id, sector FROM investment_projects")
    expected = {id_ for id_, sector in rows if sector in oc4ids.SECTORS}
    assert {project["id"] for project in package["projects"]} == expected
    assert set(oc4ids.SECTORS) < {sector for _id, sector in rows}
    assert set(oc4ids.SECTORS) < set(release.catalogue.codes["sector"])
    assert set(oc4ids.STATUSES) | {"dừng"} == set(release.catalogue.codes["project_status"])


def test_a_project_states_what_its_source_does_and_nothing_more(
    package: dict[str, Any], release: Release
) -> None:
    projects = {project["id"]: project for project in package["projects"]}
    for id_, status, vnd, usd in release.rows(
        "SELECT project_id, status, capital_vnd_billion, capital_usd_million FROM investment_projects"
    ):
        if id_ not in projects:
            continue
        project = projects[id_]
        assert project.get("status") == oc4ids.STATUSES.get(status)
        budget = project.get("budget", {}).get("amount")
        if vnd is not None:
            assert budget == {"amount": pytest.approx(vnd * 1e9), "currency": "VND"}
        elif usd is not None:
            assert budget == {"amount": pytest.approx(usd * 1e6), "currency": "USD"}
        else:
            assert budget is None
        assert project["x_minhbach"]["status"] == status
        assert "period" not in project
    hospital = projects["benh-vien-da-khoa-tinh"]
    assert hospital["sector"] == ["health"]
    assert hospital["budget"]["amount"] == {"amount": 1.25e12, "currency": "VND"}
    assert hospital["x_minhbach"]["start_year"] == 2025
    assert hospital["documents"][0]["url"].startswith("https://fr.laodong.vn/")


def test_its_addresses_lead_to_pages(package: dict[str, Any], client: TestClient) -> None:
    projects = package["projects"]
    for project in projects:
        address = project["x_minhbach"]["url"]
        assert address.startswith("http://testserver/")
        assert client.get(address).status_code == 200, address
    placed = next(each for each in projects if "locations" in each)
    east, north = placed["locations"][0]["geometry"]["coordinates"]
    assert 106 < east < 109
    assert 20 < north < 22


def test_the_page_of_the_dataset_leads_to_it(client: TestClient) -> None:
    for address in ("/du-lieu/investment_projects", "/en/data/investment_projects"):
        assert f'href="{oc4ids.ADDRESS}"' in client.get(address).text
    assert oc4ids.ADDRESS not in client.get("/du-lieu/zones").text
