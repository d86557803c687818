"""JSON, GeoJSON and Parquet: lists of records become a table."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.content import Cell, Content, Table


def read_json(data: bytes, where: str) -> Content:
    """A list of objects, the features of a GeoJSON, or one object. Raises SourceError."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{where}: cannot be read as JSON: {error}") from None
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        features = content.get("features") or []
        records = [
            {**(each.get("properties") or {}), "geometry": each.get("geometry")}
            for each in features
            if isinstance(each, dict)
        ]
        return _table("geojson", records)
    if isinstance(content, list):
        return _table(
            "json", [each if isinstance(each, dict) else {"value": each} for each in content]
        )
    lists = {name: value for name, value in content.items() if _is_records(value)}
    if len(lists) == 1:
        ((name, records),) = lists.items()
        return _table("json", records, f"the records are those of {name!r}")
    return _table("json", [content])


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _table(kind: str, records: list[dict[str, object]], *notes: str) -> Content:
    header = list(dict.fromkeys(name for record in records for name in record))
    rows = [
        tuple(header),
        *(tuple(_cell(record.get(name)) for name in header) for record in records),
    ]
    return Content(kind, tables=(Table("", tuple(rows)),), notes=notes)


def _cell(value: object) -> Cell:
    """What is nested stays JSON."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value  # type: ignore[return-value]


def read_parquet(data: bytes, where: str) -> Content:
    """Raises SourceError."""
    try:
        table = pyarrow.parquet.read_table(io.BytesIO(data))
        columns = [column.to_pylist() for column in table.columns]
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"{where}: cannot be read as Parquet: {error}") from None
    rows = (tuple(_cell(value) for value in row) for row in zip(*columns, strict=True))
    return Content("parquet", tables=(Table("", (tuple(table.column_names), *rows)),))
