"""What surrounds a project or zone: the zone it lies in, its communes, the land there, the plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_datasets.schema import label
from minhbach_site.queries.records import Link, Record, titles_of

_MOST = 12
_TARGETS = 3
"""Targets shown of a plan; its page has all."""
_DISTRICTS = ("commune_changes", "old_communes")


@dataclass(frozen=True, slots=True)
class Land:
    """What one source states of a zone's land."""

    link: Link
    area_ha: float | None
    leasable_ha: float | None
    occupancy_pct: float | None
    occupancy_as_of: str | None
    rent_usd_m2: str | None
    developer: str | None
    source_url: str | None
    verified: str
    note: str | None

    @property
    def free_ha(self) -> float | None:
        """Leasable land that is not occupied, where this source states both."""
        if self.leasable_ha is None or self.occupancy_pct is None:
            return None
        return self.leasable_ha * (1 - self.occupancy_pct / 100)


def land_of_zone(release: Release, zone_id: str, language: Language) -> tuple[Land, ...]:
    """Every source's statement: that of the zone's own row first, then those that tell how full it is."""
    rows = []
    for slug in ("zones", "zone_statements"):
        if not release.has(slug):
            continue
        title = label(release.catalogue[slug], release.catalogue, language)
        rows += release.rows(
            f"SELECT '{slug}', _id, {title}, area_ha, leasable_ha, occupancy_pct, occupancy_as_of, "
            f"land_rent_usd_m2, developer, source_url, verified, note FROM {slug} "
            "WHERE zone_id = ? ORDER BY leasable_ha + occupancy_pct IS NULL, occupancy_pct IS NULL, _id",
            [zone_id],
        )
    return tuple(Land(Link(slug, id_, text), *rest) for slug, id_, text, *rest in rows)


@dataclass(frozen=True, slots=True)
class Figure:
    """The newest figure of an indicator for a former district."""

    link: Link
    area: str
    value: float
    unit: str
    year: int
    source_url: str | None


@dataclass(frozen=True, slots=True)
class CommuneProfile:
    """A commune, its official figures, and the communes that border on it."""

    link: Link
    population: int | None
    area_km2: float | None
    source_url: str | None
    neighbours: tuple[Link, ...]


def communes_of(release: Release, found: Record, language: Language) -> tuple[CommuneProfile, ...]:
    """The communes of a record."""
    codes = found.values["communes"] or []
    if not release.has("communes"):
        return ()
    neighbours_ = (
        "(SELECT list(neighbour ORDER BY neighbour) FROM _neighbours WHERE commune = code)"
        if release.has("_neighbours")
        else "NULL"
    )
    rows = release.rows(
        f"SELECT _id, code, population, area_km2, figures_source_url, {neighbours_} "
        "FROM communes WHERE list_contains(?, code) ORDER BY code",
        [codes],
    )
    every = {code for row in rows for code in (row[1], *(row[5] or ()))}
    names = titles_of(release, "communes", sorted(every), language)
    return tuple(
        CommuneProfile(
            Link("communes", id_, names[code]),
            population,
            area,
            source,
            tuple(Link("communes", near, names[near]) for near in neighbours or ()),
        )
        for id_, code, population, area, source, neighbours in rows
    )


def figures_of(release: Release, found: Record, language: Language) -> tuple[Figure, ...]:
    """The newest checked whole-year figures of the former districts a record lies in."""
    if not release.has("indicator_values", "indicators", *_DISTRICTS):
        return ()
    districts = found.values["old_districts"] or []
    if not districts and found.values["communes"]:
        districts = [
            code
            for (code,) in release.rows(
                "SELECT DISTINCT old_district FROM commune_changes "
                "JOIN old_communes ON code = old_commune WHERE list_contains(?, commune)",
                [found.values["communes"]],
            )
        ]
    rows = release.rows(
        f"""
        SELECT i._id, i.name_{language}, v.area, v.value, i.unit, v.year, v.source_url
        FROM indicator_values v JOIN indicators i USING (indicator_code)
        WHERE list_has_any(v.old_districts, ?) AND len(v.old_districts) = 1 AND v.quarter IS NULL
          AND v.value_kind = 'actual' AND v.verified = 'yes'
        QUALIFY row_number() OVER (PARTITION BY indicator_code, v.area ORDER BY v.year DESC, v.value) = 1
        ORDER BY v.area, i.name_{language} LIMIT {_MOST}
        """,
        [districts],
    )
    return tuple(Figure(Link("indicators", id_, name), *rest) for id_, name, *rest in rows)


