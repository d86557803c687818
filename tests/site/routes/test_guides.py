from __future__ import annotations

import lxml.html
import pytest
from starlette.testclient import TestClient

from minhbach_datasets.release import Release


@pytest.mark.parametrize(("path", "language"), [("/huong-dan", "vi"), ("/en/guides", "en")])
def test_guides_lead_to_the_pages_they_speak_of(
    client: TestClient, release: Release, path: str, language: str
) -> None:
    listed = lxml.html.fromstring(client.get(path).content).xpath("//main//h2/a/@href")
    assert len(listed) == len(release.catalogue.guides)
    for address, guide in zip(listed, release.catalogue.guides, strict=True):
        page = lxml.html.fromstring(client.get(address).content)
        assert len(page.xpath("//ol[@class='steps']/li")) == len(guide.steps)
        for link in page.xpath("//main//ul/li/a/@href"):
            assert client.get(link).status_code == 200


def test_an_unknown_guide(client: TestClient) -> None:
    assert client.get("/huong-dan/khong-co").status_code == 404
