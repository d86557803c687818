"""Follows every internal link of the whole site, in both languages."""

from __future__ import annotations

from collections import Counter, deque
from urllib.parse import urldefrag, urljoin, urlsplit

import lxml.html
from starlette.testclient import TestClient

from minhbach_datasets.release import Release
from minhbach_site.addresses import BRIEF, COMPARE, PAGES, record

LARGE_ROWS = 1000
SAMPLED_PAGES = 100


def _is_followed(query: str, found_on: str) -> bool:
    """Whether a link is worth following: facets, sorting and paging multiply addresses without end.

    A page number alone is always followed, so that every record is reached; another single
    parameter only from a page that was reached without any.
    """
    if not query or (query.startswith("page=") and "&" not in query):
        return True
    return "?" not in found_on and "&" not in query


class _Sample:
    """Lets through the first pages below each large dataset, and the first briefs and comparisons; the
    others are made alike."""

    def __init__(self, release: Release) -> None:
        self.large = {slug for slug, e in release.manifest.datasets.items() if e.rows > LARGE_ROWS}
        self.counts: Counter[str] = Counter()

    def takes(self, path: str) -> bool:
        area, *below = path.removeprefix("/en").split("?")[0].strip("/").split("/")
        if below and below[-1] in (BRIEF.vi, BRIEF.en, COMPARE.vi, COMPARE.en):
            self.counts[below[-1]] += 1
            return self.counts[below[-1]] <= SAMPLED_PAGES
        if area not in ("du-lieu", "data") or len(below) < 2 or below[0] not in self.large:
            return True
        self.counts[below[0]] += 1
        return self.counts[below[0]] <= SAMPLED_PAGES


def test_no_internal_link_is_broken(client: TestClient, release: Release) -> None:
    start = [PAGES["home"].vi, PAGES["home"].en]
    waiting, seen = deque((path, "") for path in start), set(start)
    sample = _Sample(release)
    broken: list[tuple[str, str, int]] = []
    missing_anchors: list[tuple[str, str]] = []
    while waiting:
        address, found_on = waiting.popleft()
        response = client.get(address)
        if response.status_code != 200:
            broken.append((address, found_on, response.status_code))
            continue
        if "text/html" not in response.headers["content-type"]:
            continue
        tree = lxml.html.fromstring(response.content)
        ids = set(tree.xpath("//@id"))
        for href in tree.xpath("//a/@href | //link/@href | //form/@action"):
            target, fragment = urldefrag(urljoin(f"http://testserver{address}", href))
            parts = urlsplit(target)
            if parts.netloc != "testserver":
                continue
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if fragment and path == address and fragment not in ids:
                missing_anchors.append((address, fragment))
            if path in seen or not _is_followed(parts.query, address):
                continue
            if sample.takes(path):
                seen.add(path)
                waiting.append((path, address))
    assert broken == []
    assert missing_anchors == []
    # Every record of every dataset was reached, in both languages; of the large ones a sample.
    assert all(sample.counts[slug] > SAMPLED_PAGES for slug in sample.large)
    unreached = [
        record(slug, id_, language)
        for slug, id_ in release.rows("SELECT dataset, id FROM _records")
        for language in ("vi", "en")
        if slug not in sample.large
        if record(slug, id_, language) not in seen
    ]
    assert unreached == []
