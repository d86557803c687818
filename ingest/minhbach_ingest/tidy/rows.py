"""The rows of a table: which of them are data, and what their values are."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from minhbach_datasets.errors import SourceError
from minhbach_datasets.model import LANGUAGES, Dataset, Field, Text
from minhbach_datasets.quality import Dropped, Finding, Severity, TableRead
from minhbach_datasets.schema import EXPECTED, LIST_SEPARATOR
from minhbach_datasets.source import Layout, RowRule
from minhbach_datasets.text import number as grouped
from minhbach_datasets.values import ValueFormatError, number, plain, when
from minhbach_ingest.readers.content import Cell, Table
from minhbach_ingest.readers.formulas import WITHOUT_VALUE
from minhbach_ingest.spelling import Spellings
from minhbach_ingest.tidy.cells import clean, folded, is_blank, is_index, reads_as_number
from minhbach_ingest.tidy.header import find_header, find_unit, match_columns
from minhbach_ingest.tidy.merged import spread
from minhbach_ingest.tidy.sums import Difference, Sums

_SHOWN_ROWS = 20
_NUMBER = {
    ",": Text(
        vi="số, dấu phẩy thập phân như các ô khác của cột, ví dụ 1.234,5",
        en="a number with a decimal comma, as the other cells of the column, such as 1.234,5",
    ),
    ".": Text(
        vi="số, dấu chấm thập phân như các ô khác của cột, ví dụ 1,234.5",
        en="a number with a decimal point, as the other cells of the column, such as 1,234.5",
    ),
}
"""What is expected, by decimal mark."""
_Rule = TypeVar("_Rule", bound=RowRule)
_Texts = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class StagedRow:
    """A row of the dataset as texts, and where it stands."""

    sheet: str | None
    row: int
    """From 1."""
    values: Mapping[str, str | None]


@dataclass(slots=True)
class Tidied:
    """What came out of one table."""

    read: TableRead
    rows: list[StagedRow]
    findings: list[Finding] = dataclass_field(default_factory=list)
    spelled: Counter[tuple[str, str, str]] = dataclass_field(default_factory=Counter)
    """(column, as written, value) -> how often."""
    sums: int = 0
    """Figures that equal the sum of the rows they stand for."""


class Tidying:
    """One table on its way from cells to rows."""

    def __init__(
        self,
        table: Table,
        layout: Layout,
        dataset: Dataset,
        where: str,
        spellings: Mapping[str, Spellings],
        unit: str | None,
    ) -> None:
        """See tidy; unit: that of the figures, where the file does not say. Raises SourceError."""
        self.table = table
        self.layout = layout
        self.where = where
        self.spellings = spellings
        self.fields: dict[str, Field] = {f.name: f for f in dataset.source_fields}
        self.sheet = table.name or None
        self.place = f"{where}: sheet {self.sheet!r}" if self.sheet else where
        self.header = find_header(table, layout, self.place)
        self.columns = match_columns(self.header, layout, self.place)
        self.factor = (
            find_unit(table, self.header, layout, self.place)
            if unit is None
            else Decimal(str(layout.units[unit]))
        )
        self.sums = Sums(tuple(name for name in layout.scaled if name in self.columns.fields))
        self.dropped: defaultdict[str, list[int]] = defaultdict(list)
        self.out = Tidied(TableRead(sheet=self.sheet, rows=len(table.rows), kept=0), [])
        if layout.spread_merged:
            self._spread_merged()
        self.marks = {name: self._mark(name) for name, f in self.fields.items() if f.is_number}
        """The decimal mark of each column of numbers."""

    def _spread_merged(self) -> None:
        names = {i: name for name, indexes in self.columns.fields.items() for i in indexes}
        figures = [name for name, field in self.fields.items() if field.is_number]
        self.table, found = spread(self.table, self.header.data, names, figures)
        for each in found:
            last = each.bottom + 1
            self._find(
                "warning" if each.is_figure else "note",
                "merged",
                each.top,
                each.column,
                clean(each.cell),
                f"ô gộp tới dòng {last}; số chỉ được ghi cho dòng đầu"
                if each.is_figure
                else f"ô gộp; mọi dòng tới dòng {last} nhận giá trị này",
                f"merged down to row {last}; the figure was taken for the first row alone"
                if each.is_figure
                else f"merged; every row down to row {last} has this value",
            )

    def _mark(self, name: str) -> str:
        """The decimal mark of a column; a problem where it must be said and was not."""
        if self.layout.decimal != "by column":
            return self.layout.decimal
        indexes = self.columns.fields.get(name, ())
        if self.layout.unpivot is not None and self.layout.unpivot.value == name:
            indexes = tuple(self.columns.unpivoted)
        rows = self.table.rows[self.header.data :]
        found = [
            (at, cell)
            for at, row in enumerate(rows, self.header.data)
            for cell in (row[i] for i in indexes if i < len(row) and self._means(row[i]))
            if isinstance(cell, str) and not WITHOUT_VALUE.fullmatch(cell)
        ]
        texts = [cell for _, cell in found]
        fits = {mark: sum(reads_as_number(t, mark) for t in texts) for mark in (",", ".")}
        if fits[","] == fits["."] == len(texts) and any(re.search("[.,]", t) for t in texts):
            at, text = next((at, text) for at, text in found if re.search("[.,]", text))
            self._find(
                "problem",
                "decimal",
                at,
                name,
                text,
                "có thể đọc theo hai cách: dấu này là thập phân hay phân cách hàng nghìn; lưu cột "
                "thành số, hoặc ghi `decimal` trong bố cục",
                "may be read in two ways: the mark is a decimal mark or groups thousands; save the "
                "column as numbers, or say `decimal` in a layout",
            )
        return max(fits, key=lambda mark: fits[mark])

    def run(self) -> Tidied:
        """Raises SourceError where no row is data."""
        rows = self.table.rows
        for index in range(self.header.data):
            inside = index >= self.header.start
            blank = is_blank(rows[index])
            self._drop("blank" if blank else "header" if inside else "above the table", index)
        for index in self.header.figures:
            self._find(
                "problem",
                "header",
                index,
                "",
                " | ".join(text for text in map(clean, rows[index]) if text),
                "dòng có số mà bị coi là tiêu đề; ghi header_rows trong bố cục",
                "a row with figures was taken for the header; say header_rows in the layout",
            )
        self._read_rows()
        self._complain_of_unclaimed()
        if not self.out.rows:
            raise SourceError(
                f"{self.place}: no row of data below the header of row {self.header.start + 1}; "
                f"rows left out: {', '.join(f'{len(v)} {k}' for k, v in self.dropped.items())}"
            )
        self.out.read = TableRead(
            sheet=self.sheet,
            rows=len(rows),
            kept=len(rows) - sum(map(len, self.dropped.values())),
            dropped=tuple(
                Dropped(reason=reason, count=len(found), rows=tuple(found[:_SHOWN_ROWS]))
                for reason, found in self.dropped.items()
            ),
            columns=self._headers_read(),
        )
        return self.out

    def _headers_read(self) -> dict[str, str]:
        shown = self.header.shown
        read = {
            name: shown[indexes[0]]
            for name, indexes in self.columns.fields.items()
            if not name.startswith("_")
        }
        unpivoted = self.columns.unpivoted
        if unpivoted and self.layout.unpivot is not None:
            read[self.layout.unpivot.into] = f"{shown[min(unpivoted)]} ... {shown[max(unpivoted)]}"
        return read

    def _read_rows(self) -> None:
        rows = self.table.rows
        carried: _Texts = {}
        above: dict[str, Cell] = {}
        for index in range(self.header.data, len(rows)):
            row = rows[index]
            cells = {name: self._cell(name, row) for name in self.columns.fields}
            texts = {name: clean(cell) for name, cell in cells.items()}
            if is_blank(row):
                self._drop("blank", index)
            elif is_index(row) and not self.out.rows:
                self._drop("column numbers", index)
            elif self._starts_notes(row):
                for rest in range(index, len(rows)):
                    self._drop("blank" if is_blank(rows[rest]) else "footnotes", rest)
                break
            elif total := _matching(self.layout.totals, texts):
                self._drop("total", index)
                self.sums.total(index, self._figures(index), total.tolerance)
            elif group := _matching(self.layout.groups, texts):
                self._drop("group heading", index)
                level = self.layout.groups.index(group)
                for inner in self.layout.groups[level + 1 :]:
                    carried.pop(inner.into or "", None)
                label = texts.get(group.label)
                if group.into is not None:
                    carried[group.into] = label and self._convert(group.into, label, index)
                self.sums.group(level, index, self._figures(index) if group.sums else None)
            elif rule := _matching(self.layout.skip, texts):
                self._drop(f"skipped: {rule.column} {rule.matches}", index)
            else:
                self._keep(index, cells, carried, above)
        for each in self.sums.differences():
            self._tell_difference(each)
        self.out.sums = self.sums.equal

    def _keep(
        self, index: int, cells: dict[str, Cell], carried: _Texts, above: dict[str, Cell]
    ) -> None:
        """A row of data; carried: labels of its groups, above: cells that blanks below them take."""
        for name, column in self.layout.columns.items():
            if column.fill_down:
                filled = cells.get(name) if clean(cells.get(name)) else above.get(name)
                above[name] = cells[name] = filled
        values = {
            name: self._convert(name, cell, index) if clean(cell) else None
            for name, cell in cells.items()
            if not name.startswith("_")
        }
        if not any(values.values()) and not self.columns.unpivoted:
            self._drop("nothing in the columns that are read", index)
            return
        self._tell_several(index)
        self.sums.row(values)
        made = [
            StagedRow(self.sheet, index + 1, staged)
            for staged in self._unpivot({**carried, **values}, index)
        ]
        if not made:
            self._drop("no figure in the row", index)
        self.out.rows += made

    def _cell(self, name: str, row: Sequence[Cell]) -> Cell:
        """The cell of a column that is filled; of several under one header the first or the last."""
        indexes = self.columns.fields.get(name, ())
        filled = [row[i] for i in indexes if i < len(row) and self._means(row[i])]
        if not filled:
            return None
        return filled[-1 if self.layout.columns[name].take == "last" else 0]

    def _means(self, cell: Cell) -> bool:
        """Whether a cell holds something, other than a mark for what was not reported."""
        text = clean(cell)
        return text is not None and text not in self.layout.blanks

    def _figures(self, index: int) -> _Texts:
        """The figures of a row that sums others up; what is none there is not compared."""
        row = self.table.rows[index]
        cells = {n: self._cell(n, row) for n in self.layout.scaled if n in self.columns.fields}
        figures: _Texts = {}
        for name, cell in cells.items():
            try:
                figures[name] = self._figure(self.fields[name], cell) if clean(cell) else None
            except ValueFormatError:
                figures[name] = None
        return figures

    def _convert(self, name: str, cell: Cell, index: int) -> str | None:
        """A cell as the text that the checks expect; None, and a problem, for what is no such value."""
        column = self.layout.columns.get(name)
        field = self.fields.get(name)
        text = clean(cell) or ""
        if field is None:
            return text
        if isinstance(cell, str) and WITHOUT_VALUE.fullmatch(text):
            self._find(
                "problem",
                "formula",
                index,
                name,
                text,
                "công thức không có kết quả; sửa công thức, hoặc mở tệp bằng Excel và lưu lại",
                "a formula without a result; mend it, or open the file in Excel and save it",
            )
            return None
        if column is not None:
            if column.remove is not None and isinstance(cell, str):
                cell = text = re.sub(column.remove, "", text).strip()
            if text in column.aliases:
                self.out.spelled[name, text, column.aliases[text]] += 1
                return column.aliases[text]
            if column.spelling:
                return self._spelled(name, text)
            if column.split is not None:
                parts = (part.strip() for part in text.split(column.split))
                return LIST_SEPARATOR.join(part for part in parts if part)
        if not text:
            return None
        try:
            return self._typed(field, text, cell)
        except ValueFormatError:
            expected = _NUMBER[self.marks[name]] if name in self.marks else EXPECTED[field.type]
            self._find(
                "problem",
                "type",
                index,
                name,
                text,
                f"cần {expected.vi}",
                f"expected {expected.en}",
            )
            return None

    def _figure(self, field: Field, cell: Cell) -> str:
        """Raises ValueFormatError."""
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            figure = plain(cell)
        else:
            # The unit of the column may stand beside the figure: 660,5 ha.
            text = (clean(cell) or "").removesuffix(field.unit or "")
            figure = number(text, self.marks[field.name], self.layout.brackets)
        if field.name in self.layout.scaled and self.factor != 1:
            figure = plain(Decimal(figure) * self.factor)
        return figure

    def _typed(self, field: Field, text: str, cell: Cell) -> str:
        if field.is_number:
            return self._figure(field, cell)
        if field.type in ("year", "date", "partial_date", "period"):
            moment = cell if isinstance(cell, date | datetime) else text
            return when(moment, field.type, self.layout.dates == "month_first")
        if field.type in ("text", "geometry") and isinstance(cell, str):
            return cell.strip()
        return text

    def _spelled(self, name: str, text: str) -> str:
        known = self.spellings[name].value(text)
        if known is None:
            return text
        if known != text:
            self.out.spelled[name, text, known] += 1
        return known

    def _unpivot(self, values: _Texts, index: int) -> Iterator[_Texts]:
        """The row itself, or one for each filled column that becomes a row."""
        unpivot = self.layout.unpivot
        if unpivot is None:
            yield values
            return
        row = self.table.rows[index]
        for at, key in self.columns.unpivoted.items():
            cell = row[at] if at < len(row) else None
            if self._means(cell):
                yield {
                    **values,
                    unpivot.into: self._convert(unpivot.into, key, index),
                    unpivot.value: self._convert(unpivot.value, cell, index),
                }

    def _starts_notes(self, row: Sequence[Cell]) -> bool:
        first = next((text for text in map(clean, row) if text), "")
        pattern = self.layout.notes_start
        return pattern is not None and re.match(pattern, folded(first)) is not None

    def _drop(self, reason: str, index: int) -> None:
        self.dropped[reason].append(index + 1)

    def _tell_several(self, index: int) -> None:
        """Say where several columns under one header hold different values."""
        row = self.table.rows[index]
        for name, indexes in self.columns.fields.items():
            cells = [row[i] for i in indexes if i < len(row) and self._means(row[i])]
            texts = list(dict.fromkeys(str(clean(cell)) for cell in cells))
            if len(texts) > 1:
                taken = clean(self._cell(name, row))
                self._find(
                    "warning",
                    "several",
                    index,
                    name,
                    " | ".join(texts),
                    f"nhiều ô dưới một tiêu đề; đã lấy {taken}",
                    f"several cells under one header; {taken} was taken",
                )

    def _tell_difference(self, found: Difference) -> None:
        vi, en = (grouped(found.sum, language, 0) for language in LANGUAGES)
        share_vi, share_en = (grouped(found.share * 100, language, 1) for language in LANGUAGES)
        unit_vi = unit_en = ""
        if self.factor != 1:
            vi_figure, en_figure = (grouped(found.figure, language, 0) for language in LANGUAGES)
            unit_vi = f"; đổi ra đơn vị của bộ dữ liệu, ô này là {vi_figure}"
            unit_en = f"; in the unit of the dataset the cell is {en_figure}"
        self._find(
            "warning",
            "sums",
            found.row,
            found.column,
            clean(self._cell(found.column, self.table.rows[found.row])),
            f"khác tổng các dòng của nó ({vi}, lệch {share_vi} %){unit_vi}",
            f"differs from the sum of its rows ({en}, {share_en} % apart){unit_en}",
        )

    def _complain_of_unclaimed(self) -> None:
        titles = [f.title for name, f in self.fields.items() if name not in self.columns.fields]
        suggestion = Text(
            vi=f"cột chưa tìm thấy trong tệp: {'; '.join(title.vi for title in titles)}",
            en=f"columns not found in the file: {'; '.join(title.en for title in titles)}",
        )
        kept = sorted({staged.row - 1 for staged in self.out.rows})
        for index in self.columns.unclaimed:
            rows = ((at, self.table.rows[at]) for at in kept)
            filled = ((at, clean(row[index])) for at, row in rows if index < len(row))
            first = next(((at, text) for at, text in filled if text), None)
            if first is not None:
                self._find(
                    "problem",
                    "columns",
                    first[0],
                    self.header.shown[index] or f"({index + 1})",
                    first[1],
                    "cột có giá trị nhưng không phải cột nào của bộ dữ liệu; đổi tên hoặc xóa cột, hoặc "
                    "khai trong bố cục",
                    "the column has values but is none of the dataset; rename or delete it, or map or "
                    "ignore it in the layout",
                    suggestion if titles else None,
                )

    def _find(
        self,
        severity: Severity,
        rule: str,
        index: int,
        column: str,
        value: str | None,
        vi: str,
        en: str,
        suggestion: Text | None = None,
    ) -> None:
        self.out.findings.append(
            Finding(
                severity=severity,
                rule=rule,
                file=self.where,
                sheet=self.sheet,
                row=index + 1,
                column=column,
                value=value,
                message=Text(vi=vi, en=en),
                suggestion=suggestion,
            )
        )


def _matching(rules: Sequence[_Rule], texts: Mapping[str, str | None]) -> _Rule | None:
    for rule in rules:
        if re.match(rule.matches, folded(texts.get(rule.column) or "")):
            return rule
    return None
