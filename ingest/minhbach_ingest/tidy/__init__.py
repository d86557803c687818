"""A table as it stands in a file -> rows of the dataset, as the layout of the definition says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from minhbach_datasets.errors import SourceError
from minhbach_datasets.model import Dataset
from minhbach_datasets.source import Layout, SourceFile
from minhbach_ingest.readers.content import Content, Table
from minhbach_ingest.readers.structured import records_table
from minhbach_ingest.spelling import Spellings
from minhbach_ingest.tidy.cells import folded
from minhbach_ingest.tidy.header import has_header
from minhbach_ingest.tidy.rows import StagedRow, Tidied, Tidying

__all__ = ["StagedRow", "Tidied", "tidy"]


def tidy(
    content: Content,
    layout: Layout,
    dataset: Dataset,
    where: str,
    file: SourceFile | None = None,
    spellings: Mapping[str, Spellings] | None = None,
) -> Tidied:
    """Make rows of one file's content.

    where: what findings call the file; file: what the definition says of it alone; spellings: for the
    columns that are spelled in many ways. Raises SourceError when the table, its header, a column or any
    row of data is not there.
    """
    table = _table(content, layout, where, (file and file.sheets) or layout.sheets)
    unit = file.unit if file else None
    return Tidying(table, layout, dataset, where, spellings or {}, unit).run()


def _table(content: Content, layout: Layout, where: str, sheets: Sequence[str]) -> Table:
    if layout.records:
        return records_table(content.document, layout.records, where)
    if layout.text_rows is not None:
        return _text_table(content, layout.text_rows, where)
    if not content.tables:
        raise SourceError(f"{where}: a {content.kind} without tables; its layout expects one")
    if not sheets:
        # A cover sheet has no header; where no sheet has one, the first is named in the error.
        with_header = (each for each in content.tables if has_header(each, layout))
        return next(with_header, content.tables[0])
    for wanted in sheets:
        for table in content.tables:
            if fnmatchcase(folded(table.name), folded(wanted)):
                return table
    there = ", ".join(repr(table.name) for table in content.tables)
    raise SourceError(
        f"{where}: no sheet named {' or '.join(map(repr, sheets))}; there are: {there}"
    )


def _text_table(content: Content, pattern: str, where: str) -> Table:
    found = re.compile(pattern)
    texts = content.paragraphs or tuple(
        " ".join(str(cell) for cell in row if cell is not None)
        for table in content.tables
        for row in table.rows
    )
    text = "\n".join(texts)
    rows = [match.groups() for match in found.finditer(text)]
    if not rows:
        raise SourceError(f"{where}: no text of the form {pattern!r}")
    return Table("", (tuple(found.groupindex), *rows))
