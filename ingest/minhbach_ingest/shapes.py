"""Commune boundaries made light enough for a map in a page."""

from __future__ import annotations

import duckdb
import shapely

from minhbach_datasets.catalogue import Catalogue

_BOUNDARIES = "commune_boundaries"
_TOLERANCE = 0.001
"""In degrees, about 100 m: less than a pixel of a map of the whole province."""
_SMALLEST = 0.00002
"""Islets below so many square degrees, about 0.2 km2, are left out, unless a commune has nothing larger."""
_GRID = 0.0001
_GAP = 0.0001
"""Boundaries this near, about 10 m, are shared: the source draws some of them twice."""


def build_shapes(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Create `_shapes(commune, geometry)`, GeoJSON in WGS 84, and `_neighbours(commune, neighbour)`.

    Both are empty where boundaries were never had. Neighbours are simplified together, so that they
    keep touching.
    """
    connection.execute("CREATE TABLE _shapes (commune VARCHAR, geometry VARCHAR)")
    connection.execute("CREATE TABLE _neighbours (commune VARCHAR, neighbour VARCHAR)")
    if _BOUNDARIES not in catalogue:
        return
    rows = connection.execute(
        f"SELECT commune, geometry FROM {_BOUNDARIES} ORDER BY commune"
    ).fetchall()
    polygons = [
        (commune, shapely.MultiPolygon(parts))
        for commune, geometry in rows
        if (parts := _polygons(shapely.make_valid(shapely.from_geojson(geometry))))
    ]
    codes = [commune for commune, _ in polygons]
    exact = [shape for _, shape in polygons]
    light = shapely.coverage_simplify(exact, _TOLERANCE)
    found, near = shapely.STRtree(exact).query(exact, predicate="dwithin", distance=_GAP)
    for one, other in zip(found.tolist(), near.tolist(), strict=True):
        if one != other:
            connection.execute("INSERT INTO _neighbours VALUES (?, ?)", [codes[one], codes[other]])
    for commune, shape in zip(codes, light, strict=True):
        kept = shapely.set_precision(_without_islets(shape), _GRID)
        connection.execute("INSERT INTO _shapes VALUES (?, ?)", [commune, shapely.to_geojson(kept)])


def _polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    """The areas of a shape; mending a crooked boundary may leave lines and points beside them."""
    parts = shapely.get_parts(shape)
    if len(parts) == 1 and parts[0].equals(shape) and parts[0].geom_type == shape.geom_type:
        return [shape] if shape.geom_type == "Polygon" else []
    return [polygon for part in parts for polygon in _polygons(part)]


def _without_islets(shape: shapely.Geometry) -> shapely.Geometry:
    parts = _polygons(shape)
    large = [part for part in parts if part.area >= _SMALLEST]
    return shapely.MultiPolygon(large or [max(parts, key=lambda part: part.area)])
