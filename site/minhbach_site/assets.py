"""Built style sheets, scripts and fonts: their addresses carry a hash, so they never go stale."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

STATIC = Path(__file__).with_name("static")
BUILD = STATIC / "build"


@cache
def _manifest() -> dict[str, str]:
    """Logical name -> built file; empty before the assets were built, when sources are served."""
    path = BUILD / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def address(name: str) -> str:
    """The address of an asset by its logical name, such as `site.css`."""
    built = _manifest().get(name)
    return f"/static/build/{built}" if built else f"/static/{name}"


@cache
def compressed() -> frozenset[str]:
    """The compressed files, as paths below the static folder."""
    found = (*BUILD.glob("*.br"), *BUILD.glob("*.gz"))
    return frozenset(path.relative_to(STATIC).as_posix() for path in found)


def codings(accepted: str) -> frozenset[str]:
    """The content codings that an Accept-Encoding header allows; those of weight 0 it forbids."""
    found = set()
    for part in accepted.split(","):
        name, _, parameters = part.partition(";")
        weight = parameters.strip().removeprefix("q=") or "1"
        if weight.strip("0.") and name.strip():
            found.add(name.strip().lower())
    return frozenset(found)
