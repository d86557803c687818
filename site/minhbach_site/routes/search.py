"""Search over every kind of record."""

from __future__ import annotations

import threading
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minhbach_datasets.errors import BadParameterError
from minhbach_datasets.release import SEARCH_FOLDER, Release
from minhbach_search.engine import Page as Found, Query, SearchEngine, Span
from minhbach_search.engines.embedded import EmbeddedEngine
from minhbach_site import addresses, i18n
from minhbach_site.pages import Page, SearchPage
from minhbach_site.request import json_response, language_of, release_of, site_of
from minhbach_site.templating import render

PAGE_SIZE = 20
MAX_PAGE = 50
_PATHS = addresses.PAGES["search"]
_lock = threading.Lock()
_engines: dict[str, SearchEngine] = {}


def engine(release: Release) -> SearchEngine:
    """The engine over a release's snapshot, opened once."""
    with _lock:
        found = _engines.get(release.id)
        if found is None:
            _engines.clear()
            found = _engines[release.id] = EmbeddedEngine(release.path / SEARCH_FOLDER)
        return found


def _query(request: Request) -> tuple[Query, int]:
    release = release_of(request)
    kinds = tuple(dict.fromkeys(request.query_params.getlist("kind")))
    for kind in kinds:
        if kind not in release.catalogue:
            known = ", ".join(release.catalogue)
            raise BadParameterError(f"kind={kind[:60]!r}: expected one of {known}")
    text = request.query_params.get("page", "1")
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_PAGE:
        raise BadParameterError(f"page={text[:40]!r}: expected a whole number from 1 to {MAX_PAGE}")
    page = int(text)
    query = Query(
        text=request.query_params.get("q", "")[:1000],
        kinds=kinds,
        language=language_of(request),
        offset=(page - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
    )
    return query, page


def search(request: Request) -> Response:
    release, language = release_of(request), language_of(request)
    query, page = _query(request)
    found = engine(release).search(query)
    _ = i18n.translations(language).gettext

    def link(kinds: tuple[str, ...], number: int = 1) -> str:
        parameters = [("q", query.text), *(("kind", kind) for kind in kinds)]
        if number > 1:
            parameters.append(("page", str(number)))
        return f"{_PATHS[language]}?{urlencode(parameters)}"

    kinds = []
    for slug, count in sorted(found.kinds.items(), key=lambda item: (-item[1], item[0])):
        chosen = slug in query.kinds
        toggled = tuple(k for k in query.kinds if k != slug) if chosen else (*query.kinds, slug)
        kinds.append((release.catalogue[slug], count, chosen, link(toggled)))
    title = _("Tìm kiếm: {text}").format(text=query.text) if query.text else _("Tìm kiếm")
    context = SearchPage(
        page=Page(title, _PATHS, section="search", indexed=False),
        text=query.text,
        kinds=tuple(kinds),
        hits=tuple(
            (release.catalogue[hit.dataset], addresses.record(hit.dataset, hit.id, language), hit)
            for hit in found.hits
        ),
        total=found.total,
        corrected=found.corrected,
        previous=link(query.kinds, page - 1) if page > 1 else None,
        next=link(query.kinds, page + 1)
        if page * PAGE_SIZE < found.total and page < MAX_PAGE
        else None,
        all_kinds=link(()),
    )
    return render("search", context, site_of(request, _PATHS, text=query.text))


def search_json(request: Request) -> Response:
    release = release_of(request)
    query, page = _query(request)
    found = engine(release).search(query)
    return json_response(_content(release, query, page, found))


def _content(release: Release, query: Query, page: int, found: Found) -> dict[str, object]:
    def marked(spans: tuple[Span, ...]) -> list[dict[str, object]]:
        return [{"text": span.text, "marked": span.marked} for span in spans]

    return {
        "release": release.id,
        "query": query.text,
        "page": page,
        "total": found.total,
        "corrected": found.corrected,
        "kinds": found.kinds,
        "items": [
            {
                "dataset": hit.dataset,
                "id": hit.id,
                "url": addresses.record(hit.dataset, hit.id, query.language),
                "title": "".join(span.text for span in hit.title),
                "title_marked": marked(hit.title),
                "snippet_marked": marked(hit.snippet),
                "verified": hit.verified,
            }
            for hit in found.hits
        ],
    }


ROUTES = [
    *(Route(path + ".json", search_json) for path in (_PATHS.vi, _PATHS.en)),
    *(Route(path, search) for path in (_PATHS.vi, _PATHS.en)),
]
