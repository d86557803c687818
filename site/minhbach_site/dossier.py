"""The dossier of a project or zone: place, land, plans, incentives, procedures, contact, ready for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_datasets.text import number
from minhbach_site import addresses, charts, i18n, maps, present
from minhbach_site.citations import Citations
from minhbach_site.pages import Dossier, IncentiveShown, PlanShown, StepShown
from minhbach_site.present import Row, Shown, shown
from minhbach_site.queries import (
    incentives,
    offices,
    places,
    procedures,
    rates,
    related,
    surroundings,
)
from minhbach_site.queries.records import Record


def dossier(release: Release, found: Record, citations: Citations, language: Language) -> Dossier:
    """What surrounds a project or zone, each part with the numbers of its sources."""
    is_zone = found.dataset.slug == "zones"
    zone_kind = offices.zone_kind_of(release, found)
    converted = None if is_zone else rates.converted(release, found)
    capital = None if is_zone else found.values["capital_vnd_billion"]
    if capital is None and converted is not None and converted.field == "capital_vnd_billion":
        capital = converted.amount
    foreign = None if is_zone else _is_foreign(found)
    communes = surroundings.communes_of(release, found, language)
    contact = offices.contact_of(release, found, zone_kind, language)
    return Dossier(
        communes=tuple(
            (each, citations.cite(each.source_url), _unit_text(release, each, language))
            for each in communes
        ),
        locator=_locator(release, found, communes, language),
        figures=tuple(
            (
                each,
                _amount(release, each.value, each.unit, language),
                citations.cite(each.source_url),
            )
            for each in surroundings.figures_of(release, found, language)
        ),
        land_use=tuple(
            (
                each,
                _amount(release, each.area_ha, "ha", language),
                release.catalogue.codes["allocation_kind"][each.kind][language],
                citations.cite(each.source_url, each.verified),
            )
            for each in surroundings.land_use_of(release, found)
        ),
        plans=_plans(release, found, citations, language),
        incentives=incentives_for(
            release, incentives.asked_of(release, found, zone_kind, capital), citations, language
        ),
        steps=(
            listed := steps_for(
                release,
                citations,
                language,
                in_zone=offices.in_zone(release, zone_kind),
                public_private=not is_zone and found.values["investment_form"] == "PPP",
                foreign=foreign,
            )
        ),
        time_line=time_line(listed),
        contact=contact,
        contact_source=citations.cite(contact.source_url, contact.verified) if contact else None,
    )


def _is_foreign(found: Record) -> bool | None:
    form, countries = found.values["investment_form"], found.values["countries"] or []
    if form == "FDI" or any(country != "Việt Nam" for country in countries):
        return True
    return False if form == "trong nước" or countries else None


def _amount(release: Release, value: float, unit: str, language: Language) -> str:
    return f"{number(value, language)} {present.unit(release.catalogue, unit, language)}"


def _unit_text(
    release: Release, commune: surroundings.CommuneProfile, language: Language
) -> tuple[str | None, str | None]:
    """Population and area in words."""
    return (
        None
        if commune.population is None
        else _amount(release, commune.population, "người", language),
        None if commune.area_km2 is None else _amount(release, commune.area_km2, "km2", language),
    )


def _locator(
    release: Release,
    found: Record,
    communes: Sequence[surroundings.CommuneProfile],
    language: Language,
) -> maps.Map | None:
    """The communes of a record among their neighbours; None where there is no boundary to draw."""
    own = set(found.values["communes"] or ())
    drawn = {each.link.id for each in communes} | {
        near.id for each in communes for near in each.neighbours
    }
    around = tuple(
        each
        for each in places.communes(release, language)
        if each.code in drawn and each.boundary is not None
    )
    if not own & {each.code for each in around}:
        return None
    links = {each.code: addresses.record("communes", each.code, language) for each in around}
    points = []
    longitude, latitude = found.values.get("longitude"), found.values.get("latitude")
    if longitude is not None and latitude is not None:
        here = addresses.record(found.dataset.slug, found.id, language)
        points.append((places.Point(found.id, found.title, longitude, latitude), here))
    return maps.draw(around, dict.fromkeys(own, 1.0), links, points)


def _plans(
    release: Release, found: Record, citations: Citations, language: Language
) -> tuple[PlanShown, ...]:
    links = related.plans_covering(release, found, language)
    units = release.catalogue.codes["unit"]
    result = []
    for plan in surroundings.plans_of(release, links):
        targets = tuple(
            (
                (target.values["indicator_en"] if language == "en" else None)
                or target.values["indicator_vi"],
                target.values["year"],
                present.span(target, language),
                units[target.values["unit"]][language]
                if target.values["unit"] in units
                else target.values["unit"],
            )
            for target in plan.targets
        )
        result.append(PlanShown(plan, targets, citations.cite(plan.source_url, plan.verified)))
    return tuple(result)


def with_converted(
    release: Release, found: Record, rows: tuple[Row, ...], language: Language
) -> tuple[Row, ...]:
    """The rows of a record, its capital converted where only another currency is stated and a rate is known."""
    converted = rates.converted(release, found)
    if converted is None:
        return rows
    value = _converted_amount(release, found, converted, language)
    return tuple(replace(row, value=value) if row.name == converted.field else row for row in rows)


def _converted_amount(
    release: Release, found: Record, converted: rates.Converted, language: Language
) -> Shown:
    """An amount that no source states, with the rate it was made by."""
    _ = i18n.translations(language).gettext
    field = found.dataset.field(converted.field)
    assert field.unit is not None
    rounded = round(converted.amount, 1 if converted.amount < 100 else 0)
    text = f"≈ {number(rounded, language)} {present.unit(release.catalogue, field.unit, language)}"
    told = _("quy đổi theo {rate} đồng/USD, {day}").format(
        rate=number(converted.rate.vnd_per_usd, language),
        day=i18n.partial_day(converted.rate.date, language),
    )
    address = addresses.record("exchange_rates", converted.rate.id, language)
    return Shown(text, number=True, about=(address, told))


def incentives_for(
    release: Release, asked: incentives.Asked, citations: Citations, language: Language
) -> tuple[IncentiveShown, ...]:
    """The incentives that the rules name for such a project, in words."""
    found = incentives.incentives(release, asked, language)
    if not found:
        return ()
    rules = release.catalogue["incentive_rules"]

    def condition(name: str, value: float | str) -> str:
        field = rules.field(name)
        typed = value.split(";") if isinstance(value, str) and field.type == "list" else value
        if isinstance(typed, str):
            typed = float(typed)
        if field.references is not None:
            names = {each.code: each.name for each in places.communes(release, language)}
            assert isinstance(typed, list)
            text = ", ".join(names.get(code, code) for code in typed)
        else:
            text = shown(field, typed, release.catalogue, language).text or ""
        return f"{field.title[language]}: {text}"

    return tuple(
        IncentiveShown(
            each,
            tuple(condition(name, value) for name, value in each.met),
            tuple(condition(name, value) for name, value in each.unknown),
            citations.cite(each.source_url, each.verified),
        )
        for each in found
    )


def time_line(steps: Sequence[StepShown]) -> charts.TimeLine:
    """The steps one after the other; of two that stand for each other, the one outside zones."""
    return charts.steps(
        [(str(each.step.number), each.step.days) for each in steps if not each.step.only_in_zone]
    )


def steps_for(
    release: Release,
    citations: Citations,
    language: Language,
    *,
    in_zone: bool | None,
    public_private: bool,
    foreign: bool | None,
) -> tuple[StepShown, ...]:
    """The steps of such a project, with the numbers of their sources."""
    found = procedures.steps(
        release, language, in_zone=in_zone, public_private=public_private, foreign=foreign
    )
    return tuple(StepShown(step, citations.cite(step.source_url, step.verified)) for step in found)
