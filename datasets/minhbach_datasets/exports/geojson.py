"""GeoJSON (RFC 7946): a feature for each row, its columns as properties."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.exports.json import as_text
from minhbach_datasets.model import Dataset

_BATCH = 100


def write(
    relation: duckdb.DuckDBPyRelation, dataset: Dataset, catalogue: Catalogue, path: Path
) -> None:
    """Write row by row; shapes are copied as they are, so their digits stay those of the source."""
    names = [field.name for field in dataset.fields]
    shape = next(field.name for field in dataset.fields if field.type == "geometry")
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        separator = "\n"
        while rows := relation.fetchmany(_BATCH):
            for row in rows:
                properties = dict(zip(names, row, strict=True))
                geometry = properties.pop(shape) or "null"
                told = json.dumps(properties, ensure_ascii=False, default=as_text)
                file.write(
                    f'{separator}{{"type": "Feature", "geometry": {geometry}, "properties": {told}}}'
                )
                separator = ",\n"
        file.write("\n]}\n")
