"""JSON, JSON lines, GeoJSON and Parquet: lists of records become a table."""

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
    return _json("json", content)


def read_json_lines(data: bytes, where: str) -> Content:
    """One object a line. Raises SourceError naming the line."""
    records: list[object] = []
    for number, line in enumerate(data.decode("utf-8-sig").splitlines(), 1):
        if line.strip():
            try:
                records.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise SourceError(f"{where}: line {number} is no JSON: {error}") from None
    return _json("jsonl", records)


def _json(kind: str, content: object) -> Content:
    if isinstance(content, dict) and content.get("type") in ("FeatureCollection", "Feature"):
        features = content.get("features", [content])
        records = [
            {**(each.get("properties") or {}), "geometry": each.get("geometry")}
            for each in (features if isinstance(features, list) else [])
            if isinstance(each, dict) and isinstance(each.get("properties") or {}, dict)
        ]
        return _table("geojson", records, content)
    if isinstance(content, list):
        records = [each if isinstance(each, dict) else {"value": each} for each in content]
        return _table(kind, records, content)
    if not isinstance(content, dict):
        return _table(kind, [{"value": content}], content)
    lists = {name: value for name, value in content.items() if _is_records(value)}
    if len(lists) == 1:
        ((name, value),) = lists.items()
        return _table(kind, value, content, f"the records are those of {name!r}")
    return _table(kind, [content], content)


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def records_table(document: object, path: tuple[str, ...], where: str) -> Table:
    """The records at a path of keys; what stands beside the path is a column named `key.name`.

    Raises SourceError where the path leads nowhere.
    """
    found: list[dict[str, object]] = []

    def walk(node: object, rest: tuple[str, ...], name: str, above: dict[str, object]) -> None:
        if isinstance(node, list):
            for each in node:
                walk(each, rest, name, above)
            return
        if not isinstance(node, dict):
            return
        prefix = f"{name}." if name else ""
        own = {
            f"{prefix}{key}": value
            for key, value in flat(node).items()
            if not rest or (key != rest[0] and not isinstance(value, list | dict))
        }
        if not rest:
            found.append({**above, **own})
        elif rest[0] in node:
            walk(node[rest[0]], rest[1:], rest[0], {**above, **own})

    walk(document, path, "", {})
    if not found:
        raise SourceError(f"{where}: no records at {' / '.join(path)}")
    return _table("json", found, None).tables[0]


def flat(record: dict[str, object]) -> dict[str, object]:
    """Objects within an object become columns named `outer.inner`; lists stay as they are."""
    result: dict[str, object] = {}
    for key, value in record.items():
        # A geometry is one value.
        if isinstance(value, dict) and "coordinates" not in value:
            result |= {f"{key}.{inner}": each for inner, each in flat(value).items()}
        else:
            result[key] = value
    return result


def _table(kind: str, records: list[dict[str, object]], document: object, *notes: str) -> Content:
    records = [flat(record) for record in records]
    header = list(dict.fromkeys(name for record in records for name in record))
    rows = [
        tuple(header),
        *(tuple(_cell(record.get(name)) for name in header) for record in records),
    ]
    return Content(kind, tables=(Table("", tuple(rows)),), notes=notes, document=document)


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
