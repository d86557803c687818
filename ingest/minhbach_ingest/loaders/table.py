"""A CSV file with one header row that holds exactly the columns of the definition."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import SourceError
from minhbach_datasets.model import Dataset
from minhbach_datasets.quality import Dropped, FileRead, TableRead
from minhbach_datasets.release import sha256
from minhbach_datasets.schema import literal, quoted
from minhbach_ingest.check import LoadReport
from minhbach_ingest.sources import SourceContent
from minhbach_ingest.stage import drop_stage

_READ = "table_rows"
_NEW_LINE = "new_line='\\n', "


def load(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    contents: Iterable[SourceContent],
    stage: str,
    report: LoadReport,
) -> None:
    """See Loader. Every value is a text; blanks are NULL."""
    (content,) = contents
    path = content.path
    header, is_lf = _header(path, content.where)
    wanted = [field.name for field in dataset.source_fields]
    if unknown := [name for name in header if name not in wanted]:
        raise SourceError(
            f"{content.where}: row 1: unknown column {unknown[0]!r}; define it in "
            f"{dataset.slug}/dataset.toml or remove it from the file"
        )
    if missing := [name for name in wanted if name not in header]:
        raise SourceError(
            f"{content.where}: row 1: column {missing[0]!r} is missing; the definition has it"
        )
    if len(set(header)) < len(header):
        repeated = next(name for name in header if header.count(name) > 1)
        raise SourceError(f"{content.where}: row 1: column {repeated!r} stands twice")
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    kept = ", ".join(f"nullif(trim({quoted(name)}), '') AS {quoted(name)}" for name in wanted)
    try:
        drop_stage(connection, stage)
        # Numbering rows while reading would read them one after the other.
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_READ} AS SELECT {kept} "
            f"FROM read_csv(?, header=true, columns={{{columns}}}, delim=',', quote='\"', "
            # Told to expect the wrong line end, the reader finds no row and says nothing.
            f"escape='\"', {_NEW_LINE if is_lf else ''}strict_mode=true, null_padding=false, "
            "auto_detect=false)",
            [str(path)],
        )
        connection.execute(
            f"CREATE TEMP VIEW {quoted(stage)} AS SELECT {literal(content.where)} AS _file, "
            f"NULL::VARCHAR AS _sheet, rowid + 2 AS _row, * FROM {_READ}"
        )
    except duckdb.Error as error:
        raise SourceError(f"{content.where}: {_reason(error)}") from None
    rows = connection.execute(f"SELECT count(*) FROM {quoted(stage)}").fetchone()
    assert rows is not None
    if not rows[0] and _has_rows(path):
        raise SourceError(
            f"{content.where}: no row below the header could be read, though there are some; "
            "save the file as CSV UTF-8 again, so that all of its lines end alike"
        )
    report.files.append(
        FileRead(
            name=content.where,
            kind="csv",
            bytes=path.stat().st_size,
            sha256=sha256(path),
            tables=(
                TableRead(
                    sheet=None,
                    rows=rows[0] + 1,
                    kept=rows[0],
                    dropped=(Dropped(reason="header", count=1, rows=(1,)),),
                    columns={name: name for name in header},
                ),
            ),
        )
    )


def _header(path: Path, where: str) -> tuple[list[str], bool]:
    """The names of the columns, and whether lines end with a line feed alone."""
    try:
        with path.open("rb") as binary:
            is_lf = b"\r" not in binary.readline()
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), []), is_lf
    except FileNotFoundError:
        raise SourceError(f"{where}: missing") from None
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{where}: byte {error.start} is not UTF-8; save the file as CSV UTF-8"
        ) from None


def _has_rows(path: Path) -> bool:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        next(rows, None)
        return any(any(row) for row in rows)


def _reason(error: duckdb.Error) -> str:
    """The first sentences of a reader error; the rest lists reader options nobody asked about."""
    if "invalid state" in str(error):
        return "its lines end in different ways; save the file as CSV UTF-8 again"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = [
        line for line in lines if not line.startswith(("Possible", "*", "file =", "delimiter ="))
    ]
    return " ".join(kept[:3])
