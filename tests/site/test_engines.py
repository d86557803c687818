"""Searching through the site: a server with the snapshot behind it, and releases that change meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from meilisearch_double import MASTER_KEY, MeilisearchDouble, serving
from starlette.testclient import TestClient

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.release import Release
from minhbach_ingest.__main__ import main as ingest
from minhbach_search.documents import documents
from minhbach_search.engines.meilisearch_index import fill_index
from minhbach_search.engines.meilisearch_server import Server, search_key
from minhbach_site.app import create_app
from minhbach_site.settings import Settings


@pytest.fixture
def double() -> MeilisearchDouble:
    return MeilisearchDouble()


@pytest.fixture
def server(double: MeilisearchDouble, release: Release) -> Iterator[Server]:
    """A filled server and a key that only searches."""
    with serving(double) as url:
        master = Server(url, MASTER_KEY)
        fill_index(master, release.id, documents(release.cursor, release.catalogue))
        yield replace(master, key=search_key(master))


@pytest.fixture
def site(var: Path, server: Server) -> Iterator[TestClient]:
    settings = Settings(var=var, meilisearch_url=server.url, meilisearch_key=server.key)
    with TestClient(create_app(settings), headers={"accept": "text/html"}) as opened:
        yield opened


def test_the_status_page_names_the_engine(client: TestClient, site: TestClient) -> None:
    assert client.get("/trang-thai.json").json()["search"] == {
        "engine": "embedded",
        "problem": None,
    }
    assert "Máy tìm kiếm: Meilisearch." in site.get("/trang-thai").text


def test_searching_goes_to_the_server(double: MeilisearchDouble, site: TestClient) -> None:
    before = len(double.requests)
    assert site.get("/tim-kiem.json?q=h%E1%BA%A1+long").json()["total"] > 100
    assert [path for _, path, _ in double.requests[before:] if path == "/multi-search"]


def test_the_site_says_so_when_it_falls_back(double: MeilisearchDouble, site: TestClient) -> None:
    double.failing_status = 400
    found = site.get("/tim-kiem.json?q=h%E1%BA%A1+long")
    assert found.status_code == 200
    assert found.json()["total"] > 100
    status = site.get("/en/status").text
    assert "cannot be used; the portal searches the embedded snapshot" in status
    # What the server said may name hosts: that is for the log.
    assert "the server refuses" in status
    assert "failing on purpose" not in status
    assert site.get("/en/status.json").json()["search"]["problem"] == "refused"


def test_a_key_that_may_manage_is_refused(var: Path, server: Server) -> None:
    settings = Settings(var=var, meilisearch_url=server.url, meilisearch_key=MASTER_KEY)
    with TestClient(create_app(settings), headers={"accept": "text/html"}) as site:
        assert site.get("/tim-kiem.json?q=h%E1%BA%A1+long").json()["total"] > 100
        assert site.get("/en/status.json").json()["search"]["problem"] == "key"


def test_a_snapshot_that_cannot_be_opened_is_built_anew(made_up: Path, tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert ingest(["--var", str(var), "--definitions", str(made_up), "publish"]) == 0
    (snapshot,) = var.glob("releases/*/search")
    (snapshot / "meta.json").unlink()
    with TestClient(create_app(Settings(var=var))) as site:
        assert site.get("/tim-kiem.json?q=mot").json()["total"] > 0
        assert site.get("/trang-thai.json").status_code == 200


def test_ingest_fills_the_server_and_makes_the_key_of_the_site(
    made_up: Path,
    tmp_path: Path,
    double: MeilisearchDouble,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--var", str(tmp_path / "var"), "--definitions", str(made_up)]
    assert ingest([*options, "index"]) == 1
    assert "MINHBACH_MEILISEARCH_URL is not set" in capsys.readouterr().err
    with serving(double) as url:
        monkeypatch.setenv("MINHBACH_MEILISEARCH_URL", url)
        monkeypatch.setenv("MINHBACH_MEILISEARCH_ADMIN_KEY", MASTER_KEY)
        assert ingest([*options, "publish"]) == 0
        assert "Meilisearch index minhbach holds" in capsys.readouterr().out
        assert ingest([*options, "search-key"]) == 0
        assert capsys.readouterr().out.strip() in double.keys
        double.failing_tasks = {"documentAdditionOrUpdate"}
        assert ingest([*options, "publish"]) == 1
        told = capsys.readouterr()
        # The release itself was published: only the server has to be filled again.
        assert "published release" in told.out
        assert "minhbach-ingest index" in told.err


def test_publishing_while_eight_clients_search(
    made_up: Path, tmp_path: Path, change: Callable[[str, str, str], Catalogue]
) -> None:
    """Every answer is whole and of the release it names."""
    var = tmp_path / "var"
    options = ["--var", str(var), "--definitions", str(made_up)]
    titles: dict[str, str] = {}

    def publish() -> None:
        assert ingest([*options, "publish"]) == 0
        id_ = (var / "current").read_text().strip()
        titles[id_] = (made_up / "parks/data.csv").read_text(encoding="utf-8").split(",")[5]

    publish()
    stop = threading.Event()
    answers: list[tuple[int, str, frozenset[str]]] = []

    def search() -> None:
        with TestClient(create_app(Settings(var=var, cache_mb=0))) as site:
            while not stop.is_set():
                response = site.get("/tim-kiem.json?q=mot&kind=parks")
                content = response.json()
                found = frozenset(item["title"] for item in content.get("items", ()))
                answers.append((response.status_code, content.get("release", ""), found))

    threads = [threading.Thread(target=search) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        for number in range(4):
            former = f"Một {number - 1}" if number else "Một"
            change("parks/data.csv", former, f"Một {number}")
            publish()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len(titles) == 5
    assert len({release for _, release, _ in answers}) > 1
    wrong = [a for a in answers if a[0] != 200 or a[2] != {titles[a[1]]}]
    assert wrong == []
