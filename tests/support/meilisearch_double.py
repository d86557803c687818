"""A Meilisearch for tests: the part of its HTTP interface that the portal uses, in memory, by the standard library.

It is strict where the portal could be wrong (unknown parameters, attributes that were not made filterable
or sortable, keys, indexes that are not there) and only plausible where the real server ranks: every word,
a phrase, a prefix, a synonym or one wrong letter matches, and more and earlier matches come first.
docs/search.md lists what only a real server can show.
"""

from __future__ import annotations

import itertools
import json
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from minhbach_datasets.text import words

MASTER_KEY = "made-up-master-key"
_FILTER = re.compile(r'(\w+) (=|>=|<=) ("(?:[^"\\]|\\.)*"|-?[\d.e+]+)')
_PARTS = re.compile(r'(-?)"([^"]*)"|(\S+)')
_MAX_WORDS = 10


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class _IndexCreation(_Strict):
    uid: str
    primary_key: str | None = None


class _TypoWords(_Strict):
    one_typo: int = 5
    two_typos: int = 9


class _TypoTolerance(_Strict):
    enabled: bool = True
    min_word_size_for_typos: _TypoWords = _TypoWords()
    disable_on_attributes: list[str] = []


class _Localized(_Strict):
    attribute_patterns: list[str]
    locales: list[str]


class _Faceting(_Strict):
    max_values_per_facet: int = 100


class _Pagination(_Strict):
    max_total_hits: int = 1000


class _Settings(_Strict):
    ranking_rules: list[str] = []
    searchable_attributes: list[str] = ["*"]
    displayed_attributes: list[str] = ["*"]
    filterable_attributes: list[str] = []
    sortable_attributes: list[str] = []
    synonyms: dict[str, list[str]] = {}
    typo_tolerance: _TypoTolerance = _TypoTolerance()
    localized_attributes: list[_Localized] | None = None
    faceting: _Faceting = _Faceting()
    pagination: _Pagination = _Pagination()
    separator_tokens: list[str] = []


class _SearchQuery(_Strict):
    index_uid: str
    q: str = ""
    matching_strategy: Literal["all", "last", "frequency"] = "last"
    filter: list[str | list[str]] | str | None = None
    facets: list[str] | None = None
    sort: list[str] | None = None
    page: int | None = None
    hits_per_page: int | None = None
    offset: int = 0
    limit: int = 20
    attributes_to_retrieve: list[str] | None = None


class _MultiSearch(_Strict):
    queries: list[_SearchQuery]
    federation: None = None


class _Swap(_Strict):
    indexes: list[str]


class _KeyCreation(_Strict):
    actions: list[str]
    indexes: list[str]
    expires_at: str | None
    description: str | None = None
    name: str | None = None


