"""Every list as a feed, narrowed as the list is."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minhbach_datasets.errors import RecordNotFoundError
from minhbach_datasets.model import LANGUAGES, Dataset, Language
from minhbach_site import addresses
from minhbach_site.present import Shown, items, list_columns
from minhbach_site.queries import records as query
from minhbach_site.queries.filters import with_page
from minhbach_site.queries.records import RecordPage
from minhbach_site.request import language_of, release_of, site_of
from minhbach_site.routes.lists import address_of, asked
from minhbach_site.standards import feeds


def list_feed(kind: str) -> Callable[[Request], Response]:
    """The endpoint of a list as a feed, `atom` or `json`: what changed last comes first."""

    def endpoint(request: Request) -> Response:
        release, language = release_of(request), language_of(request)
        slug = request.path_params["slug"]
        dataset = release.catalogue.get(slug)
        if dataset is None:
            raise RecordNotFoundError(f"no dataset {slug[:60]!r}")
        found = query.latest(release, dataset, asked(request, dataset), language)
        base = site_of(request).base_url
        path = addresses.feed(slug, kind, language)
        page = found.page

        def address(number: int) -> str:
            return base + address_of(path, with_page(page.filters, number), dataset, {})

        feed = feeds.Feed(
            title=_feed_title(page, language),
            language=language,
            base=base,
            here=address(page.filters.page),
            next=address(page.filters.page + 1) if page.filters.page < page.pages else None,
            list=base
            + address_of(
                addresses.area(slug).list[language], with_page(page.filters, 1), dataset, {}
            ),
            total=page.total,
            entries=tuple(
                feeds.Entry(
                    base + item.href, item.title, since, _summary(item.cells, dataset, language)
                )
                for item, since in zip(
                    items(page, release.catalogue, language), found.since, strict=True
                )
            ),
        )
        return feeds.as_atom(feed) if kind == "atom" else feeds.as_json(feed)

    return endpoint


def _feed_title(page: RecordPage, language: Language) -> str:
    """The list's title and what it is narrowed to, so that two followed lists are told apart."""
    dataset = page.dataset
    narrowed = [
        f"{dataset.field(name).title[language]}: {value}" if name in page.filters.values else value
        for name, value in page.filters.parameters(dataset)
        if name not in ("sort", "page")
    ]
    return " | ".join((dataset.title[language], *narrowed))


def _summary(cells: tuple[Shown, ...], dataset: Dataset, language: Language) -> str:
    titles = (dataset.field(name).title[language] for name in list_columns(dataset))
    return "; ".join(
        f"{title}: {cell.text}" for title, cell in zip(titles, cells, strict=True) if cell.text
    )


ROUTES = [
    Route(addresses.feed("{slug}", kind, language), list_feed(kind))
    for kind in ("atom", "json")
    for language in LANGUAGES
]
