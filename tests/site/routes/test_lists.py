from __future__ import annotations

import csv
import io
import random
from urllib.parse import urlencode

import lxml.html
import pytest
from starlette.testclient import TestClient

from minhbach_datasets.release import Release

PROJECTS = "/co-hoi/du-an"


def _json(client: TestClient, path: str, **parameters: str) -> dict[str, object]:
    response = client.get(f"{path}.json?{urlencode(parameters)}")
    assert response.status_code == 200, response.text
    found: dict[str, object] = response.json()
    return found


def test_a_facet_does_not_empty_its_own_other_values(client: TestClient) -> None:
    every = _json(client, PROJECTS)["facets"]["status"]  # type: ignore[index]
    some = _json(client, PROJECTS, status="dừng")["facets"]["status"]  # type: ignore[index]
    assert {v["value"]: v["count"] for v in some} == {v["value"]: v["count"] for v in every}
    sectors = _json(client, PROJECTS, status="dừng")["facets"]["sector"]  # type: ignore[index]
    assert sum(v["count"] for v in sectors) == 14


def test_facet_counts_are_what_choosing_them_finds(client: TestClient, release: Release) -> None:
    """Any combination of two filters: page, JSON and CSV agree, and facets predict the next step."""
    chance = random.Random(7)
    facets = _json(client, PROJECTS)["facets"]
    for _ in range(25):
        chosen = {}
        for name in chance.sample(sorted(facets), 2):  # type: ignore[call-overload]
            value = chance.choice(facets[name])  # type: ignore[index]
            chosen[name] = value["value"] or ""
        found = _json(client, PROJECTS, **chosen)
        lines = list(
            csv.reader(io.StringIO(client.get(f"{PROJECTS}.csv?{urlencode(chosen)}").text))
        )
        tree = lxml.html.fromstring(client.get(f"{PROJECTS}?{urlencode(chosen)}").content)
        shown = tree.xpath("//p[@class='result-count']")[0].text_content().split()[0]
        assert len(lines) - 1 == found["total"] == int(shown.replace(".", "")), chosen
        for value in found["facets"]["investment_form"]:  # type: ignore[index]
            further = {**chosen, "investment_form": value["value"] or ""}
            assert _json(client, PROJECTS, **further)["total"] == value["count"]


def test_range_and_text(client: TestClient, release: Release) -> None:
    expected = release.rows("SELECT count(*) FROM investment_projects WHERE area_ha >= 30")[0][0]
    assert _json(client, PROJECTS, area_ha_min="30")["total"] == expected
    assert _json(client, PROJECTS, area_ha_min="30,0")["total"] == expected
    assert _json(client, PROJECTS, area_ha_min="100", area_ha_max="1")["total"] == 0
    found = _json(client, PROJECTS, q="ha long")
    assert found["total"]
    assert found["total"] == _json(client, PROJECTS, q="Hạ  LONG")["total"]


def test_values_that_were_not_published_are_a_choice(client: TestClient, release: Release) -> None:
    missing = release.rows("SELECT count(*) FROM investment_projects WHERE investment_form IS NULL")
    assert _json(client, PROJECTS, investment_form="")["total"] == missing[0][0]


def test_sort_is_vietnamese_and_unpublished_comes_last(client: TestClient) -> None:
    names = [i["fields"]["name_vi"] for i in _json(client, PROJECTS)["items"]]  # type: ignore[attr-defined]
    assert names[0].startswith("Avatar")
    largest = _json(client, PROJECTS, sort="-area_ha")["items"]
    areas = [item["fields"]["area_ha"] for item in largest]  # type: ignore[attr-defined]
    assert areas == sorted(areas, reverse=True)
    smallest = _json(client, PROJECTS, sort="area_ha")["items"]
    assert smallest[0]["fields"]["area_ha"] is not None  # type: ignore[index]


def test_pages_show_every_row_once(client: TestClient, release: Release) -> None:
    seen: list[str] = []
    path: str | None = "/van-ban.json"
    while path:
        found = client.get(path).json()
        seen += [item["id"] for item in found["items"]]
        path = found["next"]
    total = release.rows("SELECT count(*) FROM legal_documents")[0][0]
    assert len(seen) == len(set(seen)) == total


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("sort=nothing", "sort='nothing'"),
        ("page=0", "page='0'"),
        ("page=abc", "page='abc'"),
        ("page=99999999999999", "page="),
        ("area_ha_min=viele", "area_ha_min='viele'"),
        ("area_ha_min=1e9", "area_ha_min='1e9'"),
        ("area_ha_min=--5", "area_ha_min='--5'"),
        ("&".join(f"status={n}" for n in range(60)), "status: at most 50"),
    ],
)
def test_bad_parameters_are_named(client: TestClient, query: str, told: str) -> None:
    response = client.get(f"{PROJECTS}?{query}")
    assert response.status_code == 400
    assert told in lxml.html.fromstring(response.content).text_content()
    problem = client.get(f"{PROJECTS}.json?{query}")
    assert problem.headers["content-type"] == "application/problem+json"
    assert told in problem.json()["detail"]


@pytest.mark.parametrize(
    "value", ["'; DROP TABLE plans; --", "x' OR '1'='1", "\x00", "☃" * 500, "%", "(SELECT 1)"]
)
def test_what_visitors_send_is_data(client: TestClient, value: str) -> None:
    for name in ("status", "communes", "q"):
        found = _json(client, PROJECTS, **{name: value})
        assert isinstance(found["total"], int)


@pytest.mark.parametrize("extension", ["csv", "xlsx", "parquet"])
def test_filtered_files(client: TestClient, extension: str) -> None:
    response = client.get(f"/co-hoi/khu.{extension}?kind=KCN")
    assert response.status_code == 200
    assert f'filename="zones.{extension}"' in response.headers["content-disposition"]
    if extension == "csv":
        kinds = {row["kind"] for row in csv.DictReader(io.StringIO(response.text))}
        assert kinds == {"KCN"}
        marked = client.get("/co-hoi/khu.csv?kind=KCN&bom=1").content
        assert marked.startswith(b"\xef\xbb\xbf")


def test_json_download_holds_every_row_and_the_address_alone_a_page(client: TestClient) -> None:
    query = "status=k%C3%AAu+g%E1%BB%8Di+%C4%91%E1%BA%A7u+t%C6%B0"
    page = client.get(f"/co-hoi/du-an.json?{query}").json()
    assert (page["total"], len(page["items"])) == (64, 25)
    whole = client.get(f"/co-hoi/du-an.json?{query}&all=1")
    assert "attachment" in whole.headers["content-disposition"]
    assert len(whole.json()) == 64


def test_a_page_past_the_end_leads_to_the_last(client: TestClient) -> None:
    response = client.get("/en/opportunities/projects?sector=y+t%E1%BA%BF&page=999")
    assert response.status_code == 302
    assert client.get(response.headers["location"]).status_code == 200


def test_english_lists_are_in_the_order_of_what_they_show(client: TestClient) -> None:
    titles = [
        item["title"] for item in client.get("/en/opportunities/projects.json").json()["items"]
    ]
    assert titles == sorted(titles, key=str.casefold)


def test_an_empty_list_offers_the_search_of_the_whole_portal(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/dia-ban?q=minh+th%C3%A0nh").content)
    (address,) = page.xpath("//div[@class='nothing']//a[contains(@href, '/tim-kiem')]/@href")
    assert "Minh Thành" in client.get(address).text
