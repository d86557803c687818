"""What the pages of particular datasets show beside the fields and links of every record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_site import i18n, present
from minhbach_site.charts import Point, by_year
from minhbach_site.pages import (
    DocumentPage,
    IndicatorPage,
    PlacePage,
    PlanPage,
    RecordPageContext,
    extended,
)
from minhbach_site.present import shown
from minhbach_site.queries import related
from minhbach_site.queries.records import Record
from minhbach_site.routes import dossier_pages


@dataclass(frozen=True, slots=True)
class Special:
    """A page of its own: template, how its context is made, what it leaves out of the link groups."""

    template: str
    build: Callable[[Release, RecordPageContext, Language], RecordPageContext]
    shows_itself: tuple[str, ...] = ()


def _document(release: Release, base: RecordPageContext, language: Language) -> DocumentPage:
    relations = related.relations_of(release, base.record, language)
    codes = release.catalogue.codes["relation"]
    grouped = tuple(
        (codes[verb][language], incoming, tuple(found))
        for (incoming, verb), found in groupby(relations, key=lambda r: (r.incoming, r.verb))
    )
    return extended(DocumentPage, base, relations=grouped)


def _plan(release: Release, base: RecordPageContext, language: Language) -> PlanPage:
    dataset = release.catalogue["plan_targets"]
    targets = []
    for target in related.targets_of(release, base.record):
        year = shown(dataset.field("year"), target.values["year"], release.catalogue, language)
        unit = shown(dataset.field("unit"), target.values["unit"], release.catalogue, language)
        titled = Record(
            dataset,
            target.id,
            (target.values["indicator_en"] if language == "en" else None)
            or target.values["indicator_vi"],
            target.values,
        )
        targets.append((titled, (year, present.span(target, language), unit)))
    return extended(PlanPage, base, targets=tuple(targets))


def _place(release: Release, base: RecordPageContext, language: Language) -> PlacePage:
    return extended(
        PlacePage,
        base,
        made_from=related.made_from(release, base.record),
        formal_name=release.catalogue.portal.formal_name(i18n.today()),
    )


def _indicator(release: Release, base: RecordPageContext, language: Language) -> IndicatorPage:
    code = base.record.values["indicator_code"]
    values = related.values_of(release, code)
    disputed = [value for value in values if value.disputed]
    disputes = tuple(
        tuple(found)
        for _period, found in groupby(
            disputed, key=lambda v: (v.area, v.year, v.quarter, v.kind == "target")
        )
    )
    points = [
        Point(value.year, value.value, value.kind)
        for value in values
        if value.area == release.catalogue.portal.name.vi
        and value.quarter is None
        and value.verified != "no"
    ]
    return extended(
        IndicatorPage,
        base,
        unit=present.unit(release.catalogue, base.record.values["unit"], language),
        values=values,
        disputes=disputes,
        chart=by_year(points, language, is_rank=base.record.values["unit"] == present.RANK),
    )


SPECIAL = {
    "investment_projects": Special("project", dossier_pages.project),
    "zones": Special("zone", dossier_pages.zone, ("investment_projects", "zone_statements")),
    "legal_documents": Special("document", _document, ("legal_relations",)),
    "plans": Special("plan", _plan, ("plan_targets",)),
    "communes": Special("place", _place, ("commune_changes",)),
    "indicators": Special("indicator", _indicator, ("indicator_values",)),
}
