from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import duckdb
import pytest
from starlette.testclient import TestClient

from minhbach_datasets.catalogue import DEFINITIONS
from minhbach_datasets.release import RELEASES, current_id
from minhbach_ingest.__main__ import main as ingest
from minhbach_site import assets
from minhbach_site.app import create_app
from minhbach_site.settings import Settings


def test_kept_answers_are_the_same_answers(client: TestClient) -> None:
    first, second = client.get("/co-hoi?sector=CNTT"), client.get("/co-hoi?sector=CNTT")
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    again = client.get("/co-hoi?sector=CNTT", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_languages_encodings_and_forms_are_kept_apart(client: TestClient) -> None:
    plain = client.get("/gioi-thieu", headers={"accept-encoding": "identity"})
    packed = client.get("/gioi-thieu", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert plain.headers["etag"] != packed.headers["etag"]
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert len(gzip.compress(plain.content)) > 0


def test_head_has_headers_and_no_body(client: TestClient) -> None:
    got, head = client.get("/gioi-thieu"), client.head("/gioi-thieu")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]


def test_a_new_release_is_served_at_once(made_up: Path, tmp_path: Path) -> None:
    var = tmp_path / "var"
    command = ["--var", str(var), "--definitions", str(made_up), "publish"]
    assert ingest(command) == 0
    with TestClient(create_app(Settings(var=var))) as client:
        address = "/du-lieu/parks/p3.json"
        assert client.get(address).json()["fields"]["area"] == 20
        path = made_up / "parks" / "data.csv"
        path.write_text(
            path.read_text(encoding="utf-8").replace(",20,", ",21.5,"), encoding="utf-8"
        )
        assert ingest(command) == 0
        assert client.get(address).json()["fields"]["area"] == 21.5
        path.write_text(
            path.read_text(encoding="utf-8").replace(",21.5,", ",lots,"), encoding="utf-8"
        )
        assert ingest(command) == 1
        assert client.get(address).json()["fields"]["area"] == 21.5


def test_without_room_nothing_is_kept(var: Path) -> None:
    with TestClient(create_app(Settings(var=var, cache_mb=0))) as client:
        assert client.get("/gioi-thieu").content == client.get("/gioi-thieu").content


def test_scripts_are_sent_compressed_as_they_were_built(client: TestClient) -> None:
    name = assets.address("site.css")
    assert "/build/" in name, "the assets were not built; `make test` builds them"
    plain = client.get(name, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for coding in ("br", "gzip"):
        response = client.get(name, headers={"accept-encoding": coding})
        assert response.headers["content-encoding"] == coding
        assert response.headers["content-type"].startswith("text/css")
        assert "immutable" in response.headers["cache-control"]
        assert int(response.headers["content-length"]) < len(plain.content) / 2
        known = {"accept-encoding": coding, "if-none-match": response.headers["etag"]}
        assert client.get(name, headers=known).status_code == 304


def test_only_a_chosen_tile_server_is_let_through(var: Path) -> None:
    tiles = "https://tiles.example.org:8443/{z}/{x}/{y}.png"
    app = create_app(Settings(var=var, tile_url=tiles, tile_credit="made up"))
    with TestClient(app, headers={"accept": "text/html"}) as client:
        response = client.get("/co-hoi?view=map")
        policy = response.headers["content-security-policy"]
        assert "connect-src 'self' https://tiles.example.org:8443;" in policy
        assert f'data-tiles="{tiles}"' in response.text
        assert "made up" in response.text


@pytest.mark.parametrize(
    ("accepted", "allowed"),
    [
        ("br, gzip", {"br", "gzip"}),
        ("gzip;q=0.5, br;q=0", {"gzip"}),
        ("identity", {"identity"}),
        ("sbr", {"sbr"}),
        ("", set()),
    ],
)
def test_codings_are_those_that_are_allowed(accepted: str, allowed: set[str]) -> None:
    assert assets.codings(accepted) == allowed


def test_a_long_name_of_a_file_is_not_found(client: TestClient) -> None:
    response = client.get("/static/build/" + "a" * 300, headers={"accept-encoding": "br"})
    assert response.status_code == 404


def test_shapes_and_feeds_are_sent_compressed(client: TestClient) -> None:
    for path in ("/api/v1/map/communes.geojson", "/feeds/zones.atom", "/en/feeds/zones.json"):
        response = client.get(path, headers={"accept-encoding": "gzip"})
        if len(response.content) > 600:
            assert response.headers["content-encoding"] == "gzip", path


def test_pages_do_without_the_finder_and_without_what_older_releases_lack(
    tmp_path: Path, var: Path
) -> None:
    """A catalogue without the datasets of the finder, as another province may have."""
    definitions = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, definitions)
    for slug in (
        "opportunities", "incentive_rules", "procedure_steps", "place_features", "exchange_rates",
    ):  # fmt: skip
        shutil.rmtree(definitions / slug)
    guides = definitions / "guides.toml"
    guides.write_text(
        guides.read_text(encoding="utf-8").replace('"opportunities", ', ""), encoding="utf-8"
    )
    folder = tmp_path / "var"
    assert ingest(["--definitions", str(definitions), "--var", str(folder), "publish"]) == 0
    database = folder / RELEASES / current_id(folder) / "portal.duckdb"
    for older in (False, True):
        if older:
            database.chmod(0o644)
            with duckdb.connect(str(database)) as connection:
                for table in ("_history", "_shapes", "_neighbours"):
                    connection.execute(f"DROP TABLE {table}")
        with TestClient(
            create_app(Settings(var=folder)),
            headers={"accept": "text/html"},
            raise_server_exceptions=False,
        ) as client:
            home = client.get("/")
            assert home.status_code == 200
            assert 'href="/co-hoi/du-an"' in home.text
            for path in (
                "/co-hoi/du-an", "/co-hoi/du-an/lite-on-quang-ninh", "/en/opportunities/zones/kcn-song-khoai",
                "/co-hoi/khu/kcn-song-khoai/tom-tat", "/feeds/legal_documents.atom",
                "/api/v1/map/communes.geojson",
            ):  # fmt: skip
                assert client.get(path).status_code == 200, (path, older)
            assert client.get("/co-hoi").status_code == 404
