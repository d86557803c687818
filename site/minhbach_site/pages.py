"""What each template is given: one frozen dataclass a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset, FormalName, Guide, Language
from minhbach_datasets.quality import CheckResult, QualityReport
from minhbach_datasets.release import DatasetEntry, FileEntry, FileSource, Manifest
from minhbach_search.engine import Hit, Match
from minhbach_search.glossary import Section, Term
from minhbach_site.addresses import Pair
from minhbach_site.charts import Chart, TimeLine
from minhbach_site.citations import Citation
from minhbach_site.maps import Map
from minhbach_site.present import ListItem, Row, Shown
from minhbach_site.queries.incentives import Incentive
from minhbach_site.queries.offices import Contact
from minhbach_site.queries.places import Layer, Spread
from minhbach_site.queries.procedures import Step
from minhbach_site.queries.records import Link, LinkGroup, Record, RecordPage
from minhbach_site.queries.related import Change, KeyFigure, Relation, Value
from minhbach_site.queries.surroundings import (
    CommuneProfile,
    CoveringPlan,
    Figure,
    LandUse,
)

_Context = TypeVar("_Context")


def extended(kind: type[_Context], base: object, **added: object) -> _Context:
    """A context with all that `base` has, and more."""
    values = {field.name: getattr(base, field.name) for field in fields(base)}  # type: ignore[arg-type]
    return kind(**values | added)


@dataclass(frozen=True, slots=True)
class Page:
    """What every page has: its addresses in both languages and where it stands."""

    title: str
    address: Pair
    trail: tuple[tuple[str, str], ...] = ()
    """(address, text) of the pages above this one."""
    section: str = ""
    """Dataset or page whose entry in the navigation is the current one."""
    description: str = ""
    indexed: bool = True


@dataclass(frozen=True, slots=True)
class HomePage:
    page: Page
    figures: tuple[KeyFigure, ...]
    counts: Mapping[str, int]
    latest_documents: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class SearchChoice:
    """A value of a search facet."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class SearchFacet:
    name: str
    choices: tuple[SearchChoice, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    page: Page
    text: str
    blank: bool
    """Nothing was asked for yet."""
    kinds: tuple[tuple[SearchChoice, str], ...]
    """Choice, address that toggles it."""
    all_kinds: str
    facets: tuple[SearchFacet, ...]
    ranges: Mapping[str, tuple[float | None, float | None]]
    active: bool
    """Filters beside the kind are set."""
    clear: str
    sort: str
    terms: tuple[Term, ...]
    """What the typed names mean."""
    hits: tuple[tuple[str, str, Hit], ...]
    """What it is called, address, hit."""
    total: int
    match: Match
    restarted: bool
    """The cursor was of a former release, so the results start over."""
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class GlossaryPage:
    page: Page
    sections: tuple[Section, ...]
    count: int


@dataclass(frozen=True, slots=True)
class TermPage:
    page: Page
    term: Term
    section: Section
    found: tuple[tuple[str, str, Hit], ...]
    """What it is called, address, hit: records that the term finds."""
    more: str


@dataclass(frozen=True, slots=True)
class GuidesPage:
    page: Page
    guides: tuple[Guide, ...]


@dataclass(frozen=True, slots=True)
class GuidePage:
    page: Page
    guide: Guide


@dataclass(frozen=True, slots=True)
class ListPage:
    page: Page
    found: RecordPage
    items: tuple[ListItem, ...]
    columns: tuple[tuple[str, str, str, str], ...]
    """Name, heading, address that sorts by it, aria-sort."""
    title_column: tuple[str, str, str, str]
    files: tuple[tuple[str, str], ...]
    """(format, address) of the same rows as files."""
    feeds: tuple[tuple[str, str], ...]
    """(kind, address) of the same list as feeds."""
    previous: str | None
    next: str | None
    clear: str
    chosen: tuple[tuple[str, str], ...]
    """Each filter in words, and the address of the list without it."""
    wider: str | None
    """Address of the list with the rows that have no value where a range asks for one."""
    action: str
    kept: tuple[tuple[str, str], ...]
    """Further parameters that the form keeps."""
    tabs: tuple[tuple[str, str, bool], ...]
    sorts: tuple[tuple[str, str, bool], ...]
    """Value, text, chosen."""
    elsewhere: str | None
    """Address of the search of the whole portal for the text of the filter."""
    compare: str | None
    """Address of the comparison, for datasets whose records can be compared."""


@dataclass(frozen=True, slots=True)
class MapView:
    """A result on a map, and the same as lists of places."""

    drawn: Map | None
    told: Mapping[str, str]
    """What the map says of each commune."""
    counts: Mapping[str, int]
    spread: Spread
    layer: Layer | None
    """What colours the map beside the counts of the result."""
    layers: tuple[tuple[str, str, bool], ...]
    """Address, text, chosen."""
    communes: tuple[tuple[str, str, int], ...]
    """Address of the result in that place, name, count."""
    districts: tuple[tuple[str, str, int], ...]
    data: str
    shapes: str


@dataclass(frozen=True, slots=True)
class FinderPage(ListPage):
    view: str
    views: tuple[tuple[str, str, bool], ...]
    """Address, text, shown."""
    start: str
    structured: Mapping[str, object]
    """JSON-LD."""
    map: MapView | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A record of a comparison."""

    record: Record
    untranslated: bool
    verified: str
    source: Shown
    without: str
    """Address of the comparison without it."""


@dataclass(frozen=True, slots=True)
class ComparePage:
    page: Page
    dataset: Dataset
    compared: tuple[Compared, ...]
    rows: tuple[tuple[str, tuple[Shown, ...], bool], ...]
    """Name of a field, a value for each record, whether those that are known differ."""
    more: tuple[tuple[str, str], ...]
    """(address, title) of the same comparison with one more record."""
    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class RelatedGroup:
    """Records that a stated rule puts beside the shown one."""

    title: str
    note: str
    links: tuple[Link, ...]
    more: str
    """An address to go on to."""
    more_text: str = ""
    """What is there, other than all records of the kind."""


@dataclass(frozen=True, slots=True)
class RecordPageContext:
    page: Page
    record: Record
    untranslated: bool
    rows: tuple[Row, ...]
    incoming: tuple[LinkGroup, ...]
    related: tuple[RelatedGroup, ...]
    note: str | None
    source: Shown
    verified: str


@dataclass(frozen=True, slots=True)
class LandShown:
    """What one source states of a zone's land, in words."""

    link: Link
    area: Shown
    leasable: Shown
    occupancy: Shown
    as_of: Shown
    free: Shown
    rent: Shown
    developer: Shown
    note: str | None
    source: int | None
    verified: str


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A plan that covers a place, with some of its targets: name, year, range, unit."""

    plan: CoveringPlan
    targets: tuple[tuple[str, str | None, Shown, str], ...]
    source: int | None


@dataclass(frozen=True, slots=True)
class IncentiveShown:
    incentive: Incentive
    met: tuple[str, ...]
    unknown: tuple[str, ...]
    source: int | None


@dataclass(frozen=True, slots=True)
class StepShown:
    step: Step
    source: int | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """What an investor needs beside a record's own fields. Numbers are those of the page's sources."""

    communes: tuple[tuple[CommuneProfile, int | None, tuple[str | None, str | None]], ...]
    """Commune, source, its population and area in words."""
    locator: Map | None
    figures: tuple[tuple[Figure, str, int | None], ...]
    """Figure of a former district, in words, source."""
    land_use: tuple[tuple[LandUse, str, str, int | None], ...]
    """Figure, area in words, kind in words, source."""
    plans: tuple[PlanShown, ...]
    incentives: tuple[IncentiveShown, ...]
    steps: tuple[StepShown, ...]
    time_line: TimeLine
    contact: Contact | None
    contact_source: int | None


@dataclass(frozen=True, slots=True)
class DossierPage(RecordPageContext):
    """What the pages of projects and of zones share."""

    key_facts: tuple[Row, ...]
    own_source: int | None
    """Number of the source of the record's own fields."""
    events: tuple[tuple[str, str], ...]
    """When, what."""
    land: tuple[LandShown, ...]
    signs: tuple[str, ...]
    """Signs of delay, in words."""
    is_open: bool
    """An investor may still come in."""
    dossier: Dossier
    brief: str
    structured: Mapping[str, object]
    """JSON-LD."""
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class ZonePage(DossierPage):
    inside: tuple[tuple[Record, tuple[Shown, ...], int | None], ...]
    """Project; status, capital in VND and USD, area; source."""
    inside_list: str
    infrastructure: tuple[tuple[Link, str, int | None], ...]
    """Feature near the zone, its kind, source."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A possible answer."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class StartPage:
    page: Page
    sectors: tuple[Choice, ...]
    zone_kinds: tuple[Choice, ...]
    features: tuple[Choice, ...]
    text: str
    area: float | None
    """Hectares, at least."""
    capital: tuple[float | None, float | None]
    """In VND bn."""
    investor: str
    answered: bool
    total: int
    finder: str
    """Address of the finder with these answers."""
    items: tuple[ListItem, ...]
    columns: tuple[tuple[str, str, str, str], ...]
    wider: tuple[tuple[str, str, int], ...]
    """Address, the answer given up, how many there then are."""
    questions: tuple[tuple[str, str, int], ...]
    steps: tuple[StepShown, ...]
    time_line: TimeLine
    incentives: tuple[IncentiveShown, ...]
    contact: Contact | None
    contact_source: int | None
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class BriefPage:
    page: Page
    full: DossierPage
    most: Mapping[str, int]
    """How many of each part are shown."""
    citations: tuple[Citation, ...]
    """Those of what this page shows."""
    recorded: str
    """The day of the release."""


@dataclass(frozen=True, slots=True)
class DocumentPage(RecordPageContext):
    relations: tuple[tuple[str, bool, tuple[Relation, ...]], ...]
    """Verb, whether the other document is the one that acts, relations."""


@dataclass(frozen=True, slots=True)
class PlanPage(RecordPageContext):
    targets: tuple[tuple[Record, tuple[Shown, Shown, Shown]], ...]
    """Target; year, range, unit."""


@dataclass(frozen=True, slots=True)
class PlacePage(RecordPageContext):
    made_from: tuple[Change, ...]
    formal_name: FormalName


@dataclass(frozen=True, slots=True)
class IndicatorPage(RecordPageContext):
    unit: str
    values: tuple[Value, ...]
    disputes: tuple[tuple[Value, ...], ...]
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class CatalogueContext:
    page: Page
    themes: tuple[tuple[str, tuple[tuple[Dataset, DatasetEntry], ...]], ...]
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class DatasetPage:
    page: Page
    dataset: Dataset
    catalogue: Catalogue
    entry: DatasetEntry
    files: tuple[tuple[str, str, FileEntry], ...]
    """Extension, address, size and hash."""
    preview_items: tuple[ListItem, ...]
    preview_columns: tuple[tuple[str, str, str, str], ...]
    checks: tuple[tuple[str, tuple[CheckResult, ...]], ...]
    """Rule, results by column."""
    referenced_by: tuple[tuple[Dataset, str], ...]
    sources: tuple[FileSource, ...]
    """The remote files its rows came from, the first of them."""
    checked_since: date | None
    """When its remote sources last said that they are still so."""
    package: str | None
    """Address of the same projects in OC4IDS."""
    has_report: bool
    manifest: Manifest
    citation: str


@dataclass(frozen=True, slots=True)
class QualityPage:
    page: Page
    dataset: Dataset
    report: QualityReport
    shown_files: int
    """Files that are shown one by one; JSON has all."""


@dataclass(frozen=True, slots=True)
class AboutPage:
    page: Page
    manifest: Manifest
    rows: int


@dataclass(frozen=True, slots=True)
class SourcesPage:
    page: Page
    sources: tuple[tuple[str, int, int], ...]
    """Host, rows, datasets."""
    total: int


@dataclass(frozen=True, slots=True)
class StatusPage:
    page: Page
    manifest: Manifest
    problem: str | None
    search_server: bool
    """A search server is set; else searching is embedded."""
    search_problem: str | None
    releases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ErrorPage:
    page: Page
    status: int
    message: str
    way_out: str


@dataclass(frozen=True, slots=True)
class Site:
    """What the layout needs of the request and the release."""

    language: Language
    here: Pair
    query: str
    base_url: str
    release_id: str
    catalogue: Catalogue | None
    text: str = ""
    tiles: str = ""
    """Address of map tiles, with {z}, {x} and {y}; none where empty."""
    tile_credit: str = ""
