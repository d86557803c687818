"""Checks that SQL makes of a definition."""

from __future__ import annotations

import duckdb
import pytest

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.schema import value_checks

_RING = "[[[107.1, 20.9], [107.2, 20.9], [107.2, 21.0], [107.1, 20.9]]]"


@pytest.mark.parametrize(
    ("shape", "right"),
    [
        (f'{{"type": "Polygon", "coordinates": {_RING}}}', True),
        ('{"coordinates": [107.1, 20.9], "type": "Point"}', True),
        ('{"type": "Point", "coordinates": [430000, 2300000]}', False),
        ('{"type": "Point", "coordinates": []}', False),
        ('{"type": oops}', False),
        ('{"type": "Point"}', False),
        ('{"type": "Hexagon", "coordinates": [107.1, 20.9]}', False),
        ('{"type": "Point", "coordinates": [107.1, 20.9], "owner": "Bịa"}', False),
        ("POINT(107 20)", False),
        (None, True),
    ],
)
def test_geometries(shape: str | None, right: bool) -> None:
    catalogue = Catalogue.read()
    checks = value_checks(catalogue["commune_boundaries"], catalogue)
    (check,) = [c for c in checks if c.field.type == "geometry" and c.rule == "type"]
    with duckdb.connect() as connection:
        sql = f"SELECT {check.wrong_when} FROM (SELECT ?::VARCHAR AS geometry)"
        assert connection.execute(sql, [shape]).fetchone() == (not right,)
