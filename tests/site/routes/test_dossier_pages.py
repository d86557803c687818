"""Pages of projects and zones: what stands behind them, by number of source."""

from __future__ import annotations

import json
import re

import lxml.html
import pytest
from starlette.testclient import TestClient

from minhbach_datasets.model import LANGUAGES, Language
from minhbach_datasets.release import Release
from minhbach_site import addresses
from minhbach_site.queries import incentives, procedures, rates
from minhbach_site.queries.incentives import Asked
from minhbach_site.queries.records import record

PROJECT = "/co-hoi/du-an/jinko-solar-pv-viet-nam"


def _tree(client: TestClient, path: str) -> lxml.html.HtmlElement:
    response = client.get(path)
    assert response.status_code == 200, path
    return lxml.html.fromstring(response.content)


def test_every_number_leads_to_a_source_of_the_page(client: TestClient, release: Release) -> None:
    ids = [id_ for (id_,) in release.rows("SELECT _id FROM investment_projects ORDER BY _id")][::9]
    paths = [addresses.record("investment_projects", id_, "vi") for id_ in ids]
    paths += [
        addresses.record("zones", id_, "en")
        for (id_,) in release.rows("SELECT _id FROM zones ORDER BY _id")
    ]
    paths += [f"{path}/tom-tat" for path in paths[:4]]
    for path in paths:
        tree = _tree(client, path)
        asked = set(tree.xpath("//sup[@class='cite-mark']/a/@href"))
        there = {f"#{id_}" for id_ in tree.xpath("//@id") if id_.startswith("source-")}
        assert asked, path
        assert asked <= there, path
        if not path.endswith("tom-tat"):
            for source in tree.xpath("//ol[@class='citations']/li"):
                assert source.xpath("./a/@href")[0].startswith("http"), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_project_page_has_its_dossier(client: TestClient, language: Language) -> None:
    tree = _tree(
        client, addresses.record("investment_projects", "jinko-solar-pv-viet-nam", language)
    )
    parts = set(tree.xpath("//section/@aria-labelledby"))
    assert parts >= {
        "events", "land", "contact", "place", "land-use", "plans", "incentives", "steps", "sources",
    }  # fmt: skip
    content = json.loads(tree.xpath("//script[@type='application/ld+json']/text()")[0])
    assert content["@type"] == "Project"
    assert content["subjectOf"].startswith("http")
    assert None not in content.values()


def test_capital_is_converted_only_by_a_rate_of_its_year(
    client: TestClient, release: Release
) -> None:
    dataset = release.catalogue["investment_projects"]
    known = {rate.date[:4] for rate in rates.rates(release)}
    seen = {"converted": 0, "no rate": 0}
    for (id_,) in release.rows("SELECT _id FROM investment_projects ORDER BY _id"):
        found = record(release, dataset, id_, "vi")
        vnd, usd = found.values["capital_vnd_billion"], found.values["capital_usd_million"]
        approved = found.values["approval_date"]
        result = rates.converted(release, found)
        if (vnd is None) == (usd is None) or approved is None or approved[:4] not in known:
            assert result is None, id_
            seen["no rate"] += (vnd is None) != (usd is None)
            continue
        assert result is not None, id_
        assert result.rate.date[:4] == approved[:4]
        factor = result.rate.vnd_per_usd / 1000
        assert result.amount == pytest.approx(vnd / factor if usd is None else usd * factor)
        seen["converted"] += 1
    assert min(seen.values()) > 10
    tree = _tree(client, "/co-hoi/du-an/ben-cang-mui-chua")
    (told,) = tree.xpath("//dl[contains(@class, 'key')]//a[@class='about']")
    assert re.search(r"quy đổi theo 2[0-9]\.[0-9]{3} đồng/USD, 14/07/2020", told.text_content())
    # The rate leads to the two amounts it was made of.
    assert _tree(client, told.get("href")).xpath("//a[contains(@href, '/co-hoi/du-an/')]")


def test_rates_are_those_of_two_amounts_that_one_source_states(release: Release) -> None:
    assert release.rows(
        """
        SELECT count(*) FROM exchange_rates r JOIN investment_projects p USING (project_id)
        WHERE p.capital_vnd_billion <> r.amount_vnd_billion OR p.capital_usd_million <> r.amount_million
          OR p.source_url <> r.source_url OR p.approval_date <> r.date
          OR abs(r.vnd_per_unit - 1000 * r.amount_vnd_billion / r.amount_million) > 1
        """
    ) == [(0,)]


def _named(found: tuple[incentives.Incentive, ...]) -> dict[str, incentives.Incentive]:
    return {incentive.link.id: incentive for incentive in found}


