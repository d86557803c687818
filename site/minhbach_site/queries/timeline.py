"""What happened to a record, in order of time: stated by sources, and seen between releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from minhbach_datasets.release import Release
from minhbach_site.queries.records import Record

NO_SIGN = "không có"
"""Code of a project whose dates give no sign of delay."""
Kind = Literal["approved", "started", "finished", "status", "changed"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `when` is a year, a month or a day."""

    when: str
    kind: Kind
    value: str | None
    """Number of the approval, the status, the occupancy; None where there is none."""


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
        Event(str(values[column]), kind, text)
        for column, kind, text in dated
        if values[column] is not None
    ]
    return tuple(sorted((*stated, *_of_releases(release, found, recorded)), key=_order))


def _of_releases(release: Release, found: Record, field: str) -> list[Event]:
    if not release.has("_history"):
        return []
    rows = release.rows(
        "SELECT since, value FROM _history WHERE dataset = ? AND id = ? AND field = ? ORDER BY number",
        [found.dataset.slug, found.id, field],
    )
    return [
        Event(since.isoformat(), "status" if number == 0 else "changed", value)
        for number, (since, value) in enumerate(rows)
    ]


def _order(event: Event) -> str:
    """What is known by the year or month alone comes after the days within it."""
    return event.when + "-99-99"[len(event.when) - 4 :]


def signs_of_delay(release: Release, project: Record) -> tuple[str, ...]:
    """Codes of the signs of delay that the dates of a project give, as the list of opportunities has them."""
    if not release.has("opportunities"):
        return ()
    rows = release.rows(
        "SELECT unnest(delay) FROM opportunities WHERE kind = 'dự án' AND record = ?", [project.id]
    )
    return tuple(sign for (sign,) in rows if sign != NO_SIGN)
