"""Projects and zones side by side, over the real release."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import lxml.html
import pytest
from lxml.html import HtmlElement
from starlette.testclient import TestClient

from minhbach_datasets.release import Release
from minhbach_site import addresses

PROJECTS = ("benh-vien-da-khoa-tinh", "cai-tao-quoc-lo-4b")


def _page(client: TestClient, address: str) -> HtmlElement:
    response = client.get(address)
    assert response.status_code == 200, address
    return lxml.html.fromstring(response.content)


def _rows(page: HtmlElement) -> dict[str, tuple[list[str], bool]]:
    """Field -> (values, marked as different)."""
    found = {}
    for row in page.xpath("//table[contains(@class, 'compare')]/tbody/tr"):
        name = row.xpath("string(th)").split("≠")[0].strip()
        cells = [" ".join(cell.text_content().split()) for cell in row.findall("td")]
        found[name] = cells, "differs" in row.get("class", "")
    return found


def test_values_stand_side_by_side_and_differences_are_marked(client: TestClient) -> None:
    page = _page(client, addresses.compare("investment_projects", PROJECTS, "en"))
    rows = _rows(page)
    assert rows["Sector"] == (["Health", "Transport"], True)
    assert rows["Capital in VND"] == (["1,250 billion VND", "1,800 billion VND"], True)
    assert rows["Status"] == (["Under way", "Under way"], False)
    # Each column ends at its source.
    assert len(page.xpath("//td//a[contains(@rel, 'external')]")) == 2


def test_what_is_not_published_is_no_difference(client: TestClient, release: Release) -> None:
    [[known, unknown]] = release.rows(
        "SELECT (SELECT _id FROM zones WHERE land_rent_usd_m2 IS NOT NULL ORDER BY _id LIMIT 1), "
        "(SELECT _id FROM zones WHERE land_rent_usd_m2 IS NULL ORDER BY _id LIMIT 1)"
    )
    page = _page(client, addresses.compare("zones", [known, unknown], "vi"))
    title = release.catalogue["zones"].field("land_rent_usd_m2").title.vi
    values, differs = _rows(page)[title]
    assert values[1] == "chưa công bố"
    assert not differs


@pytest.mark.parametrize("language", ["vi", "en"])
def test_one_record_leads_on_to_similar_ones(client: TestClient, language: str) -> None:
    start = addresses.record("investment_projects", PROJECTS[0], language)  # type: ignore[arg-type]
    [compare] = _page(client, start).xpath("//p[@class='more']/a[contains(@href, 'id=')]/@href")
    page = _page(client, compare)
    more = page.xpath("//section[@aria-labelledby='more']//a/@href")
    assert more
    page = _page(client, more[0])
    assert len(page.xpath("//table/thead//th")) == 3
    # Taking one out again leads back.
    without = page.xpath("//tr[@class='choices']/td[2]//a/@href")[1]
    assert parse_qs(urlsplit(without).query)["id"] == [PROJECTS[0]]


def test_similar_records_agree_and_those_of_the_same_place_come_first(
    client: TestClient, release: Release
) -> None:
    page = _page(client, "/co-hoi/khu/so-sanh?id=kcn-hai-yen")
    offered = [
        parse_qs(urlsplit(href).query)["id"][1]
        for href in page.xpath("//section[@aria-labelledby='more']//a/@href")
    ]
    kinds = dict(release.rows("SELECT _id, kind FROM zones"))
    assert offered
    assert {kinds[id_] for id_ in offered} == {kinds["kcn-hai-yen"]}


def test_the_list_chooses_without_script(client: TestClient) -> None:
    for slug in ("investment_projects", "zones"):
        page = _page(client, addresses.list_of(slug, "vi"))
        [form] = page.xpath("//form[@id='compare']")
        boxes = page.xpath("//input[@form='compare']/@value")
        assert len(boxes) > 4
        page = _page(client, f"{form.get('action')}?id={boxes[0]}&id={boxes[1]}")
        assert len(page.xpath("//table/thead//th")) == 3
    assert not _page(client, "/van-ban").xpath("//input[@form='compare']")


def test_too_few_too_many_and_unknown(client: TestClient, release: Release) -> None:
    assert "Choose 2 to 4" in client.get("/en/opportunities/projects/compare").text
    twice = _page(client, "/co-hoi/du-an/so-sanh?id=" + "&id=".join([PROJECTS[0]] * 6))
    assert len(twice.xpath("//table/thead//th")) == 2
    ids = [id_ for [id_] in release.rows("SELECT _id FROM investment_projects LIMIT 5")]
    response = client.get(addresses.compare("investment_projects", ids, "en"))
    assert response.status_code == 400
    assert "At most 4 can be compared at once; this address has 5." in response.text
    assert client.get("/co-hoi/du-an/so-sanh?id=khong-co").status_code == 404


def test_converted_capital_is_shown_and_no_difference(client: TestClient) -> None:
    """Both sources state VND alone; a rate of their year gives the dollars."""
    page = _page(
        client, "/co-hoi/du-an/so-sanh?id=ha-tang-khu-phi-thue-quan&id=ha-tang-kcn-cam-pha"
    )
    (row,) = (tr for tr in page.xpath("//tbody/tr") if tr.xpath("./th[contains(., 'đô la Mỹ')]"))
    assert len(row.xpath(".//a[@class='about']")) == 2
    assert "differs" not in (row.get("class") or "")


def test_mixed_kinds_show_what_is_published_of_each(client: TestClient) -> None:
    page = _page(client, "/co-hoi/so-sanh?id=du-an-aeon-mall-ha-long&id=khu-kcn-hai-yen")
    cells = {
        tr.xpath("./th")[0].text_content().split("≠")[0].strip(): tr
        for tr in page.xpath("//tbody/tr")
    }
    districts = cells["Huyện, thị xã, thành phố trước 01/07/2025"].text_content()
    assert "Hạ Long" in districts
    assert "Móng Cái" in districts
    assert not {"Vị trí", "Giai đoạn, còn mở trước"} & set(cells)
