"""Filling a Meilisearch index: settings, documents in batches, swap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import meilisearch
from meilisearch.errors import MeilisearchError
from meilisearch.models.task import TaskInfo
from requests import RequestException

from minhbach_datasets.errors import PortalError
from minhbach_datasets.text import common_tone_place
from minhbach_search.engine import (
    FILTERS,
    MAX_FACET_VALUES,
    MAX_HITS,
    RANGES,
    SORT_FIELDS,
    SearchDocument,
)
from minhbach_search.engines.meilisearch_server import Server, unavailable
from minhbach_search.glossary import glossary

_BATCH = 2000
_TASK_SECONDS = 600


class MeilisearchTaskError(PortalError):
    """Meilisearch refused documents, settings or a swap. Raised while an index is filled."""


def settings() -> dict[str, Any]:
    """Settings of every index, from the filters that definitions name and from the glossary."""
    return {
        # Defaults of ranking rules change between versions, so they are all named.
        "rankingRules": [
            "sort",
            "words",
            "typo",
            "proximity",
            "attribute",
            "exactness",
            "weight:desc",
            "day:desc",
        ],
        "searchableAttributes": [
            "numbers",
            "title_vi",
            "title_en",
            "also_vi",
            "also_en",
            "body",
            "summary_vi",
            "summary_en",
            "keywords",
        ],
        "displayedAttributes": [
            "kind",
            "record",
            "release",
            "title_vi",
            "title_en",
            "also_vi",
            "also_en",
            "summary_vi",
            "summary_en",
            "body",
            "verified",
        ],
        "filterableAttributes": ["release", *FILTERS, *RANGES],
        "sortableAttributes": sorted({"weight", *SORT_FIELDS.values()}),
        "synonyms": {name: list(others) for name, others in glossary().synonyms().items()},
        # Vietnamese syllables are short: the defaults of 5 and 9 letters would forgive almost nothing.
        "typoTolerance": {
            "minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 9},
            "disableOnAttributes": ["numbers"],
        },
        "localizedAttributes": [{"attributePatterns": ["*"], "locales": ["vie"]}],
        "faceting": {"maxValuesPerFacet": MAX_FACET_VALUES},
        "pagination": {"maxTotalHits": MAX_HITS},
        # Parts of document numbers: 80/QĐ-TTg, 316/NQ-HĐND.
        "separatorTokens": ["/", "-"],
    }


def fill_index(server: Server, release: str, documents: Iterable[SearchDocument]) -> int:
    """Build a fresh index of a release, swap it with the live one, drop what was live before.

    Returns the number of documents. The live index stays as it was until the swap, which Meilisearch
    does in one step. Raises MeilisearchTaskError, with the reason the server gives, when it refuses
    anything, and SearchUnavailableError when it does not answer; the half-built index is removed.
    """
    client = server.client()
    fresh = f"{server.index}-{release}"
    tasks = _Tasks(client)
    try:
        tasks.done(client.create_index(fresh, {"primaryKey": "id"}), unless="index_already_exists")
        index = client.index(fresh)
        tasks.done(index.update_settings(settings()))
        count = 0
        for batch in _batches(documents):
            count += len(batch)
            tasks.done(index.add_documents([_stored(document, release) for document in batch]))
        tasks.done(
            client.create_index(server.index, {"primaryKey": "id"}), unless="index_already_exists"
        )
        tasks.done(client.swap_indexes([{"indexes": [server.index, fresh]}]))
    except (MeilisearchError, RequestException) as error:
        raise unavailable(server, error) from error
    finally:
        # After the swap this is the former release, else what was begun.
        _drop(client, fresh)
    return count


def _batches(documents: Iterable[SearchDocument]) -> Iterator[list[SearchDocument]]:
    rest = iter(documents)
    while batch := list(islice(rest, _BATCH)):
        yield batch


class _Tasks:
    """Waits for the server's tasks and turns their failures into errors."""

    def __init__(self, client: meilisearch.Client) -> None:
        self._client = client

    def done(self, info: TaskInfo, unless: str | None = None) -> None:
        """Return when a task has ended; `unless` is an error code that is fine too."""
        task = self._client.wait_for_task(info.task_uid, timeout_in_ms=_TASK_SECONDS * 1000)
        if task.status == "succeeded":
            return
        error = task.error or {}
        if unless is None or error.get("code") != unless:
            raise MeilisearchTaskError(
                f"Meilisearch task {info.task_uid} ({task.type}) {task.status}: "
                f"{error.get('message', 'no reason given')}"
            )


def _drop(client: meilisearch.Client, uid: str) -> None:
    # Nothing depends on it: an index that is left behind only takes room.
    with suppress(MeilisearchError, RequestException):
        task = client.delete_index(uid)
        client.wait_for_task(task.task_uid, timeout_in_ms=_TASK_SECONDS * 1000)


def _stored(document: SearchDocument, release: str) -> dict[str, Any]:
    return {
        # Ids of documents allow few characters; ids of records are slugs.
        "id": re.sub(r"[^A-Za-z0-9_-]", "-", f"{document.kind}__{document.id}"),
        "release": release,
        "kind": document.kind,
        "record": document.id,
        "title_vi": common_tone_place(document.title[0]),
        "title_en": document.title[1],
        "also_vi": list(document.also[0]),
        "also_en": list(document.also[1]),
        "keywords": document.keywords,
        "summary_vi": document.summary[0],
        "summary_en": document.summary[1],
        "numbers": [key.replace("-", " ") for key in document.numbers],
        "body": document.body,
        **{name: list(values) for name, values in document.filters.items()},
        **document.ranges,
        "day": document.day,
        "weight": document.weight,
        "verified": document.verified,
    }
