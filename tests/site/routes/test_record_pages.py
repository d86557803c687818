from __future__ import annotations

import re

import lxml.html
import pytest
from starlette.testclient import TestClient

from minhbach_datasets.model import LANGUAGES, Language
from minhbach_datasets.release import Release
from minhbach_site import addresses


def _links(client: TestClient, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200, path
    found: list[str] = lxml.html.fromstring(response.content).xpath("//main//a/@href")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_project_reaches_zone_commune_plan_law_incentive_and_procedure(
    client: TestClient, language: Language
) -> None:
    """By links alone, as an investor would."""
    project = addresses.record("investment_projects", "ccn-yen-tho-kim-long", language)
    if client.get(project).status_code == 404:
        project = addresses.record("investment_projects", "lite-on-quang-ninh", language)
    links = _links(client, project)

    def first(slug: str, among: list[str]) -> str:
        start = addresses.area(slug).record[language].format("")
        return next(href for href in among if href.startswith(start))

    zone = first("zones", links)
    assert first("communes", [*links, *_links(client, zone)])
    plan = first("plans", links)
    assert first("legal_documents", _links(client, plan))
    incentive = first("incentives", links)
    assert first("legal_documents", _links(client, incentive))
    assert first("procedures", links)


def test_every_project_reaches_plans_incentives_and_procedures(
    client: TestClient, release: Release
) -> None:
    for (id_,) in release.rows("SELECT _id FROM investment_projects ORDER BY _id"):
        links = _links(client, f"/co-hoi/du-an/{id_}")
        for start in ("/quy-hoach/", "/uu-dai/", "/thu-tuc/"):
            assert any(href.startswith(start) for href in links), (id_, start)


def test_missing_values_say_so(client: TestClient) -> None:
    main = lxml.html.fromstring(client.get("/co-hoi/du-an/lite-on-quang-ninh").content).xpath(
        "//main"
    )[0]
    facts = {
        row.xpath("./dt/text()")[0].strip(): re.sub(
            r"\[\d+\]$", "", row.xpath("./dd")[0].text_content().strip()
        )
        for row in main.xpath(".//dl[contains(@class, 'fields')]/div")
    }
    assert facts["Vốn bằng đồng Việt Nam"] == "chưa công bố"
    assert facts["Vốn bằng đô la Mỹ"] == "690 triệu USD"
    assert facts["Diện tích"] == "30 ha"


def test_source_and_verification_are_shown(client: TestClient, release: Release) -> None:
    for level, text in (("yes", "đã đối chiếu nguồn"), ("no", "chưa đối chiếu")):
        id_, url = release.rows(
            "SELECT _id, source_url FROM indicator_values WHERE verified = ? ORDER BY _id LIMIT 1",
            [level],
        )[0]
        page = lxml.html.fromstring(client.get(f"/du-lieu/indicator_values/{id_}").content)
        source = page.xpath("//section[@class='source']")[0]
        assert text in source.text_content()
        assert source.xpath(".//a/@href") == [url]


def test_law_shows_relations_both_ways(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/van-ban/31-2024-qh15").content)
    headings = [h.text_content() for h in page.xpath("//section[@aria-labelledby='relations']//h3")]
    assert any("Văn bản khác: căn cứ" in h for h in headings)
    assert any("Văn bản này" in h or "sửa đổi" in h for h in headings)


def test_document_not_in_force_has_a_banner(client: TestClient) -> None:
    ended = client.get("/van-ban/13-2003-qh11").text
    assert (
        "Hết hiệu lực"
        in lxml.html.fromstring(ended).xpath("//p[contains(@class,'banner')]")[0].text_content()
    )
    unknown = client.get("/van-ban/1719-2006-qd-ubnd").text
    assert "Chưa biết tình trạng hiệu lực" in unknown


def test_indicator_shows_contradictions_side_by_side(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/chi-tieu/grdp-growth").content)
    disputes = page.xpath("//section[@class='disputes']//li")
    assert any(
        "2023" in d.text_content() and "11,02" in d.text_content() and "11,03" in d.text_content()
        for d in disputes
    )
    assert all(len(d.xpath(".//a[contains(@rel, 'external')]")) >= 2 for d in disputes)


def test_plan_shows_its_targets(client: TestClient, release: Release) -> None:
    page = lxml.html.fromstring(client.get("/en/plans/quy-hoach-tinh-2021-2030").content)
    rows = page.xpath("//section[@aria-labelledby='targets']//tbody/tr")
    expected = release.rows(
        "SELECT count(*) FROM plan_targets WHERE plan_id = 'quy-hoach-tinh-2021-2030'"
    )
    assert len(rows) == expected[0][0]
    assert any("≤" in row.text_content() for row in rows)


def test_place_tells_what_it_was_made_from(client: TestClient) -> None:
    text = client.get("/dia-ban/06661").text
    assert "Phường Giếng Đáy" in text
    assert "Thành phố Hạ Long" in text
    assert "tỉnh Quảng Ninh đến hết ngày 31/08/2026" in text


def test_untranslated_titles_are_labelled(client: TestClient, release: Release) -> None:
    (id_,) = release.rows("SELECT _id FROM incentives ORDER BY _id LIMIT 1")[0]
    page = lxml.html.fromstring(client.get(f"/en/incentives/{id_}").content)
    assert page.xpath("//h1/@lang") == ["vi"]
    assert "not yet translated" in page.text_content()


def test_record_json_is_the_same_record(client: TestClient) -> None:
    found = client.get("/co-hoi/du-an/lite-on-quang-ninh.json").json()
    assert found["fields"]["capital_usd_million"] == 690
    assert found["fields"]["capital_vnd_billion"] is None
    assert found["links"]["zone_id"][0]["url"] == "/co-hoi/khu/kcn-song-khoai"
    assert found["fields"]["source_url"].startswith("https://")


def test_rows_of_datasets_with_an_area_have_one_address(client: TestClient) -> None:
    response = client.get("/du-lieu/zones/kcn-song-khoai")
    assert (response.status_code, response.headers["location"]) == (
        308,
        "/co-hoi/khu/kcn-song-khoai",
    )


def test_titles_name_what_a_row_refers_to(client: TestClient) -> None:
    """A code means nothing to a reader: the title of a value is that of its indicator."""
    page = client.get("/en/data/indicator_values/accommodations-2023-actual").text
    assert "Tourist accommodation establishments, Quảng Ninh, 2023" in page
