"""Remote files: kept in a cache below the var folder, asked for again only where they may have changed.

<var>/cache/blobs/<sha256>       contents
<var>/cache/urls/<sha256>.json   what is known of one address: its last good content and since when
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import os
import socket
import time
import urllib.robotparser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from minhbach_datasets.errors import FetchError
from minhbach_datasets.frozen import Frozen

USER_AGENT = "MinhBach/0.1 (open-data portal; harvests what offices publish)"
TIMEOUT = (10, 60)
"""Seconds to connect, and between two pieces of an answer."""
TOTAL_SECONDS = 600
MAX_BYTES = 300 << 20
MAX_BYTES_OF_OTHERS = 50 << 20
PAUSE_SECONDS = 0.2
"""Between two requests to one host, unless its robots.txt asks for more."""
MAX_PAUSE_SECONDS = 10
MAX_REDIRECTS = 5
_BLOCK = 1 << 16


class Known(Frozen):
    """What the cache knows of one address."""

    url: str
    sha256: str
    bytes: int
    fetched: datetime
    """When the content came from there."""
    checked: datetime
    """When the source last said that it is still so."""
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """The content of an address, the newest there is."""

    path: Path
    known: Known
    problem: str | None = None
    """Why it could not be asked for again; the content is then that of `known.checked`."""


class Fetcher:
    """Fetches addresses; one host is asked for one thing at a time, with a pause between."""

    def __init__(
        self,
        cache: Path,
        mirror: Path | None = None,
        online: bool = True,
        max_bytes: int = MAX_BYTES,
        public_only_but: str | None = None,
        pause: float = PAUSE_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Say where from and how.

        mirror: a folder laid out as `host/path` that stands for the whole network; nothing is asked
        for elsewhere then. online: False takes what the cache has. public_only_but: addresses must not
        lead into the own network, but for this host's; None trusts them all.
        """
        self._cache = cache
        self._blobs = cache / "blobs"
        self._urls = cache / "urls"
        self._mirror = mirror
        self._online = online
        self._max_bytes = max_bytes
        self._public_only_but = public_only_but
        self._pause = pause
        self._sleep = sleep
        self._next_request: dict[str, float] = {}
        self._robots: dict[str, urllib.robotparser.RobotFileParser] = {}
        self._unreachable: dict[str, str] = {}
        self._done: dict[tuple[str, str | None], Fetched | str] = {}
        """What this run got already, or why it did not."""
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        retry = Retry(
            total=3,
            backoff_factor=0.5,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET",),
            respect_retry_after_header=True,
            retry_after_max=MAX_PAUSE_SECONDS,
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def for_others(self, portal: str) -> Fetcher:
        """One for addresses that another portal names: smaller files, and none of the own network's,
        unless they are the portal's."""
        return Fetcher(
            self._cache,
            self._mirror,
            self._online,
            MAX_BYTES_OF_OTHERS,
            public_only_but=urlsplit(portal).netloc,
            pause=self._pause,
            sleep=self._sleep,
        )

    @property
    def mirrored(self) -> bool:
        """Whether a mirror stands for the network."""
        return self._mirror is not None

    def get(self, url: str, sha256: str | None = None) -> Fetched:
        """The content of an address: from the cache where it is pinned, else asked for if it changed.

        sha256: what the content must be; other content is refused, and is not kept. Where the source
        cannot be reached the last good content is returned with the problem. Raises FetchError where
        there is none.
        """
        done = self._done.get((url, sha256))
        if isinstance(done, str):
            raise FetchError(done)
        if done is None:
            try:
                done = self._get_once(url, sha256)
            except FetchError as error:
                self._done[url, sha256] = str(error)
                raise
            self._done[url, sha256] = done
        return done

    def _get_once(self, url: str, sha256: str | None) -> Fetched:
        known = self.cached(url)
        if known is not None and sha256 is not None and known.sha256 == sha256:
            return Fetched(self._blobs / known.sha256, known)
        if known is not None and sha256 is not None:
            known = None
        try:
            if self._mirror is not None:
                known = self._from_mirror(url, known, sha256)
            elif not self._online:
                if known is None:
                    raise FetchError(f"{url}: never fetched; run `minhbach-ingest fetch`")
            else:
                known = self._request(url, known, sha256)
        except FetchError as error:
            if known is None:
                raise
            return Fetched(self._blobs / known.sha256, known, str(error))
        return Fetched(self._blobs / known.sha256, known)

    def cached(self, url: str) -> Known | None:
        """What the cache has of an address, if its content is still whole."""
        try:
            known = Known.model_validate_json(self._place(url).read_bytes())
            size = (self._blobs / known.sha256).stat().st_size
        except (OSError, ValueError):
            return None
        return known if size == known.bytes else None

    def blob(self, sha256: str) -> Path:
        """Where a content of the cache lies."""
        return self._blobs / sha256

    def _place(self, url: str) -> Path:
        return self._urls / f"{hashlib.sha256(url.encode()).hexdigest()}.json"

    def _from_mirror(self, url: str, known: Known | None, sha256: str | None) -> Known:
        assert self._mirror is not None
        parts = urlsplit(url)
        name = unquote(parts.path).lstrip("/") + (f"?{parts.query}" if parts.query else "")
        path = (self._mirror / parts.netloc / name).absolute()
        if ".." in path.parts or not path.is_file():
            raise FetchError(f"{url}: not in the mirror, where it would be {path}")
        return self._keep(url, known, sha256, path.read_bytes(), {})

    def _request(self, url: str, known: Known | None, sha256: str | None) -> Known:
        headers = {}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        elif known is not None:
            headers["If-Modified-Since"] = format_datetime(known.fetched, usegmt=True)
        started = time.monotonic()
        at = url
        for _ in range(MAX_REDIRECTS + 1):
            with self._answer(at, headers) as answer:
                if answer.is_redirect:
                    at = urljoin(answer.url, answer.headers["location"])
                    continue
                if answer.status_code == 304 and known is not None:
                    fresh = known.model_copy(update={"checked": _now()})
                    self._write_known(fresh)
                    return fresh
                if answer.status_code != 200:
                    raise FetchError(
                        f"{url}: the source answers {answer.status_code} {answer.reason}"
                    )
                return self._keep(
                    url, known, sha256, self._body(url, answer, started), answer.headers
                )
        raise FetchError(f"{url}: more than {MAX_REDIRECTS} redirections")

    def _answer(self, url: str, headers: dict[str, str]) -> requests.Response:
        host = self._check_address(url)
        if host in self._unreachable:
            raise FetchError(f"{url}: {self._unreachable[host]}")
        if not self._allowed(url, host):
            raise FetchError(f"{url}: the robots.txt of {host} does not allow it")
        return self._get(url, host, headers)

    def _get(self, url: str, host: str, headers: dict[str, str]) -> requests.Response:
        wait = self._next_request.get(host, 0) - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        try:
            answer = self._session.get(
                url, headers=headers, timeout=TIMEOUT, stream=True, allow_redirects=False
            )
        except (requests.RequestException, HTTPError, ValueError) as error:
            # The other files of the host would each wait for as long.
            self._unreachable[host] = f"{host} cannot be reached: {_reason(error)}"
            raise FetchError(f"{url}: {self._unreachable[host]}") from None
        finally:
            self._next_request[host] = time.monotonic() + self._pause_of(host)
        self._check_peer(url, host, answer)
        return answer

    def _check_peer(self, url: str, host: str, answer: requests.Response) -> None:
        """Raises FetchError where a name led elsewhere when it was asked than when it was looked at."""
        if self._public_only_but in (None, host):
            return
        connection = getattr(answer.raw, "connection", None)
        peer = connection.sock.getpeername()[0] if connection and connection.sock else ""
        if not peer or not ipaddress.ip_address(peer).is_global:
            answer.close()
            raise FetchError(f"{url}: leads into a private network; it is not asked for")

    def _check_address(self, url: str) -> str:
        """The host of an address that may be asked. Raises FetchError for the others."""
        try:
            parts = urlsplit(url)
            port = parts.port or 443
        except ValueError as error:
            raise FetchError(f"{url}: no address: {error}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FetchError(f"{url}: not an http or https address")
        trusted = self._public_only_but in (None, parts.netloc)
        if not trusted and not _is_public(parts.hostname, port):
            raise FetchError(f"{url}: leads into a private network; it is not asked for")
        return parts.netloc

    def _allowed(self, url: str, host: str) -> bool:
        if host not in self._robots:
            parser = urllib.robotparser.RobotFileParser()
            scheme = urlsplit(url).scheme
            with self._get(f"{scheme}://{host}/robots.txt", host, {}) as answer:
                # RFC 9309: without a readable file everything is allowed.
                text = b""
                if answer.status_code == 200:
                    with contextlib.suppress(HTTPError, OSError):
                        text = answer.raw.read(1 << 19, decode_content=True)
                parser.parse(text.decode("utf-8", "replace").splitlines())
            self._robots[host] = parser
        return self._robots[host].can_fetch(USER_AGENT, url)

    def _pause_of(self, host: str) -> float:
        robots = self._robots.get(host)
        asked = robots.crawl_delay(USER_AGENT) if robots is not None else None
        return min(max(self._pause, float(asked or 0)), MAX_PAUSE_SECONDS)

    def _body(self, url: str, answer: requests.Response, started: float) -> bytes:
        claimed = answer.headers.get("content-length", "")
        if claimed.isdecimal() and int(claimed) > self._max_bytes:
            raise FetchError(f"{url}: {claimed} bytes, more than {self._max_bytes} are not fetched")
        found = bytearray()
        try:
            # A block of what is there; waiting for full ones would let a slow source go on for ever.
            while block := answer.raw.read1(_BLOCK, decode_content=True):
                found += block
                if len(found) > self._max_bytes:
                    raise FetchError(f"{url}: more than {self._max_bytes} bytes are not fetched")
                if time.monotonic() - started > TOTAL_SECONDS:
                    raise FetchError(f"{url}: not finished within {TOTAL_SECONDS} s")
        except (requests.RequestException, HTTPError, OSError) as error:
            raise FetchError(
                f"{url}: broke off after {len(found)} bytes: {_reason(error)}"
            ) from None
        encoded = answer.headers.get("content-encoding")
        if claimed.isdecimal() and not encoded and len(found) != int(claimed):
            raise FetchError(f"{url}: broke off after {len(found)} of {claimed} bytes")
        return bytes(found)

    def _keep(
        self,
        url: str,
        known: Known | None,
        sha256: str | None,
        data: bytes,
        headers: Mapping[str, str],
    ) -> Known:
        digest = hashlib.sha256(data).hexdigest()
        if sha256 is not None and digest != sha256:
            raise FetchError(
                f"{url}: its sha256 is {digest}, the definition expects {sha256}; "
                "look at what changed, then put the new one into the definition"
            )
        now = _now()
        same = known is not None and known.sha256 == digest
        fresh = Known(
            url=url,
            sha256=digest,
            bytes=len(data),
            fetched=known.fetched if known is not None and same else now,
            checked=now,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
        )
        if not same:
            _write(self._blobs / digest, data)
        self._write_known(fresh)
        return fresh

    def _write_known(self, known: Known) -> None:
        _write(self._place(known.url), known.model_dump_json(indent=1).encode())


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _is_public(host: str, port: int) -> bool:
    try:
        found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(address[0]).is_global for *_, address in found)


def _reason(error: BaseException) -> str:
    """The last cause, which is what a person can do something about."""
    cause: BaseException = error
    while cause.__cause__ is not None or cause.__context__ is not None:
        cause = cause.__cause__ or cause.__context__ or cause
    return str(cause) or type(error).__name__
