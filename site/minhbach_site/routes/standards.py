"""What other systems harvest, at the addresses their standards make usual."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minhbach_site.request import json_response, release_of, site_of
from minhbach_site.standards import oc4ids


def oc4ids_package(request: Request) -> Response:
    return json_response(oc4ids.package(release_of(request), site_of(request).base_url))


ROUTES = [Route(oc4ids.ADDRESS, oc4ids_package)]
