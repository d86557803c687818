"""What columns held in former releases, and when each record last changed."""

from __future__ import annotations

from datetime import date

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset, Field
from minhbach_datasets.schema import RECORD_ID, quoted
from minhbach_ingest.compare import Former


def build_history(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    today: date,
    former: Former | None,
) -> None:
    """Create `_history(dataset, id, field, value, since, number)`.

    A row for each value that a column with `history` had, NULL where it was emptied, and for each change
    of a record one with an empty field; `since` is the day of the release that had it first. Values that
    were there at a dataset's first release have been so since the definition's `modified`, as has a record
    without a row. `number` counts the releases that changed something: several may be of one day, even of
    one second. former: the release before, attached; None where there is none.
    """
    connection.execute(
        "CREATE TABLE _history (dataset VARCHAR, id VARCHAR, field VARCHAR, value VARCHAR, "
        "since DATE, number INTEGER)"
    )
    if former is not None and former.has("_history"):
        connection.execute(f"INSERT INTO _history FROM {former.table('_history')}")
    counted = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM _history").fetchone()
    assert counted is not None
    for dataset in catalogue.values():
        before = None if former is None else former.release.catalogue.get(dataset.slug)
        since = dataset.modified if before is None else today
        for field in dataset.fields:
            if field.history:
                _add_values(connection, dataset, field, since, counted[0])
        if former is not None and before is not None:
            _add_changes(connection, dataset, before, former, since, counted[0])


def _add_values(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    field: Field,
    since: date,
    number: int,
) -> None:
    """The values that differ from the last ones known."""
    connection.execute(
        f"""
        INSERT INTO _history
        SELECT $dataset, now.{RECORD_ID}, $field, now.value, $since, $number
        FROM (
          SELECT {RECORD_ID}, {quoted(field.name)}::VARCHAR AS value FROM {quoted(dataset.slug)}
        ) now
        LEFT JOIN (
          SELECT id, value FROM _history WHERE dataset = $dataset AND field = $field
          QUALIFY row_number() OVER (PARTITION BY id ORDER BY number DESC) = 1
        ) last ON last.id = now.{RECORD_ID}
        WHERE now.value IS DISTINCT FROM last.value
        """,
        {"dataset": dataset.slug, "field": field.name, "since": since, "number": number},
    )


def _add_changes(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    before: Dataset,
    former: Former,
    since: date,
    number: int,
) -> None:
    """Records that are new or have another value in a column that both releases have."""
    shared = {field.name for field in before.fields} & {field.name for field in dataset.fields}
    different = " OR ".join(
        f"now.{quoted(name)}::VARCHAR IS DISTINCT FROM before.{quoted(name)}::VARCHAR"
        for name in sorted(shared)
    )
    connection.execute(
        f"INSERT INTO _history SELECT ?, now.{RECORD_ID}, '', NULL, ?, ? "
        f"FROM {quoted(dataset.slug)} now LEFT JOIN {former.table(dataset.slug)} before "
        f"ON before.{RECORD_ID} = now.{RECORD_ID} WHERE before.{RECORD_ID} IS NULL OR {different}",
        [dataset.slug, since, number],
    )
