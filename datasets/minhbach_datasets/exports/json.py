"""JSON: an array of objects, null for not published, dates as ISO text."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset

_BATCH = 1000


def write(
    relation: duckdb.DuckDBPyRelation, dataset: Dataset, catalogue: Catalogue, path: Path
) -> None:
    """Write row by row, so that memory does not grow with the dataset."""
    names = [field.name for field in dataset.fields]
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        separator = "\n"
        while rows := relation.fetchmany(_BATCH):
            for row in rows:
                item = dict(zip(names, row, strict=True))
                file.write(separator + json.dumps(item, ensure_ascii=False, default=as_text))
                separator = ",\n"
        file.write("\n]\n")


def as_text(value: object) -> str:
    """What JSON has no form for, as text."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")
