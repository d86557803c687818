"""schema.org descriptions (JSON-LD) of projects, zones and lists, for search engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_site.pages import Page
from minhbach_site.queries.records import Record

_CONTEXT = "https://schema.org"


def described(
    release: Release, found: Record, page: Page, language: Language
) -> Mapping[str, object]:
    """A project or a zone: name, place, investor, source; nothing that is not published."""
    values = found.values
    is_zone = found.dataset.slug == "zones"
    other = found.dataset.label["en" if language == "vi" else "vi"] if found.dataset.label else None
    told: dict[str, object] = {
        "@context": _CONTEXT,
        "@type": "Place" if is_zone else "Project",
        "identifier": values[found.dataset.key[0]],
        "name": found.title,
        "alternateName": values[other] if other else None,
        "description": page.description,
        "url": page.address[language],
        "containedInPlace" if is_zone else "location": _place(release, values["location"]),
        "subjectOf": values["source_url"],
    }
    if values.get("investor"):
        told["sponsor"] = {"@type": "Organization", "name": values["investor"]}
    if values.get("latitude") is not None and values.get("longitude") is not None:
        told["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": values["latitude"],
            "longitude": values["longitude"],
        }
    return {name: value for name, value in told.items() if value is not None}


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
