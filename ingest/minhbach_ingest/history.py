"""What columns held in former releases, and when each record last changed."""

from __future__ import annotations

from datetime import date

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset
from minhbach_datasets.schema import RECORD_ID, quoted


def build_history(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, today: date, former: str | None
) -> None:
    """Create `_history(dataset, id, field, value, since)` for the datasets with a `history` column.

    A row for each value a record's column had, with the day of the release that had it first, and one
    with an empty field for each content of the whole record. What was there at a dataset's first
    release has been so since the definition's `modified`. former: name of the attached database of the
    release before; None where there is none.
    """
    connection.execute(
        "CREATE TABLE _history (dataset VARCHAR, id VARCHAR, field VARCHAR, value VARCHAR, since DATE)"
    )
    had_before = (
        former is not None
        and connection.execute(
            "SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND table_name = '_history'",
            [former],
        ).fetchone()
    )
    if had_before:
        connection.execute(f"INSERT INTO _history FROM {former}.main._history")
    for dataset in catalogue.values():
        if any(field.history for field in dataset.fields):
            known = connection.execute(
                "SELECT 1 FROM _history WHERE dataset = ? LIMIT 1", [dataset.slug]
            ).fetchone()
            _add(connection, dataset, today if known else dataset.modified)


def _add(connection: duckdb.DuckDBPyConnection, dataset: Dataset, since: date) -> None:
    """The values that differ from the last ones known."""
    table = quoted(dataset.slug)
    columns = [(field.name, quoted(field.name)) for field in dataset.fields if field.history]
    everything = ", ".join(
        f"coalesce({quoted(field.name)}::VARCHAR, '')" for field in dataset.fields
    )
    columns.append(("", f"md5(concat_ws('|', {everything}))"))
    for name, value in columns:
        connection.execute(
            f"""
            INSERT INTO _history
            SELECT $dataset, now.{RECORD_ID}, $field, now.value, $since
            FROM (SELECT {RECORD_ID}, {value}::VARCHAR AS value FROM {table}) now
            LEFT JOIN (
              SELECT id, arg_max(value, since) AS value FROM _history
              WHERE dataset = $dataset AND field = $field AND value IS NOT NULL GROUP BY id
            ) last ON last.id = now.{RECORD_ID}
            WHERE now.value IS NOT NULL AND now.value IS DISTINCT FROM last.value
            """,
            {"dataset": dataset.slug, "field": name, "since": since},
        )
