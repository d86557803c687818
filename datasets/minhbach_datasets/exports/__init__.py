"""Download formats: one module each, all fed by one SELECT over a dataset's columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.exports import csv, geojson, json, parquet, xlsx
from minhbach_datasets.model import Dataset
from minhbach_datasets.schema import quoted


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of one dataset to be written: `condition` is SQL built by us, its values are parameters."""

    dataset: Dataset
    catalogue: Catalogue
    condition: str = "true"
    parameters: Sequence[object] = ()
    order: str = "rowid"

    def without_shapes(self) -> Selection:
        """The same rows without their geometry."""
        fields = tuple(field for field in self.dataset.fields if field.type != "geometry")
        return replace(self, dataset=self.dataset.model_copy(update={"fields": fields}))

    def relation(self, cursor: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        columns = ", ".join(quoted(field.name) for field in self.dataset.fields)
        sql = (
            f"SELECT {columns} FROM {quoted(self.dataset.slug)} "
            f"WHERE {self.condition} ORDER BY {self.order}"
        )
        return cursor.sql(sql, params=list(self.parameters))


@dataclass(frozen=True, slots=True)
class Format:
    """A download format: how its files end, what they are, how they are written."""

    extension: str
    media_type: str
    write: Callable[[duckdb.DuckDBPyRelation, Dataset, Catalogue, Path], None]
    shapes: bool | None = None
    """True: only for datasets with shapes; False: shapes are left out, as cells cannot hold such long texts."""

    def fits(self, dataset: Dataset) -> bool:
        """Whether there is a file of this format for a dataset."""
        return self.shapes is not True or any(f.type == "geometry" for f in dataset.fields)

    def save(self, selection: Selection, cursor: duckdb.DuckDBPyConnection, path: Path) -> None:
        """Write the selected rows to a file of this format."""
        if self.shapes is False:
            selection = selection.without_shapes()
        relation = selection.relation(cursor)
        self.write(relation, selection.dataset, selection.catalogue, path)


FORMATS: dict[str, Format] = {
    format_.extension: format_
    for format_ in (
        Format("csv", "text/csv; charset=utf-8", csv.write, shapes=False),
        Format("excel.csv", "text/csv; charset=utf-8", csv.write_for_spreadsheets, shapes=False),
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            xlsx.write,
            shapes=False,
        ),
        Format("json", "application/json", json.write),
        Format("parquet", "application/vnd.apache.parquet", parquet.write),
        Format("geojson", "application/geo+json", geojson.write, shapes=True),
    )
}
"""By extension. `excel.csv` is CSV with a byte-order mark and formulas neutralised."""
