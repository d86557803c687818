"""Shapefiles and GeoPackages, made here of three made-up shapes."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers import read_bytes

SHAPES = [shapely.box(107 + x, 21, 107.5 + x, 21.5) for x in range(3)]
NAMES = ["Hải Hà", "Vân Đồn", None]


def _written(folder: Path, driver: str, ending: str, crs: str = "EPSG:4326") -> Path:
    path = folder / f"made_up.{ending}"
    pyogrio.raw.write(
        str(path),
        geometry=shapely.to_wkb(np.array(SHAPES)),
        field_data=[np.array(NAMES, dtype=object)],
        fields=["ten"],
        driver=driver,
        crs=crs,
        geometry_type="Polygon",
        encoding="UTF-8",
    )
    return path


def _zipped(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(folder.glob("made_up.*")):
            archive.write(path, path.name)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["geopackage", "shapefile"])
def test_layers_are_tables_with_shapes_as_geojson(kind: str, tmp_path: Path) -> None:
    if kind == "geopackage":
        data = _written(tmp_path, "GPKG", "gpkg").read_bytes()
    else:
        _written(tmp_path, "ESRI Shapefile", "shp")
        data = _zipped(tmp_path)
    content = read_bytes(data, "made-up.bin")
    assert content.kind == kind
    assert content.notes == ()
    (table,) = content.tables
    assert table.rows[0] == ("ten", "geometry")
    assert [row[0] for row in table.rows[1:]] == NAMES
    shape = json.loads(str(table.rows[1][1]))
    assert shapely.from_geojson(json.dumps(shape)).equals(SHAPES[0])


def test_coordinates_in_another_system_are_told_with_a_way_out(tmp_path: Path) -> None:
    path = _written(tmp_path, "GPKG", "gpkg", crs="EPSG:3857")
    (note,) = read_bytes(path.read_bytes(), "made-up.gpkg").notes
    assert "EPSG:3857" in note
    assert "ogr2ogr -t_srs EPSG:4326" in note


def test_what_is_no_whole_layer_is_refused(tmp_path: Path) -> None:
    _written(tmp_path, "ESRI Shapefile", "shp")
    with pytest.raises(SourceError, match=r"pack \.shp, \.shx, \.dbf"):
        read_bytes((tmp_path / "made_up.shp").read_bytes(), "made-up.shp")
    with pytest.raises(SourceError, match="SQLite database"):
        read_bytes(b"SQLite format 3\x00" + bytes(200), "made-up.db")
    data = _written(tmp_path, "GPKG", "gpkg").read_bytes()
    with pytest.raises(SourceError, match="geopackage"):
        read_bytes(data[:5000], "made-up.gpkg")