class _RefusedError(Exception):
    """What the interface answers with an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": code, "type": "invalid_request", "link": ""}


class _Index:
    def __init__(self) -> None:
        self.settings = _Settings()
        self.documents: dict[str, dict[str, Any]] = {}


class MeilisearchDouble:
    """State of the server, and switches for what goes wrong."""

    def __init__(self) -> None:
        self.indexes: dict[str, _Index] = {}
        self.keys: dict[str, _KeyCreation] = {}
        self.tasks: dict[int, dict[str, Any]] = {}
        self.failing_status: int | None = None
        """Answer every search with this status."""
        self.failing_times = 10**9
        """So many times."""
        self.delay_seconds = 0.0
        self.failing_tasks: set[str] = set()
        """Types of tasks that fail."""
        self.requests: list[tuple[str, str, Any]] = []
        """Method, path, body of everything that was asked, for checking their shapes."""
        self._numbers = itertools.count()
        self._lock = threading.RLock()

    def answer(self, method: str, path: str, key: str, body: Any) -> tuple[int, Any]:
        """Status and content for one request. Raises _RefusedError."""
        with self._lock:
            self.requests.append((method, path, body))
        parts = path.split("?", maxsplit=1)[0].strip("/").split("/")
        if (method, parts) == ("POST", ["multi-search"]):
            return 200, self._multi_search(key, _MultiSearch.model_validate(body))
        if parts == ["health"]:
            return 200, {"status": "available"}
        if key != MASTER_KEY:
            raise _RefusedError(403, "invalid_api_key", "The provided API key is invalid.")
        if parts == ["version"]:
            return 200, {"commitSha": "", "commitDate": "", "pkgVersion": "test double"}
        with self._lock:
            return self._manage(method, parts, body)

    def _manage(self, method: str, parts: list[str], body: Any) -> tuple[int, Any]:
        match method, parts:
            case "GET", ["keys"]:
                return 200, {"results": [], "offset": 0, "limit": 1, "total": len(self.keys)}
            case "POST", ["keys"]:
                return 201, self._create_key(_KeyCreation.model_validate(body))
            case "GET", ["tasks", number]:
                return 200, self._task(int(number))
            case "POST", ["indexes"]:
                wanted = _IndexCreation.model_validate(body)
                error = "index_already_exists" if wanted.uid in self.indexes else None
                self.indexes.setdefault(wanted.uid, _Index())
                return 202, self._enqueue("indexCreation", error)
            case "DELETE", ["indexes", uid]:
                gone = self.indexes.pop(uid, None)
                return 202, self._enqueue("indexDeletion", None if gone else "index_not_found")
            case "PATCH", ["indexes", uid, "settings"]:
                changed = _Settings.model_validate(body).model_dump(
                    by_alias=True, exclude_unset=True
                )
                index = self._index(uid)
                former = index.settings.model_dump(by_alias=True, exclude_unset=True)
                index.settings = _Settings.model_validate({**former, **changed})
                return 202, self._enqueue("settingsUpdate")
            case "GET", ["indexes", uid, "settings"]:
                return 200, self._index(uid).settings.model_dump(by_alias=True)
            case "POST", ["indexes", uid, "documents"]:
                return 202, self._add(self._index(uid), body)
            case "POST", ["swap-indexes"]:
                for swap in [_Swap.model_validate(each) for each in body]:
                    one, other = swap.indexes
                    first, second = self._index(one), self._index(other)
                    if "indexSwap" not in self.failing_tasks:
                        self.indexes[one], self.indexes[other] = second, first
                return 202, self._enqueue("indexSwap")
        raise _RefusedError(404, "not_found", f"{method} /{'/'.join(parts)}")

    def _index(self, uid: str) -> _Index:
        if uid not in self.indexes:
            raise _RefusedError(404, "index_not_found", f"Index `{uid}` not found.")
        return self.indexes[uid]

    def _create_key(self, wanted: _KeyCreation) -> dict[str, Any]:
        key = secrets.token_hex(8)
        self.keys[key] = wanted
        now = "2026-01-01T00:00:00.0Z"
        return {
            **wanted.model_dump(by_alias=True),
            "uid": key,
            "key": key,
            "createdAt": now,
            "updatedAt": now,
        }

    def _add(self, index: _Index, documents: list[dict[str, Any]]) -> dict[str, Any]:
        for document in documents:
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,511}", str(document.get("id", ""))):
                return self._enqueue("documentAdditionOrUpdate", "invalid_document_id")
        if "documentAdditionOrUpdate" not in self.failing_tasks:
            index.documents |= {document["id"]: document for document in documents}
        return self._enqueue("documentAdditionOrUpdate")

    def _enqueue(self, kind: str, error: str | None = None) -> dict[str, Any]:
        if kind in self.failing_tasks:
            error = "made_up_failure"
        number = next(self._numbers)
        self.tasks[number] = {
            "uid": number,
            "indexUid": None,
            "type": kind,
            "status": "enqueued",
            "outcome": error,
            "details": None,
            "error": None,
            "canceledBy": None,
            "duration": None,
            "enqueuedAt": "2026-01-01T00:00:00.0Z",
            "startedAt": None,
            "finishedAt": None,
        }
        return {
            "taskUid": number,
            "indexUid": None,
            "status": "enqueued",
            "type": kind,
            "enqueuedAt": "2026-01-01T00:00:00.0Z",
        }

    def _task(self, number: int) -> dict[str, Any]:
        """Enqueued when asked for the first time, ended from then on."""
        task = self.tasks[number]
        shown = {name: value for name, value in task.items() if name != "outcome"}
        outcome = task["outcome"]
        task["status"] = "failed" if outcome else "succeeded"
        if outcome:
            task["error"] = {"code": outcome, "message": f"The task failed: {outcome}."}
        return shown

    def _multi_search(self, key: str, body: _MultiSearch) -> dict[str, Any]:
        time.sleep(self.delay_seconds)
        with self._lock:
            if self.failing_status is not None and self.failing_times > 0:
                self.failing_times -= 1
                raise _RefusedError(self.failing_status, "made_up_failure", "failing on purpose")
        results = []
        for query in body.queries:
            scope = self.keys.get(key)
            if key != MASTER_KEY and (scope is None or query.index_uid not in scope.indexes):
                raise _RefusedError(403, "invalid_api_key", "The provided API key is invalid.")
            # A swap may come between two queries, as on the real server.
            with self._lock:
                results.append(_searched(self._index(query.index_uid), query))
        return {"results": results}


def _searched(index: _Index, query: _SearchQuery) -> dict[str, Any]:
    settings = index.settings
    for name in query.facets or ():
        if name not in settings.filterable_attributes:
            raise _RefusedError(400, "invalid_search_facets", f"`{name}` is not filterable.")
    kept = [doc for doc in index.documents.values() if _passes(doc, query.filter, settings)]
    scored = [(score, doc) for doc in kept if (score := _score(doc, query, settings)) is not None]
    scored.sort(key=lambda pair: (*pair[0], -pair[1].get("weight", 0), pair[1]["id"]))
    found = [document for _, document in scored]
    for order in reversed(query.sort or []):
        name, direction = order.split(":")
        if name not in settings.sortable_attributes:
            raise _RefusedError(400, "invalid_search_sort", f"`{name}` is not sortable.")
        with_value = [document for document in found if document.get(name) is not None]
        with_value.sort(key=lambda document: document[name], reverse=direction == "desc")
        found = with_value + [document for document in found if document.get(name) is None]
    found = found[: settings.pagination.max_total_hits]
    answer: dict[str, Any] = {"indexUid": query.index_uid, "query": query.q, "processingTimeMs": 0}
    if query.facets is not None:
        answer["facetDistribution"] = {
            name: dict(
                sorted(Counter(v for doc in found for v in _values(doc, name)).items())[
                    : settings.faceting.max_values_per_facet
                ]
            )
            for name in query.facets
        }
    if query.page is not None or query.hits_per_page is not None:
        size, page = query.hits_per_page or 20, query.page or 1
        hits = found[(page - 1) * size : page * size]
        answer |= {"page": page, "hitsPerPage": size, "totalHits": len(found)}
    else:
        hits = found[query.offset : query.offset + query.limit]
        answer |= {"offset": query.offset, "limit": query.limit, "estimatedTotalHits": len(found)}
    shown = query.attributes_to_retrieve or settings.displayed_attributes
    answer["hits"] = [{name: doc[name] for name in shown if name in doc} for doc in hits]
    return answer


def _values(document: dict[str, Any], name: str) -> list[str]:
    value = document.get(name)
    return (
        list(dict.fromkeys(value)) if isinstance(value, list) else [] if value is None else [value]
    )


def _passes(document: dict[str, Any], filters: Any, settings: _Settings) -> bool:
    """Nested lists: all of the outer, any of the inner."""
    for each in filters if isinstance(filters, list) else [filters] if filters else []:
        alternatives = each if isinstance(each, list) else [each]
        if not any(_holds(document, text, settings) for text in alternatives):
            return False
    return True


def _holds(document: dict[str, Any], text: str, settings: _Settings) -> bool:
    match = _FILTER.fullmatch(text)
    if match is None:
        raise _RefusedError(400, "invalid_search_filter", f"Could not parse `{text}`.")
    name, sign, value = match.groups()
    if name not in settings.filterable_attributes:
        raise _RefusedError(400, "invalid_search_filter", f"Attribute `{name}` is not filterable.")
    if sign == "=":
        wanted = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        return wanted in [str(each) for each in _values(document, name)]
    number = document.get(name)
    if number is None:
        return False
    return bool(number >= float(value) if sign == ">=" else number <= float(value))


def _score(
    document: dict[str, Any], query: _SearchQuery, settings: _Settings
) -> tuple[int, int, int, int] | None:
    """Words missed, typos, whether they stand apart, place of the first attribute that matched.

    None where the document does not match.
    """
    texts = [
        (place, words(" \n ".join(map(str, _values(document, name)))))
        for place, name in enumerate(settings.searchable_attributes)
    ]
    wanted: list[str] = []
    missed = typos = 0
    first = len(texts)
    for minus, phrase, word in _PARTS.findall(query.q):
        is_excluded = bool(minus) or (word.startswith("-") and len(word) > 1)
        if not phrase and not is_excluded:
            wanted += words(word)
            continue
        sequence = words(phrase or word)
        places = [place for place, text in texts if _has(text, sequence)]
        if bool(places) == is_excluded:
            return None
        first = min([first, *places])
    wanted = wanted[:_MAX_WORDS]
    at = 0
    while at < len(wanted):
        length, ways = _named(wanted, at, settings.synonyms)
        places = [place for place, text in texts if any(_has(text, way) for way in ways)]
        if not places:
            is_last = at + length == len(wanted) and not query.q.endswith(" ")
            near = [_near(wanted[at : at + length], text, settings, is_last) for _, text in texts]
            places = [
                place for (place, _), count in zip(texts, near, strict=True) if count is not None
            ]
            typos += min((count for count in near if count is not None), default=0)
        missed += 0 if places else 1
        first = min([first, *places])
        at += length
    if missed and (query.matching_strategy == "all" or missed * 2 > len(wanted)):
        return None
    apart = 0 if any(_has(text, wanted) for _, text in texts) else 1
    return missed, typos, apart, first


def _named(
    wanted: list[str], at: int, synonyms: dict[str, list[str]]
) -> tuple[int, list[list[str]]]:
    for length in range(min(8, len(wanted) - at), 0, -1):
        name = wanted[at : at + length]
        if others := synonyms.get(" ".join(name)):
            return length, [name, *(other.split() for other in others)]
    return 1, [[wanted[at]]]


def _has(text: list[str], sequence: list[str]) -> bool:
    length = len(sequence)
    return any(text[at : at + length] == sequence for at in range(len(text) - length + 1))


def _near(name: list[str], text: list[str], settings: _Settings, is_last: bool) -> int | None:
    """Typos it takes to find every word of a name in any order; None where it cannot be found."""
    typos = 0
    for position, word in enumerate(name):
        if word in text:
            continue
        if is_last and position == len(name) - 1 and any(each.startswith(word) for each in text):
            continue
        sizes = settings.typo_tolerance.min_word_size_for_typos
        if len(word) < sizes.one_typo or not any(_one_apart(word, each) for each in text):
            return None
        typos += 1
    return typos


def _one_apart(word: str, other: str) -> bool:
    if abs(len(word) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    tail, rest = word[start:], other[start:]
    swapped = tail[:2] == rest[:2][::-1] and tail[2:] == rest[2:]
    return tail[1:] == rest[1:] or tail == rest[1:] or tail[1:] == rest or swapped


@contextmanager
def serving(double: MeilisearchDouble) -> Iterator[str]:
    """Serve on a free loopback port; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            length = int(self.headers.get("content-length", 0))
            raw = self.rfile.read(length)
            key = self.headers.get("authorization", "").removeprefix("Bearer ")
            try:
                status, content = double.answer(
                    self.command, self.path, key, json.loads(raw) if raw else None
                )
            except _RefusedError as error:
                status, content = error.status, error.body
            except ValidationError as error:
                message = f"{error.errors()[0]['loc']}: {error.errors()[0]['msg']}"
                status, content = 400, {"message": message, "code": "bad_request"}
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: tests are quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    with serving(MeilisearchDouble()) as address:
        print(f"{address} {MASTER_KEY}", flush=True)  # noqa: T201
        threading.Event().wait()
