"""What happened to a record, in order of time: stated by sources, and seen between releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from minhbach_datasets.release import Release
from minhbach_site.queries.records import Record

Kind = Literal["approved", "started", "finished", "status", "changed"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `when` is a year, a month or a day."""

    when: str
    kind: Kind
    value: str
    """Number of the approval, or the status; empty where the kind says it all."""


def of_project(release: Release, project: Record) -> tuple[Event, ...]:
    """Approval, start and finish as the source states them, then the status of each release."""
    values = project.values
    found = []
    if values["approval_date"]:
        found.append(Event(values["approval_date"], "approved", values["approval_number"] or ""))
    if values["start_year"]:
        found.append(Event(str(values["start_year"]), "started", ""))
    if values["finish_year"]:
        found.append(Event(str(values["finish_year"]), "finished", ""))
    found += _of_releases(release, project, "status")
    return tuple(sorted(found, key=_order))


def of_zone(release: Release, zone: Record) -> tuple[Event, ...]:
    """The founding, then the occupancy of each release."""
    values = zone.values
    found = []
    if values["established_date"]:
        number = values["established_decision"] or ""
        found.append(Event(values["established_date"], "approved", number))
    found += _of_releases(release, zone, "occupancy_pct")
    return tuple(sorted(found, key=_order))


def _of_releases(release: Release, found: Record, field: str) -> list[Event]:
    rows = release.rows(
        "SELECT since, value FROM _history WHERE dataset = ? AND id = ? AND field = ? ORDER BY since",
        [found.dataset.slug, found.id, field],
    )
    return [
        Event(since.isoformat(), "status" if number == 0 else "changed", value)
        for number, (since, value) in enumerate(rows)
    ]


def _order(event: Event) -> str:
    """What is known by the year or month alone comes after the days within it."""
    return event.when + "-99-99"[len(event.when) - 4 :]
