"""What a search engine is to the rest of the portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from minhbach_datasets.model import Language


@dataclass(frozen=True, slots=True)
class Query:
    """What a person asks for.

    text: as typed; kinds: slugs of datasets to keep, all when empty; offset, limit: hits to return.
    """

    text: str
    kinds: tuple[str, ...] = ()
    language: Language = "vi"
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a snippet; `marked` when it is what was searched for."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One found record, in the language of the query."""

    dataset: str
    id: str
    title: tuple[Span, ...]
    snippet: tuple[Span, ...]
    verified: str


@dataclass(frozen=True, slots=True)
class Page:
    """Found records, best first. `kinds` counts by dataset as if no kind were chosen."""

    hits: tuple[Hit, ...]
    total: int
    kinds: dict[str, int]
    corrected: bool = False
    """True when nothing matched as typed and near spellings were taken instead."""


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A record as engines index it: plain texts, folded by the engine's own planner."""

    dataset: str
    id: str
    title: tuple[str, str]
    """Vietnamese, English."""
    summary: tuple[str, str]
    """What a list shows of the record, in both languages; snippets are cut from it."""
    numbers: tuple[str, ...]
    body: str
    verified: str
    weight: int
    """How much a record of this kind, checked this far, counts against equally good matches."""


class SearchEngine(Protocol):
    """Finds records of one release."""

    def search(self, query: Query) -> Page:
        """Never raises for what was typed; unsearchable text finds nothing."""
        ...
