"""A few projects or zones side by side."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from minhbach_datasets.errors import BadParameterError
from minhbach_datasets.model import LANGUAGES, Language
from minhbach_datasets.release import Release
from minhbach_site import addresses, i18n
from minhbach_site.addresses import Pair
from minhbach_site.dossier import with_converted
from minhbach_site.pages import Compared, ComparePage, Page
from minhbach_site.present import MISSING, Shown, is_untranslated, rows, shown
from minhbach_site.queries import records as query, related
from minhbach_site.queries.records import Record
from minhbach_site.request import language_of, release_of, site_of
from minhbach_site.routes import lists
from minhbach_site.templating import render

_FEWEST, _MOST = 2, 4
_FOR_SORTING = ("stage",)
"""Columns that say nothing which another does not."""


def compare(slug: str) -> Callable[[Request], Response]:
    """The endpoint of the comparison of records of a dataset."""

    def endpoint(request: Request) -> Response:
        release, language = release_of(request), language_of(request)
        dataset = lists.fixed(slug)(request)
        ids = tuple(dict.fromkeys(request.query_params.getlist("id")))
        if slug == addresses.OPPORTUNITY and ids:
            origins = [addresses.origin(id_) for id_ in ids]
            if len(kinds := {kind for kind, _ in origins}) == 1:
                # Of one kind there is more to compare.
                same = [id_ for _, id_ in origins]
                return RedirectResponse(addresses.compare(kinds.pop(), same, language), 302)
        if len(ids) > _MOST:
            _ = i18n.translations(language).gettext
            raise BadParameterError(
                _("So sánh được nhiều nhất {most} mục một lúc, địa chỉ này có {count}.").format(
                    most=_MOST, count=len(ids)
                )
            )
        found = [query.record(release, dataset, id_, language) for id_ in ids]
        context = _context(release, slug, found, language)
        return render("compare", context, site_of(request, context.page.address))

    return endpoint


def _context(release: Release, slug: str, found: list[Record], language: Language) -> ComparePage:
    dataset = release.catalogue[slug]
    _ = i18n.translations(language).gettext
    ids = [record.id for record in found]
    more = (
        related.similar(release, found[0], language)
        if 0 < len(found) < _MOST and slug in related.SIMILAR_BY
        else ()
    )
    return ComparePage(
        page=Page(
            _("So sánh: {title}").format(title=dataset.title[language]),
            Pair(*(addresses.compare(slug, (), each) for each in LANGUAGES)),
            trail=((addresses.list_of(slug, language), dataset.title[language]),),
            section=slug,
            indexed=False,
        ),
        dataset=dataset,
        compared=tuple(
            Compared(
                record=record,
                untranslated=is_untranslated(dataset, record, language),
                verified=record.values["verified"],
                source=shown(
                    dataset.field("source_url"),
                    record.values["source_url"],
                    release.catalogue,
                    language,
                ),
                without=addresses.compare(slug, [i for i in ids if i != record.id], language),
            )
            for record in found
        ),
        rows=_rows(release, found, language),
        more=tuple(
            (addresses.compare(slug, [*ids, link.id], language), link.title)
            for link in more
            if link.id not in ids
        ),
        fewest=_FEWEST,
        most=_MOST,
    )


def _rows(
    release: Release, found: list[Record], language: Language
) -> tuple[tuple[str, tuple[Shown, ...], bool], ...]:
    """Fields that at least one record has a value for."""
    values: list[dict[str, Shown]] = []
    titles: dict[str, str] = {}
    for record in found:
        outgoing = (
            query.referenced(release, record, language)
            if record.dataset.source.derived
            else query.outgoing(release, record, language)
        )
        shown_rows = with_converted(
            release, record, rows(record, outgoing, release.catalogue, language), language
        )
        titles |= {row.name: row.title for row in shown_rows}
        values.append({row.name: row.value for row in shown_rows})
    result = []
    hidden = (*found[0].dataset.key, *_FOR_SORTING) if found else ()
    for field in found[0].dataset.fields if found else ():
        cells = tuple(each.get(field.name, MISSING) for each in values)
        # What was converted here is no difference that anybody published.
        known = {cell.text for cell in cells if cell.about is None} - {None}
        told = any(cell.text is not None for cell in cells)
        if told and field.type != "geometry" and field.name not in hidden:
            result.append((titles[field.name], cells, len(known) > 1))
    return tuple(result)


ROUTES = [
    Route(addresses.compare(slug, (), language), compare(slug))
    for slug in related.COMPARABLE
    for language in LANGUAGES
]
