"""Lists of records and single records, of every dataset, as pages and as data."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from minhbach_datasets.errors import RecordNotFoundError
from minhbach_datasets.exports import FORMATS
from minhbach_datasets.model import LANGUAGES, Dataset, Language
from minhbach_datasets.release import Release
from minhbach_site import addresses, i18n
from minhbach_site.addresses import Pair
from minhbach_site.pages import ListPage, Page, RecordPageContext
from minhbach_site.present import (
    Shown,
    is_untranslated,
    items,
    list_columns,
    plain_value,
    rows,
    shown,
)
from minhbach_site.queries import records as query, related
from minhbach_site.queries.records import Filters, Record, RecordPage
from minhbach_site.request import json_response, language_of, release_of, site_of
from minhbach_site.routes.record_pages import SPECIAL
from minhbach_site.templating import render

_FILE_FORMATS = ("csv", "xlsx", "parquet")
_DOWNLOADS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("CSV", ".csv", {}),
    ("CSV (Excel)", ".csv", {"bom": "1"}),
    ("XLSX", ".xlsx", {}),
    ("Parquet", ".parquet", {}),
    # Without the parameter the same address answers page by page, for programs.
    ("JSON", ".json", {"all": "1"}),
)
"""Text, ending and parameters of the links to every row that the filters keep."""
# Lists that belong together and lead to each other.
_TABS = (
    ("investment_projects", "zones"),
    ("communes", "old_districts", "old_communes"),
    ("land_use_allocation", "land_types"),
    ("plans", "plan_targets"),
    ("indicators", "indicator_values"),
    ("legal_documents", "legal_relations"),
)

DatasetOf = Callable[[Request], Dataset]


def _fixed(slug: str) -> DatasetOf:
    def dataset(request: Request) -> Dataset:
        release = release_of(request)
        try:
            return release.catalogue[slug]
        except KeyError:
            raise RecordNotFoundError(f"this release has no dataset {slug}") from None

    return dataset


def _named(request: Request) -> Dataset:
    slug = request.path_params["slug"]
    dataset = release_of(request).catalogue.get(slug)
    if dataset is None or slug in addresses.AREAS:
        raise RecordNotFoundError(f"no dataset {slug[:60]!r} with rows below its page")
    return dataset


def list_page(dataset_of: DatasetOf) -> Callable[[Request], Response]:
    """The endpoint of a list as a page."""

    def endpoint(request: Request) -> Response:
        release, language = release_of(request), language_of(request)
        dataset = dataset_of(request)
        filters = query.read_filters(dataset, request.query_params.multi_items())
        found = query.records(release, dataset, filters, language)
        context = _list_context(release, found, language)
        if filters.page > found.pages:
            # Rows may have gone since the link was saved.
            last = query.with_page(filters, found.pages).parameters(dataset)
            here = context.page.address[language]
            return RedirectResponse(here + (f"?{urlencode(last)}" if last else ""), 302)
        return render("list", context, site_of(request, context.page.address))

    return endpoint


def _list_context(release: Release, found: RecordPage, language: Language) -> ListPage:
    dataset, filters = found.dataset, found.filters
    pair = addresses.area(dataset.slug).list
    _ = i18n.translations(language).gettext

    def link(changed: Filters, ending: str = "", **added: str) -> str:
        parameters = [*changed.parameters(dataset), *added.items()]
        return pair[language] + ending + (f"?{urlencode(parameters)}" if parameters else "")

    def column(name: str, heading: str) -> tuple[str, str, str, str]:
        state = {name: "ascending", f"-{name}": "descending"}.get(filters.sort, "none")
        sort = f"-{name}" if state == "ascending" else name
        changed = Filters(filters.values, filters.ranges, filters.text, sort)
        return name, heading, link(changed), state

    first = filters if filters.page == 1 else query.with_page(filters, 1)
    trail: tuple[tuple[str, str], ...] = ()
    if dataset.slug not in addresses.AREAS:
        home = addresses.dataset(dataset.slug, language)
        trail = (
            (addresses.PAGES["catalogue"][language], _("Danh mục dữ liệu")),
            (home, dataset.title[language]),
        )
    title_field = next(
        (n for n in dataset.columns if n in dataset.label_columns), dataset.columns[0]
    )
    tabs = next((group for group in _TABS if dataset.slug in group), ())
    return ListPage(
        page=Page(
            dataset.title[language],
            pair,
            trail=trail,
            section=dataset.slug,
            description=dataset.description[language],
            indexed=not filters.active,
        ),
        found=found,
        items=items(found, release.catalogue, language),
        columns=tuple(
            column(name, dataset.field(name).title[language]) for name in list_columns(dataset)
        ),
        title_column=column(title_field, dataset.noun[language]),
        files=tuple((text, link(first, ending, **added)) for text, ending, added in _DOWNLOADS),
        previous=link(query.with_page(filters, filters.page - 1)) if filters.page > 1 else None,
        next=link(query.with_page(filters, filters.page + 1))
        if filters.page < found.pages
        else None,
        clear=link(Filters(sort=filters.sort)),
        action=pair[language],
        tabs=tuple(
            (
                addresses.list_of(slug, language),
                release.catalogue[slug].title[language],
                slug == dataset.slug,
            )
            for slug in tabs
            if slug in release.catalogue
        ),
        sorts=_sorts(dataset, filters, language),
        elsewhere=addresses.page("search", language, q=filters.text) if filters.text else None,
        compare=addresses.compare(dataset.slug, (), language)
        if dataset.slug in related.SIMILAR_BY
        else None,
    )


def _sorts(
    dataset: Dataset, filters: Filters, language: Language
) -> tuple[tuple[str, str, bool], ...]:
    """Value, text and choice of every order; narrow screens have no table head to sort by."""
    names = dict.fromkeys((dataset.sort.removeprefix("-"), *dataset.columns))
    titles = {name: dataset.field(name).title[language] for name in names}
    if dataset.label is not None and dataset.label.vi in titles:
        # In English this is the order of the English titles.
        titles[dataset.label.vi] = dataset.noun[language]
    return tuple(
        (sign + name, f"{title} {arrow}", filters.sort == sign + name)
        for name, title in titles.items()
        for sign, arrow in (("", "↑"), ("-", "↓"))
    )


def list_json(dataset_of: DatasetOf) -> Callable[[Request], Response]:
    """The endpoint of a list as JSON, page by page."""

    whole = list_file(dataset_of, "json")

    def endpoint(request: Request) -> Response:
        if request.query_params.get("all") == "1":
            return whole(request)
        release, language = release_of(request), language_of(request)
        dataset = dataset_of(request)
        filters = query.read_filters(dataset, request.query_params.multi_items())
        found = query.records(release, dataset, filters, language)
        path = addresses.area(dataset.slug).list[language] + ".json"
        following = None
        if filters.page < found.pages:
            changed = query.with_page(filters, filters.page + 1).parameters(dataset)
            following = f"{path}?{urlencode(changed)}"
        return json_response(
            {
                "release": release.id,
                "dataset": dataset.slug,
                "total": found.total,
                "page": filters.page,
                "pages": found.pages,
                "next": following,
                "facets": {
                    facet.field.name: [
                        {"value": v.value or None, "label": v.label, "count": v.count}
                        for v in facet.values
                    ]
                    for facet in found.facets
                },
                "items": [_content(record, language) for record in found.records],
            }
        )

    return endpoint


def _content(record: Record, language: Language) -> dict[str, object]:
    return {
        "id": record.id,
        "url": addresses.record(record.dataset.slug, record.id, language),
        "title": record.title,
        "fields": {name: plain_value(value) for name, value in record.values.items()},
    }


def list_file(dataset_of: DatasetOf, extension: str) -> Callable[[Request], Response]:
    """The endpoint of a list as a file: every row that the filters keep."""

    def endpoint(request: Request) -> Response:
        release = release_of(request)
        dataset = dataset_of(request)
        filters = query.read_filters(dataset, request.query_params.multi_items())
        format_ = FORMATS[
            "excel.csv"
            if request.query_params.get("bom") == "1" and extension == "csv"
            else extension
        ]
        folder = tempfile.TemporaryDirectory(prefix="minhbach-")
        path = Path(folder.name) / f"{dataset.slug}.{extension}"
        try:
            query.save_filtered(release, dataset, filters, format_, path)
        except BaseException:
            folder.cleanup()
            raise
        return FileResponse(
            path,
            media_type=format_.media_type,
            filename=path.name,
            headers={"access-control-allow-origin": "*"},
            background=BackgroundTask(folder.cleanup),
        )

    return endpoint


def record_page(dataset_of: DatasetOf) -> Callable[[Request], Response]:
    """The endpoint of one record as a page."""

    def endpoint(request: Request) -> Response:
        release, language = release_of(request), language_of(request)
        dataset = dataset_of(request)
        found = query.record(release, dataset, request.path_params["id"], language)
        template, context = _record_context(release, found, language)
        return render(template, context, site_of(request, context.page.address))

    return endpoint


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
        content = _content(found, language)
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
    return record_page(_named)(request)


def _routes(area: addresses.Area, dataset_of: DatasetOf) -> list[Route]:
    routes = []
    for language in LANGUAGES:
        listed = area.list[language]
        routes += [Route(f"{listed}.{e}", list_file(dataset_of, e)) for e in _FILE_FORMATS]
        routes += [
            Route(f"{listed}.json", list_json(dataset_of)),
            Route(listed, list_page(dataset_of)),
        ]
    return routes


def _record_routes(area: addresses.Area, dataset_of: DatasetOf) -> list[Route]:
    routes = []
    for language in LANGUAGES:
        path = area.record[language].format("{id}")
        routes += [
            Route(f"{path}.json", record_json(dataset_of)),
            Route(path, record_page(dataset_of)),
        ]
    return routes


_BELOW = addresses.area("{slug}")

ROUTES = [
    # Lists first: /co-hoi/khu is one, and would else be taken for the record of that name.
    *(route for slug, area in addresses.AREAS.items() for route in _routes(area, _fixed(slug))),
    *(
        route
        for slug, area in addresses.AREAS.items()
        for route in _record_routes(area, _fixed(slug))
    ),
    *_routes(_BELOW, _named),
    *(
        Route(_BELOW.record[language].replace("{}", "{id}") + ".json", record_json(_named))
        for language in LANGUAGES
    ),
    *(Route(_BELOW.record[language].replace("{}", "{id}"), _moved) for language in LANGUAGES),
]
