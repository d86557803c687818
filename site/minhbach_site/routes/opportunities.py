"""The finder: projects and zones as one list, as a table and on a map."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minhbach_datasets.errors import BadParameterError
from minhbach_datasets.model import LANGUAGES, Dataset, Language
from minhbach_datasets.release import Release
from minhbach_datasets.text import number
from minhbach_site import addresses, i18n, maps
from minhbach_site.pages import FinderPage, MapView, extended
from minhbach_site.present import shown_fields
from minhbach_site.queries import places, records as query
from minhbach_site.queries.filters import UNPUBLISHED, Filters, with_page
from minhbach_site.queries.records import RecordPage
from minhbach_site.request import json_response, language_of, release_of, site_of
from minhbach_site.routes import lists
from minhbach_site.standards import schema_org
from minhbach_site.templating import render

_SLUG = addresses.OPPORTUNITY
_LIST, _TABLE, _MAP = "list", "table", "map"
_COUNTS = "opportunities"
"""The layer of a map that is shown first: how many rows of the result lie in each commune."""


def finder(request: Request) -> Response:
    """The list, the table or the map of a result; `view` says which, and every link keeps it."""
    release, language = release_of(request), language_of(request)
    dataset = lists.fixed(_SLUG)(request)
    view = request.query_params.get("view") or _LIST
    if view not in (_LIST, _TABLE, _MAP):
        raise BadParameterError(f"view={view[:40]!r}: expected {_LIST}, {_TABLE} or {_MAP}")
    filters = lists.asked(request, dataset)
    found = query.records(release, dataset, filters, language, shown_fields(dataset))
    kept = {} if view == _LIST else {"view": view}
    layer = _layer(request, release)
    if view == _MAP and layer is not None:
        kept["layer"] = layer.name
    if past := lists.past_the_end(found, language, kept):
        return past
    context = lists.context(release, found, language, kept)
    here = context.page.address[language]
    first = with_page(found.filters, 1)

    def view_address(name: str) -> str:
        return lists.address_of(here, first, dataset, {} if name == _LIST else {"view": name})

    site = site_of(request, context.page.address)
    _ = i18n.translations(language).gettext
    page = extended(
        FinderPage,
        context,
        view=view,
        views=tuple(
            (view_address(name), text, name == view)
            for name, text in ((_LIST, _("Danh sách")), (_TABLE, _("Bảng")), (_MAP, _("Bản đồ")))
        ),
        start=addresses.start(language),
        structured=schema_org.item_list(
            context.page.title,
            found.total,
            [(site.base_url + item.href, item.title) for item in context.items],
        ),
        map=_map_view(release, found, layer, language, here) if view == _MAP else None,
    )
    return render("finder", page, site)


def _layer(request: Request, release: Release) -> places.Layer | None:
    """The layer asked for; None for the counts of the result."""
    name = request.query_params.get("layer") or _COUNTS
    if name == _COUNTS:
        return None
    known = {layer.name: layer for layer in places.layers(release)}
    if name not in known:
        raise BadParameterError(f"layer={name[:40]!r}: expected {_COUNTS}, {', '.join(known)}")
    return known[name]


def _map_view(
    release: Release, found: RecordPage, layer: places.Layer | None, language: Language, here: str
) -> MapView:
    dataset, filters = found.dataset, found.filters
    _ = i18n.translations(language).gettext
    spread = places.spread(release, dataset, filters, language)
    counts = {place.code: place.count for place in spread.communes}
    first = with_page(filters, 1)

    def of_layer(name: str) -> str:
        added = {"layer": name} if name != _COUNTS else {}
        return lists.address_of(here, first, dataset, {"view": _MAP, **added})

    known = places.communes(release, language)
    links = {code: _narrowed(found.dataset, filters, language, communes=code) for code in counts}
    points = places.zone_points(release, dataset, filters, language)
    everything = (
        (_COUNTS, _("Số cơ hội trong kết quả này")),
        *((each.name, each.title[language]) for each in places.layers(release)),
    )
    chosen = layer.name if layer is not None else _COUNTS
    return MapView(
        drawn=maps.draw(
            known,
            layer.values if layer is not None else counts,
            links,
            [(point, addresses.record(_SLUG, point.id, language)) for point in points],
        ),
        told={each.code: _told(each, counts.get(each.code, 0), layer, language) for each in known},
        counts=counts,
        spread=spread,
        layer=layer,
        layers=tuple((of_layer(name), text, name == chosen) for name, text in everything),
        communes=tuple((links[p.code], p.name, p.count) for p in spread.communes),
        districts=tuple(
            # Only those without a commune, as they are counted here.
            (
                _narrowed(dataset, filters, language, old_districts=p.code, communes=UNPUBLISHED),
                p.name,
                p.count,
            )
            for p in spread.districts
        ),
        data=lists.address_of(
            addresses.MAP_DATA[language],
            first,
            dataset,
            {} if layer is None else {"layer": layer.name},
        ),
        shapes=addresses.MAP_SHAPES,
    )


def map_data(request: Request) -> Response:
    """The figures of a map: counts by commune, a layer where asked for, zones with coordinates."""
    release, language = release_of(request), language_of(request)
    dataset = lists.fixed(_SLUG)(request)
    filters = lists.asked(request, dataset)
    spread = places.spread(release, dataset, filters, language)
    layer = _layer(request, release)
    counts = {place.code: place.count for place in spread.communes}
    values = layer.values if layer is not None else counts
    levels = maps.levels(values)
    return json_response(
        {
            "release": release.id,
            "total": spread.total,
            "nowhere": spread.nowhere,
            "layer": layer.name if layer is not None else _COUNTS,
            "communes": [
                {
                    "code": commune.code,
                    "name": commune.name,
                    "position": [commune.longitude, commune.latitude],
                    "count": counts.get(commune.code, 0),
                    "value": values.get(commune.code),
                    "level": levels.get(commune.code, 0),
                    "told": _told(commune, counts.get(commune.code, 0), layer, language),
                    "url": _narrowed(dataset, filters, language, communes=commune.code)
                    if commune.code in counts
                    else None,
                }
                for commune in places.communes(release, language)
            ],
            "districts": [
                {"code": place.code, "name": place.name, "count": place.count}
                for place in spread.districts
            ],
            "zones": [
                {
                    "title": point.title,
                    "position": [point.longitude, point.latitude],
                    "url": addresses.record(_SLUG, point.id, language),
                }
                for point in places.zone_points(release, dataset, filters, language)
            ],
        }
    )


def _narrowed(dataset: Dataset, filters: Filters, language: Language, **values: str) -> str:
    """The result in one place: these values take the place of those the filters have."""
    only = {name: (value,) for name, value in values.items()}
    narrowed = replace(filters, values={**filters.values, **only}, page=1)
    return lists.address_of(addresses.list_of(_SLUG, language), narrowed, dataset, {})


def _told(
    commune: places.Commune, count: int, layer: places.Layer | None, language: Language
) -> str:
    """What a map says of a commune."""
    ngettext = i18n.translations(language).ngettext
    text = ngettext("{count} cơ hội", "{count} cơ hội", count).format(count=number(count, language))
    told = f"{commune.name}: {text}"
    if layer is None or commune.code not in layer.values:
        return told
    value = number(layer.values[commune.code], language, layer.decimals)
    return f"{told}; {layer.title[language]}: {value}"


def map_shapes(request: Request) -> Response:
    """The boundaries of communes as light GeoJSON; no feature where the release has none."""
    release = release_of(request)
    body = ",".join(
        f'{{"type":"Feature","properties":{{"code":"{commune.code}"}},"geometry":{commune.boundary}}}'
        for commune in places.communes(release, "vi")
        if commune.boundary is not None
    )
    return Response(
        f'{{"type":"FeatureCollection","features":[{body}]}}',
        media_type="application/geo+json",
        headers={"access-control-allow-origin": "*"},
    )


ROUTES = [
    *(Route(addresses.AREAS[_SLUG].list[language], finder) for language in LANGUAGES),
    *(Route(addresses.MAP_DATA[language], map_data) for language in LANGUAGES),
    Route(addresses.MAP_SHAPES, map_shapes),
]
