"""create_app: routes, what surrounds them, and one table of errors."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from minhbach_datasets.errors import PortalError
from minhbach_datasets.release import ReleaseStore
from minhbach_site import assets, i18n
from minhbach_site.engines import Engines
from minhbach_site.pages import ErrorPage, Page
from minhbach_site.request import language_of, pair_of, site_of, wants_json
from minhbach_site.routes import (
    about,
    compare,
    data,
    feeds,
    glossary,
    guides,
    home,
    lists,
    opportunities,
    records,
    search,
    standards,
    start,
)
from minhbach_site.serving import SECURITY_HEADERS, CacheAnswers, SecurityHeaders, ServeRelease
from minhbach_site.settings import Settings
from minhbach_site.templating import render

log = logging.getLogger(__name__)


def create_app(settings: Settings) -> Starlette:
    """The portal over the releases below `settings.var`."""
    store = ReleaseStore(settings.var)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        store.close()

    app = Starlette(
        routes=[
            Mount("/static", _Static(directory=assets.STATIC)),
            *home.ROUTES,
            *search.ROUTES,
            *glossary.ROUTES,
            *guides.ROUTES,
            *about.ROUTES,
            *data.ROUTES,
            *compare.ROUTES,
            *opportunities.ROUTES,
            *start.ROUTES,
            *lists.ROUTES,
            *feeds.ROUTES,
            *records.ROUTES,
            *standards.ROUTES,
        ],
        middleware=[
            Middleware(SecurityHeaders, tile_url=settings.tile_url),
            Middleware(ServeRelease, store=store),
            Middleware(CacheAnswers, megabytes=settings.cache_mb),
        ],
        exception_handlers={
            PortalError: _portal_error,
            HTTPException: _http_error,
            Exception: _unexpected_error,
        },
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.store = store
    app.state.engines = Engines(settings)
    return app


_ENDINGS = {"br": "br", "gzip": "gz"}


class _Static(StaticFiles):
    """Built files carry a hash in their name, so browsers may keep them for good; most are there compressed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        accepted = assets.codings(Headers(scope=scope).get("accept-encoding", ""))
        coding = next(
            (
                each
                for each in ("br", "gzip")
                if each in accepted and f"{path}.{_ENDINGS[each]}" in assets.compressed()
            ),
            None,
        )
        if coding is None:
            response = await super().get_response(path, scope)
        else:
            response = await super().get_response(f"{path}.{_ENDINGS[coding]}", scope)
            response.headers["content-encoding"] = coding
        response.headers["vary"] = "accept-encoding"
        return response

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        if "/static/build/" in str(args[0]) or str(args[0]).startswith(str(assets.BUILD)):
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def _portal_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, PortalError)
    if error.status >= 500:
        log.error("%s: %s", request.url.path, error)
    return error_response(request, error.status, str(error))


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_response(request, error.status_code, error.detail, dict(error.headers or {}))


def _unexpected_error(request: Request, error: Exception) -> Response:
    log.error("%s failed", request.url.path, exc_info=error)
    # Starlette answers such errors outside of the middleware that adds these.
    return error_response(request, 500, "", SECURITY_HEADERS)


def error_response(
    request: Request, status: int, detail: str, headers: dict[str, str] | None = None
) -> Response:
    """problem+json (RFC 9457) for programs, a page that says what to do next for people."""
    if wants_json(request):
        problem = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail or HTTPStatus(status).phrase,
            "instance": request.url.path,
        }
        return JSONResponse(problem, status, headers=headers, media_type="application/problem+json")
    language = language_of(request)
    _ = i18n.translations(language).gettext
    titles = {
        400: (
            _("Địa chỉ này có phần không dùng được"),
            _("Sửa phần được nêu, hoặc bỏ hết bộ lọc."),
        ),
        404: (
            _("Không tìm thấy trang này"),
            _("Trang có thể đã đổi tên. Hãy tìm trong cổng hoặc bắt đầu từ trang chủ."),
        ),
        503: (
            _("Cổng chưa có dữ liệu để phục vụ"),
            _("Chạy lệnh nạp dữ liệu, rồi mở lại trang này."),
        ),
    }
    title, way_out = titles.get(
        status,
        (_("Có lỗi khi làm trang này"), _("Lỗi đã được ghi lại. Hãy thử lại, hoặc về trang chủ.")),
    )
    context = ErrorPage(
        page=Page(title, pair_of(request), indexed=False),
        status=status,
        message=detail if status in (400, 503) else "",
        way_out=way_out,
    )
    response = render("error", context, site_of(request), status)
    response.headers.update(headers or {})
    return response
