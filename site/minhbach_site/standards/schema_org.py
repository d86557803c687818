"""schema.org descriptions (JSON-LD) of projects, zones and lists, for search engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_site.pages import Page
from minhbach_site.queries.records import Record

_CONTEXT = "https://schema.org"


def project(
    release: Release, found: Record, page: Page, language: Language
) -> Mapping[str, object]:
    """A project: place, investor, source; nothing that is not published."""
    values = found.values
    described: dict[str, object] = {
        "@context": _CONTEXT,
        "@type": "Project",
        "identifier": values["project_id"],
        "name": found.title,
        "alternateName": values["name_en"] if language == "vi" else values["name_vi"],
        "url": page.address[language],
        "location": _place(release, values["location"]),
        "sponsor": {"@type": "Organization", "name": values["investor"]}
        if values["investor"]
        else None,
        "description": page.description,
        "isBasedOn": values["source_url"],
    }
    return _published(described)


def zone(release: Release, found: Record, page: Page, language: Language) -> Mapping[str, object]:
    """A zone as a place, with coordinates where its source states them."""
    values = found.values
    position = None
    if values["latitude"] is not None and values["longitude"] is not None:
        position = {
            "@type": "GeoCoordinates",
            "latitude": values["latitude"],
            "longitude": values["longitude"],
        }
    described: dict[str, object] = {
        "@context": _CONTEXT,
        "@type": "Place",
        "identifier": values["zone_id"],
        "name": found.title,
        "alternateName": values["name_en"] if language == "vi" else values["name"],
        "url": page.address[language],
        "containedInPlace": _place(release, values["location"]),
        "geo": position,
        "subjectOf": values["source_url"],
    }
    return _published(described)


def item_list(title: str, total: int, items: Sequence[tuple[str, str]]) -> Mapping[str, object]:
    """A page of a list: (address, title) of its items."""
    return {
        "@context": _CONTEXT,
        "@type": "ItemList",
        "name": title,
        "numberOfItems": total,
        "itemListElement": [
            {"@type": "ListItem", "position": number, "url": address, "name": text}
            for number, (address, text) in enumerate(items, 1)
        ],
    }


def _place(release: Release, location: str | None) -> dict[str, object] | None:
    if location is None:
        return None
    province = release.catalogue.portal.name.vi
    return {
        "@type": "Place",
        "name": location,
        "address": {"@type": "PostalAddress", "addressRegion": province, "addressCountry": "VN"},
    }


def _published(described: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in described.items() if value is not None}
