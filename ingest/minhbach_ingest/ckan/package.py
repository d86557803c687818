"""A package as portals really return it -> one that can be relied on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from minhbach_datasets.errors import FetchError
from minhbach_datasets.frozen import Frozen

_MAX_TEXT = 20_000
"""Letters kept of a text; extras of a megabyte were seen."""


class RemoteResource(Frozen):
    id: str
    title: str | None
    format: str | None
    url: str | None
    modified: str | None


class RemotePackage(Frozen):
    """What is taken over of a package; `id` and `name` are the portal's, not ours."""

    id: str
    name: str
    title: str | None
    notes: str | None
    organization: str | None
    licence: str | None
    tags: tuple[str, ...]
    modified: str | None
    resources: tuple[RemoteResource, ...]

    @property
    def fingerprint(self) -> str:
        """Changes when anything that is taken over does."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def read_package(found: Mapping[str, Any], where: str) -> RemotePackage:
    """Take over a package: blanks trimmed, nulls and what has another type than it should left out.

    Raises FetchError for a package without id or name, which nothing could be kept under.
    """
    id_, name = _text(found.get("id")), _text(found.get("name"))
    if id_ is None or name is None:
        raise FetchError(f"{where}: a package without id or name: {json.dumps(found)[:200]}")
    organization = _mapping(found.get("organization"))
    return RemotePackage(
        id=id_,
        name=name,
        title=_text(found.get("title")),
        notes=_text(found.get("notes")),
        organization=_text(organization.get("title")) or _text(organization.get("name")),
        licence=_text(found.get("license_title")) or _text(found.get("license_id")),
        tags=tuple(
            tag
            for each in _list(found.get("tags"))
            if (tag := _text(_mapping(each).get("name") or each)) is not None
        ),
        modified=_text(found.get("metadata_modified")),
        resources=tuple(
            _resource(_mapping(each), number, id_)
            for number, each in enumerate(_list(found.get("resources")), 1)
        ),
    )


def _resource(found: Mapping[str, Any], number: int, package: str) -> RemoteResource:
    return RemoteResource(
        id=_text(found.get("id")) or f"{package}-{number}",
        title=_text(found.get("name")) or _text(found.get("description")),
        format=_text(found.get("format")),
        url=_text(found.get("url")),
        modified=_text(found.get("last_modified")) or _text(found.get("created")),
    )


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip()[:_MAX_TEXT] or None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
