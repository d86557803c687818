from __future__ import annotations

import lxml.html
import pytest
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
    assert "<script" not in text


def test_json(client: TestClient) -> None:
    found = client.get("/en/search.json?q=industrial+park").json()
    assert found["total"] > 10
    assert found["items"][0]["url"].startswith("/en/")
    assert found["release"]


def test_nothing_found_offers_a_way_on(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/tim-kiem?q=zzzzqqqq").content)
    assert page.xpath("//div[@class='nothing']//a/@href") == ["/du-lieu"]


@pytest.mark.parametrize("query", ["kind=cats", "page=0", "page=51", "page=x"])
def test_bad_parameters(client: TestClient, query: str) -> None:
    assert client.get(f"/tim-kiem?q=a&{query}").status_code == 400


def test_paging(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/tim-kiem?q=ha+long").content)
    (following,) = page.xpath("//a[@rel='next']/@href")
    second = lxml.html.fromstring(client.get(following).content)
    assert len(second.xpath("//a[@rel='prev']")) == 1
