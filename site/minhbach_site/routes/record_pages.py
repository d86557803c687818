"""What the pages of particular datasets show beside the fields and links of every record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_datasets.text import number
from minhbach_site import addresses, i18n, present
from minhbach_site.charts import Point, by_year
from minhbach_site.pages import (
    DocumentPage,
    IndicatorPage,
    PlacePage,
    PlanPage,
    ProjectPage,
    RecordPageContext,
    RelatedGroup,
    extended,
)
from minhbach_site.present import Shown, shown
from minhbach_site.queries import related
from minhbach_site.queries.records import Record

# Each is the first of its columns that has a row: what it links to before the text as published.
_KEY_FACTS = (
    ("status",),
    ("capital_vnd_billion",),
    ("capital_usd_million",),
    ("area_ha",),
    ("location",),
    ("communes", "old_districts"),
    ("zone_id", "zone"),
    ("approval_keys", "approval_number"),
    ("approval_date",),
    ("investor",),
    ("agency_id", "contact_agency"),
)


@dataclass(frozen=True, slots=True)
class Special:
    """A page of its own: template, how its context is made, what it leaves out of the link groups."""

    template: str
    build: Callable[[Release, RecordPageContext, Language], RecordPageContext]
    shows_itself: tuple[str, ...] = ()


def _project(release: Release, base: RecordPageContext, language: Language) -> ProjectPage:
    _ = i18n.translations(language).gettext
    project = base.record
    groups = (
        RelatedGroup(
            _("Quy hoạch bao trùm địa điểm này"),
            _("Quy hoạch còn thời kỳ của xã, huyện cũ nêu trong địa điểm, và của toàn tỉnh."),
            related.plans_covering(release, project, language),
            addresses.list_of("plans", language),
        ),
        RelatedGroup(
            _("Ưu đãi cần xem xét"),
            _(
                "Chọn theo địa bàn và loại khu, chưa phải kết luận dự án được hưởng; cơ quan có thẩm quyền xác định."
            ),
            related.incentives_to_check(release, project, language),
            addresses.list_of("incentives", language),
        ),
        RelatedGroup(
            _("Thủ tục liên quan"),
            _("Thủ tục của Ban Quản lý Khu kinh tế.")
            if project.values["zone_id"]
            else _("Thủ tục đầu tư do cơ quan cấp tỉnh giải quyết."),
            related.procedures_for(release, project, language),
            addresses.list_of("procedures", language),
        ),
        _similar(release, project, language),
    )
    known = {row.name: row for row in base.rows}
    firsts = (next((known[n] for n in names if n in known), None) for names in _KEY_FACTS)
    key_facts = tuple(row for row in firsts if row is not None)
    return extended(
        ProjectPage,
        base,
        related=groups,
        key_facts=key_facts,
        rows=tuple(row for row in base.rows if row not in key_facts),
    )


def _zone(release: Release, base: RecordPageContext, language: Language) -> RecordPageContext:
    return replace(base, related=(_similar(release, base.record, language),))


def _similar(release: Release, found: Record, language: Language) -> RelatedGroup:
    _ = i18n.translations(language).gettext
    slug = found.dataset.slug
    projects = slug == "investment_projects"
    return RelatedGroup(
        _("Dự án tương tự") if projects else _("Khu cùng loại"),
        _("Cùng lĩnh vực; cùng địa bàn đứng trước.") if projects else _("Cùng địa bàn đứng trước."),
        related.similar(release, found, language),
        addresses.compare(slug, [found.id], language),
        _("So sánh"),
    )


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
        targets.append((titled, (year, _span(target, language), unit)))
    return extended(PlanPage, base, targets=tuple(targets))


def _span(target: Record, language: Language) -> Shown:
    """A target's range; one open end where the source says over or under."""
    low, high = target.values["target_low"], target.values["target_high"]
    if low is None and high is None:
        return present.MISSING
    if low is None:
        return Shown(f"≤ {number(high, language)}", number=True)
    if high is None:
        return Shown(f"≥ {number(low, language)}", number=True)
    text = number(low, language)
    if high != low:
        text += f"–{number(high, language)}"
    return Shown(text, number=True)


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
    "investment_projects": Special("project", _project),
    "zones": Special("record", _zone),
    "legal_documents": Special("document", _document, ("legal_relations",)),
    "plans": Special("plan", _plan, ("plan_targets",)),
    "communes": Special("place", _place, ("commune_changes",)),
    "indicators": Special("indicator", _indicator, ("indicator_values",)),
}
