from __future__ import annotations

from pathlib import Path

import lxml.html
import pytest
from starlette.testclient import TestClient

from minhbach_site.app import create_app
from minhbach_site.settings import Settings


@pytest.mark.parametrize(
    "path",
    ["/khong-co", "/en/nothing", "/co-hoi/du-an/khong-co", "/du-lieu/khong_co", "/du-lieu/khong_co.csv",
     "/du-lieu/zones.xml", "/du-lieu/zones/dong", "/co-hoi/du-an/..%2f..%2fetc", "/static/../app.py"],
)  # fmt: skip
def test_not_found_says_what_to_do(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code in (404, 308), path


def test_error_page_is_in_the_language_of_its_address(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/en/nothing").content)
    assert page.get("lang") == "en"
    assert page.xpath("//h1")[0].text == "This page was not found"
    assert "/en/search" in page.xpath("//main//a/@href")


def test_programs_get_problem_json(client: TestClient) -> None:
    response = client.get("/co-hoi/du-an/khong-co", headers={"accept": "application/json"})
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 404
    assert problem["instance"] == "/co-hoi/du-an/khong-co"
    assert set(problem) == {"type", "title", "status", "detail", "instance"}


def test_wrong_method(client: TestClient) -> None:
    response = client.post("/co-hoi")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]


def test_before_the_first_release(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(var=tmp_path))) as client:
        response = client.get("/", headers={"accept": "text/html"})
        assert response.status_code == 503
        assert "make ingest" in response.text
        assert client.get("/en/data.json").json()["status"] == 503


def test_unexpected_error_tells_nothing_of_the_inside(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("minhbach_site.routes.search.engines_of", fail)
    response = client.get("/tim-kiem?q=fails")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "content-security-policy" in response.headers
