"""A search server with the embedded snapshot behind it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from minhbach_search.engine import (
    Page,
    Query,
    Reason,
    SearchEngine,
    SearchUnavailableError,
)

log = logging.getLogger(__name__)
PAUSE_SECONDS = 15.0
"""After a failure the server is left alone for so long, so that no visitor waits for it in vain."""


class FallbackEngine:
    """Asks the server; whenever it fails, answers from the snapshot and remembers why."""

    def __init__(
        self,
        server: SearchEngine,
        snapshot: SearchEngine,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._snapshot = snapshot
        self._clock = clock
        self._again_at = 0.0
        self.problem: Reason | None = None
        """Why the server is not used at present; None while it answers."""

    def search(self, query: Query) -> Page:
        if self.problem is None or self._clock() >= self._again_at:
            # One search asks again; those beside it do not wait for the answer.
            self._again_at = self._clock() + PAUSE_SECONDS
            try:
                page = self._server.search(query)
            except SearchUnavailableError as error:
                if self.problem is None:
                    log.warning("searching the embedded snapshot: %s", error)
                self.problem = error.reason
            else:
                self.problem = None
                return page
        return self._snapshot.search(query)
