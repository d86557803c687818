"""Workbooks: XLSX, XLS and ODS, with typed cells."""

from __future__ import annotations

import io
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.content import Cell, Content, Merged, Table
from minhbach_ingest.readers.formulas import without_value


def read(data: bytes, where: str, kind: str) -> Content:
    """Every sheet that holds anything, in the order of the workbook. Raises SourceError."""
    tables, notes = [], []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        lost = without_value(data) if kind == "xlsx" else {}
        for metadata in book.sheets_metadata:
            sheet = book.get_sheet_by_name(metadata.name)
            cells = [
                [_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)
            ]
            for (row_index, column), text in lost.get(metadata.name, {}).items():
                if row_index < len(cells) and column < len(cells[row_index]):
                    cells[row_index][column] = text
            rows = tuple(map(tuple, cells))
            if not any(value is not None for row in rows for value in row):
                notes.append(f"sheet {metadata.name!r} is empty")
                continue
            if str(metadata.visible) != "SheetVisibleEnum.Visible":
                notes.append(f"sheet {metadata.name!r} is hidden, and was read all the same")
            merged = tuple(Merged(*first, *last) for first, last in sheet.merged_cell_ranges or ())
            tables.append(Table(metadata.name, rows, merged))
    except (CalamineError, ValueError, OSError, BadZipFile) as error:
        raise SourceError(
            f"{where}: cannot be opened as a workbook: {error}; "
            "open it, remove a password if there is one, and save it as .xlsx"
        ) from None
    if not tables:
        raise SourceError(f"{where}: a workbook without any filled cell")
    return Content(kind, tables=tuple(tables), notes=tuple(notes))


def _cell(value: object) -> Cell:
    """Blanks are None; whole floats, which is how old workbooks store numbers, are integers."""
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value  # type: ignore[return-value]
