"""Lists of records with facets, one record, and what it links to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from minhbach_datasets.errors import RecordNotFoundError
from minhbach_datasets.exports import Format, Selection
from minhbach_datasets.model import Dataset, Field, Language
from minhbach_datasets.release import Release
from minhbach_datasets.schema import RECORD_ID, label, literal, quoted
from minhbach_site.queries.facet_index import Bits, matches, page_of
from minhbach_site.queries.filters import UNPUBLISHED, Filters, condition

PAGE_SIZE = 25
GROUP_SIZE = 12
"""Records of one kind shown among what refers to a record."""
_TITLE = "_title"
_KEPT_TITLES = 5_000
"""Titles of datasets up to so many rows are read once for a release."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row: typed values by column, and its title in one language."""

    dataset: Dataset
    id: str
    title: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """Another record, by name."""

    dataset: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Records of one dataset that refer to a record through one field."""

    dataset: Dataset
    field: Field
    total: int
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one field among the rows that match every other filter."""

    field: Field
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of a list."""

    dataset: Dataset
    filters: Filters
    total: int
    records: tuple[Record, ...]
    links: Mapping[tuple[str, str], str]
    """(dataset, key) -> title of every record the rows refer to."""
    facets: tuple[Facet, ...]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def records(
    release: Release,
    dataset: Dataset,
    filters: Filters,
    language: Language,
    fields: Collection[str] | None = None,
) -> RecordPage:
    """One page of a dataset's rows, with facet counts.

    fields: only these are read, and those that title a record; all but shapes where None.
    """
    matching = matches(release, dataset, filters)
    found = _page(release, dataset, matching.found, filters, language, fields)
    return RecordPage(
        dataset=dataset,
        filters=filters,
        total=matching.total,
        records=found,
        links=_titles(release, dataset, dataset.columns, found, language),
        facets=tuple(
            _facet(
                release,
                field,
                matching.counts[field.name],
                filters.values.get(field.name, ()),
                language,
            )
            for field in dataset.facets
        ),
    )


def _page(
    release: Release,
    dataset: Dataset,
    matching: Bits,
    filters: Filters,
    language: Language,
    fields: Collection[str] | None,
) -> tuple[Record, ...]:
    """The records of one page of what an index found."""
    ordered = order(dataset, filters.sort, language)
    offset = (filters.page - 1) * PAGE_SIZE
    ids = page_of(release, dataset, matching, ordered, offset, PAGE_SIZE)
    if not ids:
        return ()
    names, columns, title = _columns(release, dataset, language, fields)
    # With each id in the text of the condition DuckDB looks rows up instead of reading whole columns.
    rows = release.rows(
        f"SELECT {RECORD_ID}, {title}, {columns} FROM {quoted(dataset.slug)} "
        f"WHERE {RECORD_ID} IN ({', '.join(map(literal, ids))})"
    )
    place = {id_: number for number, id_ in enumerate(ids)}
    rows.sort(key=lambda row: place[row[0]])
    return tuple(
        Record(dataset, row[0], row[1], dict(zip(names, row[2:], strict=True))) for row in rows
    )


def _columns(
    release: Release,
    dataset: Dataset,
    language: Language,
    fields: Collection[str] | None = None,
) -> tuple[list[str], str, str]:
    """Names of the columns that lists read, these and the title as SQL."""
    titles = dataset.label_columns
    # A shape may be a megabyte; lists have their links to it.
    names = [
        field.name
        for field in dataset.fields
        if field.type != "geometry"
        and (fields is None or field.name in fields or field.name in titles)
    ]
    return (
        names,
        ", ".join(quoted(name) for name in names),
        label(dataset, release.catalogue, language),
    )


def preview(release: Release, dataset: Dataset, filters: Filters, language: Language) -> RecordPage:
    """The first page of a list without its facets, for pages that only show some rows."""
    where, parameters = condition(dataset, filters)
    found = _select(release, dataset, language, where, parameters, filters)
    links = _titles(release, dataset, dataset.columns, found, language)
    return RecordPage(dataset, filters, len(found), found, links, ())


@dataclass(frozen=True, slots=True)
class Latest:
    """One page of a list by the time of change, and the day each of its records last changed."""

    page: RecordPage
    since: tuple[date, ...]


def latest(release: Release, dataset: Dataset, filters: Filters, language: Language) -> Latest:
    """One page of the rows that the filters keep, what changed last first, without facets."""
    where, parameters = condition(dataset, filters)
    recorded = release.has("_history")
    ordered = RECORD_ID
    if recorded:
        ordered = (
            f"(SELECT max(since) FROM _history WHERE _history.dataset = {literal(dataset.slug)} "
            f"AND _history.id = {quoted(dataset.slug)}.{RECORD_ID}) DESC NULLS LAST, {RECORD_ID}"
        )
    found = _select(release, dataset, language, where, parameters, filters, ordered)
    known: dict[str, date] = {}
    if recorded:
        sql = "SELECT id, max(since) FROM _history WHERE dataset = ? AND list_contains(?, id) GROUP BY id"
        known = dict(release.rows(sql, [dataset.slug, [record_.id for record_ in found]]))
    links = _titles(release, dataset, dataset.columns, found, language)
    return Latest(
        RecordPage(dataset, filters, count(release, dataset, filters), found, links, ()),
        tuple(known.get(record_.id, dataset.modified) for record_ in found),
    )


def count(release: Release, dataset: Dataset, filters: Filters) -> int:
    """How many rows the filters keep."""
    return matches(release, dataset, filters).total


def values(release: Release, dataset: Dataset, name: str) -> frozenset[str]:
    """Every value that a column has in some row; the elements, for a list."""
    column = quoted(name)
    element = f"unnest({column})" if dataset.field(name).type == "list" else column

    def found() -> frozenset[str]:
        rows = release.rows(f"SELECT DISTINCT {element} FROM {quoted(dataset.slug)}")
        return frozenset(value for (value,) in rows if value is not None)

    return release.kept(("values", dataset.slug, name), found)


def _select(
    release: Release,
    dataset: Dataset,
    language: Language,
    where: str,
    parameters: Sequence[object],
    filters: Filters,
    ordered: str | None = None,
) -> tuple[Record, ...]:
    names, columns, title = _columns(release, dataset, language)
    rows = release.rows(
        f"SELECT {RECORD_ID}, {title}, {columns} FROM {quoted(dataset.slug)} WHERE {where} "
        f"ORDER BY {ordered or order(dataset, filters.sort, language)} LIMIT {PAGE_SIZE} OFFSET ?",
        [*parameters, (filters.page - 1) * PAGE_SIZE],
    )
    return tuple(
        Record(dataset, row[0], row[1], dict(zip(names, row[2:], strict=True))) for row in rows
    )


def order(dataset: Dataset, sort: str, language: Language = "vi") -> str:
    """ORDER BY of a list: Vietnamese order for texts, unpublished last, the address as tie-break."""
    name = sort.removeprefix("-") or dataset.sort.removeprefix("-")
    column = quoted(name)
    label_ = dataset.label
    if language == "en" and label_ is not None and name == label_.vi != label_.en:
        # Readers of English see the English title, and expect its order.
        column = f"coalesce({quoted(label_.en)}, {column})"
    if dataset.field(name).type in ("string", "text"):
        column += " COLLATE vi"
    direction = "DESC" if sort.startswith("-") else "ASC"
    return f"{column} {direction} NULLS LAST, {RECORD_ID}"


def _facet(
    release: Release,
    field: Field,
    counted: Mapping[str, int],
    chosen: tuple[str, ...],
    language: Language,
) -> Facet:
    """The values of a facet, the most frequent first; a chosen one stays, also where nothing has it."""
    counts = dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    for value in chosen:
        counts.setdefault(value, 0)
    titles = (
        titles_of(release, field.references, list(counts), language) if field.references else {}
    )
    values = []
    for value, count in counts.items():
        if value == UNPUBLISHED:
            text = ""
        elif field.codes:
            known = release.catalogue.codes[field.codes].get(value)
            text = known[language] if known else value
        else:
            text = titles.get(value, value)
        values.append(FacetValue(value, text, count, value in chosen))
    if field.type == "year":
        values.sort(key=lambda item: item.value, reverse=True)
    # Unpublished last, whatever its count.
    values.sort(key=lambda item: item.value == UNPUBLISHED)
    return Facet(field, tuple(values))


def titles_of(
    release: Release, slug: str, keys: Sequence[str], language: Language
) -> dict[str, str]:
    """Titles of records by their key, in one language."""
    target = release.catalogue[slug]
    title = label(target, release.catalogue, language)
    key = quoted(target.key[0])
    table = quoted(slug)
    if release.manifest.datasets[slug].rows > _KEPT_TITLES:
        sql = f"SELECT {key}, {title} FROM {table} WHERE list_contains(?, {key})"
        return dict(release.rows(sql, [list(keys)]))
    every = release.kept(
        ("titles", slug, language),
        lambda: dict(release.rows(f"SELECT {key}, {title} FROM {table}")),
    )
    return {wanted: every[wanted] for wanted in keys if wanted in every}


def _titles(
    release: Release,
    dataset: Dataset,
    columns: Sequence[str],
    found: Sequence[Record],
    language: Language,
) -> dict[tuple[str, str], str]:
    """(dataset, key) -> title for every reference the shown columns make."""
    titles: dict[tuple[str, str], str] = {}
    for name in columns:
        field = dataset.field(name)
        if field.references is None:
            continue
        keys: set[str] = set()
        for record_ in found:
            value = record_.values[name]
            keys |= set(value) if isinstance(value, list) else {value} - {None}
        if keys:
            named = titles_of(release, field.references, sorted(keys), language)
            titles |= {(field.references, key): text for key, text in named.items()}
    return titles


def record(release: Release, dataset: Dataset, id_: str, language: Language) -> Record:
    """One row by the id in its address. Raises RecordNotFoundError."""
    names = [field.name for field in dataset.fields]
    columns = ", ".join(quoted(name) for name in names)
    title = label(dataset, release.catalogue, language)
    rows = release.rows(
        f"SELECT {title} AS {_TITLE}, {columns} FROM {quoted(dataset.slug)} WHERE {RECORD_ID} = ?",
        [id_],
    )
    if not rows:
        raise RecordNotFoundError(f"{dataset.slug}: no record {id_!r} in release {release.id}")
    return Record(dataset, id_, rows[0][0], dict(zip(names, rows[0][1:], strict=True)))


def outgoing(release: Release, found: Record, language: Language) -> dict[str, tuple[Link, ...]]:
    """What a record refers to, by field."""
    rows = release.rows(
        f"SELECT field, to_dataset, to_id, to_title_{language} FROM _links "
        "WHERE from_dataset = ? AND from_id = ?",
        [found.dataset.slug, found.id],
    )
    links: dict[str, list[Link]] = {}
    for field, dataset, id_, title in rows:
        links.setdefault(field, []).append(Link(dataset, id_, title))
    return {field: tuple(found) for field, found in links.items()}


def incoming(
    release: Release, found: Record, language: Language, leave_out: Sequence[str] = ()
) -> tuple[LinkGroup, ...]:
    """What refers to a record, a group for each dataset and field, the largest kinds cut short.

    leave_out: datasets that the page shows in a way of their own.
    """
    rows = release.rows(
        f"SELECT from_dataset, field, from_id, from_title_{language}, total FROM _links "
        "WHERE to_dataset = ? AND to_id = ? AND place <= ? AND NOT list_contains(?, from_dataset) "
        "ORDER BY from_dataset, field, place",
        [found.dataset.slug, found.id, GROUP_SIZE, list(leave_out)],
    )
    grouped: dict[tuple[str, str], list[tuple[Link, int]]] = {}
    for slug, field, id_, title, total in rows:
        grouped.setdefault((slug, field), []).append((Link(slug, id_, title), total))
    groups = []
    for (slug, name), items in grouped.items():
        dataset = release.catalogue[slug]
        links = tuple(link for link, _ in items)
        groups.append(LinkGroup(dataset, dataset.field(name), items[0][1], links))
    return tuple(groups)


def save_filtered(
    release: Release, dataset: Dataset, filters: Filters, format_: Format, path: Path
) -> None:
    """Write every row that the filters keep, in the list's order, in a download format."""
    where, parameters = condition(dataset, filters)
    selection = Selection(
        dataset, release.catalogue, where, parameters, order(dataset, filters.sort)
    )
    format_.save(selection, release.cursor, path)


def referenced(release: Release, found: Record, language: Language) -> dict[str, tuple[Link, ...]]:
    """What the values of a record refer to, by field, for rows that `_links` does not hold."""
    links: dict[str, tuple[Link, ...]] = {}
    for field in found.dataset.fields:
        value = found.values[field.name]
        if field.references is None or value is None:
            continue
        target = release.catalogue[field.references]
        keys = value if isinstance(value, list) else [value]
        rows = release.rows(
            f"SELECT {RECORD_ID}, {label(target, release.catalogue, language)} "
            f"FROM {quoted(target.slug)} WHERE list_contains(?, {quoted(target.key[0])}) ORDER BY 1",
            [keys],
        )
        links[field.name] = tuple(Link(target.slug, id_, title) for id_, title in rows)
    return links
