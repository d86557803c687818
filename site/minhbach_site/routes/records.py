"""Single records of every dataset, as pages and as data."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from minhbach_datasets.model import LANGUAGES, Language
from minhbach_datasets.release import Release
from minhbach_site import addresses
from minhbach_site.addresses import Pair
from minhbach_site.pages import Page, RecordPageContext
from minhbach_site.present import Shown, is_untranslated, json_record, rows, shown
from minhbach_site.queries import records as query
from minhbach_site.queries.records import Record
from minhbach_site.request import json_response, language_of, release_of, site_of
from minhbach_site.routes.dossier_pages import brief
from minhbach_site.routes.lists import DatasetOf, fixed, named
from minhbach_site.routes.record_pages import SPECIAL
from minhbach_site.templating import render


def record_page(dataset_of: DatasetOf) -> Callable[[Request], Response]:
    """The endpoint of one record as a page."""

    def endpoint(request: Request) -> Response:
        release, language = release_of(request), language_of(request)
        dataset = dataset_of(request)
        found = query.record(release, dataset, request.path_params["id"], language)
        template, context = _record_context(release, found, language)
        return render(template, context, site_of(request, context.page.address))

    return endpoint


def _whole(slug: str) -> Callable[[Request], RecordPageContext]:
    """What the page of a record of an area is given."""

    def context(request: Request) -> RecordPageContext:
        release, language = release_of(request), language_of(request)
        dataset = fixed(slug)(request)
        found = query.record(release, dataset, request.path_params["id"], language)
        return _record_context(release, found, language)[1]

    return context


def _record_context(
    release: Release, found: Record, language: Language
) -> tuple[str, RecordPageContext]:
    dataset = found.dataset
    outgoing = query.outgoing(release, found, language)
    special = SPECIAL.get(dataset.slug)
    listed = addresses.area(dataset.slug)
    trail = [(listed.list[language], dataset.title[language])]
    if dataset.slug not in addresses.AREAS:
        trail[0] = (addresses.dataset(dataset.slug, language), dataset.title[language])
    base = RecordPageContext(
        page=Page(
            found.title,
            Pair(*(addresses.record(dataset.slug, found.id, each) for each in LANGUAGES)),
            trail=tuple(trail),
            section=dataset.slug,
            description=f"{dataset.noun[language]}: {found.title}",
        ),
        record=found,
        untranslated=is_untranslated(dataset, found, language),
        rows=rows(found, outgoing, release.catalogue, language),
        incoming=query.incoming(release, found, language, special.shows_itself if special else ()),
        related=(),
        note=found.values.get("note"),
        source=_source(release, found, language),
        verified=found.values["verified"],
    )
    if special is None:
        return "record", base
    return special.template, special.build(release, base, language)


def _source(release: Release, found: Record, language: Language) -> Shown:
    field = found.dataset.field("source_url")
    return shown(field, found.values["source_url"], release.catalogue, language)


def record_json(dataset_of: DatasetOf) -> Callable[[Request], Response]:
    """The endpoint of one record as JSON, with what it refers to."""

    def endpoint(request: Request) -> Response:
        release, language = release_of(request), language_of(request)
        found = query.record(release, dataset_of(request), request.path_params["id"], language)
        links = query.outgoing(release, found, language)
        content = json_record(found, language)
        content |= {
            "release": release.id,
            "dataset": found.dataset.slug,
            "links": {
                field: [
                    {
                        "dataset": link.dataset,
                        "id": link.id,
                        "title": link.title,
                        "url": addresses.record(link.dataset, link.id, language),
                    }
                    for link in found_links
                ]
                for field, found_links in links.items()
            },
        }
        return json_response(content)

    return endpoint


def _moved(request: Request) -> Response:
    """A record below its dataset's page whose dataset has an area: sent there."""
    slug, id_ = request.path_params["slug"], request.path_params["id"]
    if slug in addresses.AREAS:
        return RedirectResponse(addresses.record(slug, id_, language_of(request)), 308)
    return record_page(named)(request)


def _record_routes(area: addresses.Area, dataset_of: DatasetOf) -> list[Route]:
    routes = []
    for language in LANGUAGES:
        path = area.record[language].format("{id}")
        routes += [
            Route(f"{path}.json", record_json(dataset_of)),
            Route(path, record_page(dataset_of)),
        ]
    return routes


_BELOW = addresses.area("{slug}").record

ROUTES = [
    *(
        Route(
            f"{addresses.AREAS[slug].record[language].format('{id}')}/{addresses.BRIEF[language]}",
            brief(_whole(slug)),
        )
        for slug in ("investment_projects", "zones")
        for language in LANGUAGES
    ),
    *(
        route
        for slug, area in addresses.AREAS.items()
        if slug != addresses.OPPORTUNITY
        for route in _record_routes(area, fixed(slug))
    ),
    *(
        Route(_BELOW[language].replace("{}", "{id}") + ".json", record_json(named))
        for language in LANGUAGES
    ),
    *(Route(_BELOW[language].replace("{}", "{id}"), _moved) for language in LANGUAGES),
]
