"""Filling an index and what goes wrong, on the double; what both engines do is in test_contract.py."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from meilisearch_double import MASTER_KEY, MeilisearchDouble, serving

from minhbach_search.engine import Query, SearchDocument, SearchUnavailableError
from minhbach_search.engines.fallback import PAUSE_SECONDS, FallbackEngine
from minhbach_search.engines.meilisearch import MeilisearchEngine, typed
from minhbach_search.engines.meilisearch_index import MeilisearchTaskError, fill_index
from minhbach_search.engines.meilisearch_server import Server, may_manage, search_key
from minhbach_search.query import Group, Plan


def _document(number: int, **changed: object) -> SearchDocument:
    return replace(
        SearchDocument(
            kind="trees",
            id=f"t{number}",
            title=(f"Cây bịa {number}", f"Made-up tree {number}"),
            also=((), ()),
            summary=("", ""),
            numbers=(),
            keywords="",
            body="",
            filters={},
            ranges={},
            day=0,
            verified="yes",
            weight=1,
        ),
        **changed,  # type: ignore[arg-type]
    )


def _plan(text: str) -> Plan:
    return Plan(tuple(Group((word,)) for word in text.split()))


@pytest.fixture
def double() -> MeilisearchDouble:
    return MeilisearchDouble()


@pytest.fixture
def server(double: MeilisearchDouble) -> Iterator[Server]:
    with serving(double) as url:
        yield Server(url, MASTER_KEY, "trees", timeout_seconds=1)


def test_a_release_is_swapped_in_and_the_former_one_dropped(
    double: MeilisearchDouble, server: Server
) -> None:
    assert fill_index(server, "r1", map(_document, range(3))) == 3
    assert fill_index(server, "r2", map(_document, range(5))) == 5
    assert list(double.indexes) == ["trees"]
    assert MeilisearchEngine(server, "r2", _plan).search(Query("tree")).total == 5


def test_documents_are_sent_in_batches(double: MeilisearchDouble, server: Server) -> None:
    fill_index(server, "r1", map(_document, range(4500)))
    sizes = [len(body) for _, path, body in double.requests if path.endswith("/documents")]
    assert sizes == [2000, 2000, 500]


@pytest.mark.parametrize(
    "task", ["settingsUpdate", "documentAdditionOrUpdate", "indexSwap", "indexCreation"]
)
def test_a_refused_task_is_an_error_and_the_live_index_stays(
    double: MeilisearchDouble, server: Server, task: str
) -> None:
    fill_index(server, "r1", map(_document, range(3)))
    double.failing_tasks = {task}
    with pytest.raises(MeilisearchTaskError, match="made_up_failure"):
        fill_index(server, "r2", map(_document, range(5)))
    double.failing_tasks = set()
    assert MeilisearchEngine(server, "r1", _plan).search(Query("tree")).total == 3
    assert list(double.indexes) == ["trees"]


def test_an_index_of_another_release_is_not_searched(server: Server) -> None:
    fill_index(server, "r1", map(_document, range(3)))
    with pytest.raises(SearchUnavailableError, match="holds r1, not r2"):
        MeilisearchEngine(server, "r2", _plan).search(Query("tree"))


def test_a_missing_index_and_a_missing_server_are_unavailable(server: Server) -> None:
    with pytest.raises(SearchUnavailableError, match="not found"):
        MeilisearchEngine(server, "r1", _plan).search(Query("tree"))
    nobody = replace(server, url="http://127.0.0.1:9")
    with pytest.raises(SearchUnavailableError, match=r"127\.0\.0\.1:9"):
        MeilisearchEngine(nobody, "r1", _plan).search(Query("tree"))
    with pytest.raises(SearchUnavailableError):
        fill_index(nobody, "r1", [])


def test_a_busy_server_is_asked_again(double: MeilisearchDouble, server: Server) -> None:
    fill_index(server, "r1", map(_document, range(3)))
    double.failing_status, double.failing_times = 503, 2
    assert MeilisearchEngine(server, "r1", _plan).search(Query("tree")).total == 3
    double.failing_times = 3
    with pytest.raises(SearchUnavailableError, match="failing on purpose"):
        MeilisearchEngine(server, "r1", _plan).search(Query("tree"))


def test_a_slow_server_is_given_up(double: MeilisearchDouble, server: Server) -> None:
    fill_index(server, "r1", map(_document, range(3)))
    double.delay_seconds = 3
    with pytest.raises(SearchUnavailableError, match="timed out"):
        MeilisearchEngine(server, "r1", _plan).search(Query("tree"))


def test_the_site_gets_a_key_that_only_searches(server: Server) -> None:
    fill_index(server, "r1", map(_document, range(3)))
    scoped = replace(server, key=search_key(server))
    assert MeilisearchEngine(scoped, "r1", _plan).search(Query("tree")).total == 3
    assert may_manage(server)
    assert not may_manage(scoped)
    with pytest.raises(SearchUnavailableError):
        fill_index(scoped, "r2", [])
    other = replace(scoped, index="other")
    with pytest.raises(SearchUnavailableError, match="API key"):
        MeilisearchEngine(other, "r1", _plan).search(Query("tree"))


def test_publishing_while_eight_clients_search(server: Server) -> None:
    """No answer mixes releases: each is whole, or the server is said to hold another release."""
    server = replace(server, timeout_seconds=30)
    counts = {"r0": 10, "r1": 20, "r2": 30, "r3": 40}
    fill_index(server, "r0", map(_document, range(counts["r0"])))
    stop = threading.Event()
    wrong: list[str] = []
    answered: set[str] = set()

    def search() -> None:
        engines = {release: MeilisearchEngine(server, release, _plan) for release in counts}
        while not stop.is_set():
            for release, engine in engines.items():
                try:
                    page = engine.search(Query("tree", limit=5))
                except SearchUnavailableError:
                    continue
                answered.add(release)
                if (page.release, page.total) != (release, counts[release]):
                    wrong.append(f"{release}: {page.release} {page.total}")

    threads = [threading.Thread(target=search) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        for release in ("r1", "r2", "r3"):
            fill_index(server, release, map(_document, range(counts[release])))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert "r0" in answered


class _Engine:
    """An engine that fails on demand and counts how often it was asked."""

    def __init__(self, engine: MeilisearchEngine | None) -> None:
        self.engine = engine
        self.asked = 0

    def search(self, query: Query) -> object:
        self.asked += 1
        if self.engine is None:
            raise SearchUnavailableError("made-up failure", "unreached")
        return self.engine.search(query)


def test_the_snapshot_answers_while_the_server_is_away(server: Server) -> None:
    fill_index(server, "r1", map(_document, range(3)))
    working = MeilisearchEngine(server, "r1", _plan)
    now = 0.0
    failing = _Engine(None)
    engine = FallbackEngine(failing, working, clock=lambda: now)  # type: ignore[arg-type]
    assert engine.search(Query("tree")).total == 3
    assert engine.problem == "unreached"
    engine.search(Query("tree"))
    assert failing.asked == 1
    now = PAUSE_SECONDS + 1
    failing.engine = working
    assert engine.search(Query("tree")).total == 3
    assert engine.problem is None
    assert failing.asked == 2


def test_filters_are_sent_quoted(double: MeilisearchDouble, server: Server) -> None:
    fill_index(server, "r1", [_document(1, filters={"sector": ('a "b" \\ c',)})])
    query = Query("tree", filters={"sector": ('a "b" \\ c',)}, ranges={"area_ha": (None, 5.0)})
    engine = MeilisearchEngine(server, "r1", _plan)
    assert engine.search(query).total == 0
    assert engine.search(replace(query, ranges={})).total == 1
    sent = next(body for _, path, body in double.requests if path == "/multi-search")
    assert sent["queries"][0]["filter"] == [
        'release = "r1"',
        ['sector = "a \\"b\\" \\\\ c"'],
        "area_ha <= 5.0",
    ]


def test_queries_in_the_language_of_the_server() -> None:
    planned = Plan(
        groups=(Group(("ha", "long")), Group(("in",), optional=True)),
        phrases=(("quy", "hoach"),),
        excluded=("cu",),
        excluded_phrases=(("than", "da"),),
        open_ended=True,
    )
    assert typed(planned) == '"quy hoach" ha long -cu -"than da"'
    assert typed(Plan((Group(("ha",)),))) == "ha "
    assert len(typed(Plan((Group(("a",) * 40),))).split()) == 10


@pytest.mark.parametrize("content", [{}, [], {"results": []}, {"results": [1, 2, 3]}, "text", None])
def test_strange_answers_are_unavailable_too(
    double: MeilisearchDouble,
    server: Server,
    content: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(double, "answer", lambda *_: (200, content))
    engine = MeilisearchEngine(server, "r1", _plan)
    with pytest.raises(SearchUnavailableError) as raised:
        engine.search(Query("tree"))
    assert raised.value.reason == "strange"


def test_a_key_is_not_used_before_it_is_known_to_be_harmless(
    double: MeilisearchDouble, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_index(server, "r1", map(_document, range(3)))
    engine = MeilisearchEngine(server, "r1", _plan, refuse_managing_key=True)
    answer = double.answer
    monkeypatch.setattr(double, "answer", lambda *_: (503, {"message": "busy"}))
    with pytest.raises(SearchUnavailableError):
        engine.search(Query("tree"))
    monkeypatch.setattr(double, "answer", answer)
    with pytest.raises(SearchUnavailableError) as raised:
        engine.search(Query("tree"))
    assert raised.value.reason == "key"
