"""Layers of shapes: zipped Shapefile and GeoPackage, through pyogrio (GDAL)."""

from __future__ import annotations

import warnings

import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.content import Content, Table

WGS84 = ("EPSG:4326", "OGC:CRS84")
MAX_FEATURES = 1_000_000


def read(data: bytes, where: str, kind: str) -> Content:
    """A table for each layer, shapes as GeoJSON in a column `geometry`. Raises SourceError."""
    tables, notes = [], []
    try:
        # GDAL would like the bytes to be named .gpkg; their kind was told by their content.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            for name, shape in pyogrio.list_layers(data):
                meta, layer = pyogrio.read_arrow(data, layer=name, max_features=MAX_FEATURES + 1)
                columns = {column: layer.column(column).to_pylist() for column in meta["fields"]}
                if shape is not None:
                    binary = layer.column(meta["geometry_name"] or "wkb_geometry").to_pylist()
                    columns["geometry"] = list(shapely.to_geojson(shapely.from_wkb(binary)))
                    if meta["crs"] not in WGS84:
                        notes.append(
                            f"layer {name!r} has coordinates in {meta['crs'] or 'an unnamed system'}, not "
                            "WGS 84; convert it: ogr2ogr -t_srs EPSG:4326 OUT.gpkg IN"
                        )
                if layer.num_rows > MAX_FEATURES:
                    raise SourceError(
                        f"{where}: layer {name!r} has more than {MAX_FEATURES} shapes; split it"
                    )
                rows = [tuple(columns), *zip(*columns.values(), strict=True)]
                tables.append(Table(str(name), tuple(rows)))
    except (DataSourceError, DataLayerError, shapely.GEOSException) as error:
        raise SourceError(f"{where}: cannot be read as {kind}: {error}") from None
    return Content(kind, tables=tuple(tables), notes=tuple(notes))
