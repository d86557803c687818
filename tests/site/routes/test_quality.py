"""The report of a load as a page, and what pages say of remote sources."""

from __future__ import annotations

from collections.abc import Callable

import lxml.html
import pytest
from starlette.testclient import TestClient

from minhbach_datasets.release import Release
from minhbach_site import addresses

Has = Callable[[str], None]


def test_every_dataset_has_its_report_in_both_languages(
    client: TestClient, release: Release
) -> None:
    for slug in release.catalogue:
        for language in ("vi", "en"):
            address = addresses.quality(slug, language)
            response = client.get(address)
            assert response.status_code == 200, address
            page = client.get(addresses.dataset(slug, language))
            assert address in page.text


def test_a_report_tells_what_was_read_dropped_and_found(client: TestClient, has: Has) -> None:
    has("province_budgets")
    text = lxml.html.fromstring(client.get("/en/data/province_budgets/quality").content)
    words = " ".join(text.text_content().split())
    assert "Plan_2008.xls" in words
    assert "95 rows in the file, 64 rows of data." in words
    assert "7 skipped: province" in words
    assert "1 totals" in words
    assert "several cells under one header; 45 was taken" in words
    assert "BẮC CẠN → Bắc Kạn" in words
    json = client.get("/du-lieu/province_budgets/chat-luong.json").json()
    assert json["dataset"] == "province_budgets"
    assert len(json["files"]) == 18


def test_decided_personal_data_is_told_with_its_reason(client: TestClient) -> None:
    page = client.get("/du-lieu/agencies/chat-luong").text
    assert "công bố, có lý do" in page
    assert "không phải của cá nhân" in page


def test_remote_datasets_say_where_they_come_from_and_since_when(
    client: TestClient, release: Release, has: Has
) -> None:
    has("province_fdi")
    page = client.get("/en/data/province_fdi").text
    source = release.manifest.datasets["province_fdi"].sources_read[0]
    assert source.url in page
    assert "unchanged there on" in page
    assert client.get("/du-lieu.json").json()["datasets"][0].keys() >= {"slug", "sources"}


def test_shapes_are_downloaded_as_geojson_and_kept_out_of_lists(
    client: TestClient, has: Has
) -> None:
    has("commune_boundaries")
    response = client.get("/du-lieu/commune_boundaries.geojson")
    assert response.headers["content-type"] == "application/geo+json"
    assert len(response.json()["features"]) == 54
    assert len(client.get("/du-lieu/commune_boundaries/dong").content) < 60_000
    page = client.get("/en/data/commune_boundaries/06970")
    assert page.status_code == 200
    assert "GeoJSON MultiPolygon" in page.text
    assert client.get("/du-lieu/agencies.geojson").status_code == 404


@pytest.mark.parametrize("path", ["/du-lieu/nothing/chat-luong", "/en/data/nothing/quality.json"])
def test_a_report_of_nothing(path: str, client: TestClient) -> None:
    assert client.get(path).status_code == 404
