"""The engine on a Meilisearch server, through its official client."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchError,
)
from requests import RequestException

from minhbach_search.engine import (
    SORT_FIELDS,
    Hit,
    Match,
    Page,
    Query,
    SearchUnavailableError,
)
from minhbach_search.engines.meilisearch_server import Server, may_manage, unavailable
from minhbach_search.highlight import hit
from minhbach_search.query import Plan

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.2
_RERANKED = 60
"""So many of the best hits are put in order by exact accents, which Meilisearch folds away."""
_WORDS = 10
"""Meilisearch reads no more words of a query."""
_STRATEGIES: tuple[tuple[Match, str], ...] = (("all", "all"), ("some", "frequency"))
"""All words; failing that, the rarer ones."""
_Answer = TypeVar("_Answer")


class MeilisearchEngine:
    """Searches the live index as long as it holds the release that is being served.

    plan: reads queries with the words of that release, as the embedded snapshot does;
    refuse_managing_key: do not search with a key that may manage keys.
    """

    def __init__(
        self,
        server: Server,
        release: str,
        plan: Callable[[str], Plan],
        *,
        refuse_managing_key: bool = False,
    ) -> None:
        self._key_is_unknown = refuse_managing_key
        self._server = server
        self._client = server.client()
        self._release = release
        self._plan = plan

    def search(self, query: Query) -> Page:
        """Raises SearchUnavailableError when the server fails or holds another release."""
        planned = self._plan(query.text)
        if planned.empty and query.text.strip():
            return Page(self._release, (), 0, {})
        if self._key_is_unknown:
            if may_manage(self._server):
                raise SearchUnavailableError("the key may manage keys", "key")
            self._key_is_unknown = False
        try:
            for match, strategy, text in _stages(planned):
                page, is_found = self._page(query, planned, match, strategy, text)
                if is_found:
                    return page
        except (KeyError, IndexError, TypeError, ValueError) as error:
            message = f"Meilisearch at {self._server.url} answered strangely: {error!r}"
            raise SearchUnavailableError(message, "strange") from error
        return Page(self._release, (), 0, page.facets)

    def _page(
        self, query: Query, planned: Plan, match: Match, strategy: str, text: str
    ) -> tuple[Page, bool]:
        """The page, and whether the text finds anything at all, whatever the filters."""
        reranks = query.sort == "relevance" and query.offset + query.limit <= _RERANKED
        own = [name for name in query.facets if query.filters.get(name)]
        main: dict[str, Any] = {
            "indexUid": self._server.index,
            "q": text,
            "matchingStrategy": strategy,
            "filter": self._filter(query),
            "facets": [name for name in query.facets if name not in own],
        }
        # Pages are counted exactly, unlike offsets; a window from the start is put in order here.
        if reranks:
            main |= {"page": 1, "hitsPerPage": _RERANKED}
        else:
            main |= {"page": query.offset // query.limit + 1, "hitsPerPage": query.limit}
        if query.sort != "relevance":
            main["sort"] = [f"{SORT_FIELDS[query.sort]}:desc"]
        counts = [
            {
                "indexUid": self._server.index,
                "q": text,
                "matchingStrategy": strategy,
                "filter": self._filter(query, without=name),
                "facets": [name],
                "limit": 0,
            }
            for name in own
        ]
        # The filters have no say in how a text is read.
        anything = {
            "indexUid": self._server.index,
            "q": text,
            "matchingStrategy": strategy,
            "filter": self._filter(Query("")),
            "page": 1,
            "hitsPerPage": 1,
            "attributesToRetrieve": ["release"],
        }
        # Last, so that a swap in between shows: which release does the index hold?
        held = {"indexUid": self._server.index, "q": "", "limit": 1}
        held["attributesToRetrieve"] = ["release"]
        found, *counted, some, last = self._asked([main, *counts, anything, held])
        self._check_release(found["hits"], last["hits"])
        hits = found["hits"]
        if reranks:
            hits = sorted(hits, key=lambda document: -_exact_words(document, planned))
            hits = hits[query.offset : query.offset + query.limit]
        facets = dict(found.get("facetDistribution") or {})
        for name, answer in zip(own, counted, strict=True):
            facets |= {name: (answer.get("facetDistribution") or {}).get(name, {})}
        page = Page(
            self._release,
            tuple(_hit(document, query, planned) for document in hits),
            found["totalHits"],
            {name: facets.get(name, {}) for name in query.facets},
            match,
        )
        return page, some["totalHits"] > 0

    def _filter(self, query: Query, without: str | None = None) -> list[str | list[str]]:
        """Nested lists: all of the outer, any of the inner. Values are quoted for Meilisearch."""
        found: list[str | list[str]] = [f"release = {_quoted(self._release)}"]
        for name, values in query.filters.items():
            if values and name != without:
                found.append([f"{name} = {_quoted(value)}" for value in values])
        for name, (low, high) in query.ranges.items():
            found += [f"{name} >= {low!r}"] if low is not None else []
            found += [f"{name} <= {high!r}"] if high is not None else []
        return found

    def _asked(self, queries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        def ask() -> list[dict[str, Any]]:
            return self._client.multi_search(queries)["results"]

        return _retried(ask, self._server)

    def _check_release(
        self, hits: Sequence[Mapping[str, Any]], held: Sequence[Mapping[str, Any]]
    ) -> None:
        releases = {document["release"] for document in (*hits, *held)}
        if releases != {self._release}:
            other = ", ".join(sorted(releases - {self._release})) or "nothing"
            raise SearchUnavailableError(
                f"the Meilisearch index {self._server.index} holds {other}, not {self._release}",
                "other release",
            )


def _retried(ask: Callable[[], _Answer], server: Server) -> _Answer:
    """Ask again after a pause where the server was not reached or was too busy."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return ask()
        except (MeilisearchCommunicationError, MeilisearchApiError) as error:
            is_passing = getattr(error, "status_code", 503) in (408, 429, 502, 503, 504)
            if attempt == _ATTEMPTS or not is_passing:
                raise unavailable(server, error) from error
            time.sleep(_PAUSE_SECONDS * attempt)
        except (MeilisearchError, RequestException) as error:
            # A time-out among them: it was waited for long enough already.
            raise unavailable(server, error) from error
    raise AssertionError("unreachable")


