"""Whom to ask about a project or zone: the office its source names, or the one that handles its kind of place."""

from __future__ import annotations

from dataclasses import dataclass

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_datasets.schema import label
from minhbach_site.queries.records import Link, Record


@dataclass(frozen=True, slots=True)
class Contact:
    """The agency to ask."""

    link: Link
    address: str | None
    phone: str | None
    website: str | None
    source_url: str | None
    verified: str
    stated: bool
    """The record's own source names it; else it is the one that handles such procedures."""
    published: str | None
    """The office as the record's source names it, where the list of agencies lacks it."""


def in_zone(release: Release, kind: str | None) -> bool | None:
    """Whether the zone authority handles zones of a kind; None where no kind is known."""
    offices = release.catalogue.portal.investment_offices
    return None if kind is None or offices is None else kind in offices.zone_kinds


def handling(release: Release, kind: str | None, zone_id: str | None = None) -> str | None:
    """The id of the agency that handles investment procedures in a kind of zone, or in one zone."""
    offices = release.catalogue.portal.investment_offices
    if offices is None:
        return None
    at_large = offices.in_zones if in_zone(release, kind) else offices.default
    return offices.zones.get(zone_id or "", at_large)


def zone_kind_of(release: Release, found: Record) -> str | None:
    """The kind of a zone, or of the zone a project lies in; None where no zone of it is known."""
    if found.dataset.slug == "zones":
        return str(found.values["kind"])
    zone = found.values["zone_id"]
    if zone is None or not release.has("zones"):
        return None
    rows = release.rows("SELECT kind FROM zones WHERE zone_id = ?", [zone])
    return str(rows[0][0]) if rows else None


def contact_of(
    release: Release, found: Record, kind: str | None, language: Language
) -> Contact | None:
    """The agency that the source names, else the one that handles investment procedures there.

    kind: that of the zone, see `zone_kind_of`.
    """
    stated = found.values.get("agency_id")
    return contact(
        release,
        stated or handling(release, kind, found.values["zone_id"]),
        language,
        stated=stated is not None,
        published=None if stated else found.values.get("contact_agency"),
    )


def contact(
    release: Release,
    agency_id: str | None,
    language: Language,
    *,
    stated: bool,
    published: str | None = None,
) -> Contact | None:
    """An agency by its id; None where the release has none such."""
    if agency_id is None or not release.has("agencies"):
        return None
    title = label(release.catalogue["agencies"], release.catalogue, language)
    rows = release.rows(
        f"SELECT _id, {title}, address, phone, website, source_url, verified FROM agencies "
        "WHERE agency_id = ?",
        [agency_id],
    )
    if not rows:
        return None
    record_id, name, address, phone, website, source_url, verified = rows[0]
    link = Link("agencies", record_id, name)
    return Contact(link, address, phone, website, source_url, verified, stated, published)
