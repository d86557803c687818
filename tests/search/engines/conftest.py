"""Both engines over the real release: the embedded snapshot, and Meilisearch or its double.

MINHBACH_TEST_MEILISEARCH_URL (with _KEY, one that may manage indexes) names a real server; without it
the double of tests/support answers.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from meilisearch_double import MASTER_KEY, MeilisearchDouble, serving

from minhbach_datasets.release import SEARCH_FOLDER, Release
from minhbach_search.documents import documents
from minhbach_search.engine import SearchEngine
from minhbach_search.engines.embedded import EmbeddedEngine
from minhbach_search.engines.meilisearch import MeilisearchEngine
from minhbach_search.engines.meilisearch_index import fill_index
from minhbach_search.engines.meilisearch_server import Server


@pytest.fixture(scope="session")
def embedded(release: Release) -> EmbeddedEngine:
    return EmbeddedEngine(release.path / SEARCH_FOLDER, release.id)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that may be managed, with an index name of this run's own."""
    index = f"test-{secrets.token_hex(4)}"
    with ExitStack() as stack:
        url = os.environ.get("MINHBACH_TEST_MEILISEARCH_URL", "")
        key = os.environ.get("MINHBACH_TEST_MEILISEARCH_KEY", "")
        if not url:
            url, key = stack.enter_context(serving(MeilisearchDouble())), MASTER_KEY
        found = Server(url, key, index)
        yield found
        task = found.client().delete_index(index)
        found.client().wait_for_task(task.task_uid)


@pytest.fixture(scope="session", params=["embedded", "meilisearch"])
def engine(
    request: pytest.FixtureRequest, embedded: EmbeddedEngine, release: Release
) -> SearchEngine:
    if request.param == "embedded":
        return embedded
    server: Server = request.getfixturevalue("server")
    fill_index(server, release.id, documents(release.cursor, release.catalogue))
    return MeilisearchEngine(server, release.id, embedded.plan)
