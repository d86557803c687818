"""CSV: UTF-8, comma, LF, empty for not published, lists joined by a semicolon."""

from __future__ import annotations

from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset
from minhbach_datasets.schema import LIST_SEPARATOR, quoted

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
FORMULA = r"^([=@\t\r]|[+-])"
"""A cell that starts so is run as a formula by spreadsheets (RE2 and Python read it alike)."""
PLAIN_NUMBER = r"^[+-]?[0-9][0-9.,]*$"
"""Unless it is no more than a number."""


def write(
    relation: duckdb.DuckDBPyRelation, dataset: Dataset, catalogue: Catalogue, path: Path
) -> None:
    """Write the rows as they are, for programs."""
    columns = [
        f"array_to_string({quoted(f.name)}, '{LIST_SEPARATOR}') AS {quoted(f.name)}"
        if f.type == "list"
        else quoted(f.name)
        for f in dataset.fields
    ]
    relation.project(", ".join(columns)).write_csv(str(path), header=True)


def write_for_spreadsheets(
    relation: duckdb.DuckDBPyRelation, dataset: Dataset, catalogue: Catalogue, path: Path
) -> None:
    """Write for spreadsheet programs: a byte-order mark, and an apostrophe before what reads as a formula."""
    columns = []
    for field in dataset.fields:
        column = quoted(field.name)
        if field.type == "list":
            column = f"array_to_string({column}, '{LIST_SEPARATOR}')"
        if not field.is_number and field.type not in ("date", "year"):
            column = f"CASE WHEN regexp_matches({column}, '{FORMULA}') AND NOT regexp_matches({column}, '{PLAIN_NUMBER}') THEN '''' || {column} ELSE {column} END"
        columns.append(f"{column} AS {quoted(field.name)}")
    bare = path.with_name(path.name + ".part")
    relation.project(", ".join(columns)).write_csv(str(bare), header=True)
    with bare.open("rb") as source, path.open("wb") as target:
        target.write(BYTE_ORDER_MARK)
        while block := source.read(1 << 20):
            target.write(block)
    bare.unlink()
