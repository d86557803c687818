"""Every reference between records, gathered once, so that a page finds both directions in one query."""

from __future__ import annotations

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset, Field
from minhbach_datasets.schema import RECORD_ID, folded, label, quoted


def build_links(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Create `_records` (every record with its titles) and `_links` (every reference).

    _records(dataset, id, title_vi, title_en, folded); _links(from_dataset, from_id, field,
    to_dataset, to_id, the titles of both ends, and each link's place among `total` links through
    the same field to the same record), ordered by what is linked to.
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
        _add_records(connection, dataset, catalogue)
        for field in dataset.fields:
            # What a derived dataset refers to, the rows it was made from refer to already.
            if field.references is not None and not dataset.source.derived:
                _add_links(connection, dataset, field, catalogue[field.references])
    connection.execute(
        "CREATE TABLE _links AS SELECT found_links.*, "
        "source.title_vi AS from_title_vi, source.title_en AS from_title_en, "
        "target.title_vi AS to_title_vi, target.title_en AS to_title_en, "
        "row_number() OVER (siblings ORDER BY source.title_vi, from_id) AS place, "
        "count(*) OVER siblings AS total FROM found_links "
        "JOIN _records source ON source.dataset = from_dataset AND source.id = from_id "
        "JOIN _records target ON target.dataset = to_dataset AND target.id = to_id "
        "WINDOW siblings AS (PARTITION BY to_dataset, to_id, from_dataset, field) "
        "ORDER BY to_dataset, to_id, from_dataset, field, place"
    )
    connection.execute("DROP TABLE found_links")


def _add_records(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, catalogue: Catalogue
) -> None:
    vi, en = label(dataset, catalogue, "vi"), label(dataset, catalogue, "en")
    texts = [
        f"array_to_string({quoted(f.name)}, ' ')" if f.type == "list" else quoted(f.name)
        for f in dataset.fields
        if f.search
    ]
    haystack = folded(f"concat_ws(' ', {', '.join((vi, en, *texts))})")
    connection.execute(
        f"INSERT INTO _records SELECT ?, {RECORD_ID}, {vi}, {en}, {haystack} "
        f"FROM {quoted(dataset.slug)}",
        [dataset.slug],
    )


def _add_links(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, field: Field, target: Dataset
) -> None:
    column = quoted(field.name)
    keys = f"unnest({column})" if field.type == "list" else column
    connection.execute(
        f"INSERT INTO found_links SELECT ?, source.{RECORD_ID}, ?, ?, target.{RECORD_ID} "
        f"FROM (SELECT {RECORD_ID}, {keys} AS key FROM {quoted(dataset.slug)}) source "
        f"JOIN {quoted(target.slug)} target ON target.{quoted(target.key[0])} = source.key",
        [dataset.slug, field.name, target.slug],
    )
