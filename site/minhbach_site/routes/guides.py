"""Guidance: which pages answer a question, in the order they are needed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minhbach_datasets.errors import RecordNotFoundError
from minhbach_datasets.model import LANGUAGES
from minhbach_site import addresses, i18n
from minhbach_site.addresses import Pair
from minhbach_site.pages import GuidePage, GuidesPage, Page
from minhbach_site.request import language_of, release_of, site_of
from minhbach_site.templating import render

_PATHS = addresses.PAGES["guides"]


def guides(request: Request) -> Response:
    release = release_of(request)
    _ = i18n.translations(language_of(request)).gettext
    context = GuidesPage(Page(_("Hướng dẫn"), _PATHS, section="guides"), release.catalogue.guides)
    return render("guides", context, site_of(request, _PATHS))


def guide(request: Request) -> Response:
    release, language = release_of(request), language_of(request)
    id_ = request.path_params["id"]
    found = next((each for each in release.catalogue.guides if each.id == id_), None)
    if found is None:
        raise RecordNotFoundError(f"no guide {id_[:60]!r}")
    _ = i18n.translations(language).gettext
    page = Page(
        found.title[language],
        Pair(*(addresses.below("guides", id_, each) for each in LANGUAGES)),
        trail=((_PATHS[language], _("Hướng dẫn")),),
        section="guides",
        description=found.summary[language],
    )
    return render("guide", GuidePage(page, found), site_of(request, page.address))


ROUTES = [
    *(Route(_PATHS[language], guides) for language in LANGUAGES),
    *(Route(f"{_PATHS[language]}/{{id}}", guide) for language in LANGUAGES),
]
