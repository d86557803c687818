"""XLSX: a sheet of typed rows and a sheet that explains the columns, in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset
from minhbach_datasets.schema import LIST_SEPARATOR

_BATCH = 1000
_MAX_ROWS = 1_048_575
"""What a sheet holds below its header."""


def write(
    relation: duckdb.DuckDBPyRelation, dataset: Dataset, catalogue: Catalogue, path: Path
) -> None:
    """Texts are written as texts, so that none is run as a formula or turned into a date.

    The rows come first, because readers open the first sheet; past what a sheet holds they go on
    in further sheets. The last sheet explains the columns.
    """
    # Constant memory writes each row as it comes.
    with Workbook(str(path), {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = _data_sheet(book, dataset, dataset.slug[:28], bold)
        at, sheets = 0, 1
        while rows := relation.fetchmany(_BATCH):
            for row in rows:
                at += 1
                if at > _MAX_ROWS:
                    at, sheets = 1, sheets + 1
                    sheet = _data_sheet(book, dataset, f"{dataset.slug[:28]}_{sheets}", bold)
                _write_row(sheet, at, row, day)
        _write_dictionary(book.add_worksheet("fields"), dataset, catalogue, bold)


def _data_sheet(book: Workbook, dataset: Dataset, name: str, bold: Format) -> Worksheet:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(dataset.fields) - 1, 18)
    for column, field in enumerate(dataset.fields):
        sheet.write_string(0, column, field.name, bold)
    return sheet


def _write_row(sheet: Worksheet, at: int, row: tuple[object, ...], day: Format) -> None:
    for column, value in enumerate(row):
        match value:
            case None:
                pass
            case int() | float():
                sheet.write_number(at, column, value)
            case date():
                sheet.write_datetime(at, column, value, day)
            case list():
                sheet.write_string(at, column, LIST_SEPARATOR.join(value))
            case _:
                sheet.write_string(at, column, str(value))


def _write_dictionary(
    sheet: Worksheet, dataset: Dataset, catalogue: Catalogue, bold: Format
) -> None:
    licence = catalogue.portal.licences[dataset.licence]
    lines = [(dataset.title.vi, dataset.title.en), (dataset.description.vi, dataset.description.en)]
    lines += [(caveat.vi, caveat.en) for caveat in dataset.caveats]
    lines.append((f"{licence.title.vi} {licence.url}", f"{licence.title.en} {licence.url}"))
    for at, (vi, en) in enumerate(lines):
        sheet.write_string(at, 0, vi)
        sheet.write_string(at, 1, en)
    head = ("name", "type", "unit", "tiêu đề", "title", "mô tả", "description")
    at = len(lines) + 1
    for column, text in enumerate(head):
        sheet.write_string(at, column, text, bold)
    for offset, field in enumerate(dataset.fields, start=1):
        about = field.description
        cells = (
            field.name,
            field.type,
            field.unit or "",
            field.title.vi,
            field.title.en,
            about.vi if about else "",
            about.en if about else "",
        )
        for column, text in enumerate(cells):
            sheet.write_string(at + offset, column, text)
