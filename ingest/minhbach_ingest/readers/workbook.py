"""Workbooks: XLSX, XLS and ODS, with typed cells."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineWorkbook

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.content import Cell, Content, Merged, Table


def read(data: bytes, where: str, kind: str) -> Content:
    """Every sheet that holds anything, in the order of the workbook. Raises SourceError."""
    tables, notes = [], []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for metadata in book.sheets_metadata:
            sheet = book.get_sheet_by_name(metadata.name)
            rows = tuple(
                tuple(_cell(value) for value in row)
                for row in sheet.to_python(skip_empty_area=False)
            )
            if not any(value is not None for row in rows for value in row):
                notes.append(f"sheet {metadata.name!r} is empty")
                continue
            if str(metadata.visible) != "SheetVisibleEnum.Visible":
                notes.append(f"sheet {metadata.name!r} is hidden, and was read all the same")
            merged = tuple(Merged(*first, *last) for first, last in sheet.merged_cell_ranges or ())
            tables.append(Table(metadata.name, rows, merged))
    except (CalamineError, ValueError, OSError) as error:
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
