from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from minhbach_search.engine import Query
from minhbach_search.engines.embedded import EmbeddedEngine


def test_a_joined_name_that_somebody_spells_so_finds_the_usual_spelling_too(
    embedded: EmbeddedEngine,
) -> None:
    page = embedded.search(Query("halong", filters={"kind": ("investment_projects",)}))
    assert page.total >= 50
    assert "ha-long-marina" in [
        hit.id for hit in embedded.search(Query("halong marina", limit=5)).hits
    ]


def test_how_something_was_found_is_said(embedded: EmbeddedEngine) -> None:
    assert embedded.search(Query("hạ long")).match == "all"
    assert embedded.search(Query("texhomg")).match == "near"
    assert embedded.search(Query("hạ long zzzzqqqq xyzxyzxyz khách sạn")).match == "some"


def test_threads_share_an_engine(embedded: EmbeddedEngine) -> None:
    queries = [Query(text) for text in ("hạ long", "80/QĐ-TTg", "texhomg", "khu cong nghiep")] * 25
    expected = [embedded.search(query) for query in queries[:4]] * 25
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(embedded.search, queries)) == expected
