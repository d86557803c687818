"""The stage: where loaders leave rows as texts, for checks to look at before they become a table.

It has `_file`, `_sheet` and `_row` (as counted in the source, from 1), then every source field, blanks as
NULL. It is a table or a view over one.
"""

from __future__ import annotations

import duckdb

from minhbach_datasets.schema import quoted

STAGE = "stage"


def drop_stage(connection: duckdb.DuckDBPyConnection, stage: str = STAGE) -> None:
    """Remove what a former load left."""
    found = connection.execute(
        "SELECT table_type FROM information_schema.tables WHERE table_name = ?", [stage]
    ).fetchone()
    if found is not None:
        kind = "VIEW" if found[0] == "VIEW" else "TABLE"
        connection.execute(f"DROP {kind} {quoted(stage)}")


def as_table(connection: duckdb.DuckDBPyConnection, stage: str = STAGE) -> None:
    """Make the stage a table of its own, for values of it to be changed."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE stage_copy AS FROM {quoted(stage)}")
    drop_stage(connection, stage)
    connection.execute(f"ALTER TABLE stage_copy RENAME TO {quoted(stage)}")
