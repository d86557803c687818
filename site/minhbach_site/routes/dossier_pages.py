"""The pages of a project and of a zone: what they stand on, under which rules, by which steps, whom to ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_datasets.text import day
from minhbach_site import addresses, i18n
from minhbach_site.citations import Citations
from minhbach_site.dossier import dossier, with_converted
from minhbach_site.pages import (
    BriefPage,
    DossierPage,
    LandShown,
    RecordPageContext,
    RelatedGroup,
    ZonePage,
    extended,
)
from minhbach_site.present import Row, Shown, shown
from minhbach_site.queries import related, surroundings, timeline
from minhbach_site.queries.records import Record
from minhbach_site.request import language_of, release_of, site_of
from minhbach_site.standards import schema_org
from minhbach_site.templating import render

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
_ZONE_KEY_FACTS = (
    ("kind",),
    ("area_ha",),
    ("leasable_ha",),
    ("occupancy_pct",),
    ("land_rent_usd_m2",),
    ("location",),
    ("communes", "old_districts"),
    ("developer",),
    ("established_key", "established_decision"),
    ("established_date",),
    ("main_sectors",),
)


_ENDED = ("hoàn thành", "dừng")
"""Statuses after which no investor comes in."""


def project(release: Release, base: RecordPageContext, language: Language) -> DossierPage:
    """The page of a project."""
    return _page(release, base, Citations(), _KEY_FACTS, language)


def zone(release: Release, base: RecordPageContext, language: Language) -> ZonePage:
    """The page of a zone: what a project's has, the projects inside and what is near."""
    citations = Citations()
    page = _page(release, base, citations, _ZONE_KEY_FACTS, language)
    zone_id = base.record.values["zone_id"]
    features = release.catalogue.codes.get("place_feature", {})
    return extended(
        ZonePage,
        page,
        inside=tuple(
            _inside(release, each, citations, language)
            for each in surroundings.projects_in(release, zone_id, language)
        ),
        inside_list=addresses.list_of("investment_projects", language, zone_id=zone_id),
        infrastructure=tuple(
            (each.link, features[each.feature][language], citations.cite(each.source_url))
            for each in surroundings.features_near(release, base.record)
        ),
        citations=citations.all,
    )


def _page(
    release: Release,
    base: RecordPageContext,
    citations: Citations,
    firsts: Sequence[tuple[str, ...]],
    language: Language,
) -> DossierPage:
    found = base.record
    own = citations.cite(found.values["source_url"], base.verified)
    key_facts, rest = _parted(with_converted(release, found, base.rows, language), firsts)
    zone_id = found.values["zone_id"]
    land = surroundings.land_of_zone(release, zone_id, language) if zone_id else ()
    return extended(
        DossierPage,
        base,
        related=(similar(release, found, language),),
        key_facts=key_facts,
        rows=rest,
        own_source=own,
        events=_events(release, found, timeline.events(release, found), language),
        land=_land(release, land, citations, language),
        signs=tuple(
            release.catalogue.codes["delay"][sign][language]
            for sign in timeline.signs_of_delay(release, found)
        ),
        is_open=found.values.get("status") not in _ENDED,
        dossier=dossier(release, found, citations, language),
        brief=addresses.brief(found.dataset.slug, found.id, language),
        structured=schema_org.described(release, found, base.page, language),
        citations=citations.all,
    )


def similar(release: Release, found: Record, language: Language) -> RelatedGroup:
    """Records like this one, with the way to compare."""
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


def brief(build: Callable[[Request], RecordPageContext]) -> Callable[[Request], Response]:
    """The endpoint of the one page to print; `build` makes the context of the record's own page."""

    def endpoint(request: Request) -> Response:
        language = language_of(request)
        full = build(request)
        assert isinstance(full, DossierPage)
        slug, id_ = full.record.dataset.slug, full.record.id
        page = replace(
            full.page,
            address=addresses.Pair(
                addresses.brief(slug, id_, "vi"), addresses.brief(slug, id_, "en")
            ),
            trail=(*full.page.trail, (full.page.address[language], full.page.title)),
            indexed=False,
        )
        used = _used(full)
        context = BriefPage(
            page=page,
            full=full,
            most=_BRIEF,
            citations=tuple(each for each in full.citations if each.number in used),
            recorded=day(release_of(request).manifest.created.date(), language),
        )
        return render("brief", context, site_of(request, page.address))

    return endpoint


