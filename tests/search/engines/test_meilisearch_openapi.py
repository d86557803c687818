"""Requests of the adapter against Meilisearch's own description of its interface, where that is at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from meilisearch_double import MASTER_KEY, MeilisearchDouble, serving

from minhbach_datasets.release import Release
from minhbach_search.documents import documents
from minhbach_search.engine import Query
from minhbach_search.engines.embedded import EmbeddedEngine
from minhbach_search.engines.meilisearch import MeilisearchEngine
from minhbach_search.engines.meilisearch_index import fill_index
from minhbach_search.engines.meilisearch_server import Server, search_key


def _schema(description: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """The JSON Schema of a request's body, with what it refers to."""
    parts = path.split("?", maxsplit=1)[0].strip("/").split("/")
    for template, operations in description["paths"].items():
        wanted = template.strip("/").split("/")
        if len(wanted) == len(parts) and all(
            w == p or w.startswith("{") for w, p in zip(wanted, parts, strict=True)
        ):
            content = operations.get(method.lower(), {}).get("requestBody", {}).get("content", {})
            if schema := content.get("application/json", {}).get("schema"):
                return {**schema, "components": description.get("components", {})}
    return None


def test_requests_fit_the_published_description(release: Release, embedded: EmbeddedEngine) -> None:
    path = os.environ.get("MINHBACH_TEST_MEILISEARCH_OPENAPI")
    if not path:
        pytest.skip("MINHBACH_TEST_MEILISEARCH_OPENAPI names no file")
    description = json.loads(Path(path).read_text(encoding="utf-8"))
    double = MeilisearchDouble()
    with serving(double) as url:
        server = Server(url, MASTER_KEY)
        fill_index(server, release.id, documents(release.cursor, release.catalogue))
        search_key(server)
        query = Query(
            "hạ long", filters={"kind": ("plans",)}, ranges={"area_ha": (1.0, None)}, sort="newest"
        )
        MeilisearchEngine(server, release.id, embedded.plan).search(query)
    checked = 0
    for method, asked, body in double.requests:
        schema = _schema(description, method, asked)
        if schema is not None and body is not None:
            Draft202012Validator(schema).validate(body)
            checked += 1
    assert checked >= 5
