"""Every reference between records, gathered once, so that a page finds both directions in one query."""

from __future__ import annotations

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.schema import RECORD_ID, folded, quoted


def build_links(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Create `_records` (every record with its titles) and `_links` (every reference).

    _records(dataset, id, title_vi, title_en, folded); _links(from_dataset, from_id, field,
    to_dataset, to_id), ordered by what is linked to.
    """
    connection.execute(
        "CREATE TABLE _records (dataset VARCHAR, id VARCHAR, title_vi VARCHAR, title_en VARCHAR, "
        "folded VARCHAR)"
    )
    connection.execute(
        "CREATE TEMP TABLE found_links (from_dataset VARCHAR, from_id VARCHAR, field VARCHAR, "
        "to_dataset VARCHAR, to_id VARCHAR)"
    )
    for dataset in catalogue.values():
        table = quoted(dataset.slug)
        label = dataset.label
        vi = quoted(label.vi) if label else RECORD_ID
        en = f"coalesce({quoted(label.en)}, {vi})" if label else RECORD_ID
        texts = [
            f"array_to_string({quoted(f.name)}, ' ')" if f.type == "list" else quoted(f.name)
            for f in dataset.fields
            if f.search
        ]
        haystack = f"concat_ws(' ', {', '.join((vi, en, *texts))})"
        connection.execute(
            "INSERT INTO _records "
            f"SELECT ?, {RECORD_ID}, {vi}, {en}, {folded(haystack)} FROM {table}",
            [dataset.slug],
        )
        for field in dataset.fields:
            if field.references is None:
                continue
            target = catalogue[field.references]
            column = quoted(field.name)
            keys = f"unnest({column})" if field.type == "list" else column
            connection.execute(
                "INSERT INTO found_links SELECT ?, source._id, ?, ?, target._id "
                f"FROM (SELECT {RECORD_ID}, {keys} AS key FROM {table}) source "
                f"JOIN {quoted(target.slug)} target ON target.{quoted(target.key[0])} = source.key",
                [dataset.slug, field.name, target.slug],
            )
    connection.execute(
        "CREATE TABLE _links AS SELECT * FROM found_links ORDER BY to_dataset, to_id, from_dataset, from_id"
    )
    connection.execute("DROP TABLE found_links")
