"""What belongs to a record beyond its own references, by rules that the page states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_datasets.schema import RECORD_ID, label, quoted
from minhbach_site.i18n import today
from minhbach_site.queries.records import Link, Record

_LIMIT = 12
SIMILAR_BY = {"investment_projects": "sector", "zones": "kind"}
"""The column in which similar records agree."""
COMPARABLE = ("opportunities", *SIMILAR_BY)
"""Datasets whose records can be compared."""


def _links(
    release: Release,
    slug: str,
    where: str,
    parameters: Sequence[object],
    language: Language,
    order: str,
) -> tuple[Link, ...]:
    # Many records share their answer (all projects of one district, say), so it is kept.
    def found() -> tuple[Link, ...]:
        title = label(release.catalogue[slug], release.catalogue, language)
        rows = release.rows(
            f"SELECT {RECORD_ID}, {title} FROM {quoted(slug)} WHERE {where} "
            f"ORDER BY {order} LIMIT {_LIMIT}",
            parameters,
        )
        return tuple(Link(slug, id_, text) for id_, text in rows)

    return release.kept(("related", slug, where, repr(parameters), language), found)


def plans_covering(release: Release, project: Record, language: Language) -> tuple[Link, ...]:
    """Plans for the project's commune or former district, then those of the whole province, that have not ended."""
    if not release.has("plans"):
        return ()
    communes = project.values["communes"] or []
    districts = project.values["old_districts"] or []
    return _links(
        release,
        "plans",
        "(list_has_any(communes, ?) OR list_has_any(old_districts, ?) "
        "OR (list_contains(?, area) AND plan_type IN ('quy hoạch tỉnh', 'quy hoạch sử dụng đất'))) AND period_to >= ?",
        [
            communes,
            districts,
            [formal.name.vi for formal in release.catalogue.portal.formal_names],
            today().year,
        ],
        language,
        "communes IS NULL AND old_districts IS NULL, approved_date DESC NULLS LAST, _id",
    )


def similar(release: Release, found: Record, language: Language) -> tuple[Link, ...]:
    """Projects of the same sector, or zones of the same kind; those of the same place first."""
    alike = SIMILAR_BY[found.dataset.slug]
    return _links(
        release,
        found.dataset.slug,
        f"{quoted(alike)} = ? AND {RECORD_ID} <> ?",
        [
            found.values[alike],
            found.id,
            found.values["communes"] or [],
            found.values["old_districts"] or [],
        ],
        language,
        "NOT coalesce(list_has_any(communes, ?), false), "
        "NOT coalesce(list_has_any(old_districts, ?), false), _id",
    )


@dataclass(frozen=True, slots=True)
class Relation:
    """A document that the shown one names, or that names it."""

    verb: str
    incoming: bool
    number: str
    title: str | None
    id: str | None
    extent: str | None
    source_url: str | None
    verified: str


def relations_of(release: Release, document: Record, language: Language) -> tuple[Relation, ...]:
    """Both directions of the legal relations of a document; numbers without a record are plain text."""
    rows = release.rows(
        f"""
        SELECT relation, coalesce(to_key = $1, false) AS incoming, if(to_key = $1, from_number, to_number) AS number,
          d.title_{language}, d._id, extent, r.source_url, r.verified
        FROM (SELECT * FROM legal_relations WHERE from_key = $1 OR to_key = $1) r
        LEFT JOIN legal_documents d ON d.doc_key = if(r.to_key = $1, r.from_key, r.to_key)
        ORDER BY incoming, relation, number
        """,
        [document.values["doc_key"]],
    )
    return tuple(Relation(*row) for row in rows)


def targets_of(release: Release, plan: Record) -> tuple[Record, ...]:
    """The targets a plan sets, in the order of year."""
    dataset = release.catalogue["plan_targets"]
    names = [field.name for field in dataset.fields]
    rows = release.rows(
        f"SELECT _id, {', '.join(names)} FROM plan_targets WHERE plan_id = ? "
        "ORDER BY year NULLS LAST, indicator_vi COLLATE vi",
        [plan.values["plan_id"]],
    )
    return tuple(
        Record(dataset, row[0], "", dict(zip(names, row[1:], strict=True))) for row in rows
    )


@dataclass(frozen=True, slots=True)
class Change:
    """An old commune and how much of it went into a new one."""

    id: str
    old_id: str
    old_name: str
    part: str
    district_id: str
    district_name: str
    source_url: str | None
    verified: str


def made_from(release: Release, commune: Record) -> tuple[Change, ...]:
    """The communes before 2025-07-01 that a commune was made from."""
    rows = release.rows(
        """
        SELECT c._id, o._id, o.full_name, c.part, d._id, d.full_name, c.source_url, c.verified
        FROM commune_changes c
        JOIN old_communes o ON o.code = c.old_commune
        JOIN old_districts d ON d.code = o.old_district
        WHERE c.commune = ? ORDER BY d.code, o.full_name COLLATE vi
        """,
        [commune.values["code"]],
    )
    return tuple(Change(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Value:
    """One statement of an indicator's value."""

    id: str
    area: str
    year: int
    quarter: str | None
    value: float
    kind: str
    source_url: str | None
    verified: str
    note: str | None
    disputed: bool
    """Another source states another value of the same kind for the same area and period."""


def values_of(release: Release, code: str) -> tuple[Value, ...]:
    """Every value of an indicator, the province first, newest first.

    Actual figures and estimates are compared with each other, targets with targets.
    """
    rows = release.rows(
        """
        SELECT _id, area, year, quarter, value, value_kind, source_url, verified, note,
          count(DISTINCT value) OVER (PARTITION BY area, year, quarter, value_kind = 'target') > 1
        FROM indicator_values WHERE indicator_code = ?
        ORDER BY area <> ?, area, year DESC, quarter NULLS FIRST, value_kind, value
        """,
        [code, release.catalogue.portal.name.vi],
    )
    return tuple(Value(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """The newest whole-year figure of an indicator; several values where sources differ."""

    code: str
    id: str
    title: str
    unit: str
    year: int
    values: tuple[float, ...]
    kind: str
    source_url: str | None


def key_figures(release: Release, language: Language) -> tuple[KeyFigure, ...]:
    """The figures of the home page. Unchecked values and targets are left out of figures."""
    return release.kept(("key figures", language), lambda: _key_figures(release, language))


def _key_figures(release: Release, language: Language) -> tuple[KeyFigure, ...]:
    found = []
    for figure in release.catalogue.portal.key_figures:
        rows: list[tuple[Any, ...]] = release.rows(
            f"""
            SELECT i._id, i.name_{language}, i.unit, v.year, v.value, v.value_kind, v.source_url
            FROM indicators i JOIN indicator_values v USING (indicator_code)
            WHERE i.indicator_code = ? AND v.area = ? AND v.quarter IS NULL
              AND v.value_kind <> 'target' AND v.verified = 'yes'
            QUALIFY v.year = max(v.year) OVER ()
            ORDER BY v.value_kind, v.value
            """,
            [figure.indicator, release.catalogue.portal.name.vi],
        )
        if rows:
            id_, title, unit, year, _, kind, source = rows[0]
            # Rows come in the order of kinds, actual before estimated: the best kind alone is shown.
            values = tuple(dict.fromkeys(row[4] for row in rows if row[5] == kind))
            found.append(KeyFigure(figure.indicator, id_, title, unit, year, values, kind, source))
    return tuple(found)
