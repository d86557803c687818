"""The finder: whichever way a result is asked for, it is the same result."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from dataclasses import replace
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import duckdb
import lxml.html
import pytest
from starlette.testclient import TestClient

from minhbach_datasets.catalogue import DEFINITIONS
from minhbach_datasets.model import LANGUAGES, Language
from minhbach_datasets.release import Release
from minhbach_datasets.schema import quoted
from minhbach_site import addresses
from minhbach_site.queries.facet_index import facet_index, matches
from minhbach_site.queries.filters import Filters, condition

COMBINATIONS = 200
_ATOM = "{http://www.w3.org/2005/Atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_FACETS = (
    "kind", "status", "sector", "communes", "old_districts", "near", "zone_id", "zone_kind",
    "investment_form", "foreign_capital", "countries", "delay", "succeeded",
)  # fmt: skip
_RANGES = {
    "area_ha": (1, 500), "free_ha": (1, 100),
    "capital_vnd_billion": (10, 20_000), "capital_usd_million": (1, 1_000),
}  # fmt: skip
_WORDS = ("cang", "khu", "du lich", "điện tử", "Vân Đồn", "nha may", "zzz")


def _values(release: Release, name: str) -> list[str]:
    field = release.catalogue["opportunities"].field(name)
    column = f"unnest({name})" if field.type == "list" else name
    rows = release.rows(f"SELECT DISTINCT {column} AS v FROM opportunities ORDER BY v")
    return [value or "" for (value,) in rows]


def _combination(chance: random.Random, values: dict[str, list[str]]) -> list[tuple[str, str]]:
    """One to three facets with one or two values each, and now and then a range and a text."""
    parameters = [
        (name, value)
        for name in chance.sample(_FACETS, chance.randint(0, 2))
        for value in chance.sample(values[name], min(len(values[name]), chance.randint(1, 3)))
    ]
    if chance.random() < 0.5:
        name = chance.choice(sorted(_RANGES))
        low, high = sorted(chance.randint(*_RANGES[name]) for _ in range(2))
        parameters += [(f"{name}_min", str(low))] if chance.random() < 0.7 else []
        parameters += [(f"{name}_max", str(high))] if chance.random() < 0.7 else []
        parameters += [(f"{name}_missing", "1")] if chance.random() < 0.4 else []
    if chance.random() < 0.25:
        parameters.append(("q", chance.choice(_WORDS)))
    return parameters


def _shown(client: TestClient, path: str) -> tuple[int, lxml.html.HtmlElement]:
    response = client.get(path)
    assert response.status_code == 200, path
    tree = lxml.html.fromstring(response.content)
    (told,) = tree.xpath("//p[@class='result-count']")
    return int(told.text_content().split()[0].replace(".", "").replace(",", "")), tree


def test_list_table_map_files_and_feeds_agree_on_200_random_combinations(
    client: TestClient, release: Release
) -> None:
    chance = random.Random(5)
    values = {name: _values(release, name) for name in _FACETS}
    totals = []
    for _ in range(COMBINATIONS):
        query = urlencode(_combination(chance, values))
        more = f"{query}&" if query else ""
        expected, listed = _shown(client, f"/co-hoi?{query}")
        totals.append(expected)
        assert len(listed.xpath("//ol[@class='cards']/li")) == min(expected, 25), query
        count, table = _shown(client, f"/en/opportunities?{more}view=table")
        assert count == expected, query
        assert len(table.xpath("//table[@class='records']/tbody/tr")) == min(expected, 25), query
        count, mapped = _shown(client, f"/co-hoi?{more}view=map")
        assert count == expected, query
        data = client.get(f"/api/v1/map/co-hoi.json?{query}").json()
        assert data["total"] == expected, query
        drawn = {
            element.get("href")
            for element in mapped.xpath("//svg[@class='province']/a")
            if element.xpath("./*[contains(@class, 'area ')]")
        }
        assert len(drawn) == sum(commune["count"] > 0 for commune in data["communes"]), query
        rows = list(csv.reader(io.StringIO(client.get(f"/co-hoi.csv?{query}").text)))
        assert len(rows) - 1 == expected, query
        features = client.get(f"/co-hoi.geojson?{query}").json()["features"]
        assert len(features) == expected, query
        feed = client.get(f"/en/feeds/opportunities.json?{query}").json()
        assert feed["_minhbach"]["total"] == expected, query
        assert len(feed["items"]) == min(expected, 25), query
        atom = ET.fromstring(client.get(f"/feeds/opportunities.atom?{query}").content)
        assert atom.findtext(_TOTAL) == str(expected), query
        assert client.get(f"/co-hoi.json?{query}").json()["total"] == expected, query
    # The combinations ask for nothing, for few and for many.
    assert 0 in totals
    assert sum(0 < total <= 25 for total in totals) > 40
    assert sum(total > 25 for total in totals) > 40


def test_places_of_the_map_add_up(client: TestClient, release: Release) -> None:
    """Each row is in a commune, in a former district alone, or nowhere."""
    data = client.get("/api/v1/map/co-hoi.json").json()
    several = release.rows(
        "SELECT sum(len(communes) - 1) FROM opportunities WHERE len(communes) > 1"
    )
    several_districts = release.rows(
        "SELECT sum(len(old_districts) - 1) FROM opportunities "
        "WHERE communes IS NULL AND len(old_districts) > 1"
    )
    placed = sum(commune["count"] for commune in data["communes"]) - several[0][0]
    in_district = sum(district["count"] for district in data["districts"]) - several_districts[0][0]
    assert placed + in_district + data["nowhere"] == data["total"] == 274


def test_every_row_is_a_project_or_a_zone_and_has_its_source(release: Release) -> None:
    assert release.rows(
        """
        SELECT count(*) FROM opportunities o
        LEFT JOIN investment_projects p ON o.kind = 'dự án' AND p.project_id = o.record
        LEFT JOIN zones z ON o.kind = 'khu' AND z.zone_id = o.record
        WHERE o.source_url IS DISTINCT FROM coalesce(p.source_url, z.source_url)
          OR o.verified <> coalesce(p.verified, z.verified)
        """
    ) == [(0,)]
    # Border gates lease no land, all else is there.
    assert release.rows("SELECT count(*) FROM opportunities") == release.rows(
        "SELECT (SELECT count(*) FROM investment_projects) "
        "+ (SELECT count(*) FROM zones WHERE kind <> 'Cửa khẩu')"
    )


def test_free_land_comes_from_one_statement(release: Release) -> None:
    """The only source that states both leasable area and occupancy: 300 ha, 73 %."""
    assert release.rows(
        "SELECT record, free_ha, occupancy_pct, land_source_url FROM opportunities "
        "WHERE free_ha IS NOT NULL"
    ) == release.rows(
        "SELECT zone_id, 81.0, 73.0, source_url FROM zone_statements "
        "WHERE leasable_ha IS NOT NULL AND occupancy_pct IS NOT NULL"
    )


def test_delay_is_said_only_where_dates_leave_no_doubt(release: Release) -> None:
    signs = dict(
        release.rows(
            "SELECT record, delay FROM opportunities "
            "WHERE kind = 'dự án' AND NOT list_contains(delay, 'không có')"
        )
    )
    late = release.rows(
        "SELECT project_id FROM investment_projects WHERE status = 'đã chấp thuận chủ trương' "
        "AND start_year IS NULL AND approval_date <= '2023-12-31'"
    )
    assert late
    assert all("chưa thấy triển khai" in signs[id_] for (id_,) in late)
    recent = release.rows(
        "SELECT project_id FROM investment_projects WHERE approval_date >= '2024-12'"
    )
    assert all("chưa thấy triển khai" not in signs.get(id_, ()) for (id_,) in recent)
    unfinished = release.rows(
        "SELECT project_id FROM investment_projects WHERE status = 'đang triển khai' AND finish_year = 2026"
    )
    assert all(id_ not in signs for (id_,) in unfinished)


@pytest.mark.parametrize(
    ("approved", "late"),
    [
        ("2024-11-24", True), ("2024-11-25", False),
        ("2024-10", True), ("2024-11", False),
        ("2023", True), ("2024", False),
    ],
)  # fmt: skip
def test_a_date_known_to_the_month_or_year_counts_by_its_end(approved: str, late: bool) -> None:
    """The rule of rows.sql on made-up dates, as of 2026-11-24."""
    rule = re.search(
        r"AND (CAST\(approval_date.*?<= getvariable\('as_of'\))",
        (DEFINITIONS / "opportunities/rows.sql").read_text(encoding="utf-8"),
        re.DOTALL,
    )
    assert rule is not None
    connection = duckdb.connect()
    connection.execute("SET VARIABLE as_of = DATE '2026-11-24'")
    found = connection.execute(f"SELECT {rule[1]} FROM (SELECT ? AS approval_date)", [approved])
    assert found.fetchone() == (late,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_layers_colour_the_map_and_name_their_source(
    client: TestClient, language: Language
) -> None:
    listed = addresses.list_of("opportunities", language)
    page = lxml.html.fromstring(client.get(f"{listed}?view=map").content)
    layers = page.xpath("//nav[@class='layers']//a/@href")
    assert len(layers) >= 4
    for address in layers[1:]:
        tree = lxml.html.fromstring(client.get(address).content)
        levels = {
            name
            for each in tree.xpath("//svg[@class='province']//*[contains(@class, 'area ')]/@class")
            for name in each.split()
            if name.startswith("level-")
        }
        assert len(levels - {"level-0"}) >= 2, address
        assert tree.xpath("//section[@class='places']/p/a/@href"), address
    assert client.get(f"{listed}?view=map&layer=nothing").status_code == 400
    assert client.get(f"{listed}?view=globe").status_code == 400


def test_the_map_fits_its_budget(client: TestClient, release: Release) -> None:
    """300 KB a view: figures and, where the release has them, the boundaries."""
    figures = client.get("/api/v1/map/co-hoi.json").content
    shapes = client.get("/api/v1/map/communes.geojson").content
    assert len(figures) + len(shapes) < 300_000
    boundaries = len(release.rows("SELECT 1 FROM _shapes"))
    assert len(json.loads(shapes)["features"]) == boundaries
    assert boundaries in (0, 54)


def test_a_range_may_let_through_what_is_not_published(client: TestClient) -> None:
    strict = client.get("/co-hoi.json?capital_vnd_billion_max=500").json()["total"]
    wide = client.get(
        "/co-hoi.json?capital_vnd_billion_max=500&capital_vnd_billion_missing=1"
    ).json()
    blank = client.get("/co-hoi.json").json()["total"] - len(
        [
            r
            for r in csv.DictReader(io.StringIO(client.get("/co-hoi.csv").text))
            if r["capital_vnd_billion"]
        ]
    )
    assert wide["total"] == strict + blank
    tree = lxml.html.fromstring(
        client.get(
            "/co-hoi?near=h%E1%BA%A3i+%C4%91%E1%BA%A3o&capital_vnd_billion_max=500"
            "&sector=du+l%E1%BB%8Bch-d%E1%BB%8Bch+v%E1%BB%A5"
        ).content
    )
    (wider,) = tree.xpath("//div[@class='nothing']//a[contains(@href, '_missing=1')]/@href")
    assert _shown(client, wider)[0] > 0


def test_opportunities_of_two_kinds_are_compared_and_of_one_kind_by_all_they_have(
    client: TestClient,
) -> None:
    both = client.get("/co-hoi/so-sanh?id=du-an-aeon-mall-ha-long&id=khu-kcn-song-khoai")
    assert both.status_code == 200
    assert len(lxml.html.fromstring(both.content).xpath("//thead//th")) == 3
    same = client.get("/co-hoi/so-sanh?id=khu-kcn-song-khoai&id=khu-kcn-hai-yen")
    assert same.status_code == 302
    assert same.headers["location"] == "/co-hoi/khu/so-sanh?id=kcn-song-khoai&id=kcn-hai-yen"
    assert client.get("/co-hoi/so-sanh?id=nothing&id=khu-kcn-hai-yen").status_code == 404


def test_feeds_are_paged_and_lead_to_records(client: TestClient) -> None:
    seen: set[str] = set()
    address = "/en/feeds/opportunities.json?status=k%C3%AAu+g%E1%BB%8Di+%C4%91%E1%BA%A7u+t%C6%B0"
    while address:
        feed = client.get(address).json()
        seen |= {item["url"] for item in feed["items"]}
        assert all(item["date_modified"].endswith("T00:00:00Z") for item in feed["items"])
        address = feed.get("next_url", "").removeprefix("http://testserver")
    assert len(seen) == 64
    page = lxml.html.fromstring(client.get("/co-hoi?sector=CNTT").content)
    (atom,) = page.xpath("//link[@type='application/atom+xml']/@href")
    root = ET.fromstring(client.get(atom).content)
    entries = root.findall(f"{_ATOM}entry")
    assert len(entries) == int(root.findtext(_TOTAL) or 0) > 0
    for entry in entries:
        address = entry.findtext(f"{_ATOM}id") or ""
        assert client.get(address.removeprefix("http://testserver")).status_code == 200
    assert client.get("/feeds/nothing.atom").status_code == 404
    # Every list has one, not only this.
    assert client.get("/feeds/legal_documents.atom").status_code == 200


def test_structured_data_names_the_result(client: TestClient) -> None:
    tree = lxml.html.fromstring(client.get("/en/opportunities?sector=CNTT").content)
    (text,) = tree.xpath("//script[@type='application/ld+json']/text()")
    content = json.loads(text)
    assert content["@type"] == "ItemList"
    assert content["numberOfItems"] == len(content["itemListElement"]) > 0


def test_a_district_of_the_map_opens_as_many_rows_as_it_says(client: TestClient) -> None:
    tree = lxml.html.fromstring(client.get("/co-hoi?view=map").content)
    for link in tree.xpath("//div[@class='place-lists']//li/a"):
        told = int(link.getnext().text_content())
        assert _shown(client, link.get("href"))[0] == told, link.get("href")


def test_facets_count_as_sql_does_in_every_dataset(release: Release) -> None:
    """The bits and the conditions are two ways to say the same: no facet of any dataset may differ."""
    chance = random.Random(8)
    asked = 0
    for dataset in release.catalogue.values():
        table = quoted(dataset.slug)
        for _ in range(4):
            values = {}
            for field in dataset.facets:
                if chance.random() < 0.4:
                    known = sorted(facet_index(release, dataset).facets[field.name])
                    values[field.name] = tuple(chance.sample(known, min(2, len(known))))
            filters = Filters(values, text=chance.choice(("", "", "quang ninh", "khu a")))
            where, parameters = condition(dataset, filters)
            (total,) = release.rows(f"SELECT count(*) FROM {table} WHERE {where}", parameters)[0]
            found = matches(release, dataset, filters)
            assert found.total == total, (dataset.slug, filters)
            for field in dataset.facets:
                without = {n: v for n, v in values.items() if n != field.name}
                for value, count in list(found.counts[field.name].items())[:3]:
                    one = replace(filters, values={**without, field.name: (value,)})
                    where, parameters = condition(dataset, one)
                    sql = f"SELECT count(*) FROM {table} WHERE {where}"
                    assert release.rows(sql, parameters) == [(count,)], (dataset.slug, one)
                    asked += 1
    assert asked > 200


def test_start_offers_what_is_still_open(client: TestClient, release: Release) -> None:
    """A call whose project went on, under another record, is not offered as open."""
    gone = {r for (r,) in release.rows("SELECT record FROM opportunities WHERE succeeded = 'có'")}
    assert {"monbay-van-don-moi-thau-2022", "tenma-song-khoai-ke-hoach-2023"} <= gone
    tree = lxml.html.fromstring(client.get("/co-hoi/bat-dau?investor=foreign").content)
    (finder,) = tree.xpath("//section[@aria-labelledby='matches']//a[@class='button']/@href")
    rows = csv.DictReader(io.StringIO(client.get(finder.replace("/co-hoi?", "/co-hoi.csv?")).text))
    offered = {row["record"] for row in rows}
    assert offered
    assert not offered & gone
