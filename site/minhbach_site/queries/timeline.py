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


def events(release: Release, found: Record) -> tuple[Event, ...]:
    """Approval or founding, start and finish as the source states them, then what each release recorded:
    the status of a project, the occupancy of a zone."""
    values = found.values
    if found.dataset.slug == "zones":
        dated: list[tuple[str, Kind, str | None]] = [
            ("established_date", "approved", values["established_decision"])
        ]
        recorded = "occupancy_pct"
    else:
        dated = [
            ("approval_date", "approved", values["approval_number"]),
            ("start_year", "started", None),
            ("finish_year", "finished", None),
        ]
        recorded = "status"
    stated = [
        Event(str(values[column]), kind, text or "")
        for column, kind, text in dated
        if values[column] is not None
    ]
    return tuple(sorted((*stated, *_of_releases(release, found, recorded)), key=_order))


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
