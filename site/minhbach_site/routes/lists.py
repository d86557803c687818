"""Lists of records of every dataset, as pages and as data."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
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
from minhbach_site.pages import ListPage, Page
from minhbach_site.present import items, json_record, list_columns, shown, shown_fields
from minhbach_site.queries import records as query, related
from minhbach_site.queries.filters import Filters, read_filters, with_page
from minhbach_site.queries.records import RecordPage
from minhbach_site.request import json_response, language_of, release_of, site_of
from minhbach_site.templating import render

_FILE_FORMATS = ("csv", "xlsx", "parquet", "geojson")
_DOWNLOADS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("CSV", "csv", {}),
    ("CSV (Excel)", "csv", {"bom": "1"}),
    ("XLSX", "xlsx", {}),
    ("Parquet", "parquet", {}),
    ("GeoJSON", "geojson", {}),
    # Without the parameter the same address answers page by page, for programs.
    ("JSON", "json", {"all": "1"}),
)
"""Text, format and parameters of the links to every row that the filters keep."""
# Lists that belong together and lead to each other.
_TABS = (
    ("opportunities", "investment_projects", "zones"),
    ("communes", "old_districts", "old_communes"),
    ("land_use_allocation", "land_types"),
    ("plans", "plan_targets"),
    ("indicators", "indicator_values"),
    ("legal_documents", "legal_relations"),
)

DatasetOf = Callable[[Request], Dataset]


def fixed(slug: str) -> DatasetOf:
    """The dataset of an area."""

    def dataset(request: Request) -> Dataset:
        release = release_of(request)
        try:
            return release.catalogue[slug]
        except KeyError:
            raise RecordNotFoundError(f"this release has no dataset {slug}") from None

    return dataset


def named(request: Request) -> Dataset:
    """The dataset that the address names, of those without an area."""
    slug = request.path_params["slug"]
    dataset = release_of(request).catalogue.get(slug)
    if dataset is None or slug in addresses.AREAS:
        raise RecordNotFoundError(f"no dataset {slug[:60]!r} with rows below its page")
    return dataset


def asked(request: Request, dataset: Dataset) -> Filters:
    """The filters of a request. Raises BadParameterError."""
    return read_filters(dataset, request.query_params.multi_items())


def list_page(dataset_of: DatasetOf) -> Callable[[Request], Response]:
    """The endpoint of a list as a page."""

    def endpoint(request: Request) -> Response:
        release, language = release_of(request), language_of(request)
        dataset = dataset_of(request)
        found = query.records(
            release, dataset, asked(request, dataset), language, shown_fields(dataset)
        )
        if past := past_the_end(found, language):
            return past
        page = context(release, found, language)
        return render("list", page, site_of(request, page.page.address))

    return endpoint


def past_the_end(
    found: RecordPage, language: Language, kept: Mapping[str, str] | None = None
) -> Response | None:
    """Leads from a page that is no longer there to the last one: rows may have gone since a link was saved."""
    if found.filters.page <= found.pages:
        return None
    here = addresses.area(found.dataset.slug).list[language]
    last = with_page(found.filters, found.pages)
    return RedirectResponse(address_of(here, last, found.dataset, kept or {}), 302)


def context(
    release: Release, found: RecordPage, language: Language, kept: Mapping[str, str] | None = None
) -> ListPage:
    """What the template of a list is given; `kept` are further parameters that its links keep."""
    dataset, filters = found.dataset, found.filters
    pair = addresses.area(dataset.slug).list
    _ = i18n.translations(language).gettext

    def link(changed: Filters) -> str:
        return address_of(pair[language], changed, dataset, kept or {})

    def column(name: str, heading: str) -> tuple[str, str, str, str]:
        state = {name: "ascending", f"-{name}": "descending"}.get(filters.sort, "none")
        sort = f"-{name}" if state == "ascending" else name
        return name, heading, link(replace(filters, sort=sort, page=1)), state

    first = with_page(filters, 1)
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
        files=tuple(
            (text, address_of(f"{pair[language]}.{format_}", first, dataset, added))
            for text, format_, added in _DOWNLOADS
            if FORMATS[format_].fits(dataset)
        ),
        feeds=tuple(
            (text, address_of(addresses.feed(dataset.slug, kind, language), first, dataset, {}))
            for text, kind in (("Atom", "atom"), ("JSON Feed", "json"))
        ),
        previous=link(with_page(filters, filters.page - 1)) if filters.page > 1 else None,
        next=link(with_page(filters, filters.page + 1)) if filters.page < found.pages else None,
        clear=link(Filters(sort=filters.sort)),
        chosen=_chosen(release, found, link, language),
        wider=_wider(found, link),
        action=pair[language],
        kept=tuple((kept or {}).items()),
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
        if dataset.slug in related.COMPARABLE
        else None,
    )


def address_of(path: str, filters: Filters, dataset: Dataset, added: Mapping[str, str]) -> str:
    """An address of a list with its filters and further parameters."""
    parameters = [*filters.parameters(dataset), *added.items()]
    return path + (f"?{urlencode(parameters)}" if parameters else "")


def _wider(found: RecordPage, link: Callable[[Filters], str]) -> str | None:
    """The same list with the rows that have no value where a range asks for one."""
    filters = found.filters
    open_ranges = frozenset(filters.ranges) - filters.unpublished
    if not open_ranges:
        return None
    return link(replace(filters, unpublished=frozenset(filters.ranges), page=1))


def _chosen(
    release: Release, found: RecordPage, link: Callable[[Filters], str], language: Language
) -> tuple[tuple[str, str], ...]:
    """Each filter in words, and the address of the list without it."""
    filters, dataset = replace(found.filters, page=1), found.dataset
    _ = i18n.translations(language).gettext
    result = []
    for facet in found.facets:
        name = facet.field.name
        for value in facet.values:
            if value.selected:
                others = tuple(v for v in filters.values[name] if v != value.value)
                values = {n: v for n, v in filters.values.items() if n != name}
                fewer = replace(filters, values=values | ({name: others} if others else {}))
                text = value.label or _("chưa công bố")
                result.append((f"{facet.field.title[language]}: {text}", link(fewer)))
    for name, (low, high) in filters.ranges.items():
        field = dataset.field(name)
        bounds = [
            f"{sign} {shown(field, bound, release.catalogue, language).text}"
            for sign, bound in (("≥", low), ("≤", high))
            if bound is not None
        ]
        if name in filters.unpublished:
            bounds.append(_("kể cả chưa công bố"))
        ranges = {n: r for n, r in filters.ranges.items() if n != name}
        fewer = replace(filters, ranges=ranges, unpublished=filters.unpublished - {name})
        result.append((f"{field.title[language]} {', '.join(bounds)}", link(fewer)))
    if filters.text:
        result.append((f"«{filters.text}»", link(replace(filters, text=""))))
    return tuple(result)


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
        filters = asked(request, dataset)
        found = query.records(release, dataset, filters, language)
        path = addresses.area(dataset.slug).list[language] + ".json"
        following = None
        if filters.page < found.pages:
            following = address_of(path, with_page(filters, filters.page + 1), dataset, {})
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
                "items": [json_record(record, language) for record in found.records],
            }
        )

    return endpoint


def list_file(dataset_of: DatasetOf, extension: str) -> Callable[[Request], Response]:
    """The endpoint of a list as a file: every row that the filters keep."""

    def endpoint(request: Request) -> Response:
        release = release_of(request)
        dataset = dataset_of(request)
        filters = asked(request, dataset)
        format_ = FORMATS[
            "excel.csv"
            if request.query_params.get("bom") == "1" and extension == "csv"
            else extension
        ]
        if not format_.fits(dataset):
            raise RecordNotFoundError(f"{dataset.slug} has no shapes to make {extension} of")
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


def list_routes(area: addresses.Area, dataset_of: DatasetOf) -> list[Route]:
    """A list in both languages, with its files."""
    routes = []
    for language in LANGUAGES:
        listed = area.list[language]
        routes += [Route(f"{listed}.{e}", list_file(dataset_of, e)) for e in _FILE_FORMATS]
        routes += [
            Route(f"{listed}.json", list_json(dataset_of)),
            Route(listed, list_page(dataset_of)),
        ]
    return routes


ROUTES = [
    *(route for slug, area in addresses.AREAS.items() for route in list_routes(area, fixed(slug))),
    *list_routes(addresses.area("{slug}"), named),
]