@dataclass(frozen=True, slots=True)
class LandUse:
    """A land-use figure of the place."""

    id: str
    land: str
    area: str
    year: int
    area_ha: float
    kind: str
    source_url: str | None
    verified: str


def land_use_of(release: Release, found: Record) -> tuple[LandUse, ...]:
    """Land-use figures of the communes or the former district of a record, communes first, newest first."""
    if not release.has("land_use_allocation"):
        return ()
    rows = release.rows(
        f"""
        SELECT _id, land_type_vi, area, year, area_ha, kind, source_url, verified
        FROM land_use_allocation
        WHERE list_has_any(communes, ?) OR list_has_any(old_districts, ?)
        ORDER BY communes IS NULL, year DESC, area_ha DESC LIMIT {_MOST}
        """,
        [found.values["communes"] or [], found.values["old_districts"] or []],
    )
    return tuple(LandUse(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class CoveringPlan:
    """A plan whose area holds the place and whose period has not ended, with targets it sets."""

    link: Link
    period: str
    decision: str | None
    targets: tuple[Record, ...]
    total: int
    source_url: str | None
    verified: str


def plans_of(release: Release, links: Sequence[Link]) -> tuple[CoveringPlan, ...]:
    """What is shown of plans that cover a place, in the order given."""
    if not links or not release.has("plan_targets"):
        return ()
    dataset = release.catalogue["plan_targets"]
    names = [field.name for field in dataset.fields]
    columns = ", ".join(names)
    ids = [link.id for link in links]
    rows = release.rows(
        "SELECT _id, plan_id, concat_ws('–', period_from, period_to), decision_number, source_url, "
        "verified FROM plans WHERE list_contains(?, _id)",
        [ids],
    )
    known = {row[0]: row[1:] for row in rows}
    targets: dict[str, list[tuple[Record, int]]] = {}
    for id_, total, *values in release.rows(
        f"""
        SELECT _id, count(*) OVER (PARTITION BY plan_id), {columns} FROM plan_targets
        WHERE list_contains(?, plan_id)
        QUALIFY row_number() OVER (PARTITION BY plan_id ORDER BY year DESC NULLS LAST, _id) <= {_TARGETS}
        ORDER BY plan_id, year DESC NULLS LAST, _id
        """,
        [[row[1] for row in rows]],
    ):
        record = Record(dataset, id_, "", dict(zip(names, values, strict=True)))
        targets.setdefault(record.values["plan_id"], []).append((record, total))
    found = []
    for link in links:
        plan_id, period, decision, source, verified = known[link.id]
        of_plan = targets.get(plan_id, [])
        found.append(
            CoveringPlan(
                link,
                period,
                decision,
                tuple(record for record, _ in of_plan),
                of_plan[0][1] if of_plan else 0,
                source,
                verified,
            )
        )
    return tuple(found)


def projects_in(release: Release, zone_id: str, language: Language) -> tuple[Record, ...]:
    """The projects in a zone, by their stage."""
    dataset = release.catalogue["investment_projects"]
    title = label(dataset, release.catalogue, language)
    names = [field.name for field in dataset.fields]
    rows = release.rows(
        f"SELECT _id, {title} AS _title, {', '.join(names)} FROM investment_projects "
        "WHERE zone_id = ? ORDER BY status, _title COLLATE vi",
        [zone_id],
    )
    return tuple(
        Record(dataset, id_, text, dict(zip(names, values, strict=True)))
        for id_, text, *values in rows
    )


@dataclass(frozen=True, slots=True)
class Feature:
    """A port, border gate, airport or expressway near a place."""

    link: Link
    feature: str
    source_url: str | None


def features_near(release: Release, found: Record) -> tuple[Feature, ...]:
    """Features in the communes or the former districts of a record."""
    if not release.has("place_features", *_DISTRICTS):
        return ()
    rows = release.rows(
        """
        WITH district_of AS (
          SELECT DISTINCT commune, old_district FROM commune_changes
          JOIN old_communes ON code = old_commune
        ), here AS (
          SELECT list_concat($districts, coalesce(list(old_district), [])) AS districts
          FROM district_of WHERE list_contains($communes, commune)
        )
        SELECT _id, name, feature, source_url FROM place_features, here
        WHERE list_has_any(communes, $communes) OR list_has_any(old_districts, here.districts)
          OR list_has_any((
            SELECT list(old_district) FROM district_of
            WHERE list_contains(place_features.communes, commune)
          ), here.districts)
        ORDER BY feature, name COLLATE vi
        """,
        {
            "communes": found.values["communes"] or [],
            "districts": found.values["old_districts"] or [],
        },
    )
    return tuple(Feature(Link("place_features", id_, name), *rest) for id_, name, *rest in rows)
