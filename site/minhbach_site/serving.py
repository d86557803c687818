"""What surrounds every request: the release it is served from, cached answers, security headers."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from minhbach_datasets.errors import NoReleaseError
from minhbach_datasets.release import ReleaseStore
from minhbach_site.i18n import today

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}
_COMPRESSED = (
    "text/",
    "application/json",
    "application/problem+json",
    "application/geo+json",
    "application/atom+xml",
    "application/feed+json",
    "image/svg",
)
_MIN_COMPRESSED = 600
_MAX_ENTRY = 1 << 20
_MAX_KEY = 400
_ENTRY_COST = 2000
"""Bytes that a kept answer costs beside its body: key, headers, objects."""


class SecurityHeaders:
    """Adds the same headers to every answer. Only where a tile server is set may pages ask that one."""

    def __init__(self, app: ASGIApp, tile_url: str = "") -> None:
        self.app = app
        self._headers = dict(SECURITY_HEADERS)
        if tile_url:
            host = "/".join(tile_url.split("/")[:3])
            self._headers["content-security-policy"] = CONTENT_SECURITY_POLICY.replace(
                "connect-src 'self'", f"connect-src 'self' {host}"
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)


class ServeRelease:
    """Holds the current release open for the length of a request, as `scope["release"]`."""

    def __init__(self, app: ASGIApp, store: ReleaseStore) -> None:
        self.app = app
        self.store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            held = self.store.acquire()
            release = held.__enter__()
        except NoReleaseError as error:
            scope["release"] = None
            scope["release_error"] = error
            await self.app(scope, receive, send)
            return
        try:
            scope["release"] = release
            await self.app(scope, receive, send)
        finally:
            held.__exit__(None, None, None)


@dataclass(frozen=True, slots=True)
class _Answer:
    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: bytes


class CacheAnswers:
    """Keeps whole answers of one release and day, compressed, by address; a release never changes, but
    what is still valid is a matter of the day.

    Only successful GET answers that say nothing of the visitor or the moment are kept; the least
    used go first.
    Middleware runs on the event loop alone, so there is nothing to lock.
    """

    def __init__(self, app: ASGIApp, megabytes: int) -> None:
        self.app = app
        self._limit = megabytes << 20
        self._size = 0
        self._answers: OrderedDict[tuple[str, ...], _Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        compress = "gzip" in headers.get("accept-encoding", "")
        release = scope.get("release")
        key = (
            release.id if release else "",
            today().isoformat(),
            "gzip" if compress else "",
            headers.get("host", "")[:100],
            "json" if "json" in headers.get("accept", "") else "",
            scope["path"],
            scope["query_string"].decode("latin-1"),
        )
        kept = self._answers.get(key)
        if kept is not None:
            self._answers.move_to_end(key)
            await _answer(kept, headers, scope, send)
            return
        collector = _Collector(send)
        await self.app(scope, receive, collector)
        if not collector.whole:
            return
        answer = _finished(collector, compress=compress)
        if answer is None:
            await collector.pass_on()
            return
        if len("".join(key)) <= _MAX_KEY and release is not None:
            self._keep(key, answer)
        await _answer(answer, headers, scope, send)

    def _keep(self, key: tuple[str, ...], answer: _Answer) -> None:
        if not 0 < len(answer.body) <= min(_MAX_ENTRY, self._limit):
            return
        if key not in self._answers:
            self._answers[key] = answer
            self._size += len(answer.body) + _ENTRY_COST
        while self._size > self._limit:
            _, dropped = self._answers.popitem(last=False)
            self._size -= len(dropped.body) + _ENTRY_COST


class _Collector:
    """Holds back a one-part answer that may be kept; lets everything else through as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._passing = False
        self.whole = False
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message["headers"])
            names = {name for name, _ in self.headers}
            # Files set their own ETag and are streamed.
            self._passing = b"etag" in names or b"content-encoding" in names
            if not self._passing:
                self._start = message
                return
        elif self._start is not None and not self._passing:
            if not message.get("more_body", False):
                self.body = message.get("body", b"")
                self.whole = True
                return
            self._passing = True
            await self._send(self._start)
        await self._send(message)

    async def pass_on(self) -> None:
        assert self._start is not None
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": self.body})


def _finished(collected: _Collector, *, compress: bool) -> _Answer | None:
    if collected.status != 200 or any(name == b"cache-control" for name, _ in collected.headers):
        # What says itself how it may be kept is not kept here.
        return None
    headers = [(name, value) for name, value in collected.headers if name != b"content-length"]
    content_type = dict(headers).get(b"content-type", b"").decode("latin-1")
    body = collected.body
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
    headers.append((b"vary", b"accept-encoding, accept"))
    if (
        content_type.startswith(_COMPRESSED)
        and compress
        and _MIN_COMPRESSED < len(body) < _MAX_ENTRY
    ):
        body = gzip.compress(body, 6, mtime=0)
        etag = etag[:-1] + b'-gz"'
        headers.append((b"content-encoding", b"gzip"))
    headers += [
        (b"etag", etag),
        (b"cache-control", b"no-cache"),
        (b"content-length", str(len(body)).encode()),
    ]
    return _Answer(headers, body, etag)


async def _answer(answer: _Answer, headers: Headers, scope: Scope, send: Send) -> None:
    """Send a whole answer, or 304 to a client that has it already."""
    if answer.etag.decode() in headers.get("if-none-match", ""):
        kept = [(n, v) for n, v in answer.headers if n in (b"etag", b"cache-control", b"vary")]
        await send({"type": "http.response.start", "status": 304, "headers": kept})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": list(answer.headers)})
    body = b"" if scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})
