"""Which engine answers searches over a release."""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

from minhbach_datasets.release import SEARCH_FOLDER, Release
from minhbach_search.documents import documents
from minhbach_search.engine import Page, Query, Reason, SearchUnavailableError
from minhbach_search.engines.embedded import EmbeddedEngine, write_index
from minhbach_search.engines.fallback import FallbackEngine
from minhbach_search.engines.meilisearch import MeilisearchEngine
from minhbach_search.engines.meilisearch_server import Server
from minhbach_site.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReleaseEngine:
    """The engine over one release: its snapshot, and the server in front of it where one is set."""

    snapshot: EmbeddedEngine
    """Also reads queries, with the words of the release."""
    server: FallbackEngine | None

    @property
    def problem(self) -> Reason | None:
        """Why the server, where one is set, is not used at present."""
        return self.server.problem if self.server else None

    def search(self, query: Query) -> Page:
        return (self.server or self.snapshot).search(query)


class Engines:
    """Opens the engine of each release that is served, once."""

    def __init__(self, settings: Settings) -> None:
        self.server: Server | None = None
        if settings.meilisearch_url:
            self.server = Server(
                settings.meilisearch_url, settings.meilisearch_key, settings.meilisearch_index
            )

    def of(self, release: Release) -> ReleaseEngine:
        return release.kept(("search engine",), lambda: self._open(release))

    def _open(self, release: Release) -> ReleaseEngine:
        try:
            snapshot = EmbeddedEngine(release.path / SEARCH_FOLDER, release.id)
        except SearchUnavailableError as error:
            # A snapshot of another version of the engine, say: made anew from the rows, for this process.
            log.warning("building the search snapshot anew: %s", error)
            folder = Path(tempfile.mkdtemp(prefix="minhbach-search-"))
            write_index(documents(release.cursor, release.catalogue), folder)
            snapshot = EmbeddedEngine(folder, release.id)
        if self.server is None:
            return ReleaseEngine(snapshot, None)
        server = MeilisearchEngine(self.server, release.id, snapshot.plan, refuse_managing_key=True)
        return ReleaseEngine(snapshot, FallbackEngine(server, snapshot))
