"""A harvest against a server that speaks the CKAN API, with the odd answers real portals give."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ckan_double import CkanDouble, Package
from starlette.testclient import TestClient

from minhbach_datasets.errors import FetchError
from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_ingest.__main__ import main as ingest
from minhbach_ingest.ckan.harvest import STATE, Harvest, Run, State, read_state
from minhbach_ingest.ckan.portal import Portal
from minhbach_ingest.fetch import Fetcher
from minhbach_site.app import create_app
from minhbach_site.settings import Settings

TABLE = "tên,số\nCây bịa,1\nCây bịa khác,2\n".encode()


@pytest.fixture
def harvest(ckan: CkanDouble, tmp_path: Path) -> Callable[[], State]:
    """Harvest the portal into one folder, without pauses."""

    def run() -> State:
        fetcher = Fetcher(tmp_path / "cache", sleep=lambda _s: None).for_others(ckan.address)
        portal = Portal(ckan.address, sleep=lambda _s: None)
        folder = tmp_path / "harvest"
        return Harvest(portal, 'organization:"bia"', folder, fetcher, lambda _s: None).run()

    return run


def _resource(ckan: CkanDouble, name: str, content: bytes = TABLE) -> Package:
    ckan.files[name] = content
    kind = name.rsplit(".", 1)[1].upper()
    return {"id": f"r-{name}", "name": name, "format": kind, "url": f"{ckan.address}/files/{name}"}


def test_packages_become_entries_and_their_tables_are_read(
    ckan: CkanDouble, harvest: Callable[[], State], tmp_path: Path
) -> None:
    ckan.add("cay-xanh", title="Cây xanh", resources=[_resource(ckan, "cay.csv")])
    ckan.add("khong-co-gi")
    state = harvest()
    assert ckan.called("package_search")[0]["fq"] == 'organization:"bia"'
    entry = next(e for e in state.entries.values() if e.package.name == "cay-xanh")
    assert (entry.id, entry.standing) == ("cay-xanh", "present")
    assert entry.package.id != entry.id
    (loaded,) = entry.loaded.values()
    (table,) = loaded.tables
    assert table.rows == 3
    assert (tmp_path / "harvest/tables" / table.file).read_bytes() == TABLE


def test_what_did_not_change_is_not_fetched_again(
    ckan: CkanDouble, harvest: Callable[[], State]
) -> None:
    package = ckan.add("cay-xanh", resources=[_resource(ckan, "cay.csv")])
    harvest()
    harvest()
    assert ckan.requests["/files/cay.csv"] == 1
    package["metadata_modified"] = "2026-11-01T00:00:00"
    harvest()
    assert ckan.requests["/files/cay.csv"] == 2


def test_a_rename_keeps_the_entry(ckan: CkanDouble, harvest: Callable[[], State]) -> None:
    package = ckan.add("cay-xanh")
    harvest()
    package["name"] = "cay-xanh-2026"
    (entry,) = harvest().entries.values()
    assert (entry.id, entry.package.name) == ("cay-xanh", "cay-xanh-2026")
    assert entry.former_names == ("cay-xanh",)


def test_deleted_and_withdrawn_packages_stay_and_say_so(
    ckan: CkanDouble, harvest: Callable[[], State]
) -> None:
    for number in range(6):
        ckan.add(f"con-lai-{number}")
    purged, deleted, moved = ckan.add("xoa-han"), ckan.add("xoa"), ckan.add("chuyen-di")
    harvest()
    del ckan.packages[purged["id"]]
    deleted["state"] = "deleted"
    moved["state"] = "draft"
    found = {e.package.name: e.standing for e in harvest().entries.values()}
    assert (found["xoa-han"], found["xoa"], found["chuyen-di"]) == (
        "deleted",
        "deleted",
        "withdrawn",
    )
    deleted["state"] = "active"
    found = {e.package.name: e.standing for e in harvest().entries.values()}
    assert found["xoa"] == "present"


def test_an_empty_list_is_not_believed(ckan: CkanDouble, harvest: Callable[[], State]) -> None:
    for number in range(4):
        ckan.add(f"cay-{number}")
    before = harvest()
    ckan.packages.clear()
    with pytest.raises(FetchError, match="not believed"):
        harvest()
    assert all(entry.standing == "present" for entry in before.entries.values())


def test_an_interrupted_harvest_goes_on_where_it_stopped(
    ckan: CkanDouble, harvest: Callable[[], State], tmp_path: Path
) -> None:
    for number in range(7):
        ckan.add(f"cay-{number}", resources=[_resource(ckan, f"cay{number}.csv")])
    ckan.page_limit = 3
    answer = ckan.act
    pages: Iterator[int] = iter(range(10))

    def breaks(action: str, data: Package, key: str | None) -> tuple[int, object]:
        if action == "package_search" and next(pages) == 1:
            return 500, {"__type": "Internal Server Error"}
        return answer(action, data, key)

    ckan.act = breaks  # type: ignore[method-assign]
    with pytest.raises(FetchError):
        harvest()
    half = read_state(tmp_path / "harvest")
    assert half.run is not None
    assert (half.run.next, len(half.entries)) == (3, 3)
    state = harvest()
    assert (len(state.entries), state.run) == (7, None)
    # Nothing that was there already was fetched or listed twice.
    assert [call["start"] for call in ckan.called("package_search")] == [0, 3, 6, 7]
    files = {path: count for path, count in ckan.requests.items() if "/files/" in path}
    assert set(files.values()) == {1}


ODD = {
    "nulls": {"title": None, "notes": None, "resources": None, "tags": None, "extras": None},
    "blanks": {"title": "  Cây bịa  ", "notes": "\n \t", "license_title": " CC "},
    "wrong types": {"title": 2026, "tags": ["cây", {"name": " gỗ "}, None, 3], "resources": {}},
    "no organisation": {"organization": None},
    "huge extras": {"extras": [{"key": f"k{n}", "value": "x" * 10_000} for n in range(200)]},
    "huge notes": {"notes": "đ" * 2_000_000},
    "resources without id": {"resources": [{"url": None}, None, "x", {"name": " a ", "id": None}]},
    "45 resources": {"resources": [{"id": f"r{n}", "format": "PDF"} for n in range(45)]},
}


@pytest.mark.parametrize("fields", ODD.values(), ids=ODD)
def test_odd_packages(
    fields: Package, ckan: CkanDouble, harvest: Callable[[], State], tmp_path: Path
) -> None:
    ckan.add("cay-bia", **fields)
    (entry,) = harvest().entries.values()
    assert entry.standing == "present"
    assert entry.package.title in ("cay-bia", "Cây bịa", "2026", None)
    assert len(entry.package.resources) == len(fields.get("resources") or []) * isinstance(
        fields.get("resources"), list
    )
    assert (tmp_path / "harvest/harvest.json").stat().st_size < 100_000


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b'{"success": false, "error": {"__type": "Search Error"}}', "package_search"),
        (200, b"<html>maintenance</html>", "not an answer of CKAN"),
        (200, b'{"success": true, "result": null}', "no list of results"),
        (200, b'{"success": true, "result": {"results": "x"}}', "no list of results"),
        (403, b'{"success": false, "error": {"__type": "Authorization Error"}}', "not allowed"),
        (302, b"", "not an answer of CKAN"),
    ],
)
def test_answers_that_are_none(
    status: int, body: bytes, told: str, ckan: CkanDouble, harvest: Callable[[], State]
) -> None:
    ckan.fail_next = [(status, body)]
    with pytest.raises(FetchError, match=told) as raised:
        harvest()
    assert ckan.address in str(raised.value)


def test_a_failed_resource_is_asked_for_again(
    ckan: CkanDouble, harvest: Callable[[], State]
) -> None:
    resource = _resource(ckan, "cay.csv")
    content = ckan.files.pop("cay.csv")
    ckan.add("cay-xanh", resources=[resource])
    (entry,) = harvest().entries.values()
    assert "404" in (entry.loaded["r-cay.csv"].problem or "")
    ckan.files["cay.csv"] = content
    (entry,) = harvest().entries.values()
    assert entry.loaded["r-cay.csv"].problem is None
    assert entry.loaded["r-cay.csv"].tables[0].rows == 3


def test_after_a_list_that_was_not_believed_the_next_starts_anew(
    ckan: CkanDouble, harvest: Callable[[], State]
) -> None:
    for number in range(20):
        ckan.add(f"cay-{number:02}")
    harvest()
    hidden = {id_: ckan.packages.pop(id_) for id_ in sorted(ckan.packages)[8:]}
    with pytest.raises(FetchError, match="not believed"):
        harvest()
    ckan.packages.update(hidden)
    state = harvest()
    assert {entry.standing for entry in state.entries.values()} == {"present"}
    assert ckan.called("package_search")[-2]["start"] == 0


def test_a_listing_that_shifts_withdraws_nothing(
    ckan: CkanDouble, harvest: Callable[[], State], tmp_path: Path
) -> None:
    for number in range(6):
        ckan.add(f"cay-{number}")
    harvest()
    state = read_state(tmp_path / "harvest")
    # As if a package before the place had gone between an interruption and the next run.
    state.run = Run(started=datetime.now(UTC), next=3, seen=tuple(sorted(ckan.packages))[:2])
    (tmp_path / "harvest" / STATE).write_text(state.model_dump_json(), "utf-8")
    assert {e.standing for e in harvest().entries.values()} == {"present"}


def test_one_bad_package_or_resource_does_not_stop_the_others(
    ckan: CkanDouble, harvest: Callable[[], State]
) -> None:
    bad = ckan.add("khong-ten")
    urls = ["http://[abc/x.csv", "http://host:abc/x.csv", f"http://{'a' * 70}.org/x.csv", " x.csv"]
    resources = [{"id": f"r{n}", "format": "CSV", "url": url} for n, url in enumerate(urls)]
    resources.append({**_resource(ckan, "dai.csv"), "id": "r" * 300})
    ckan.add("cay-xanh", resources=resources)
    bad["name"] = None
    state = harvest()
    assert len(state.skipped) == 1
    assert "without id or name" in state.skipped[0]
    (entry,) = state.entries.values()
    assert [bool(loaded.problem) for loaded in entry.loaded.values()] == [True] * 4 + [False]


def test_a_package_that_became_private_is_withdrawn(
    ckan: CkanDouble, harvest: Callable[[], State]
) -> None:
    ckan.add("cong-khai")
    private = ckan.add("rieng")
    harvest()
    private["state"] = "draft"
    answer = ckan.act

    def refuses(action: str, data: Package, key: str | None) -> tuple[int, object]:
        if action == "package_show":
            return 403, {"__type": "Authorization Error", "message": "no"}
        return answer(action, data, key)

    ckan.act = refuses  # type: ignore[method-assign]
    standings = {e.package.name: e.standing for e in harvest().entries.values()}
    assert standings == {"cong-khai": "present", "rieng": "withdrawn"}


def test_a_busy_portal_is_asked_again(ckan: CkanDouble, harvest: Callable[[], State]) -> None:
    ckan.add("cay-xanh")
    ckan.fail_next = [(503, b""), (429, b"")]
    assert len(harvest().entries) == 1


def test_resources_that_cannot_be_loaded_say_why(
    ckan: CkanDouble, harvest: Callable[[], State]
) -> None:
    resources = [
        _resource(ckan, "hong.xlsx", b"PK\x03\x04 not really"),
        _resource(ckan, "rieng.csv", "họ tên,điện thoại\nBịa,0912 345 678\n".encode()),
        {**_resource(ckan, "mat.csv"), "url": f"{ckan.address}/files/khong-co.csv"},
        {**_resource(ckan, "trong.csv"), "url": "http://127.0.0.2:9/noi-bo.csv"},
        {**_resource(ckan, "dia-chi.csv"), "url": "file:///etc/passwd"},
        {**_resource(ckan, "anh.png"), "format": "PNG"},
    ]
    ckan.add("cay-xanh", resources=resources)
    (entry,) = harvest().entries.values()
    problems = [loaded.problem or "" for loaded in entry.loaded.values()]
    assert "damaged" in problems[0]
    assert "held back: phone" in problems[1]
    assert "404" in problems[2]
    assert "private network" in problems[3]
    assert "not an http" in problems[4]
    assert problems[5] == ""
    assert not any(loaded.tables for loaded in entry.loaded.values())


def test_it_is_published_with_its_tables(
    ckan: CkanDouble,
    harvesting: Callable[[str], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ckan.add("cay-xanh", title="Cây xanh", resources=[_resource(ckan, "cay.csv")])
    options = ["--var", str(tmp_path / "var"), "--definitions", str(harvesting(ckan.address))]
    assert ingest([*options, "publish"]) == 0
    assert "never harvested" in capsys.readouterr().err
    assert ingest([*options, "publish", "--fetch"]) == 0
    release = Release(tmp_path / "var" / RELEASES / current_id(tmp_path / "var"))
    rows = release.rows("SELECT entry_id, title, table_rows, source_url FROM elsewhere")
    (name,) = release.manifest.datasets["elsewhere"].harvested
    release.verify()
    release.close()
    assert rows == [("cay-xanh", "Cây xanh", 3, f"{ckan.address}/dataset/cay-xanh")]
    with TestClient(create_app(Settings(var=tmp_path / "var"))) as client:
        assert client.get(f"/du-lieu/elsewhere/bang/{name}").content == TABLE
        assert client.get("/du-lieu/elsewhere/bang/manifest.json").status_code == 404
        assert name in client.get("/en/data/elsewhere").text
    # A new mail address in a text stops that text, not the portal: what was published stays.
    (package,) = ckan.packages.values()
    package["notes"] = "hỏi bia@gmail.com"
    assert ingest([*options, "publish", "--fetch"]) == 0
    assert "an e-mail address" in capsys.readouterr().err
    release = Release(tmp_path / "var" / RELEASES / current_id(tmp_path / "var"))
    entry = release.manifest.datasets["elsewhere"]
    release.verify()
    release.close()
    assert (entry.rows, entry.harvested) == (1, (name,))
    assert entry.stale is not None
    package["notes"] = None
    # The portal goes away: what was harvested is still there, and the manifest says since when.
    ckan.fail_next = [(500, json.dumps({"success": False}).encode())] * 5
    assert ingest([*options, "publish", "--fetch"]) == 0
    assert "elsewhere" in capsys.readouterr().err
