"""One CKAN portal: polite calls of its actions, and its failures as FetchError."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import requests
from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ValidationError
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from minhbach_datasets.errors import FetchError
from minhbach_ingest.fetch import MAX_PAUSE_SECONDS, TIMEOUT, USER_AGENT

PAGE_SIZE = 100
PAUSE_SECONDS = 0.2


class RemoteNotFoundError(FetchError):
    """The portal has no such package or organisation. Raised by calls of its actions."""


class NotAllowedError(FetchError):
    """The portal does not let us do or see that. Raised by calls of its actions."""


class Portal:
    """Calls actions, one after the other."""

    def __init__(
        self,
        address: str,
        key: str | None = None,
        pause: float = PAUSE_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """address: what `/api/action` is appended to; key: for writing, none for reading."""
        self.address = address.rstrip("/")
        self._pause = pause
        self._sleep = sleep
        session = requests.Session()
        # Actions are posted also where they only read; only those are tried again.
        retry = Retry(
            total=3 if key is None else 0,
            backoff_factor=0.5,
            status_forcelist=(429, 502, 503, 504),
            allowed_methods=None,
            respect_retry_after_header=True,
            retry_after_max=MAX_PAUSE_SECONDS,
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        self._remote = RemoteCKAN(self.address, apikey=key, user_agent=USER_AGENT, session=session)

    def call(self, action: str, **data: object) -> Any:
        """The result of an action.

        Raises RemoteNotFoundError, and FetchError for everything else: a portal that cannot be reached,
        answers something else than CKAN does, or says `success: false`, whatever the HTTP status.
        """
        try:
            return self._remote.call_action(action, data, requests_kwargs={"timeout": TIMEOUT})
        except NotFound as error:
            raise RemoteNotFoundError(f"{self.address}: {action}: not found: {error}") from None
        except NotAuthorized as error:
            raise NotAllowedError(
                f"{self.address}: {action}: not allowed: {_told(error)}"
            ) from None
        except ValidationError as error:
            raise FetchError(f"{self.address}: {action}: not accepted: {_told(error)}") from None
        except CKANAPIError as error:
            raise FetchError(
                f"{self.address}: {action}: not an answer of CKAN: {str(error)[:300]}"
            ) from None
        except requests.RequestException as error:
            raise FetchError(f"{self.address}: {action}: {error}") from None
        finally:
            self._sleep(self._pause)

    def packages(self, query: str, start: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every package a filter query (`fq`) keeps, with its place; the order is that of their ids.

        start: the place to go on from. Raises FetchError.
        """
        while True:
            found = self.call(
                "package_search", fq=query, start=start, rows=PAGE_SIZE, sort="id asc"
            )
            page = found.get("results") if isinstance(found, dict) else None
            if not isinstance(page, list):
                raise FetchError(f"{self.address}: package_search: no list of results")
            for package in page:
                if isinstance(package, dict):
                    yield start, package
                start += 1
            if not page:
                return


def _told(error: CKANAPIError) -> str:
    details = getattr(error, "error_dict", None) or error.args[0] if error.args else ""
    return str(details)[:300]
