"""Feeds: Atom (RFC 4287, paged by RFC 5005) and JSON Feed 1.1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree as ET

from starlette.responses import JSONResponse, Response

from minhbach_datasets.model import Language

_ATOM = "http://www.w3.org/2005/Atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_ANYONE = {"access-control-allow-origin": "*"}
ET.register_namespace("", _ATOM)
ET.register_namespace("opensearch", _OPENSEARCH)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record: its address is its id, as that never changes."""

    address: str
    title: str
    updated: date
    summary: str


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a list as a feed; addresses are whole."""

    title: str
    language: Language
    base: str
    here: str
    next: str | None
    list: str
    total: int
    """Entries on all pages."""
    entries: tuple[Entry, ...]


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def as_atom(feed: Feed) -> Response:
    root = ET.Element(f"{{{_ATOM}}}feed", {"xml:lang": feed.language})

    def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        element.text = text or None
        return element

    add(root, "id", feed.list)
    add(root, "title", feed.title)
    add(root, "updated", _moment(max((e.updated for e in feed.entries), default=date(1970, 1, 1))))
    add(add(root, "author"), "name", "Minh Bạch")
    add(root, "link", rel="self", href=feed.here, type="application/atom+xml")
    add(root, "link", rel="alternate", href=feed.list, type="text/html")
    if feed.next is not None:
        add(root, "link", rel="next", href=feed.next, type="application/atom+xml")
    ET.SubElement(root, f"{{{_OPENSEARCH}}}totalResults").text = str(feed.total)
    for each in feed.entries:
        entry = add(root, "entry")
        add(entry, "id", each.address)
        add(entry, "title", each.title)
        add(entry, "updated", _moment(each.updated))
        add(entry, "link", rel="alternate", href=each.address, type="text/html")
        add(entry, "summary", each.summary)
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="application/atom+xml", headers=_ANYONE)


def as_json(feed: Feed) -> Response:
    content: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "language": feed.language,
        "home_page_url": feed.list,
        "feed_url": feed.here,
        "_minhbach": {"total": feed.total},
        "items": [
            {
                "id": each.address,
                "url": each.address,
                "title": each.title,
                "content_text": each.summary,
                "date_modified": _moment(each.updated),
            }
            for each in feed.entries
        ],
    }
    if feed.next is not None:
        content["next_url"] = feed.next
    return JSONResponse(content, media_type="application/feed+json", headers=_ANYONE)
