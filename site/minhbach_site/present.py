"""Values as pages show them: in words, with units and links, missing said to be missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset, Field, Language
from minhbach_datasets.text import day, number
from minhbach_site import addresses, i18n
from minhbach_site.queries.records import Link, Record, RecordPage

# Fields that the page shows elsewhere (source line, title) or that only programs need.
_ELSEWHERE = ("source_url", "verified", "note", "bbox")


@dataclass(frozen=True, slots=True)
class Shown:
    """A value ready for a page. `text` is None when nothing was published."""

    text: str | None
    href: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    """(address, text) of each element, for a value that names records."""
    number: bool = False
    vietnamese: bool = False
    """The text is the Vietnamese original on an English page."""
    external: bool = False
    about: tuple[str, str] | None = None
    """(address, text) of how the value came about, for what the source does not state itself."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field of a record with its value."""

    name: str
    title: str
    help: str | None
    value: Shown
    stated: bool = True
    """The source states it; else the portal works it out or gives it."""


@dataclass(frozen=True, slots=True)
class ListItem:
    """A row of a list: where it leads and its cells, the first being its title."""

    id: str
    href: str
    title: str
    title_vietnamese: bool
    cells: tuple[Shown, ...]
    verified: str


MISSING = Shown(None)
RANK = "hạng"
"""The unit of values of which 1 is the best."""


def unit(catalogue: Catalogue, name: str, language: Language) -> str:
    """A unit of the unit code list in words."""
    return catalogue.codes["unit"][name][language]


def shown(
    field: Field,
    value: Any,
    catalogue: Catalogue,
    language: Language,
    link: Callable[[str, str], tuple[str, str] | None] = lambda slug, key: None,
) -> Shown:
    """One value in words.

    link: (dataset, key) -> (address, title) of the record a value refers to, None where unknown.
    """
    if value is None or value == []:
        return MISSING
    if field.references is not None:
        keys = value if isinstance(value, list) else [value]
        found = tuple(link(field.references, key) or ("", key) for key in keys)
        return Shown(", ".join(text for _, text in found), links=found)
    if field.codes is not None:
        values = value if isinstance(value, list) else [value]
        return Shown(", ".join(catalogue.code_text(field, part)[language] for part in values))
    if field.is_number:
        text = number(value, language)
        return Shown(
            f"{text} {unit(catalogue, field.unit, language)}" if field.unit else text, number=True
        )
    match field.type:
        case "year":
            return Shown(str(value), number=True)
        case "date":
            return Shown(day(value, language), number=True)
        case "partial_date":
            return Shown(i18n.partial_day(value, language), number=True)
        case "url":
            return Shown(site_name(value), href=value, external=True)
        case "period":
            return Shown(value.replace("-", "–"), number=True)
        case "geometry":
            return Shown(f"GeoJSON {json.loads(value)['type']}")
        case "list":
            return Shown(", ".join(value), vietnamese=language == "en")
    if field.unit:
        return Shown(f"{value} {unit(catalogue, field.unit, language)}", number=True)
    return Shown(str(value), vietnamese=language == "en" and _is_vietnamese(field, str(value)))


def _is_vietnamese(field: Field, text: str) -> bool:
    """English columns say so by name; a text without a Vietnamese letter needs no label."""
    return not field.name.endswith("_en") and not text.isascii()


def site_name(url: str) -> str:
    """The host of an address, for a link's text."""
    return urlsplit(url).hostname or url


def rows(
    found: Record,
    outgoing: Mapping[str, tuple[Link, ...]],
    catalogue: Catalogue,
    language: Language,
) -> tuple[Row, ...]:
    """Every field of a record that the page does not show elsewhere."""
    result = []
    dataset = found.dataset
    # The heading shows these in both languages.
    titles = () if dataset.label is None or "{" in dataset.label.vi else dataset.label_columns
    # Ids are for citing and joining, so they come last.
    for field in sorted(dataset.fields, key=lambda field: field.name in dataset.key):
        if field.name in (*_ELSEWHERE, *titles):
            continue
        if field.references and field.name not in outgoing:
            # The text as published stands in a column of its own and says what is missing.
            continue
        if field.references is not None:
            links = tuple(
                (addresses.record(link.dataset, link.id, language), link.title)
                for link in outgoing[field.name]
            )
            value = Shown(", ".join(text for _, text in links), links=links)
        else:
            value = shown(field, found.values[field.name], catalogue, language)
        about = field.description[language] if field.description else None
        stated = field.derived_from is None and field.name not in dataset.key
        result.append(Row(field.name, field.title[language], about, value, stated))
    return tuple(result)


def items(page: RecordPage, catalogue: Catalogue, language: Language) -> tuple[ListItem, ...]:
    """The rows of a list. The first column becomes the link, unless another is the title."""
    dataset = page.dataset
    columns = [dataset.field(name) for name in list_columns(dataset)]

    def link(slug: str, key: str) -> tuple[str, str] | None:
        title = page.links.get((slug, key))
        return None if title is None else ("", title)

    return tuple(
        ListItem(
            id=record.id,
            href=addresses.record(dataset.slug, record.id, language),
            title=record.title,
            title_vietnamese=is_untranslated(dataset, record, language),
            cells=tuple(
                shown(field, record.values[field.name], catalogue, language, link)
                for field in columns
            ),
            verified=record.values["verified"],
        )
        for record in page.records
    )


def shown_fields(dataset: Dataset) -> tuple[str, ...]:
    """The fields that `items` asks of a record, beside those that title it."""
    return (*dataset.columns, "verified")


def list_columns(dataset: Dataset) -> tuple[str, ...]:
    """The columns of a list beside its title."""
    titles = dataset.label_columns
    return tuple(name for name in dataset.columns if name not in titles)


def is_untranslated(dataset: Dataset, record: Record, language: Language) -> bool:
    """The English page shows the Vietnamese title because there is no translation."""
    label = dataset.label
    if language == "vi" or label is None or "{" in label.vi:
        return False
    return label.vi == label.en or record.values[label.en] is None


def plain_value(value: Any) -> Any:
    """A value as JSON holds it."""
    return value.isoformat() if isinstance(value, date) else value


def json_record(record: Record, language: Language) -> dict[str, object]:
    """A record as JSON holds it."""
    return {
        "id": record.id,
        "url": addresses.record(record.dataset.slug, record.id, language),
        "title": record.title,
        "fields": {name: plain_value(value) for name, value in record.values.items()},
    }


def span(target: Record, language: Language) -> Shown:
    """A target's range; one open end where the source says over or under."""
    low, high = target.values["target_low"], target.values["target_high"]
    if low is None and high is None:
        return MISSING
    if low is None:
        return Shown(f"≤ {number(high, language)}", number=True)
    if high is None:
        return Shown(f"≥ {number(low, language)}", number=True)
    text = number(low, language)
    if high != low:
        text += f"–{number(high, language)}"
    return Shown(text, number=True)
