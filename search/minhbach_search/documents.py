"""Row -> SearchDocument, driven by the definitions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import LANGUAGES, Dataset, Field, Language
from minhbach_datasets.schema import RECORD_ID, label, quoted
from minhbach_search.engine import SearchDocument

# Which kind wins between equally good matches: what people decide by before what merely supports it.
_KIND_WEIGHTS = {
    "plans": 64,
    "investment_projects": 48,
    "zones": 48,
    "legal_documents": 40,
    "procedures": 32,
    "incentives": 32,
    "indicators": 32,
    "communes": 32,
    "agencies": 20,
    "forecasts": 16,
    "plan_targets": 12,
    "land_use_allocation": 12,
}
_TITLE_VI, _TITLE_EN = "_title_vi", "_title_en"
_OTHER_KINDS = 4
_UNCHECKED_SHARE = {"yes": 1.0, "partly": 0.9, "no": 0.7}


def documents(cursor: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> Iterator[SearchDocument]:
    """Every row of every dataset that has a searchable column and a title."""
    for dataset in catalogue.values():
        if dataset.label is None or not any(field.search for field in dataset.fields):
            continue
        names = [_TITLE_VI, _TITLE_EN, RECORD_ID, *(field.name for field in dataset.fields)]
        titles = [label(dataset, catalogue, language) for language in LANGUAGES]
        columns = ", ".join((*titles, *map(quoted, names[2:])))
        result = cursor.execute(f"SELECT {columns} FROM {quoted(dataset.slug)}")
        while rows := result.fetchmany(1000):
            for row in rows:
                yield _document(dataset, catalogue, dict(zip(names, row, strict=True)))


def _document(dataset: Dataset, catalogue: Catalogue, row: dict[str, object]) -> SearchDocument:
    numbers: list[str] = []
    body: list[str] = []
    for field in dataset.fields:
        value = row[field.name]
        if field.search is None or value is None or field.name in dataset.label_columns:
            continue
        if field.search == "number":
            numbers.append(str(value))
        else:
            body += _texts(field, value, catalogue)
    verified = str(row["verified"])
    weight = _KIND_WEIGHTS.get(dataset.slug, _OTHER_KINDS) * _UNCHECKED_SHARE[verified]
    return SearchDocument(
        dataset=dataset.slug,
        id=str(row[RECORD_ID]),
        title=(str(row[_TITLE_VI]), str(row[_TITLE_EN])),
        summary=(_summary(dataset, catalogue, row, "vi"), _summary(dataset, catalogue, row, "en")),
        numbers=tuple(numbers),
        body="\n".join(body),
        verified=verified,
        weight=round(weight),
    )


def _texts(field: Field, value: object, catalogue: Catalogue) -> list[str]:
    """The value as stored, and as it reads in both languages where it is a code."""
    texts = [str(part) for part in (value if isinstance(value, list) else [value])]
    if field.codes is None:
        return texts
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
            parts.append(value.strftime("%d/%m/%Y") if language == "vi" else value.isoformat())
        elif not field.is_number:
            parts.append(str(value))
    return " · ".join(parts)
