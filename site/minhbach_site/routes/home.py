"""The home page: one search box, ways in, key figures with their sources."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from minhbach_site import addresses, i18n
from minhbach_site.pages import HomePage, Page
from minhbach_site.queries.filters import Filters
from minhbach_site.queries.records import preview
from minhbach_site.queries.related import key_figures
from minhbach_site.request import language_of, release_of, site_of
from minhbach_site.templating import render

_LATEST = 5


def home(request: Request) -> Response:
    release, language = release_of(request), language_of(request)
    _ = i18n.translations(language).gettext
    documents = release.catalogue["legal_documents"]
    local = Filters({"scope": (release.catalogue.portal.name.vi,)}, sort="-issued_date")
    latest = preview(release, documents, local, language)
    context = HomePage(
        page=Page(
            _("Minh Bạch {name}").format(name=release.catalogue.portal.name[language]),
            addresses.PAGES["home"],
            section="home",
            description=_(
                "Pháp luật, quy hoạch, đất đai, thủ tục, dự án và ưu đãi đầu tư ở một nơi, mỗi số liệu kèm nguồn."
            ),
        ),
        figures=key_figures(release, language),
        counts={slug: entry.rows for slug, entry in release.manifest.datasets.items()},
        latest_documents=latest.records[:_LATEST],
    )
    return render("home", context, site_of(request, context.page.address))


def english_home(request: Request) -> Response:
    """/en is /en/."""
    return RedirectResponse(addresses.PAGES["home"].en, 308)


ROUTES = [
    Route(addresses.PAGES["home"].vi, home),
    Route(addresses.PAGES["home"].en, home),
    Route("/en", english_home),
]
