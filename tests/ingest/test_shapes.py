from __future__ import annotations

import json
from collections.abc import Callable

import duckdb
import shapely

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.release import Release
from minhbach_ingest.shapes import build_shapes


def test_boundaries_are_light_and_still_touch(has: Callable[[str], None], release: Release) -> None:
    has("commune_boundaries")
    rows = release.rows(
        "SELECT s.commune, s.geometry, b.geometry FROM _shapes s JOIN commune_boundaries b USING (commune)"
    )
    assert len(rows) == 54
    light = {code: shapely.from_geojson(shape) for code, shape, _ in rows}
    assert sum(len(shape) for _, shape, _ in rows) < 260_000
    for code, _, exact in rows:
        # Islets go; the main land keeps its size.
        whole, kept = (
            max(map(shapely.area, shapely.get_parts(shape)))
            for shape in (shapely.from_geojson(exact), light[code])
        )
        assert 0.97 < kept / whole < 1.03, code
        assert shapely.is_valid(light[code]), code
        assert json.loads(shapely.to_geojson(light[code]))["type"] == "MultiPolygon"


def test_neighbours_are_those_of_the_map(has: Callable[[str], None], release: Release) -> None:
    has("commune_boundaries")
    pairs = set(release.rows("SELECT commune, neighbour FROM _neighbours"))
    assert all((other, one) in pairs and one != other for one, other in pairs)
    named = {
        name
        for (name,) in release.rows(
            "SELECT d.full_name FROM _neighbours JOIN communes d ON d.code = neighbour "
            "WHERE commune = (SELECT code FROM communes WHERE full_name = 'Phường Hồng Gai')"
        )
    }
    assert {"Phường Bãi Cháy", "Phường Cao Xanh", "Phường Hà Lầm"} <= named
    # An island has none.
    assert not [pair for pair in pairs if pair[0] == "07192"]


def test_a_crooked_boundary_is_mended_and_one_without_area_left_out() -> None:
    """Made-up boundaries: one crosses itself and has a spike, one is a point, two are neighbours."""
    shapes = {
        "crooked": '{"type": "Polygon", "coordinates": '
        "[[[107, 21], [107.2, 21.2], [107.2, 21], [107, 21.2], [107, 21], [106.9, 21], [107, 21]]]}",
        "point": '{"type": "Point", "coordinates": [107.5, 21.5]}',
        "west": '{"type": "Polygon", "coordinates": [[[108, 21], [108.1, 21], [108.1, 21.1], [108, 21.1], [108, 21]]]}',
        "east": '{"type": "Polygon", "coordinates": '
        "[[[108.1, 21], [108.2, 21], [108.2, 21.1], [108.1, 21.1], [108.1, 21]]]}",
    }
    connection = duckdb.connect()
    connection.execute("CREATE TABLE commune_boundaries (commune VARCHAR, geometry VARCHAR)")
    connection.executemany("INSERT INTO commune_boundaries VALUES (?, ?)", list(shapes.items()))
    build_shapes(connection, Catalogue.read())
    kept = dict(connection.execute("SELECT commune, geometry FROM _shapes").fetchall())
    assert set(kept) == {"crooked", "east", "west"}
    assert all(shapely.area(shapely.from_geojson(shape)) > 0 for shape in kept.values())
    near = connection.execute("SELECT commune, neighbour FROM _neighbours ORDER BY 1").fetchall()
    assert near == [("east", "west"), ("west", "east")]
