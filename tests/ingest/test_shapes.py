from __future__ import annotations

import json
from collections.abc import Callable

import shapely

from minhbach_datasets.release import Release


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
