"""What a route asks of its request: release, language, addresses, filters."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from minhbach_datasets.errors import NoReleaseError
from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_site.addresses import Pair
from minhbach_site.pages import Site

_FILE_ENDINGS = (".json", ".csv", ".xlsx", ".parquet", ".geojson", ".atom")


def release_of(request: Request) -> Release:
    """The release this request is served from. Raises NoReleaseError before the first one."""
    release: Release | None = request.scope.get("release")
    if release is None:
        raise request.scope.get("release_error") or NoReleaseError("no release")
    return release


def language_of(request: Request) -> Language:
    path = request.url.path
    return "en" if path == "/en" or path.startswith("/en/") else "vi"


def wants_json(request: Request) -> bool:
    """Programs ask for a file or for JSON; browsers ask for HTML first."""
    accept = request.headers.get("accept", "")
    return request.url.path.endswith(_FILE_ENDINGS) or ("json" in accept and "html" not in accept)


def pair_of(request: Request) -> Pair:
    """Addresses in both languages of a page without a counterpart: itself and the other home."""
    path = request.url.path
    return Pair("/", path) if language_of(request) == "en" else Pair(path, "/en/")


def site_of(request: Request, here: Pair | None = None, text: str = "") -> Site:
    """What the layout needs."""
    release: Release | None = request.scope.get("release")
    configured = request.app.state.settings.base_url
    return Site(
        language=language_of(request),
        here=here or pair_of(request),
        query=f"?{request.url.query}" if request.url.query and here is not None else "",
        base_url=configured or str(request.base_url).rstrip("/"),
        release_id=release.id if release else "",
        catalogue=release.catalogue if release else None,
        text=text,
        tiles=request.app.state.settings.tile_url,
        tile_credit=request.app.state.settings.tile_credit,
    )


def json_response(content: object) -> JSONResponse:
    """JSON for anyone's page or program to read."""
    return JSONResponse(content, headers={"access-control-allow-origin": "*"})