LARGE = "thue-suat-10-trong-15-nam-du-an-san-xuat-quy-mo-lon-va-du-an-uu-dai-dau-tu-dac-b"
IN_PARK = "giam-tien-thue-lai-dat-trong-khu-cum-cong-nghiep-vuon-uom"
CASINO = "thi-diem-nguoi-viet-nam-vao-choi-casino-van-don"
FARM = "on-dinh-gia-thue-dat-du-an-nong-nghiep"


def test_incentives_follow_their_rules_and_say_what_is_not_certain(release: Release) -> None:
    def asked(**values: object) -> dict[str, incentives.Incentive]:
        base = {"sectors": (), "zone_kind": None, "communes": (), "capital_vnd_billion": None}
        return _named(incentives.incentives(release, Asked(**base | values), "vi"))  # type: ignore[arg-type]

    small = asked(sectors=("công nghiệp",), zone_kind="KCN", capital_vnd_billion=900.0)
    assert LARGE not in small
    assert dict(small[IN_PARK].met) == {"zone_kinds": "KCN"}
    assert FARM not in small
    large = asked(sectors=("công nghiệp",), zone_kind="KCN", capital_vnd_billion=12_000.0)
    assert {name for name, _ in large[LARGE].met} == {"sectors", "min_capital_vnd_billion"}
    unknown = asked(sectors=("công nghiệp",))
    assert ("min_capital_vnd_billion", 12_000.0) in unknown[LARGE].unknown
    # No zone is published: it may still lie in one. In a border-gate zone it does not.
    assert unknown[IN_PARK].unknown
    assert IN_PARK not in asked(sectors=("công nghiệp",), zone_kind="Cửa khẩu")
    # Nor is a commune that is not published a commune that fails.
    assert ("communes", "06994") in asked(sectors=("du lịch-dịch vụ",))[CASINO].unknown
    assert ("communes", "06994") in asked(
        sectors=("du lịch-dịch vụ",), communes=("06712", "06994")
    )[CASINO].met
    assert CASINO not in asked(sectors=("du lịch-dịch vụ",), communes=("06712",))
    for incentive in (*small.values(), *large.values()):
        assert incentive.article
        assert incentive.to_check
    # What is known to match comes first.
    met = [
        len(each.met)
        for each in incentives.incentives(release, Asked(("công nghiệp",), "KCN", (), 900.0), "vi")
    ]
    assert met == sorted(met, reverse=True)


def test_ended_incentives_are_not_named(release: Release) -> None:
    ended = {
        id_
        for (id_,) in release.rows(
            "SELECT _id FROM incentives WHERE valid_to < current_date OR list_has_any(legal_keys, "
            "(SELECT list(doc_key) FROM legal_documents WHERE status = 'hết hiệu lực'))"
        )
    }
    assert ended
    for (sector,) in release.rows("SELECT DISTINCT sector FROM investment_projects"):
        found = incentives.incentives(release, Asked((sector,), None, (), None), "en")
        assert not ended & set(_named(found))


def test_steps_are_in_order_and_unknown_limits_stay_unknown(release: Release) -> None:
    def steps(**asked: bool | None) -> tuple[procedures.Step, ...]:
        base: dict[str, bool | None] = {"in_zone": False, "public_private": False, "foreign": True}
        return procedures.steps(release, "vi", **base | asked)  # type: ignore[arg-type]

    outside = steps()
    assert [step.number for step in outside] == sorted(step.number for step in outside)
    days = {step.procedure.id: step.days for step in outside if step.procedure}
    assert days["1-009645"] == 17
    assert days["1-009664"] == 10
    assert None in days.values()
    assert all(step.days is None for step in outside if step.procedure is None)
    assert not any(
        step.procedure and step.procedure.id == "1-009664" for step in steps(foreign=False)
    )
    inside = steps(in_zone=True)
    assert any(step.days == 15 and step.verified == "yes" for step in inside)
    assert not any(step.procedure and step.procedure.id == "1-009645" for step in inside)
    assert any("PPP" in step.title for step in steps(public_private=True))
    both = steps(in_zone=None)
    assert len(both) > max(len(outside), len(inside))
    # Where it is not known, those inside zones are told apart, and leave those outside.
    apart = [step.title for step in both if not step.only_in_zone]
    assert apart == [step.title for step in outside]
    assert not any(step.only_in_zone for step in (*outside, *inside))


def test_history_of_a_project_is_in_order_of_time(client: TestClient) -> None:
    tree = _tree(client, PROJECT)
    told = [" ".join(li.text_content().split()) for li in tree.xpath("//ol[@class='events']/li")]
    assert [text.split()[0] for text in told] == ["03/2021", "2021", "24/11/2026"]
    assert told[-1].endswith("Đưa vào cổng: Tình trạng: Hoàn thành")


