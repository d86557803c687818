"""The glossary: Vietnamese and English terms of the field, and what each finds."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minhbach_datasets.errors import RecordNotFoundError
from minhbach_datasets.model import LANGUAGES
from minhbach_search.engine import Query
from minhbach_search.glossary import glossary
from minhbach_site import addresses, i18n
from minhbach_site.addresses import Pair
from minhbach_site.pages import GlossaryPage, Page, TermPage
from minhbach_site.request import json_response, language_of, release_of, site_of
from minhbach_site.routes.search import engines_of, shown_hits
from minhbach_site.templating import render

_PATHS = addresses.PAGES["glossary"]
_SHOWN = 8


def terms(request: Request) -> Response:
    language = language_of(request)
    _ = i18n.translations(language).gettext
    known = glossary()
    page = Page(
        _("Thuật ngữ"),
        _PATHS,
        section="glossary",
        description=_(
            "Thuật ngữ Việt - Anh về đầu tư, đất đai, quy hoạch và quản lý nhà nước, kèm chữ viết tắt. Ô tìm kiếm dùng chính bảng này."
        ),
    )
    return render(
        "glossary", GlossaryPage(page, known.sections, len(known)), site_of(request, _PATHS)
    )


def terms_json(request: Request) -> Response:
    """Every term with all its names, for reuse."""
    return json_response(
        {
            "sections": [
                {
                    "id": section.id,
                    "title": section.title.model_dump(),
                    "terms": [{"id": term.id, **term.model_dump()} for term in section.terms],
                }
                for section in glossary().sections
            ]
        }
    )


def term(request: Request) -> Response:
    release, language = release_of(request), language_of(request)
    id_ = request.path_params["id"]
    known = glossary()
    if id_ not in known:
        raise RecordNotFoundError(f"no term {id_[:60]!r} in the glossary")
    found_term = known[id_]
    _ = i18n.translations(language).gettext
    # The blank closes the last word. Terms are found by each other's names, so they are left out.
    query = Query(
        f"{found_term.vi} ",
        filters={"kind": tuple(release.catalogue)},
        language=language,
        limit=_SHOWN,
        facets=(),
    )
    found = engines_of(request).of(release).search(query)
    page = Page(
        found_term.vi if language == "vi" else found_term.en,
        Pair(*(addresses.below("glossary", id_, each) for each in LANGUAGES)),
        trail=((_PATHS[language], _("Thuật ngữ")),),
        section="glossary",
        description=found_term.about[language] if found_term.about else "",
    )
    context = TermPage(
        page=page,
        term=found_term,
        section=next(s for s in known.sections if found_term in s.terms),
        found=shown_hits(release, found, language),
        more=addresses.page("search", language, q=found_term.vi),
    )
    return render("term", context, site_of(request, page.address))


ROUTES = [
    *(Route(f"{_PATHS[language]}.json", terms_json) for language in LANGUAGES),
    *(Route(_PATHS[language], terms) for language in LANGUAGES),
    *(Route(f"{_PATHS[language]}/{{id}}", term) for language in LANGUAGES),
]
