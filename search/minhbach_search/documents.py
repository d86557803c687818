"""Rows, datasets, guides and glossary terms -> SearchDocument, driven by the definitions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import LANGUAGES, Dataset, Field, Language, Text
from minhbach_datasets.schema import RECORD_ID, label, quoted
from minhbach_datasets.text import day as day_text, number
from minhbach_search.engine import RANGES, SearchDocument
from minhbach_search.glossary import Glossary, glossary
from minhbach_search.query import number_keys

OTHER_KINDS = ("datasets", "glossary", "guides")
"""Kinds of documents that are not rows of a dataset."""
# Which kind wins between equally good matches: what people decide by before what merely supports it.
_KIND_WEIGHTS = {
    "plans": 64,
    "investment_projects": 48,
    "zones": 48,
    "legal_documents": 40,
    "communes": 40,
    "procedures": 32,
    "incentives": 32,
    "indicators": 32,
    "datasets": 32,
    "guides": 24,
    "agencies": 20,
    "glossary": 2,
    "forecasts": 16,
    "plan_targets": 12,
    "land_use_allocation": 12,
    "old_districts": 8,
    "old_communes": 8,
}
_OTHER_KINDS = 4
_UNCHECKED_SHARE = {"yes": 1.0, "partly": 0.9, "no": 0.7}
_RECENT_YEARS, _RECENT_SHARE = 15, 0.5
"""A record of this year counts half as much again as one that is so many years old."""
_NO_LONGER = frozenset({"hết hiệu lực", "dừng"})
_NO_LONGER_SHARE = 0.5
# What a record belongs to finds it too, by name.
_NAMED_BY = frozenset({"commune", "district", "zone", "agency"})
_TITLE_VI, _TITLE_EN = "_title_vi", "_title_en"
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_Names = tuple[tuple[str, ...], tuple[str, ...]]
"""In Vietnamese and in English."""


def documents(cursor: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> Iterator[SearchDocument]:
    """Everything that can be found: call after the links between records are built."""
    for dataset in catalogue.values():
        # Rows of a derived dataset would be found twice.
        if dataset.source.derived or dataset.label is None:
            continue
        if any(field.search for field in dataset.fields):
            yield from _rows(cursor, dataset, catalogue)
    for dataset in catalogue.values():
        yield _of_dataset(dataset, catalogue)
    for guide in catalogue.guides:
        yield _text("guides", guide.id, guide.title, guide.summary, guide.body)
    yield from _of_glossary(glossary())


def _rows(
    cursor: duckdb.DuckDBPyConnection, dataset: Dataset, catalogue: Catalogue
) -> Iterator[SearchDocument]:
    belongs_to = _linked_titles(cursor, dataset)
    also = _other_names(cursor, dataset, catalogue)
    names = [_TITLE_VI, _TITLE_EN, RECORD_ID, *(field.name for field in dataset.fields)]
    titles = [label(dataset, catalogue, language) for language in LANGUAGES]
    columns = ", ".join((*titles, *map(quoted, names[2:])))
    result = cursor.execute(f"SELECT {columns} FROM {quoted(dataset.slug)}")
    while rows := result.fetchmany(1000):
        for values in rows:
            row = dict(zip(names, values, strict=True))
            id_ = str(row[RECORD_ID])
            yield _row(
                dataset, catalogue, row, also.get(id_, ((), ())), belongs_to.get(id_, ((), ()))
            )


def _linked_titles(cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> dict[str, _Names]:
    """Names of the places, zones and agencies that each record belongs to."""
    fields = [field.name for field in dataset.fields if field.search_filter in _NAMED_BY]
    return _gathered(
        cursor,
        "SELECT from_id, to_title_vi, to_title_en FROM _links "
        "WHERE from_dataset = ? AND list_contains(?, field)",
        [dataset.slug, fields],
    )


def _other_names(
    cursor: duckdb.DuckDBPyConnection, dataset: Dataset, catalogue: Catalogue
) -> dict[str, _Names]:
    """What else rows of other datasets call each record: see Field.names_target."""
    naming = [
        (other.slug, field.name)
        for other in catalogue.values()
        for field in other.fields
        if field.names_target and field.references == dataset.slug
    ]
    found: dict[str, _Names] = {}
    for slug, name in naming:
        # What the naming row refers to, and what that belongs to in turn: an old commune, its district.
        named = _gathered(
            cursor,
            """
            SELECT named.to_id, near.to_title_vi || coalesce(', ' || far.to_title_vi, ''),
              near.to_title_en || coalesce(', ' || far.to_title_en, '')
            FROM _links named
            JOIN _links near USING (from_dataset, from_id)
            LEFT JOIN _links far ON far.from_dataset = near.to_dataset AND far.from_id = near.to_id
            WHERE named.from_dataset = ? AND named.field = ? AND near.field <> ?
            ORDER BY 1, 2
            """,
            [slug, name, name],
        )
        for id_, (vi, en) in named.items():
            former = found.get(id_, ((), ()))
            found[id_] = ((*former[0], *vi), (*former[1], *en))
    return found


def _gathered(
    cursor: duckdb.DuckDBPyConnection, sql: str, parameters: list[object]
) -> dict[str, _Names]:
    """(id, Vietnamese, English) rows -> all names by id, each once."""
    gathered: defaultdict[str, tuple[dict[str, None], dict[str, None]]] = defaultdict(
        lambda: ({}, {})
    )
    for id_, *names in cursor.execute(sql, parameters).fetchall():
        for known, name in zip(gathered[id_], names, strict=True):
            known[name] = None
    return {id_: (tuple(vi), tuple(en)) for id_, (vi, en) in gathered.items()}


def _row(
    dataset: Dataset,
    catalogue: Catalogue,
    row: dict[str, object],
    also: _Names,
    belongs_to: _Names,
) -> SearchDocument:
    numbers: list[str] = []
    body: list[str] = []
    coded: list[str] = []
    filters: defaultdict[str, dict[str, None]] = defaultdict(dict)
    ranges: dict[str, float] = {}
    day = 0
    for field in dataset.fields:
        value = row[field.name]
        if value is None:
            continue
        if field.search_filter in RANGES:
            ranges[field.search_filter] = float(str(value))
        elif field.search_filter == "year":
            filters["year"] |= dict.fromkeys(_YEAR.findall(str(value)))
            if field.type in ("date", "partial_date"):
                day = int(str(value).replace("-", "").ljust(8, "0"))
        elif field.search_filter is not None:
            filters[field.search_filter] |= dict.fromkeys(_parts(value))
        if field.search is None or field.name in dataset.label_columns:
            continue
        if field.search == "number":
            numbers.append(str(value))
        elif field.codes is None:
            body += _parts(value)
        else:
            # The summary shows a code once, in the reader's language.
            coded += _code_texts(field, value, catalogue)
    year = str(day)[:4] if day else None
    verified = str(row["verified"])
    weight = _KIND_WEIGHTS.get(dataset.slug, _OTHER_KINDS) * _UNCHECKED_SHARE[verified]
    weight *= 1 + _RECENT_SHARE * _recency(day)
    if not _NO_LONGER.isdisjoint(filters["status"]):
        weight *= _NO_LONGER_SHARE
    return SearchDocument(
        kind=dataset.slug,
        id=str(row[RECORD_ID]),
        title=(str(row[_TITLE_VI]), str(row[_TITLE_EN])),
        also=also,
        summary=(_summary(dataset, catalogue, row, "vi"), _summary(dataset, catalogue, row, "en")),
        numbers=tuple(sorted({key for text in numbers for key in number_keys(text, year)})),
        keywords=f"{dataset.noun.vi} {dataset.noun.en} {' '.join((*coded, *belongs_to[1]))}",
        body="\n".join((*numbers, *body, *belongs_to[0])),
        filters={name: tuple(values) for name, values in filters.items() if values},
        ranges=ranges,
        day=day,
        verified=verified,
        weight=max(1, round(weight)),
    )


def _recency(day: int) -> float:
    """1 for this year, 0 for long ago: as of publication, like everything in a release."""
    age = datetime.now(UTC).year - day // 10_000
    return 1 - min(max(age, 0), _RECENT_YEARS) / _RECENT_YEARS


def _parts(value: object) -> list[str]:
    return [str(part) for part in (value if isinstance(value, list) else [value])]


def _code_texts(field: Field, value: object, catalogue: Catalogue) -> list[str]:
    """A code as stored, and as it reads in both languages."""
    texts = _parts(value)
    named = [catalogue.code_text(field, text) for text in texts]
    return [*texts, *(text.vi for text in named), *(text.en for text in named)]


def _summary(
    dataset: Dataset, catalogue: Catalogue, row: dict[str, object], language: Language
) -> str:
    parts = []
    for name in dataset.columns:
        field, value = dataset.field(name), row[name]
        if value is None or name in dataset.label_columns or field.references:
            continue
        if field.codes:
            parts.append(catalogue.code_text(field, str(value))[language])
        elif isinstance(value, date):
            parts.append(day_text(value, language))
        elif field.is_number:
            unit = f" {catalogue.codes['unit'][field.unit][language]}" if field.unit else ""
            parts.append(f"{number(float(str(value)), language)}{unit}")
        else:
            parts.append(str(value))
    return " · ".join(parts)


def _of_dataset(dataset: Dataset, catalogue: Catalogue) -> SearchDocument:
    """The dataset itself: found by its title, what it says of itself and its columns."""
    theme = catalogue.portal.themes[dataset.theme]
    columns = [text for field in dataset.fields for text in (field.title.vi, field.title.en)]
    body = Text(
        vi="\n".join(("bộ dữ liệu", theme.vi, *columns)), en="\n".join(("dataset", theme.en))
    )
    return _text("datasets", dataset.slug, dataset.title, dataset.description, body)


def _of_glossary(terms: Glossary) -> Iterator[SearchDocument]:
    for id_, term in terms.items():
        about = term.about or Text(vi="", en="")
        summary = Text(
            vi=" · ".join(filter(None, (term.en, about.vi))),
            en=" · ".join(filter(None, (term.vi, about.en))),
        )
        title = Text(vi=term.vi, en=term.en)
        also = ((*term.abbreviations, *term.also_vi), term.also_en)
        yield _text("glossary", id_, title, summary, Text(vi="", en=""), also)


def _text(
    kind: str, id_: str, title: Text, summary: Text, body: Text, also: _Names = ((), ())
) -> SearchDocument:
    return SearchDocument(
        kind=kind,
        id=id_,
        title=(title.vi, title.en),
        also=also,
        summary=(summary.vi, summary.en),
        numbers=(),
        keywords="",
        body=f"{body.vi}\n{body.en}",
        filters={},
        ranges={},
        day=0,
        verified="yes",
        weight=_KIND_WEIGHTS[kind],
    )
