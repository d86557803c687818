"""Which engine answers searches over a release."""

from __future__ import annotations

import threading

from minhbach_datasets.release import SEARCH_FOLDER, Release
from minhbach_search.engine import SearchEngine, SearchUnavailableError
from minhbach_search.engines.embedded import EmbeddedEngine
from minhbach_search.engines.fallback import FallbackEngine
from minhbach_search.engines.meilisearch import MeilisearchEngine, Server, may_manage
from minhbach_site.settings import Settings

_REFUSED = "MINHBACH_MEILISEARCH_KEY may manage keys; give the site a key that may only search"


class Engines:
    """The engine of the release that is served: its snapshot, or Meilisearch with the snapshot behind."""

    def __init__(self, settings: Settings) -> None:
        self.server: Server | None = None
        if settings.meilisearch_url:
            self.server = Server(
                settings.meilisearch_url, settings.meilisearch_key, settings.meilisearch_index
            )
        self._refused: bool | None = None
        self._lock = threading.Lock()
        self._release = ""
        self._embedded: EmbeddedEngine | None = None
        self._engine: SearchEngine | None = None

    def of(self, release: Release) -> SearchEngine:
        """The engine over a release, opened once."""
        with self._lock:
            if self._engine is None or self._release != release.id:
                self._engine = self._open(release)
                self._release = release.id
            return self._engine

    def embedded(self, release: Release) -> EmbeddedEngine:
        """The snapshot of a release, which also reads queries for Meilisearch."""
        self.of(release)
        assert self._embedded is not None
        return self._embedded

    @property
    def problem(self) -> str | None:
        """Why Meilisearch, where it is set, is not used at present."""
        if self._refused:
            return _REFUSED
        return self._engine.problem if isinstance(self._engine, FallbackEngine) else None

    def _open(self, release: Release) -> SearchEngine:
        snapshot = EmbeddedEngine(release.path / SEARCH_FOLDER, release.id)
        self._embedded = snapshot
        if self.server is None or self._key_is_refused(self.server):
            return snapshot
        return FallbackEngine(MeilisearchEngine(self.server, release.id, snapshot.plan), snapshot)

    def _key_is_refused(self, server: Server) -> bool:
        if self._refused is None:
            try:
                self._refused = may_manage(server)
            except SearchUnavailableError:
                # Asked again with the next release; until then searching shows what is wrong.
                return False
        return self._refused
