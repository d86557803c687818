"""Rows that a SELECT over other datasets makes: several of them as one list, say."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import SourceError
from minhbach_datasets.model import Dataset, Field
from minhbach_datasets.quality import FileRead, TableRead
from minhbach_datasets.release import sha256
from minhbach_datasets.schema import LIST_SEPARATOR, literal, quoted
from minhbach_ingest.check import LoadReport
from minhbach_ingest.sources import SourceContent
from minhbach_ingest.stage import drop_stage


def load(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    contents: Iterable[SourceContent],
    stage: str,
    report: LoadReport,
) -> None:
    """See Loader. The statement returns the fields by name; it may ask for the variable `as_of`, the day
    the definition says its rows were last changed."""
    (content,) = contents
    try:
        statement = content.path.read_text(encoding="utf-8").rstrip().rstrip(";")
        connection.execute("SET VARIABLE as_of = ?::DATE", [dataset.modified])
        drop_stage(connection, stage)
        columns = ", ".join(_as_text(field) for field in dataset.source_fields)
        connection.execute(
            f"CREATE TEMP TABLE {quoted(stage)} AS SELECT {literal(content.where)} AS _file, "
            f"NULL::VARCHAR AS _sheet, row_number() OVER () AS _row, {columns} "
            # The line may end in a comment.
            f"FROM (\n{statement}\n)"
        )
    except FileNotFoundError:
        raise SourceError(f"{content.where}: missing") from None
    except UnicodeDecodeError as error:
        raise SourceError(f"{content.where}: byte {error.start} is not UTF-8") from None
    except duckdb.Error as error:
        raise SourceError(f"{content.where}: {error}") from None
    rows = connection.execute(f"SELECT count(*) FROM {quoted(stage)}").fetchone()
    assert rows is not None
    report.files.append(
        FileRead(
            name=content.where,
            kind="sql",
            bytes=content.path.stat().st_size,
            sha256=sha256(content.path),
            tables=(
                TableRead(
                    sheet=None,
                    rows=rows[0],
                    kept=rows[0],
                    dropped=(),
                    columns={field.name: field.name for field in dataset.source_fields},
                ),
            ),
        )
    )


def _as_text(field: Field) -> str:
    column = quoted(field.name)
    text = (
        f"array_to_string({column}, '{LIST_SEPARATOR}')"
        if field.type == "list"
        else f"CAST({column} AS VARCHAR)"
    )
    return f"nullif({text}, '') AS {column}"