def test_a_zone_page_shows_every_statement_of_its_land_and_its_projects(
    client: TestClient, release: Release
) -> None:
    tree = _tree(client, "/co-hoi/khu/kcn-hai-ha-gd1-texhong")
    land, inside = tree.xpath("//table")
    assert len(land.xpath("./tbody/tr")) == 3
    assert "81 ha" in land.text_content()
    projects = release.rows(
        "SELECT count(*) FROM investment_projects WHERE zone_id = 'kcn-hai-ha-gd1-texhong'"
    )
    assert len(inside.xpath("./tbody/tr")) == projects[0][0] > 5
    assert tree.xpath("//section[@aria-labelledby='infrastructure']//a")
    content = json.loads(tree.xpath("//script[@type='application/ld+json']/text()")[0])
    assert content["@type"] == "Place"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guided_start_leads_to_a_filtered_finder(
    client: TestClient, language: Language
) -> None:
    start = addresses.start(language)
    assert len(_tree(client, start).xpath("//section[@aria-labelledby='questions']//a")) >= 4
    tree = _tree(
        client,
        f"{start}?sector=c%C3%B4ng+nghi%E1%BB%87p&zone_kind=KCN&q=&near=c%E1%BA%A3ng+bi%E1%BB%83n"
        "&area_ha_min=30&area_ha_max=&investor=foreign",
    )
    (finder,) = tree.xpath("//section[@aria-labelledby='matches']//a[@class='button']/@href")
    told = tree.xpath("//h2[@id='matches']")[0].text_content()
    listed = _tree(client, finder).xpath("//p[@class='result-count']")[0].text_content()
    assert told.split()[0] == listed.split()[0] != "0"
    assert tree.xpath("//section[@aria-labelledby='steps']//li")
    assert tree.xpath("//section[@aria-labelledby='incentives']//li")
    assert client.get(f"{start}?investor=martian").status_code == 400


def test_the_guided_start_asks_only_for_what_can_be_wished(client: TestClient) -> None:
    wishes = _tree(client, "/co-hoi/bat-dau").xpath("//input[@name='near']/@value")
    assert "cảng biển" in wishes
    assert "không có" not in wishes


def test_the_guided_start_has_no_dead_end(client: TestClient) -> None:
    tree = _tree(
        client,
        "/co-hoi/bat-dau?zone_kind=CCN&near=h%E1%BA%A3i+%C4%91%E1%BA%A3o&sector=y+t%E1%BA%BF",
    )
    links = tree.xpath("//section[@aria-labelledby='matches']//li/a/@href")
    assert links
    for href in links:
        assert _tree(client, href).xpath("//ol[@class='cards']/li")


def test_the_office_to_ask_is_that_of_the_kind_of_zone(
    client: TestClient, release: Release
) -> None:
    def office(path: str) -> tuple[str, str]:
        (part,) = _tree(client, path).xpath("//section[@aria-labelledby='contact']")
        return part.xpath(".//strong")[0].text_content(), part.text_content()

    assert office("/co-hoi/khu/kcn-hai-yen")[0] == "Ban Quản lý Khu kinh tế Quảng Ninh"
    # Clusters and border gates are not under the zone authority.
    assert office("/co-hoi/khu/ccn-hoanh-bo")[0] == "Sở Tài chính Quảng Ninh"
    assert "Thuê lại đất" not in _tree(client, "/co-hoi/khu/ccn-hoanh-bo").text_content()
    assert office("/co-hoi/khu/kkt-van-don")[0] == "Ban Quản lý Khu kinh tế Vân Đồn"
    # A source that names an office the list lacks is not said to name none.
    (id_, named), *_ = release.rows(
        "SELECT _id, contact_agency FROM investment_projects "
        "WHERE contact_agency IS NOT NULL AND agency_id IS NULL ORDER BY _id"
    )
    assert f"«{named}»" in office(f"/co-hoi/du-an/{id_}")[1]


def test_signs_of_delay_are_said_on_the_page_with_their_limits(
    client: TestClient, release: Release
) -> None:
    (late,), *_ = release.rows(
        "SELECT record FROM opportunities WHERE list_contains(delay, 'chưa thấy triển khai') ORDER BY 1"
    )
    banner = _tree(client, f"/en/opportunities/projects/{late}").xpath(
        "//p[@class='banner ended']"
    )[0]
    assert "no source on work was read" in banner.text_content()
    assert "Newer sources may say otherwise" in banner.text_content()
    assert not _tree(client, PROJECT).xpath("//p[@class='banner ended']")


def test_projects_that_ended_show_rules_for_reference_only(client: TestClient) -> None:
    for path, notes in ((PROJECT, 2), ("/co-hoi/du-an/ben-cang-mui-chua", 0)):
        found = _tree(client, path).xpath("//p[@class='banner plain'][contains(., 'để tham khảo')]")
        assert len(found) == notes, path
