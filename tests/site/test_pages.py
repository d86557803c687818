"""Every type of page, in both languages."""

from __future__ import annotations

import re

import lxml.html
import pytest
from starlette.testclient import TestClient

from minhbach_datasets.model import LANGUAGES, Language
from minhbach_site.serving import CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_of_page(
    client: TestClient, page_types: dict[Language, list[str]], language: Language
) -> None:
    for path in page_types[language]:
        response = client.get(path)
        assert response.status_code == 200, path
        tree = lxml.html.fromstring(response.content)
        assert tree.get("lang") == language
        assert len(tree.xpath("//h1")) == 1, path
        assert tree.xpath("//title")[0].text.strip()
        assert "None" not in tree.xpath("//main")[0].text_content().split(), path
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        pairs = {a.get("hreflang"): a.get("href") for a in tree.xpath("//link[@hreflang]")}
        assert set(pairs) == set(LANGUAGES)
        assert pairs[language] == tree.xpath("//link[@rel='canonical']/@href")[0]
        assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        # Nothing inline that the policy would block, nothing from elsewhere.
        assert not tree.xpath(
            "//@style | //style | //script[not(@src) and @type != 'application/ld+json'] | //*[@onclick]"
        )
        for address in tree.xpath("//img/@src | //script/@src | //link[@rel='stylesheet']/@href"):
            assert address.startswith("/static/"), path


def test_language_switch_stays_on_the_page(
    client: TestClient, page_types: dict[Language, list[str]]
) -> None:
    for here, there in zip(page_types["vi"], page_types["en"], strict=True):
        tree = lxml.html.fromstring(client.get(here).content)
        assert tree.xpath("//nav[@class='language']/a/@href") == [there]
        tree = lxml.html.fromstring(client.get(there).content)
        assert tree.xpath("//nav[@class='language']/a/@href") == [here]


def test_language_switch_keeps_the_query(client: TestClient) -> None:
    tree = lxml.html.fromstring(client.get("/co-hoi?sector=y+t%E1%BA%BF&page=1").content)
    (address,) = tree.xpath("//nav[@class='language']/a/@href")
    assert address == "/en/opportunities?sector=y+t%E1%BA%BF&page=1"


def test_home_has_six_figures_with_date_and_source(client: TestClient) -> None:
    tree = lxml.html.fromstring(client.get("/").content)
    figures = tree.xpath("//ul[@class='figures']/li")
    assert len(figures) == 6
    for figure in figures:
        assert figure.xpath(".//a[contains(@rel, 'external')]/@href")
        assert re.search(r"\b20\d\d,", figure.text_content())
        assert figure.xpath(".//h3/a/@href")[0].startswith("/chi-tieu/")


def test_english_is_an_address_of_its_own(client: TestClient) -> None:
    response = client.get("/en")
    assert (response.status_code, response.headers["location"]) == (308, "/en/")
