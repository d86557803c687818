from __future__ import annotations

import gzip
from pathlib import Path

from starlette.testclient import TestClient

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
