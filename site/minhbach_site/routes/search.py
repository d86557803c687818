"""Search over every kind of record, and suggestions while typing."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minhbach_datasets.errors import BadParameterError, StaleCursorError
from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_search.documents import OTHER_KINDS
from minhbach_search.engine import (
    FILTERS,
    MAX_HITS,
    RANGES,
    SORTS,
    Hit,
    Page as Found,
    Query,
    Span,
)
from minhbach_site import addresses, i18n
from minhbach_site.engines import Engines
from minhbach_site.pages import Page, SearchChoice, SearchFacet, SearchPage
from minhbach_site.queries.facets import labels
from minhbach_site.queries.filters import number_parameter, number_text
from minhbach_site.request import json_response, language_of, release_of, site_of
from minhbach_site.templating import render

PAGE_SIZE = 20
_MAX_VALUES = 20
_MAX_PARAMETERS = 200
_MAX_LENGTH = 200
_SUGGESTED = 8
_SUGGESTED_FROM = 2
_PATHS = addresses.PAGES["search"]
_CURSOR = re.compile(r"(?P<release>[0-9A-Za-z-]+)\.(?P<offset>\d{1,5})")


def engines_of(request: Request) -> Engines:
    engines: Engines = request.app.state.engines
    return engines


def _cursor(release: Release, offset: int) -> str:
    return base64.urlsafe_b64encode(f"{release.id}.{offset}".encode()).decode().rstrip("=")


def _offset(release: Release, cursor: str) -> int:
    """Raises BadParameterError for what is no cursor, StaleCursorError for one of another release."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    match = _CURSOR.fullmatch(text)
    if match is None or int(match["offset"]) % PAGE_SIZE or int(match["offset"]) >= MAX_HITS:
        raise BadParameterError(
            f"cursor={cursor[:60]!r}: expected the `next` or `previous` of an answer"
        )
    if match["release"] != release.id:
        raise StaleCursorError(
            f"the cursor points into release {match['release']}, but {release.id} is served now; "
            "ask again without a cursor"
        )
    return int(match["offset"])


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query with what its address needs beside it."""

    query: Query

    def parameters(self, **changed: str) -> list[tuple[str, str]]:
        query = self.query
        found = [("q", query.text)] if query.text else []
        found += [(name, value) for name, values in query.filters.items() for value in values]
        for name, bounds in query.ranges.items():
            for ending, bound in zip(("min", "max"), bounds, strict=True):
                found += [(f"{name}_{ending}", number_text(bound))] if bound is not None else []
        found += [("sort", query.sort)] if query.sort != "relevance" else []
        return [*found, *changed.items()]

    def with_filters(self, name: str, values: tuple[str, ...]) -> _Asked:
        filters = {**self.query.filters, name: values}
        return _Asked(replace(self.query, filters={n: v for n, v in filters.items() if v}))


def _asked(request: Request) -> _Asked:
    """Raises BadParameterError naming the parameter, its value and what would do."""
    release = release_of(request)
    parameters = request.query_params
    if len(parameters.multi_items()) > _MAX_PARAMETERS:
        raise BadParameterError(f"at most {_MAX_PARAMETERS} parameters at once")
    filters = {}
    for name in FILTERS:
        values = tuple(dict.fromkeys(filter(None, parameters.getlist(name))))
        if len(values) > _MAX_VALUES or any(len(value) > _MAX_LENGTH for value in values):
            raise BadParameterError(
                f"{name}: at most {_MAX_VALUES} values of at most {_MAX_LENGTH} letters"
            )
        if values:
            filters[name] = values
    for kind in filters.get("kind", ()):
        if kind not in release.catalogue and kind not in OTHER_KINDS:
            known = ", ".join((*release.catalogue, *OTHER_KINDS))
            raise BadParameterError(f"kind={kind[:60]!r}: expected one of {known}")
    ranges = {}
    for name in RANGES:
        low, high = f"{name}_min", f"{name}_max"
        given = {bound: parameters.getlist(bound) for bound in (low, high)}
        bounds = (number_parameter(given, low), number_parameter(given, high))
        if bounds != (None, None):
            ranges[name] = bounds
    sort = parameters.get("sort") or "relevance"
    chosen = next((known for known in SORTS if known == sort), None)
    if chosen is None:
        raise BadParameterError(f"sort={sort[:40]!r}: expected one of {', '.join(SORTS)}")
    query = Query(
        text=parameters.get("q", "")[:1000],
        filters=filters,
        ranges={str(name): bounds for name, bounds in ranges.items()},
        sort=chosen,
        language=language_of(request),
        limit=PAGE_SIZE,
    )
    return _Asked(query)


def search(request: Request) -> Response:
    release, language = release_of(request), language_of(request)
    asked = _asked(request)
    cursor = request.query_params.get("cursor", "")
    restarted = False
    offset = 0
    if cursor:
        try:
            offset = _offset(release, cursor)
        except StaleCursorError:
            restarted = True
    query = replace(asked.query, offset=offset)
    found = _found(request, query)
    _ = i18n.translations(language).gettext

    def link(wanted: _Asked, **changed: str) -> str:
        parameters = wanted.parameters(**changed)
        return _PATHS[language] + (f"?{urlencode(parameters)}" if parameters else "")

    def page_at(position: int) -> str:
        return link(asked, cursor=_cursor(release, position)) if position else link(asked)

    title = _("Tìm kiếm: {text}").format(text=query.text) if query.text else _("Tìm kiếm")
    kinds = _facet(release, "kind", found, query, language)
    following = offset + PAGE_SIZE
    context = SearchPage(
        page=Page(title, _PATHS, section="search", indexed=False),
        text=query.text,
        blank=_is_blank(query),
        kinds=tuple(
            (value, link(asked.with_filters("kind", _toggled(query, "kind", value))))
            for value in kinds.choices
        ),
        all_kinds=link(asked.with_filters("kind", ())),
        facets=tuple(
            facet
            for facet in (_facet(release, name, found, query, language) for name in FILTERS[1:])
            if facet.choices
        ),
        ranges=query.ranges,
        active=bool(query.ranges or set(query.filters) - {"kind"}),
        clear=link(_Asked(replace(query, filters=_only_kind(query.filters), ranges={}))),
        sort=query.sort,
        terms=engines_of(request).of(release).snapshot.plan(query.text).terms,
        hits=shown_hits(release, found, language),
        total=found.total,
        match=found.match,
        restarted=restarted,
        previous=page_at(max(0, offset - PAGE_SIZE)) if offset else None,
        next=page_at(following) if following < min(found.total, MAX_HITS) else None,
    )
    return render("search", context, site_of(request, _PATHS, text=query.text))


def _found(request: Request, query: Query) -> Found:
    """Nothing where nothing was asked for."""
    if _is_blank(query):
        return Found(release_of(request).id, (), 0, {})
    return engines_of(request).of(release_of(request)).search(query)


def _is_blank(query: Query) -> bool:
    return not (query.text.strip() or query.filters or query.ranges)


def _only_kind(filters: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: values for name, values in filters.items() if name == "kind"}


def _toggled(query: Query, name: str, choice: SearchChoice) -> tuple[str, ...]:
    values = query.filters.get(name, ())
    if choice.chosen:
        return tuple(value for value in values if value != choice.value)
    return (*values, choice.value)


def _facet(
    release: Release, name: str, found: Found, query: Query, language: Language
) -> SearchFacet:
    """The values of a facet, most found first; what was chosen stays, also where nothing is left."""
    chosen = query.filters.get(name, ())
    counts = {**dict.fromkeys(chosen, 0), **found.facets.get(name, {})}
    texts = (
        {kind: noun(release, kind, language) for kind in counts}
        if name == "kind"
        else labels(release, name, tuple(counts), language)
    )
    order = sorted(counts, key=lambda value: (-counts[value], texts.get(value, value)))
    if name == "year":
        order.sort(reverse=True)
    return SearchFacet(
        name,
        tuple(
            SearchChoice(value, texts.get(value, value), counts[value], value in chosen)
            for value in order
        ),
    )


def noun(release: Release, kind: str, language: Language) -> str:
    """What one document of a kind is called."""
    if kind in release.catalogue:
        return release.catalogue[kind].noun[language]
    _ = i18n.translations(language).gettext
    return {
        "datasets": _("Bộ dữ liệu"),
        "glossary": _("Thuật ngữ"),
        "guides": _("Hướng dẫn"),
    }[kind]


def address_of(hit: Hit, language: Language) -> str:
    """Where a found document lives."""
    if hit.kind == "datasets":
        return addresses.dataset(hit.id, language)
    if hit.kind in OTHER_KINDS:
        return addresses.below(hit.kind, hit.id, language)
    return addresses.record(hit.kind, hit.id, language)


def shown_hits(
    release: Release, found: Found, language: Language
) -> tuple[tuple[str, str, Hit], ...]:
    """What each hit is called, where it lives, and itself."""
    return tuple(
        (noun(release, hit.kind, language), address_of(hit, language), hit) for hit in found.hits
    )


def search_json(request: Request) -> Response:
    release, language = release_of(request), language_of(request)
    asked = _asked(request)
    cursor = request.query_params.get("cursor", "")
    query = replace(asked.query, offset=_offset(release, cursor) if cursor else 0)
    found = _found(request, query)
    following = query.offset + PAGE_SIZE
    more = asked.parameters(cursor=_cursor(release, following))
    return json_response(
        {
            "release": found.release,
            "query": query.text,
            "total": found.total,
            "match": found.match,
            "next": f"{_PATHS[language]}.json?{urlencode(more)}"
            if following < min(found.total, MAX_HITS)
            else None,
            "facets": {
                name: [
                    {"value": choice.value, "label": choice.label, "count": choice.count}
                    for choice in _facet(release, name, found, query, language).choices
                ]
                for name in FILTERS
            },
            "items": [_item(hit, language) for hit in found.hits],
        }
    )


def _item(hit: Hit, language: Language) -> dict[str, object]:
    def marked(spans: tuple[Span, ...]) -> list[dict[str, object]]:
        return [{"text": span.text, "marked": span.marked} for span in spans]

    return {
        "kind": hit.kind,
        "id": hit.id,
        "url": address_of(hit, language),
        "title": "".join(span.text for span in hit.title),
        "title_marked": marked(hit.title),
        "snippet_marked": marked(hit.snippet),
        "verified": hit.verified,
    }


def suggest(request: Request) -> Response:
    """What a text being typed may become, grouped by kind, best group first."""
    release, language = release_of(request), language_of(request)
    text = request.query_params.get("q", "")[:_MAX_LENGTH]
    hits: tuple[Hit, ...] = ()
    if len(text.strip()) >= _SUGGESTED_FROM:
        query = Query(text, language=language, limit=_SUGGESTED, facets=())
        hits = engines_of(request).of(release).search(query).hits
    kinds = list(dict.fromkeys(hit.kind for hit in hits))
    ordered = sorted(hits, key=lambda hit: kinds.index(hit.kind))
    return json_response(
        {
            "release": release.id,
            "query": text,
            "groups": [
                {
                    "kind": kind,
                    "label": noun(release, kind, language),
                    "items": [
                        {
                            "title": "".join(span.text for span in hit.title),
                            "url": address_of(hit, language),
                        }
                        for hit in group
                    ],
                }
                for kind, group in groupby(ordered, key=lambda hit: hit.kind)
            ],
        }
    )


ROUTES = [
    *(Route(path + ".json", search_json) for path in (_PATHS.vi, _PATHS.en)),
    *(Route(path, search) for path in (_PATHS.vi, _PATHS.en)),
    *(Route(addresses.SUGGEST[language], suggest) for language in ("vi", "en")),
]
