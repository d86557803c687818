from __future__ import annotations

import hashlib

import lxml.html
import pytest
from starlette.testclient import TestClient

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.release import Release

SLUGS = sorted(Catalogue.read())


@pytest.mark.parametrize("extension", ["csv", "xlsx", "json", "parquet", "datapackage.json"])
def test_files_are_those_of_the_manifest(
    client: TestClient, release: Release, extension: str
) -> None:
    for slug in SLUGS:
        response = client.get(f"/du-lieu/{slug}.{extension}")
        _path, entry = release.file(f"{slug}.{extension}")
        assert hashlib.sha256(response.content).hexdigest() == entry.sha256
        assert response.headers["etag"] == f'"{entry.sha256}"'


def test_unchanged_files_are_not_sent_again(client: TestClient) -> None:
    etag = client.get("/du-lieu/zones.csv").headers["etag"]
    again = client.get("/du-lieu/zones.csv", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_ranges(client: TestClient) -> None:
    whole = client.get("/du-lieu/zones.parquet").content
    part = client.get("/du-lieu/zones.parquet", headers={"range": "bytes=4-19"})
    assert part.status_code == 206
    assert part.content == whole[4:20]


def test_byte_order_mark_is_a_choice(client: TestClient) -> None:
    assert client.get("/du-lieu/zones.csv").content.startswith(b"zone_id,")
    assert client.get("/du-lieu/zones.csv?bom=1").content.startswith(b"\xef\xbb\xbfzone_id,")


def test_english_addresses_serve_the_same_files(client: TestClient) -> None:
    assert client.get("/en/data/zones.csv").content == client.get("/du-lieu/zones.csv").content


@pytest.mark.parametrize("slug", SLUGS)
def test_dataset_page_explains_itself(client: TestClient, release: Release, slug: str) -> None:
    page = lxml.html.fromstring(client.get(f"/en/data/{slug}").content)
    dataset = release.catalogue[slug]
    dictionary = page.xpath("//section[@aria-labelledby='dictionary']//tbody/tr")
    assert len(dictionary) == len(dataset.fields)
    text = page.text_content()
    for caveat in dataset.caveats:
        assert caveat.en in text
    for extension in ("csv", "xlsx", "json", "parquet"):
        assert release.file(f"{slug}.{extension}")[1].sha256 in text
    assert "passed" in text
    assert "Creative Commons" in text


def test_catalogue_json(client: TestClient, release: Release) -> None:
    found = client.get("/du-lieu.json").json()
    assert {d["slug"]: d["rows"] for d in found["datasets"]} == {
        slug: entry.rows for slug, entry in release.manifest.datasets.items()
    }
    for address in found["datasets"][0]["files"].values():
        assert client.get(address).status_code == 200
