"""What a search engine is to the rest of the portal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

from minhbach_datasets.errors import PortalError
from minhbach_datasets.model import Language, SearchFilter

RANGES: tuple[SearchFilter, ...] = ("capital_vnd_billion", "capital_usd_million", "area_ha")
"""Filters by a number from-to; units are in the names."""
FILTERS: tuple[str, ...] = (
    "kind",
    *(name for name in get_args(SearchFilter) if name not in RANGES),
)
"""Filters by chosen values, each of which is counted."""
Sort = Literal["relevance", "newest", "capital", "area"]
SORTS: tuple[Sort, ...] = get_args(Sort)
SORT_FIELDS = {"newest": "day", "capital": "capital_vnd_billion", "area": "area_ha"}
MAX_HITS = 10_000
"""No engine pages deeper."""
MAX_FACET_VALUES = 300

Match = Literal["all", "near", "some"]
"""How what was typed was found: as typed, with near spellings, or only most of its words."""


Reason = Literal["unreached", "refused", "strange", "other release", "key", "snapshot"]


class SearchUnavailableError(PortalError):
    """A search server or snapshot cannot be used. Raised by engines; the site falls back.

    The message is for logs, since it may name hosts; `reason` may be shown to anybody.
    """

    status = 503

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Query:
    """What a person asks for.

    text: as typed; filters: name in FILTERS -> values, any of which will do; ranges: name in
    RANGES -> (from, to), both inclusive; offset, limit: hits to return, the offset being a multiple
    of the limit; facets: those to count.
    """

    text: str
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    sort: Sort = "relevance"
    language: Language = "vi"
    offset: int = 0
    limit: int = 20
    facets: tuple[str, ...] = FILTERS


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a snippet; `marked` when it is what was searched for."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One found record, in the language of the query."""

    kind: str
    id: str
    title: tuple[Span, ...]
    snippet: tuple[Span, ...]
    verified: str


@dataclass(frozen=True, slots=True)
class Page:
    """Found records, best first, all of one release.

    facets: filter -> value -> records that have it, as if nothing were chosen in that same filter.
    """

    release: str
    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    match: Match = "all"


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A record as engines index it: plain texts, folded by the engine's own planner."""

    kind: str
    """Slug of a dataset, or one of documents.OTHER_KINDS."""
    id: str
    title: tuple[str, str]
    """Vietnamese, English."""
    also: tuple[tuple[str, ...], tuple[str, ...]]
    """Other names it goes by, Vietnamese and English."""
    summary: tuple[str, str]
    """What a list shows of the record, in both languages; snippets are cut from it."""
    numbers: tuple[str, ...]
    """Keys of query.number_keys: what typed numbers are looked up as."""
    keywords: str
    """What it is also found by, never shown: its kind, its codes in words, where it belongs in English."""
    body: str
    filters: Mapping[str, tuple[str, ...]]
    ranges: Mapping[str, float]
    day: int
    """YYYYMMDD of its date, 0 where it has none."""
    verified: str
    weight: int
    """How much a record of this kind, checked this far, counts against equally good matches."""


class SearchEngine(Protocol):
    """Finds records of one release."""

    def search(self, query: Query) -> Page:
        """Never raises for what was typed; unsearchable text finds nothing.

        Raises SearchUnavailableError where a server is asked and does not answer.
        """
        ...


class Lexicon(Protocol):
    """What the planner asks about the words of a release."""

    def knows(self, word: str) -> bool:
        """Whether a folded word occurs anywhere."""
        ...

    def knows_phrase(self, words: tuple[str, ...]) -> int:
        """In how many titles folded words follow each other."""
        ...

    def knows_number(self, key: str) -> bool:
        """Whether a record has this number, by a key of query.number_keys."""
        ...

    def knows_symbol(self, word: str) -> bool:
        """Whether a folded word is part of a document number's symbol, as `ttg` is."""
        ...
