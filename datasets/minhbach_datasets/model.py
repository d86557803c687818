"""The types a definition is made of. pydantic reads the TOML; everything is frozen."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from minhbach_datasets.frozen import Frozen
from minhbach_datasets.source import Name, Source

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")

_BRACED = re.compile(r"\{(\w+)\}")

FieldType = Literal[
    "string", "text", "url", "integer", "number", "year", "date", "partial_date", "period", "list",
    "geometry",
]  # fmt: skip
"""`geometry` is GeoJSON in WGS 84."""
SearchPart = Literal["number", "title", "body"]
SearchFilter = Literal[
    "sector", "commune", "district", "zone", "agency", "status", "field", "year",
    "capital_vnd_billion", "capital_usd_million", "area_ha",
]  # fmt: skip
"""What search can narrow every kind of record by; each dataset says which of its columns hold it."""
UpdateFrequency = Literal["weekly", "monthly", "quarterly", "yearly", "irregular", "never"]


class Text(Frozen):
    """A text in both languages of the portal."""

    vi: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


class Field(Frozen):
    """One column: how it is checked, shown, filtered, searched and linked."""

    name: Name
    type: FieldType
    title: Text
    description: Text | None = None
    unit: str | None = None
    """A value of the `unit` code list."""
    codes: str | None = None
    """Name of the code list whose values the column may hold."""
    references: str | None = None
    """Slug of the dataset whose key the column holds (each element, for a list)."""
    derived_from: str | None = None
    """Column whose text ingest resolves into this one; such a column is absent from the source."""
    search: SearchPart | None = None
    search_filter: SearchFilter | None = None
    names_target: bool = False
    """The record this column refers to is also found by what else the row refers to."""
    pattern: str | None = None
    """Regular expression the whole value must match."""
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    unique: bool = False
    facet: bool = False
    range: bool = False
    """Lists offer a filter from-to."""
    history: bool = False
    """What it held in former releases is kept and shown, and with it when each record last changed."""
    personal: PersonalData | None = None
    jump: float | None = None
    """How many times larger or smaller a value may become between releases before it is pointed out."""

    @property
    def is_number(self) -> bool:
        return self.type in ("integer", "number")


class LegalBasis(Frozen):
    """The rule that makes publishing this dataset a duty."""

    document: str
    article: str | None = None


PersonalKind = Literal["phone", "identity_number", "email", "bank_account", "birth_date"]


class PersonalData(Frozen):
    """What was decided about personal data in a column; the manifest keeps it."""

    kinds: tuple[PersonalKind, ...]
    action: Literal["drop", "mask", "release"]
    """drop: the column is left blank; mask: what was found is blacked out; release: it stays."""
    reason: Text


class Dataset(Frozen):
    """One dataset, in the words of its readers and in the terms of its table."""

    slug: Name
    title: Text
    noun: Text
    """What one row is called."""
    description: Text
    theme: str
    publisher: str
    licence: str
    update_frequency: UpdateFrequency
    issued: date
    modified: date
    min_rows: int
    max_rows: int | None = None
    key: tuple[Name, ...]
    label: Text | None = None
    """What titles a row: a column, or a text with columns in braces; its key where None."""
    columns: tuple[Name, ...]
    """What lists show, in this order; each is sortable."""
    sort: str
    """Default order of lists: a column, with `-` before it for descending."""
    caveats: tuple[Text, ...]
    legal_basis: tuple[LegalBasis, ...]
    source: Source
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Raises KeyError for a column the dataset does not have."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    @property
    def label_columns(self) -> tuple[str, ...]:
        """The columns that the label is made of, in both languages."""
        if self.label is None:
            return ()
        found = (_BRACED.findall(text) or [text] for text in (self.label.vi, self.label.en))
        return tuple(dict.fromkeys(name for names in found for name in names))

    @property
    def source_fields(self) -> tuple[Field, ...]:
        """The columns a source file must have, in order."""
        return tuple(field for field in self.fields if field.derived_from is None)

    @property
    def facets(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.facet)

    @property
    def ranges(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.range)


class Guide(Frozen):
    """A page of guidance: what to look at, in which order."""

    id: str
    title: Text
    summary: Text
    steps: tuple[Text, ...]
    datasets: tuple[str, ...]
    """Slugs of the datasets it sends its reader to."""

    @property
    def body(self) -> Text:
        return Text(
            vi="\n".join(step.vi for step in self.steps),
            en="\n".join(step.en for step in self.steps),
        )


class Publisher(Frozen):
    title: Text


class Licence(Frozen):
    title: Text
    url: str


class FormalName(Frozen):
    """What the province is formally called within a span of time."""

    name: Text
    since: date | None = None
    until: date | None = None
    basis: str | None = None


class KeyFigure(Frozen):
    indicator: str


class InvestmentOffices(Frozen):
    """Who handles the procedures of investment projects, as ids of the dataset of agencies."""

    default: str
    in_zones: str
    """For zones of the kinds below, and projects in them."""
    zone_kinds: tuple[str, ...]
    zones: dict[str, str] = {}
    """Zones that have an office of their own."""


class Portal(Frozen):
    """What makes a deployment that of one province."""

    name: Text
    purpose: Text
    places_note: Text
    formal_names: tuple[FormalName, ...]
    publishers: dict[str, Publisher]
    licences: dict[str, Licence]
    themes: dict[str, Text]
    key_figures: tuple[KeyFigure, ...]
    investment_offices: InvestmentOffices | None = None

    def formal_name(self, on: date) -> FormalName:
        """The formal name in force on a day; names on pages follow the date of what they describe."""
        for formal in self.formal_names:
            if (formal.since is None or formal.since <= on) and (
                formal.until is None or on <= formal.until
            ):
                return formal
        raise LookupError(f"portal.toml gives no formal name for {on}")
