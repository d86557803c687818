"""What the portal is, where its facts come from, and which release is served."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from minhbach_datasets.model import Language
from minhbach_datasets.release import release_ids
from minhbach_search.engine import Reason
from minhbach_site import addresses, i18n
from minhbach_site.pages import AboutPage, Page, SourcesPage, StatusPage
from minhbach_site.queries.sources import hosts
from minhbach_site.request import json_response, language_of, release_of, site_of
from minhbach_site.routes.search import engines_of
from minhbach_site.templating import render


def about(request: Request) -> Response:
    release = release_of(request)
    _ = i18n.translations(language_of(request)).gettext
    context = AboutPage(
        page=Page(_("Giới thiệu và cách trích dẫn"), addresses.PAGES["about"], section="about"),
        manifest=release.manifest,
        # Rows of a derived dataset are there already.
        rows=sum(
            entry.rows
            for slug, entry in release.manifest.datasets.items()
            if not release.catalogue[slug].source.derived
        ),
    )
    return render("about", context, site_of(request, context.page.address))


def sources(request: Request) -> Response:
    release = release_of(request)
    _ = i18n.translations(language_of(request)).gettext
    found = hosts(release)
    context = SourcesPage(
        page=Page(_("Nguồn dữ liệu"), addresses.PAGES["sources"], section="sources"),
        sources=found,
        total=sum(rows for _host, rows, _datasets in found),
    )
    return render("sources", context, site_of(request, context.page.address))


def _search_problems(language: Language) -> dict[Reason, str]:
    """What a reader is told; the log has the rest."""
    _ = i18n.translations(language).gettext
    return {
        "unreached": _("máy chủ không trả lời"),
        "refused": _("máy chủ từ chối"),
        "strange": _("máy chủ trả lời sai dạng"),
        "other release": _("máy chủ giữ bản phát hành khác"),
        "key": _("khóa được cấp có quyền quản trị, cổng chỉ nhận khóa tìm kiếm"),
        "snapshot": _("bản chụp không mở được"),
    }


def status(request: Request) -> Response:
    release = release_of(request)
    _ = i18n.translations(language_of(request)).gettext
    store, engines = request.app.state.store, engines_of(request)
    problem = engines.of(release).problem
    context = StatusPage(
        page=Page(_("Trạng thái"), addresses.PAGES["status"], section="status", indexed=False),
        manifest=release.manifest,
        problem=store.problem,
        search_server=engines.server is not None,
        search_problem=problem and _search_problems(language_of(request))[problem],
        releases=tuple(reversed(release_ids(store.var))),
    )
    response = render("status", context, site_of(request, context.page.address))
    response.headers["cache-control"] = "no-store"
    return response


def status_json(request: Request) -> Response:
    release = release_of(request)
    engines = engines_of(request)
    response = json_response(
        {
            "release": release.id,
            "created": release.manifest.created.isoformat(),
            "problem": request.app.state.store.problem,
            "search": {
                "engine": "meilisearch" if engines.server else "embedded",
                "problem": engines.of(release).problem,
            },
            "stale": {
                slug: entry.stale
                for slug, entry in release.manifest.datasets.items()
                if entry.stale is not None
            },
            "absent": release.manifest.absent,
            "datasets": {slug: entry.rows for slug, entry in release.manifest.datasets.items()},
        }
    )
    response.headers["cache-control"] = "no-store"
    return response


def robots(request: Request) -> Response:
    return PlainTextResponse(
        "User-agent: *\nDisallow: /tim-kiem\nDisallow: /goi-y.json\nDisallow: /en/search\nDisallow: /en/suggest.json\n"
    )


ROUTES = [
    Route("/robots.txt", robots),
    *(
        Route(path + ".json", status_json)
        for path in (addresses.PAGES["status"].vi, addresses.PAGES["status"].en)
    ),
    *(
        Route(addresses.PAGES[name][language], page)
        for name, page in (("about", about), ("sources", sources), ("status", status))
        for language in ("vi", "en")
    ),
]
