from __future__ import annotations

import base64
from urllib.parse import urlencode

import lxml.html
import pytest
from hostile import HOSTILE
from starlette.testclient import TestClient


def test_results_with_highlights_and_kinds(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/tim-kiem?q=ha+long").content)
    hits = page.xpath("//ol[@class='hits']/li")
    assert len(hits) == 20
    assert any(mark.text == "Hạ Long" for mark in page.xpath("//mark"))
    chips = page.xpath("//ul[@class='chips']/li/a")
    assert len(chips) > 5
    narrowed = lxml.html.fromstring(client.get(chips[1].get("href")).content)
    kinds = {p.text.strip() for p in narrowed.xpath("//p[@class='hit-kind']")}
    assert len(kinds) == 1


@pytest.mark.parametrize(
    ("path", "text"), [("/tim-kiem", "80/QĐ-TTg"), ("/en/search", "80 qd ttg")]
)
def test_plan_by_its_number(client: TestClient, path: str, text: str) -> None:
    page = lxml.html.fromstring(client.get(path, params={"q": text}).content)
    first = page.xpath("//ol[@class='hits']/li[1]//a/@href")[0]
    assert first.endswith("/quy-hoach-tinh-2021-2030")


def test_what_was_typed_is_escaped(client: TestClient) -> None:
    text = client.get("/tim-kiem", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>" not in text
    assert "alert(1)</script" not in text


def test_json(client: TestClient) -> None:
    found = client.get("/en/search.json?q=industrial+park").json()
    assert found["total"] > 10
    assert found["items"][0]["url"].startswith("/en/")
    assert found["release"]


def test_nothing_found_offers_a_way_on(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/tim-kiem?q=zzzzqqqq").content)
    assert page.xpath("//div[@class='nothing']//a/@href") == ["/du-lieu"]


@pytest.mark.parametrize(
    "query",
    [
        "kind=cats",
        "sort=cheapest",
        "cursor=nonsense",
        "cursor=!!!",
        f"cursor={base64.urlsafe_b64encode(b'20200101T000000Z-abcdef.7').decode()}",
        "area_ha_min=much",
        "&".join(f"year={year}" for year in range(2000, 2030)),
        "sector=" + "a" * 300,
    ],
)
def test_bad_parameters(client: TestClient, query: str) -> None:
    response = client.get(f"/tim-kiem?q=a&{query}")
    assert response.status_code == 400
    assert query.split("=", maxsplit=1)[0].split("_min", maxsplit=1)[0] in response.text


def test_paging_by_cursor(client: TestClient) -> None:
    seen: list[str] = []
    address: str | None = "/tim-kiem?q=c%E1%BA%A9m+ph%E1%BA%A3"
    while address:
        page = lxml.html.fromstring(client.get(address).content)
        seen += page.xpath("//ol[@class='hits']/li/h2/a/@href")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), None)
    assert len(seen) == len(set(seen)) > 40
    assert page.xpath("//a[@rel='prev']")


def test_a_cursor_of_another_release(client: TestClient) -> None:
    stale = base64.urlsafe_b64encode(b"20200101T000000Z-abcdef.20").decode().rstrip("=")
    answer = client.get(f"/tim-kiem.json?q=a&cursor={stale}")
    assert answer.status_code == 410
    assert "20200101T000000Z-abcdef" in answer.json()["detail"]
    # A reader is not left with an error: the results start over and the page says why.
    page = client.get(f"/tim-kiem?q=h%E1%BA%A1+long&cursor={stale}")
    assert page.status_code == 200
    assert "bắt đầu lại từ đầu" in page.text


def test_facets_stay_right_under_selection(client: TestClient) -> None:
    def counts(query: str) -> dict[str, dict[str, int]]:
        facets = client.get(f"/en/search.json?{query}").json()["facets"]
        return {
            name: {each["value"]: each["count"] for each in values}
            for name, values in facets.items()
        }

    every = counts("q=ha+long&kind=investment_projects")
    chosen = counts("q=ha+long&kind=investment_projects&sector=y+t%E1%BA%BF")
    assert chosen["sector"] == every["sector"]
    assert chosen["kind"]["investment_projects"] == every["sector"]["y tế"]
    assert sum(chosen["status"].values()) == every["sector"]["y tế"]


def test_filters_by_every_dimension_narrow_the_result(client: TestClient) -> None:
    total = client.get("/tim-kiem.json?q=h%E1%BA%A1+long").json()["total"]
    for query in (
        "kind=plans",
        "sector=giao+th%C3%B4ng",
        "commune=06661",
        "district=193",
        "zone=kcn-cai-lan",
        "agency=ban-quan-ly-khu-kinh-te-quang-ninh",
        "status=ho%C3%A0n+th%C3%A0nh",
        "year=2023",
        "field=quy+ho%E1%BA%A1ch",
        "capital_vnd_billion_min=1000",
        "capital_usd_million_max=500",
        "area_ha_min=1&area_ha_max=100",
    ):
        found = client.get(f"/tim-kiem.json?q=h%E1%BA%A1+long&{query}").json()
        assert found["total"] < total, query


def test_bounds_keep_every_digit(client: TestClient) -> None:
    found = client.get("/tim-kiem.json?kind=investment_projects&capital_vnd_billion_max=1234567.25")
    following = found.json()["next"]
    assert "capital_vnd_billion_max=1234567.25" in following
    assert client.get(following).status_code == 200


def test_many_parameters_are_refused_at_once(client: TestClient) -> None:
    query = "&".join(f"p{number}=1" for number in range(5000))
    assert client.get(f"/tim-kiem?{query}").status_code == 400


def test_nothing_asked_nothing_found(client: TestClient) -> None:
    assert client.get("/tim-kiem.json").json()["total"] == 0
    assert "Gõ từ khóa" in client.get("/tim-kiem").text


def test_facet_values_read_as_names(client: TestClient) -> None:
    page = client.get("/en/search?q=ha+long&kind=investment_projects").text
    assert "Ha Long city" in page
    assert "Tourism and services" in page


def test_filters_without_words(client: TestClient) -> None:
    found = client.get("/tim-kiem.json?kind=zones&sort=area").json()
    assert found["total"] == 44


def test_terms_of_the_query_lead_to_the_glossary(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/en/search?q=industrial+park").content)
    assert "/en/glossary/khu-cong-nghiep" in page.xpath("//p[@class='quiet']/a/@href")


def test_suggestions_are_grouped_by_kind(client: TestClient) -> None:
    found = client.get("/goi-y.json?q=khu+kinh+t%E1%BA%BF+v%C3%A2n").json()
    kinds = [group["kind"] for group in found["groups"]]
    assert len(kinds) == len(set(kinds)) >= 2
    items = [item for group in found["groups"] for item in group["items"]]
    assert 0 < len(items) <= 8
    assert all(client.get(item["url"]).status_code == 200 for item in items)
    assert client.get("/en/suggest.json?q=i").json()["groups"] == []


def test_every_kind_of_hit_leads_somewhere(client: TestClient) -> None:
    for kind in ("datasets", "glossary", "guides"):
        found = client.get(f"/en/search.json?kind={kind}").json()
        assert found["total"] > 0
        assert client.get(found["items"][0]["url"]).status_code == 200


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("path", ["/tim-kiem", "/tim-kiem.json", "/goi-y.json"])
def test_hostile_text_gets_a_clear_answer(client: TestClient, path: str, text: str) -> None:
    query = urlencode({"q": text}, errors="surrogatepass")
    assert client.get(f"{path}?{query}").status_code == 200
