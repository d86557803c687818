"""The procedures of a project in the order they are needed."""

from __future__ import annotations

from dataclasses import dataclass

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_datasets.schema import label
from minhbach_site.queries.records import Link


@dataclass(frozen=True, slots=True)
class Step:
    """One step; its procedure where the data has one."""

    number: int
    title: str
    procedure: Link | None
    days: int | None
    """Time limit in working days, where the procedure states one."""
    fee_vnd: int | None
    agency: str | None
    scope: str | None
    """Where the list of procedures that names it is from."""
    note: str | None
    source_url: str | None
    verified: str
    only_in_zone: bool
    """Takes the place of a step outside zones, for a project of which it is not known where it lies."""


def steps(
    release: Release,
    language: Language,
    *,
    in_zone: bool | None,
    public_private: bool,
    foreign: bool | None,
) -> tuple[Step, ...]:
    """The steps of a project; where it is not known whether it lies in a zone or has foreign capital,
    those of both cases."""
    if not release.has("procedure_steps", "procedures", "agencies"):
        return ()
    office = label(release.catalogue["agencies"], release.catalogue, language)
    name = label(release.catalogue["procedures"], release.catalogue, language)
    rows = release.rows(
        f"""
        SELECT s.step, coalesce(s.name_{language}, s.name_vi), p._id, p.title, p.time_limit_days,
          p.fee_vnd, coalesce(a.title, p.agency), p.source_scope, s.note_{language}, s.source_url, s.verified,
          coalesce(s.place = 'trong khu', false) AND ?::BOOLEAN IS NULL
        FROM procedure_steps s
        LEFT JOIN (SELECT *, {name} AS title FROM procedures) p USING (procedure_id)
        LEFT JOIN (SELECT agency_id, {office} AS title FROM agencies) a ON a.agency_id = p.agency_id
        WHERE (s.place IS NULL OR ? IS NULL OR s.place = ?)
          AND (s.form IS NULL OR s.form = ?)
          AND (s.investor IS NULL OR ? IS DISTINCT FROM false)
        ORDER BY s.step, s.step_id
        """,
        [
            in_zone,
            in_zone,
            "trong khu" if in_zone else "ngoài khu",
            "PPP" if public_private else "không PPP",
            foreign,
        ],
    )
    return tuple(
        Step(number, title, Link("procedures", id_, name_) if id_ else None, *rest)
        for number, title, id_, name_, *rest in rows
    )
