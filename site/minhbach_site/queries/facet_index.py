"""The rows of every facet value as bits: counting all facets of a result is then a matter of microseconds.

A release never changes, so what was indexed once holds until the next one. SQL says the same (see
`filters.condition`), and files are made by it; a list asks here because DuckDB, which reads whole
columns for each of its facets, takes tens of milliseconds over 100,000 rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from minhbach_datasets.model import Dataset, Field
from minhbach_datasets.release import Release
from minhbach_datasets.schema import RECORD_ID, quoted
from minhbach_datasets.text import fold
from minhbach_site.queries.filters import UNPUBLISHED, Filters, in_text

Bits = int
"""A set of rows: bit n stands for the row whose rowid is n."""


@dataclass(frozen=True, slots=True)
class FacetIndex:
    """The bits of one dataset."""

    size: int
    """One more than the highest rowid; updates leave gaps."""
    every: Bits
    rowids: npt.NDArray[np.int64]
    """In ascending order."""
    ids: pa.StringArray
    """Ids of the records, in the order of the rowids."""
    facets: Mapping[str, Mapping[str, Bits]]
    """Field -> value -> rows; rows without a value under UNPUBLISHED."""
    numbers: Mapping[str, npt.NDArray[np.float64]]
    """Field of a range -> value by rowid, not a number where there is none."""

    def facet(self, name: str, values: tuple[str, ...]) -> Bits:
        """Rows that have any of the values."""
        known, found = self.facets[name], 0
        for value in values:
            found |= known.get(value, 0)
        return found

    def within(
        self, name: str, low: float | None, high: float | None, *, unpublished: bool
    ) -> Bits:
        """Rows whose number is in a range, and where asked for those that have none."""
        numbers = self.numbers[name]
        missing = np.isnan(numbers)
        inside = ~missing
        if low is not None:
            inside &= numbers >= low
        if high is not None:
            inside &= numbers <= high
        if unpublished:
            inside |= missing
        return _bits(inside) & self.every

    def having(self, name: str, value: str, among: Bits) -> int:
        """How many of some rows have a value."""
        return (self.facets[name].get(value, 0) & among).bit_count()

    def rows(self, found: Bits) -> npt.NDArray[np.bool_]:
        """The rows as an array of yes and no by rowid."""
        packed = np.frombuffer(found.to_bytes(-(-self.size // 8), "little"), np.uint8)
        return np.unpackbits(packed, count=self.size, bitorder="little").view(np.bool_)


@dataclass(frozen=True, slots=True)
class Matches:
    """What filters keep, and the counts of every facet, each ignoring its own choice."""

    found: Bits
    counts: Mapping[str, Mapping[str, int]]

    @property
    def total(self) -> int:
        return self.found.bit_count()


def facet_index(release: Release, dataset: Dataset) -> FacetIndex:
    """The index of a dataset, made when it is asked for first."""
    return release.kept(("facet index", dataset.slug), lambda: _build(release, dataset))


def matches(release: Release, dataset: Dataset, filters: Filters) -> Matches:
    """Apply filters and count the values of every facet."""
    index = facet_index(release, dataset)
    common = index.every
    for name, (low, high) in filters.ranges.items():
        common &= index.within(name, low, high, unpublished=name in filters.unpublished)
    if words := fold(filters.text).split():
        common &= _with_words(release, dataset, index, words)
    chosen = {name: index.facet(name, values) for name, values in filters.values.items()}
    found = common
    for rows in chosen.values():
        found &= rows
    counts = {}
    for name, values in index.facets.items():
        others = found
        if name in chosen:
            others = common
            for other, rows in chosen.items():
                others &= rows if other != name else others
        counted = ((value, (rows & others).bit_count()) for value, rows in values.items())
        counts[name] = {value: count for value, count in counted if count}
    return Matches(found, counts)


def page_of(
    release: Release,
    dataset: Dataset,
    found: Bits,
    order: str,
    offset: int,
    size: int,
) -> list[str]:
    """The ids of one page of a result. order: SQL, kept by its text."""
    index = facet_index(release, dataset)

    def sorted_rows() -> npt.NDArray[np.int32]:
        table = quoted(dataset.slug)
        rows = release.cursor.execute(f"SELECT rowid FROM {table} ORDER BY {order}").fetchnumpy()
        # Half of the memory: one of these is kept for each order that was asked for.
        return np.asarray(rows["rowid"], dtype=np.int32)

    ordered = release.kept(("order", dataset.slug, order), sorted_rows)
    wanted = ordered[index.rows(found)[ordered]][offset : offset + size]
    return [index.ids[int(at)].as_py() for at in np.searchsorted(index.rowids, wanted)]


def _with_words(release: Release, dataset: Dataset, index: FacetIndex, words: list[str]) -> Bits:
    condition, parameters = in_text(dataset, words)
    rows = release.cursor.execute(
        f"SELECT rowid FROM {quoted(dataset.slug)} WHERE {condition}", parameters
    ).fetchnumpy()
    return _of_rows(np.asarray(rows["rowid"], dtype=np.int64), index.size)


def _build(release: Release, dataset: Dataset) -> FacetIndex:
    table = quoted(dataset.slug)
    rows = release.cursor.execute(
        f"SELECT rowid, {RECORD_ID} FROM {table} ORDER BY rowid"
    ).to_arrow_table()
    every = rows["rowid"].to_numpy()
    size = int(every.max()) + 1 if len(every) else 0
    return FacetIndex(
        size,
        _of_rows(every, size),
        every,
        rows[RECORD_ID].combine_chunks(),
        {field.name: _facet(release, dataset, field, size) for field in dataset.facets},
        {field.name: _numbers(release, dataset, field, size) for field in dataset.ranges},
    )


def _facet(release: Release, dataset: Dataset, field: Field, size: int) -> Mapping[str, Bits]:
    column, table = quoted(field.name), quoted(dataset.slug)
    elements = f"SELECT rowid AS row, CAST({column} AS VARCHAR) AS value FROM {table}"
    if field.type == "list":
        elements = (
            f"SELECT rowid AS row, unnest({column}) AS value FROM {table} "
            f"UNION ALL SELECT rowid, NULL FROM {table} WHERE {column} IS NULL"
        )
    rows = release.cursor.execute(
        f"SELECT value, list(row) FROM ({elements}) GROUP BY value ORDER BY value"
    ).fetchall()
    return {
        UNPUBLISHED if value is None else value: _of_rows(np.asarray(found, np.int64), size)
        for value, found in rows
    }


def _numbers(
    release: Release, dataset: Dataset, field: Field, size: int
) -> npt.NDArray[np.float64]:
    column, table = quoted(field.name), quoted(dataset.slug)
    rows = release.cursor.execute(
        f"SELECT rowid, CAST({column} AS DOUBLE) AS value FROM {table} WHERE {column} IS NOT NULL"
    ).fetchnumpy()
    numbers = np.full(size, np.nan)
    numbers[np.asarray(rows["rowid"], dtype=np.int64)] = rows["value"]
    return numbers


def _of_rows(rows: npt.NDArray[np.int64], size: int) -> Bits:
    there = np.zeros(size, np.bool_)
    there[rows] = True
    return _bits(there)


def _bits(there: npt.NDArray[np.bool_]) -> Bits:
    return int.from_bytes(np.packbits(there, bitorder="little").tobytes(), "little")
