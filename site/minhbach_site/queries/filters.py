"""What a list is narrowed to: read from an address, written to one, and as SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field, replace

from minhbach_datasets.errors import BadParameterError
from minhbach_datasets.model import Dataset
from minhbach_datasets.schema import RECORD_ID, quoted
from minhbach_datasets.text import fold

MAX_PAGE = 100_000
MAX_VALUES = 50
"""Values one facet may be filtered by at once."""
UNPUBLISHED = ""
"""Facet value of rows where the column is NULL."""
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+)")
"""1.000 and 1,000: both languages of the site write thousands so; nobody filters by thousandths."""
_UNIT = re.compile(r"\s*[^\d.,\s][^\d]*$")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to, as its address says."""

    values: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=dict)
    ranges: Mapping[str, tuple[float | None, float | None]] = dataclass_field(default_factory=dict)
    unpublished: frozenset[str] = frozenset()
    """Columns whose range also lets rows through that have no value there."""
    text: str = ""
    sort: str = ""
    page: int = 1

    @property
    def active(self) -> bool:
        return bool(self.values or self.ranges or self.text)

    def parameters(self, dataset: Dataset) -> list[tuple[str, str]]:
        """The address parameters that restore these filters, defaults left out."""
        found = [("q", self.text)] if self.text else []
        found += [(name, value) for name, chosen in self.values.items() for value in chosen]
        for name, (low, high) in self.ranges.items():
            found += [(f"{name}_min", number_text(low))] if low is not None else []
            found += [(f"{name}_max", number_text(high))] if high is not None else []
            found += [(f"{name}_missing", "1")] if name in self.unpublished else []
        if self.sort and self.sort != dataset.sort:
            found.append(("sort", self.sort))
        if self.page > 1:
            found.append(("page", str(self.page)))
        return found


def read_filters(dataset: Dataset, parameters: Sequence[tuple[str, str]]) -> Filters:
    """Read the parameters of a list's address; names that no list knows are ignored.

    Raises BadParameterError naming the parameter, its value and what would do.
    """
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        given.setdefault(name, []).append(value)
    values = {}
    for field in dataset.facets:
        if chosen := tuple(dict.fromkeys(given.get(field.name, []))):
            if len(chosen) > MAX_VALUES:
                raise BadParameterError(f"{field.name}: at most {MAX_VALUES} values at once")
            values[field.name] = chosen
    ranges = {}
    unpublished = set()
    for field in dataset.ranges:
        low = number_parameter(given, f"{field.name}_min")
        high = number_parameter(given, f"{field.name}_max")
        if low is not None or high is not None:
            ranges[field.name] = (low, high)
            if given.get(f"{field.name}_missing", [""])[-1] == "1":
                unpublished.add(field.name)
    sort = given.get("sort", [dataset.sort])[-1] or dataset.sort
    if sort != dataset.sort and sort.removeprefix("-") not in dataset.columns:
        known = ", ".join(dataset.columns)
        raise BadParameterError(f"sort={sort!r}: expected one of {known}, or one with - before it")
    page = given.get("page", ["1"])[-1]
    # A number of thousands of digits is not worth reading.
    if not page.isdecimal() or len(page) > 9 or not 1 <= int(page) <= MAX_PAGE:
        raise BadParameterError(f"page={page[:40]!r}: expected a whole number from 1 to {MAX_PAGE}")
    text = given.get("q", [""])[-1].strip()[:200]
    return Filters(values, ranges, frozenset(unpublished), text, sort, int(page))


def number_text(value: float) -> str:
    """A bound as it stands in an address: every digit, never an exponent."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    # Three digits after a mark would read as thousands.
    return f"{text}0" if _THOUSANDS.fullmatch(text) else text


def _plain(text: str) -> str:
    """A number as people type it, with a decimal point alone: 1.000, 1,000.5, 2,5, 30 ha."""
    bare = _UNIT.sub("", text)
    if _THOUSANDS.fullmatch(bare):
        return bare.replace(".", "").replace(",", "")
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return bare
    whole = (
        bare[:last].replace(".", "").replace(",", "")
        if _THOUSANDS.fullmatch(bare[:last])
        else bare[:last]
    )
    return f"{whole}.{bare[last + 1 :]}"


def number_parameter(given: Mapping[str, list[str]], name: str) -> float | None:
    text = (given.get(name) or [""])[-1].strip()
    if not text:
        return None
    plain = _plain(text)
    if not _NUMBER.fullmatch(plain):
        raise BadParameterError(f"{name}={text[:40]!r}: expected a number such as 1500 or 2.5")
    return float(plain)


def condition(dataset: Dataset, filters: Filters) -> tuple[str, list[object]]:
    """The filters as SQL and its parameters."""
    parts: list[str] = ["true"]
    parameters: list[object] = []
    for name, chosen in filters.values.items():
        column = quoted(name)
        known = [value for value in chosen if value != UNPUBLISHED]
        either = []
        if known:
            if dataset.field(name).type == "list":
                either.append(f"list_has_any({column}, ?)")
            else:
                either.append(f"list_contains(?, CAST({column} AS VARCHAR))")
            parameters.append(known)
        if UNPUBLISHED in chosen:
            either.append(f"{column} IS NULL")
        parts.append(f"({' OR '.join(either)})")
    for name, (low, high) in filters.ranges.items():
        column = quoted(name)
        bounds = [(bound, sign) for bound, sign in ((low, ">="), (high, "<=")) if bound is not None]
        within = " AND ".join(f"{column} {sign} ?" for _, sign in bounds)
        parts.append(f"({within} OR {column} IS NULL)" if name in filters.unpublished else within)
        parameters += [bound for bound, _ in bounds]
    if words := fold(filters.text).split():
        contained, values = in_text(dataset, words)
        parts.append(contained)
        parameters += values
    return " AND ".join(parts), parameters


def in_text(dataset: Dataset, words: Sequence[str]) -> tuple[str, list[object]]:
    """That a record's text holds every one of some folded words, as SQL and its parameters."""
    each = list(dict.fromkeys(words))
    contained = " AND ".join("contains(folded, ?)" for _ in each)
    sql = f"{RECORD_ID} IN (SELECT id FROM _records WHERE dataset = ? AND {contained})"
    return sql, [dataset.slug, *each]


def with_page(filters: Filters, page: int) -> Filters:
    return replace(filters, page=page)
