from __future__ import annotations

import lxml.html
import pytest
from starlette.testclient import TestClient

from minhbach_search.glossary import glossary


@pytest.mark.parametrize("path", ["/thuat-ngu", "/en/glossary"])
def test_every_term_is_listed_and_has_a_page(client: TestClient, path: str) -> None:
    page = lxml.html.fromstring(client.get(path).content)
    links = page.xpath("//ul[@class='terms']/li/a/@href")
    assert len(links) == len(glossary())
    for link in links[::25]:
        assert client.get(link).status_code == 200


def test_a_term_shows_its_names_and_what_bears_it(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/en/glossary/khu-cong-nghiep").content)
    assert page.xpath("//h1")[0].text_content() == "industrial park"
    text = page.text_content()
    assert "khu công nghiệp" in text
    assert "KCN" in text
    assert page.xpath("//ol[@class='hits']/li")


def test_an_unknown_term(client: TestClient) -> None:
    assert client.get("/thuat-ngu/khong-co").status_code == 404


def test_the_whole_glossary_as_data(client: TestClient) -> None:
    sections = client.get("/thuat-ngu.json").json()["sections"]
    assert sum(len(section["terms"]) for section in sections) == len(glossary())
