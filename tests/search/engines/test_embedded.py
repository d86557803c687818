from __future__ import annotations

import time
import unicodedata

import pytest

from minhbach_datasets.release import SEARCH_FOLDER, Release
from minhbach_search.engine import Hit, Query
from minhbach_search.engines.embedded import EmbeddedEngine


@pytest.fixture(scope="module")
def engine(release: Release) -> EmbeddedEngine:
    return EmbeddedEngine(release.path / SEARCH_FOLDER)


def _title(hit: Hit) -> str:
    return "".join(span.text for span in hit.title)


def test_ha_long_without_accents_finds_projects(engine: EmbeddedEngine) -> None:
    page = engine.search(Query("ha long", kinds=("investment_projects",)))
    assert page.total >= 50
    assert all(hit.dataset == "investment_projects" for hit in page.hits)
    assert "Hạ Long" in _title(page.hits[0])
    assert any(span.marked and span.text == "Hạ Long" for span in page.hits[0].title)


def test_land_use_plans(engine: EmbeddedEngine) -> None:
    page = engine.search(Query("quy hoach su dung dat", limit=5))
    assert [hit.dataset for hit in page.hits] == ["plans"] * 5
    assert all("quy hoạch sử dụng đất" in _title(hit).lower() for hit in page.hits)


@pytest.mark.parametrize("text", ["80/QĐ-TTg", "80 qd ttg", "80-QD-TTG", "80/qđ-ttg"])
def test_number_of_the_provincial_plan_finds_it_first(engine: EmbeddedEngine, text: str) -> None:
    page = engine.search(Query(text))
    assert (page.hits[0].dataset, page.hits[0].id) == ("plans", "quy-hoach-tinh-2021-2030")
    assert (page.hits[1].dataset, page.hits[1].id) == ("legal_documents", "80-qd-ttg-2023")


def test_decomposed_accents_find_the_same(engine: EmbeddedEngine) -> None:
    text = "quy hoạch tỉnh"
    assert engine.search(Query(unicodedata.normalize("NFD", text))) == engine.search(Query(text))


def test_counts_by_kind_ignore_the_chosen_kind(engine: EmbeddedEngine) -> None:
    every = engine.search(Query("hạ long"))
    some = engine.search(Query("hạ long", kinds=("plans", "zones")))
    assert some.kinds == every.kinds
    assert some.total == every.kinds["plans"] + every.kinds["zones"]
    assert every.total == sum(every.kinds.values())


def test_paging_shows_every_hit_once(engine: EmbeddedEngine) -> None:
    seen = []
    for offset in range(0, 200, 20):
        seen += [(h.dataset, h.id) for h in engine.search(Query("vân đồn", offset=offset)).hits]
    assert len(seen) == len(set(seen)) == engine.search(Query("vân đồn")).total


def test_phrase_and_exclusion(engine: EmbeddedEngine) -> None:
    with_word = engine.search(Query('"quy hoạch tỉnh"')).total
    without = engine.search(Query('"quy hoạch tỉnh" -nhiệm'))
    assert 0 < without.total < with_word


def test_one_wrong_letter_is_forgiven_and_said(engine: EmbeddedEngine) -> None:
    page = engine.search(Query("logistisc"))
    assert page.corrected or page.total == 0
    page = engine.search(Query("texhung"))
    assert page.corrected
    assert any("Texhong" in _title(hit) for hit in page.hits)


def test_english_titles_are_found_and_shown(engine: EmbeddedEngine) -> None:
    page = engine.search(Query("land use plan", language="en", limit=3))
    assert page.hits
    assert all("land-use plan" in _title(hit).lower() for hit in page.hits)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "\x00\x01\x02",
        '"""',
        "((((",
        "kind:plans AND *",
        "'; DROP TABLE plans; --",
        "🌊 hạ long",
        "- - -",
        "%%%__",
        "a* b? [c] {d} ^2 ~3",
    ],
)
def test_hostile_queries_answer_quickly(engine: EmbeddedEngine, text: str) -> None:
    started = time.perf_counter()
    page = engine.search(Query(text))
    assert page.total >= 0
    assert time.perf_counter() - started < 5
