"""Files of any kind that readers know, tidied as the layouts of the definition say."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

import duckdb
import pyarrow as pa

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import SourceError
from minhbach_datasets.model import Dataset, Field
from minhbach_datasets.quality import CheckResult, FileRead
from minhbach_datasets.schema import quoted
from minhbach_datasets.source import Layout, LayoutColumn, TotalRows
from minhbach_datasets.text import fold
from minhbach_ingest.check import LoadReport
from minhbach_ingest.personal_data import masked
from minhbach_ingest.readers.content import Content
from minhbach_ingest.reading import read_file
from minhbach_ingest.sources import SourceContent
from minhbach_ingest.spelling import Spellings
from minhbach_ingest.stage import drop_stage
from minhbach_ingest.tidy import StagedRow, Tidied, tidy
from minhbach_ingest.tidy.header import IN_BRACKETS

_SHOWN_UNSURE = 20
_NOTES = (
    r"ghi chu:|note:|nguoi lap\b|noi nhan\b|(tm|kt|tl|tuq)\. ?[a-z]|[^,]+, ngay .* thang .* nam"
)
"""What follows the rows of a table that offices write: notes, who made it, who signed."""
_MAX_FINDINGS = 100
"""Named for one file."""


def load(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    contents: Iterable[SourceContent],
    stage: str,
    report: LoadReport,
) -> None:
    """See Loader. A file that cannot be read is a problem of the report, and the others are still read."""
    staged: list[tuple[str, StagedRow]] = []
    sums = 0
    for content in contents:
        try:
            rows, found = _read(connection, dataset, catalogue, content, report)
        except SourceError as error:
            report.source_problem(_named(str(error), content))
            continue
        staged += ((content.where, row) for row in rows)
        sums += found
    if sums:
        report.checks.append(CheckResult(rule="sums", field=None, values=sums))
    stage_rows(connection, dataset, staged, stage)


def _named(told: str, content: SourceContent) -> str:
    """Cached contents have no names of their own."""
    return told.replace(str(content.path), content.where)


def _read(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    content: SourceContent,
    report: LoadReport,
) -> tuple[list[StagedRow], int]:
    source, file = dataset.source, content.file
    layout = source.layouts.get(file.layout if file else "main") or plain_layout(dataset, catalogue)
    reading = read_file(content.path, layout.encoding)
    tidied = tidy(
        reading.content,
        layout,
        dataset,
        content.where,
        file,
        _spellings(connection, dataset, catalogue, layout),
    )
    report.findings += tidied.findings[:_MAX_FINDINGS]
    report.more_findings += len(tidied.findings[_MAX_FINDINGS:])
    report.spelled.update(tidied.spelled)
    data = content.path.read_bytes()
    report.files.append(
        FileRead(
            name=content.where,
            url=content.source.url if content.source else None,
            kind=reading.content.kind,
            bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            fetched=content.source.fetched if content.source else None,
            tables=(tidied.read,),
            converted=dict(reading.converted),
            unsure=tuple((masked(text), sure) for text, sure in reading.unsure[:_SHOWN_UNSURE]),
            notes=(*reading.content.notes, *_not_read(reading.content, tidied)),
        )
    )
    constants = {**source.set, **(file.set if file else {})}
    if content.source is not None:
        constants.setdefault("source_url", content.source.url)
    rows = [StagedRow(row.sheet, row.row, {**constants, **_filled(row)}) for row in tidied.rows]
    return rows, tidied.sums


def _not_read(content: Content, tidied: Tidied) -> tuple[str, ...]:
    """What else is in the file."""
    names = [table.name for table in content.tables if table.name != (tidied.read.sheet or "")]
    return (f"not read: {', '.join(names)}",) if names and tidied.read.sheet else ()


def _filled(row: StagedRow) -> dict[str, str]:
    return {name: value for name, value in row.values.items() if value is not None}


def plain_layout(dataset: Dataset, catalogue: Catalogue) -> Layout:
    """For a file without a declared layout: one header row with the names or titles of the columns.

    Numbers may have either decimal mark, dates may be written dd/mm/yyyy, and codes in words.
    """
    columns: dict[str, LayoutColumn] = {}
    titles = Counter(
        _bare(text) for f in dataset.source_fields for text in (f.title.vi, f.title.en)
    )
    for field in dataset.source_fields:
        texts = (field.name, field.title.vi, field.title.en)
        # "Địa điểm" stands for "Địa điểm (theo nguồn)", unless another column is called so.
        bare = (_bare(text) for text in texts[1:] if titles[_bare(text)] == 1)
        names = {_pattern(text) for text in (*texts, *bare)}
        columns[field.name] = LayoutColumn(
            header=tuple(sorted(names)),
            optional=not field.required or field.name in dataset.source.set,
            spelling=field.codes is not None and field.type != "list",
        )
    return Layout(
        header_rows=1,
        header_cells=min(2, len(columns)),
        header_start="|".join(pattern for column in columns.values() for pattern in column.header),
        columns=columns,
        spread_merged=True,
        decimal="by column",
        ignore=(r"(stt|tt|so tt|no\.?|#)$",),
        totals=tuple(
            TotalRows(column=name, matches=r"(tong( cong| so)?|cong)( \(.*\))?:?$")
            for name in dict.fromkeys((*dataset.key, *dataset.label_columns))
            if name in columns
        ),
        notes_start=_NOTES,
    )


def _bare(title: str) -> str:
    """A title without what stands in brackets at its end."""
    return re.sub(r" \([^()]*\)$", "", title)


def _pattern(text: str) -> str:
    """The folded title, with a unit in brackets or not, and nothing more."""
    escaped = re.escape(" ".join(fold(text).split()))
    return escaped.replace("\\ ", " ") + IN_BRACKETS


def _spellings(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, catalogue: Catalogue, layout: Layout
) -> dict[str, Spellings]:
    """For each column that is spelled in many ways, the names it may stand for."""
    found = {}
    for name, column in layout.columns.items():
        if column.spelling:
            field = dataset.field(name)
            known = catalogue.spellings.get(field.codes or "", {})
            names = _known_names(connection, catalogue, field)
            found[name] = Spellings(names, {**known, **column.aliases})
    return found


def _known_names(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, field: Field
) -> list[tuple[str, str]]:
    if field.codes is not None:
        codes = catalogue.codes[field.codes].items()
        return [(name, code) for code, text in codes for name in (code, text.vi, text.en)]
    if field.references is None:
        return []
    target = catalogue[field.references]
    key = quoted(target.key[0])
    names = [each for each in target.label_columns if target.field(each).type in ("string", "text")]
    return [
        (str(value), str(code))
        for name in names
        for value, code in connection.execute(
            f"SELECT {quoted(name)}, {key} FROM {quoted(target.slug)} WHERE {quoted(name)} IS NOT NULL"
        ).fetchall()
    ]


def stage_rows(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    staged: list[tuple[str, StagedRow]],
    stage: str,
) -> None:
    """Create the stage table from (file, row) pairs."""
    columns = {
        "_file": pa.array([where for where, _ in staged], pa.string()),
        "_sheet": pa.array([row.sheet for _, row in staged], pa.string()),
        "_row": pa.array([row.row for _, row in staged], pa.int64()),
    }
    for field in dataset.source_fields:
        columns[field.name] = pa.array([r.values.get(field.name) for _, r in staged], pa.string())
    # Arrow, because DuckDB looks at every value of a parameter, and first of all for pandas.
    connection.register("staged_rows", pa.table(columns))
    drop_stage(connection, stage)
    try:
        connection.execute(f"CREATE TEMP TABLE {quoted(stage)} AS FROM staged_rows")
    finally:
        connection.unregister("staged_rows")