_BRIEF = {"land": 2, "communes": 2, "plans": 3, "incentives": 4}
"""How many of each the page to print shows."""


def _used(full: DossierPage) -> set[int | None]:
    """The numbers of the sources that the page to print shows something of."""
    parts = full.dossier
    return {
        full.own_source,
        parts.contact_source,
        *(each.source for each in full.land[: _BRIEF["land"]]),
        *(source for _, source, _told in parts.communes[: _BRIEF["communes"]]),
        *(each.source for each in parts.plans[: _BRIEF["plans"]]),
        *(each.source for each in parts.incentives[: _BRIEF["incentives"]]),
        *(each.source for each in parts.steps if not each.step.only_in_zone),
    }


def _parted(
    rows: tuple[Row, ...], firsts: Sequence[tuple[str, ...]]
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The rows that stand above the others, and the others."""
    known = {row.name: row for row in rows}
    above = (next((known[n] for n in names if n in known), None) for names in firsts)
    key_facts = tuple(row for row in above if row is not None)
    return key_facts, tuple(row for row in rows if row not in key_facts)


def _events(
    release: Release, found: Record, events: Sequence[timeline.Event], language: Language
) -> tuple[tuple[str, str], ...]:
    """When, what."""
    _ = i18n.translations(language).gettext
    recorded = found.dataset.field("occupancy_pct" if found.dataset.slug == "zones" else "status")

    def told(event: timeline.Event) -> str:
        if event.kind == "approved":
            text = _("Văn bản chấp thuận, thành lập")
            return f"{text}: {event.value}" if event.value else text
        if event.kind == "started":
            return _("Khởi công, theo nguồn")
        if event.kind == "finished":
            return _("Năm hoàn thành theo nguồn, kế hoạch hoặc thực tế")
        typed = float(event.value) if recorded.is_number and event.value else event.value
        value = shown(recorded, typed, release.catalogue, language).text or _("chưa công bố")
        told = f"{recorded.title[language]}: {value}"
        if event.kind == "status":
            return _("Đưa vào cổng: {value}").format(value=told)
        return _("Đổi trong cổng: {value}").format(value=told)

    return tuple((i18n.partial_day(event.when, language), told(event)) for event in events)


def _land(
    release: Release,
    land: Sequence[surroundings.Land],
    citations: Citations,
    language: Language,
) -> tuple[LandShown, ...]:
    zones = release.catalogue["zones"]

    def told(name: str, value: object) -> Shown:
        return shown(zones.field(name), value, release.catalogue, language)

    return tuple(
        LandShown(
            link=each.link,
            area=told("area_ha", each.area_ha),
            leasable=told("leasable_ha", each.leasable_ha),
            occupancy=told("occupancy_pct", each.occupancy_pct),
            as_of=told("occupancy_as_of", each.occupancy_as_of),
            free=told("leasable_ha", None if each.free_ha is None else round(each.free_ha, 1)),
            rent=told("land_rent_usd_m2", each.rent_usd_m2),
            developer=told("developer", each.developer),
            note=each.note,
            source=citations.cite(each.source_url, each.verified),
            verified=each.verified,
        )
        for each in land
    )


def _inside(
    release: Release, found: Record, citations: Citations, language: Language
) -> tuple[Record, tuple[Shown, ...], int | None]:
    names = ("status", "capital_vnd_billion", "capital_usd_million", "area_ha")
    dataset = found.dataset
    cells = tuple(
        shown(dataset.field(name), found.values[name], release.catalogue, language)
        for name in names
    )
    return found, cells, citations.cite(found.values["source_url"], found.values["verified"])
