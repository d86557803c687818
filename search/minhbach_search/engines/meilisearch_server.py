"""A Meilisearch server: where it is, which key does what, and what its failures mean."""

from __future__ import annotations

from dataclasses import dataclass

import meilisearch
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchError,
    MeilisearchTimeoutError,
)
from requests import RequestException

from minhbach_search.engine import Reason, SearchUnavailableError

DEFAULT_INDEX = "minhbach"


@dataclass(frozen=True, slots=True)
class Server:
    """Where Meilisearch is and how it may be used."""

    url: str
    key: str = ""
    index: str = DEFAULT_INDEX
    timeout_seconds: int = 5

    def client(self) -> meilisearch.Client:
        return meilisearch.Client(self.url, self.key or None, timeout=self.timeout_seconds)


def search_key(server: Server) -> str:
    """Make a key that may search the live index and nothing else: what the site is given.

    Raises SearchUnavailableError when the server does not answer or the key may not make keys.
    """
    try:
        key = server.client().create_key(
            {
                "description": "Minh Bạch: search only",
                "actions": ["search"],
                "indexes": [server.index],
                "expiresAt": None,
            }
        )
    except (MeilisearchError, RequestException) as error:
        raise unavailable(server, error) from error
    return str(key.key)


def may_manage(server: Server) -> bool:
    """Whether the key may manage keys: such a key must not be in the site's hands.

    Raises SearchUnavailableError when the server does not say.
    """
    try:
        server.client().get_keys({"limit": 1})
    except MeilisearchApiError as error:
        if error.status_code in (401, 403):
            return False
        raise unavailable(server, error) from error
    except (MeilisearchError, RequestException) as error:
        raise unavailable(server, error) from error
    return True


def unavailable(server: Server, error: Exception) -> SearchUnavailableError:
    """A failure of the client as one of ours; the message names the server, so it is for logs."""
    reason: Reason = "strange"
    if isinstance(error, MeilisearchApiError):
        reason = "refused"
    elif isinstance(error, MeilisearchCommunicationError | MeilisearchTimeoutError):
        reason = "unreached"
    return SearchUnavailableError(f"Meilisearch at {server.url}: {error}", reason)
