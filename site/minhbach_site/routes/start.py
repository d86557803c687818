"""The guided start: a few questions lead to a filtered finder, and to the steps and incentives of such a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minhbach_datasets.errors import BadParameterError
from minhbach_datasets.model import LANGUAGES, Dataset, Language
from minhbach_datasets.release import Release
from minhbach_site import addresses, i18n
from minhbach_site.addresses import Pair
from minhbach_site.citations import Citations
from minhbach_site.dossier import incentives_for, steps_for, time_line
from minhbach_site.pages import Choice, Page, StartPage
from minhbach_site.present import items, list_columns, shown_fields
from minhbach_site.queries import offices, records as query
from minhbach_site.queries.filters import Filters, read_filters
from minhbach_site.queries.incentives import Asked
from minhbach_site.request import language_of, release_of, site_of
from minhbach_site.routes import lists
from minhbach_site.templating import render

_SLUG = addresses.OPPORTUNITY
_STILL_OPEN: dict[str, tuple[str, ...]] = {
    "status": ("kêu gọi đầu tư", "còn đất trống", "chưa công bố đất trống"),
    "succeeded": ("không",),
}
"""What an investor can still come into, as far as the data tells."""
_FOREIGN, _DOMESTIC = "foreign", "domestic"
_ANSWERS = ("sector", "zone_kind", "near")
"""Answers that are values of facets."""
_LEAST, _CAPITAL = "area_ha", "capital_vnd_billion"
"""Ranges that are asked for: land from so much, as a zone is larger than what is needed; capital from and to."""
_SHOWN = 5
_NOTHING_NEAR = "không có"
"""A value of the facet that nobody wishes for."""


def start(request: Request) -> Response:
    """The questions, and below them what the answers lead to."""
    release, language = release_of(request), language_of(request)
    dataset = lists.fixed(_SLUG)(request)
    given = request.query_params
    investor = given.get("investor", "")
    if investor not in ("", _FOREIGN, _DOMESTIC):
        raise BadParameterError(
            f"investor={investor[:40]!r}: expected {_FOREIGN} or {_DOMESTIC}, or nothing"
        )
    # An unanswered question of a form comes as an empty text, which for a facet means not published.
    asked = read_filters(dataset, [(name, value) for name, value in given.multi_items() if value])
    ranges = {name: asked.ranges[name] for name in (_LEAST, _CAPITAL) if name in asked.ranges}
    if _LEAST in ranges:
        ranges[_LEAST] = (ranges[_LEAST][0], None)
    answers = Filters(
        {name: asked.values[name] for name in _ANSWERS if name in asked.values},
        ranges,
        # Much is not published: leaving it out would hide what may well fit.
        frozenset(ranges),
        asked.text,
        dataset.sort,
    )
    answered = answers.active or bool(investor)
    _ = i18n.translations(language).gettext
    page = Page(
        _("Bắt đầu từ dự định của bạn"),
        Pair(*(addresses.start(each) for each in LANGUAGES)),
        trail=((addresses.list_of(_SLUG, language), dataset.title[language]),),
        section=_SLUG,
        indexed=not answered,
    )
    context = _context(release, dataset, page, answers, investor, language, answered=answered)
    return render("start", context, site_of(request, page.address))


def _context(
    release: Release,
    dataset: Dataset,
    page: Page,
    answers: Filters,
    investor: str,
    language: Language,
    *,
    answered: bool,
) -> StartPage:
    filters = replace(answers, values={**_STILL_OPEN, **answers.values})
    found = query.records(release, dataset, filters, language, shown_fields(dataset))
    kind = next(iter(answers.values.get("zone_kind", ())), None)
    capital = answers.ranges.get(_CAPITAL, (None, None))
    citations = Citations()
    steps = steps_for(
        release,
        citations,
        language,
        in_zone=offices.in_zone(release, kind),
        public_private=False,
        foreign={_FOREIGN: True, _DOMESTIC: False}.get(investor),
    )
    asked = Asked(
        answers.values.get("sector", ()),
        kind,
        (),
        # The least the project may cost.
        capital[0],
    )
    columns = tuple(
        (name, dataset.field(name).title[language], "", "none") for name in list_columns(dataset)
    )
    contact = offices.contact(release, offices.handling(release, kind), language, stated=False)
    return StartPage(
        page=page,
        sectors=_choices(release, dataset, "sector", answers, language),
        zone_kinds=_choices(release, dataset, "zone_kind", answers, language),
        features=tuple(
            each
            for each in _choices(release, dataset, "near", answers, language)
            if each.value != _NOTHING_NEAR
        ),
        text=answers.text,
        area=answers.ranges.get(_LEAST, (None, None))[0],
        capital=capital,
        investor=investor,
        answered=answered,
        total=found.total,
        finder=_finder(dataset, filters, language),
        items=items(found, release.catalogue, language)[:_SHOWN] if answered else (),
        columns=columns,
        wider=_wider(release, dataset, filters, language) if answered and not found.total else (),
        questions=_questions(release, dataset, language),
        steps=steps,
        time_line=time_line(steps),
        incentives=incentives_for(release, asked, citations, language) if answered else (),
        contact=contact,
        contact_source=citations.cite(contact.source_url, contact.verified) if contact else None,
        citations=citations.all,
    )


def _choices(
    release: Release, dataset: Dataset, name: str, answers: Filters, language: Language
) -> tuple[Choice, ...]:
    """The values of a question, those that some record has."""
    field = dataset.field(name)
    assert field.codes is not None
    codes = release.catalogue.codes[field.codes]
    there = query.values(release, dataset, name)
    chosen = answers.values.get(name, ())
    return tuple(
        Choice(value, text[language], value in chosen)
        for value, text in codes.items()
        if value in there
    )


def _finder(dataset: Dataset, filters: Filters, language: Language) -> str:
    return lists.address_of(addresses.list_of(_SLUG, language), filters, dataset, {})


def _wider(
    release: Release, dataset: Dataset, filters: Filters, language: Language
) -> tuple[tuple[str, str, int], ...]:
    """Address, what was given up, how many there then are: one answer less each time."""
    less: list[tuple[str, Filters]] = [
        (
            dataset.field(name).title[language],
            replace(filters, values={n: v for n, v in filters.values.items() if n != name}),
        )
        for name in filters.values
        if name not in _STILL_OPEN
    ]
    less += [
        (
            dataset.field(name).title[language],
            replace(filters, ranges={n: r for n, r in filters.ranges.items() if n != name}),
        )
        for name in filters.ranges
    ]
    if filters.text:
        less.append((f"«{filters.text}»", replace(filters, text="")))
    found = [
        (_finder(dataset, fewer, language), title, query.count(release, dataset, fewer))
        for title, fewer in less
    ]
    return tuple(each for each in found if each[2])


def _questions(
    release: Release, dataset: Dataset, language: Language
) -> tuple[tuple[str, str, int], ...]:
    """Questions that one filter answers: address, text, how many."""
    _ = i18n.translations(language).gettext
    asked: Sequence[tuple[str, Mapping[str, tuple[str, ...]]]] = (
        (
            _("Dự án đã chấp thuận từ 24 tháng mà chưa đọc được nguồn nào về triển khai"),
            {"delay": ("chưa thấy triển khai",)},
        ),
        (
            _("Dự án quá năm hoàn thành theo nguồn mà nguồn vẫn ghi đang triển khai"),
            {"delay": ("quá năm hoàn thành",)},
        ),
        (_("Khu còn đất trống theo nguồn"), {"status": ("còn đất trống",)}),
        (_("Dự án đang kêu gọi đầu tư"), {"status": ("kêu gọi đầu tư",)}),
    )
    found = []
    for text, values in asked:
        filters = Filters(values, sort=dataset.sort)
        found.append(
            (_finder(dataset, filters, language), text, query.count(release, dataset, filters))
        )
    return tuple(found)


ROUTES = [Route(addresses.start(language), start) for language in LANGUAGES]