def _stages(planned: Plan) -> Iterator[tuple[Match, str, str]]:
    """What to ask, one after the other until something is found: match, strategy, text."""
    if planned.numbers and not planned.is_code:
        for key in planned.numbers:
            yield "all", "all", _joined([f'"{key.replace("-", " ")}"'], planned)
    if planned.groups or planned.phrases or not planned.numbers:
        for match, strategy in _STRATEGIES:
            yield match, strategy, typed(planned)


def typed(planned: Plan) -> str:
    """The words of a plan in Meilisearch's query language: plain words, "phrases", -words.

    Synonyms, typos and prefixes are Meilisearch's own work.
    """
    required = [word for group in planned.groups if not group.optional for word in group.words]
    parts = [f'"{" ".join(phrase)}"' for phrase in planned.phrases]
    parts += required[: max(0, _WORDS - sum(map(len, planned.phrases)))]
    return _joined(parts, planned)


def _joined(parts: list[str], planned: Plan) -> str:
    parts += [f"-{word}" for word in planned.excluded]
    parts += [f'-"{" ".join(phrase)}"' for phrase in planned.excluded_phrases]
    # A blank at the end closes the last word: no prefix is meant.
    return " ".join(parts) + ("" if planned.open_ended else " ")


def _exact_words(document: Mapping[str, Any], planned: Plan) -> int:
    """How many words the titles spell with the very accents that were typed."""
    titles = (
        f"{document['title_vi']} {document['title_en']} {' '.join(document['also_vi'])}".lower()
    )
    spelled = set(re.findall(r"[^\W_]+", titles))
    return sum(word in spelled for word in planned.exact)


def _hit(document: Mapping[str, Any], query: Query, planned: Plan) -> Hit:
    language = query.language
    return hit(
        document["kind"],
        document["record"],
        document[f"title_{language}"],
        document[f"summary_{language}"],
        "\n".join((" · ".join(document[f"also_{language}"]), document["body"])).strip(),
        document["verified"],
        planned,
        near=True,
    )


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
