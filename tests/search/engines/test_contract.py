"""What every engine must do, whatever it is made of: membership, filters, facets, marks; not the order of ties."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hostile import HOSTILE

from minhbach_datasets.release import Release
from minhbach_search.engine import FILTERS, Hit, Page, Query, SearchEngine


def _title(hit: Hit) -> str:
    return "".join(span.text for span in hit.title)


def _ids(page: Page) -> list[str]:
    return [f"{hit.kind}/{hit.id}" for hit in page.hits]


def test_every_answer_names_its_release(engine: SearchEngine, release: Release) -> None:
    assert engine.search(Query("hạ long")).release == release.id
    assert engine.search(Query("zzzzqqqq")).release == release.id
    assert engine.search(Query("???")).release == release.id


def test_words_without_accents_find_accented_text(engine: SearchEngine) -> None:
    page = engine.search(Query("ha long", filters={"kind": ("investment_projects",)}))
    assert page.total >= 50
    assert {hit.kind for hit in page.hits} == {"investment_projects"}
    assert any(span.marked and span.text == "Hạ Long" for hit in page.hits for span in hit.title)


def test_exact_accents_come_first(engine: SearchEngine) -> None:
    """Hải Hòa, Hải Hà: folded they are alike, so the accents decide."""
    for text in ("cẩm phả", "Cô Tô", "đông triều"):
        first = engine.search(Query(text, limit=3)).hits
        assert all(text.lower() in _title(hit).lower() for hit in first)


@pytest.mark.parametrize("text", ["80/QĐ-TTg", "80 qd ttg", "80-QD-TTG", "Quyết định 80 2023"])
def test_document_numbers_in_any_spelling(engine: SearchEngine, text: str) -> None:
    found = _ids(engine.search(Query(text, limit=5)))
    assert found[0] == "plans/quy-hoach-tinh-2021-2030"
    assert "legal_documents/80-qd-ttg-2023" in found[:2]


def test_a_number_within_a_longer_text(engine: SearchEngine) -> None:
    for text in ("80/QĐ-TTg Hạ Long", "quyết định 80/QĐ-TTg phê duyệt quy hoạch tỉnh"):
        found = engine.search(Query(text, limit=5))
        assert "legal_documents/80-qd-ttg-2023" in _ids(found)[:2]
    # Words count where nothing has the number, and a year is no number.
    assert engine.search(Query("decree 99999 khu công nghiệp")).total > 0
    assert engine.search(Query("kế hoạch 2024")).total > 0


def test_a_number_and_what_is_not_wanted(engine: SearchEngine) -> None:
    every = engine.search(Query("80/QĐ-TTg"))
    some = engine.search(Query("80/QĐ-TTg -tỉnh"))
    assert some.total < every.total
    assert engine.search(Query("hạ long -80/QĐ-TTg")).total > 100


def test_a_filter_does_not_change_how_a_text_is_read(engine: SearchEngine) -> None:
    text = "khách sạn resort vân đồn"
    free = engine.search(Query(text))
    narrowed = engine.search(Query(text, filters={"kind": ("agencies",)}))
    assert narrowed.total == free.facets["kind"].get("agencies", 0)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (unicodedata.normalize("NFD", "quy hoạch tỉnh"), "quy hoạch tỉnh"),
        ("QUY HOẠCH TỈNH", "quy hoạch tỉnh"),
        ("uỷ ban nhân dân", "ủy ban nhân dân"),
        ("songkhoai", "song khoai"),
        ("ÐÔNG TRIỀU", "đông triều"),
    ],
)
def test_spellings_that_mean_the_same_find_the_same(
    engine: SearchEngine, text: str, same: str
) -> None:
    found, expected = engine.search(Query(text)), engine.search(Query(same))
    assert found.total == expected.total > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("industrial park song khoai", "zones/kcn-song-khoai"),
        ("KCN Sông Khoai", "zones/kcn-song-khoai"),
        ("khu công nghiệp Sông Khoai", "zones/kcn-song-khoai"),
        ("uy ban nhan dan phuong ha long", "agencies/ubnd-phuong-ha-long"),
    ],
)
def test_abbreviations_and_english_terms(engine: SearchEngine, text: str, expected: str) -> None:
    assert expected in _ids(engine.search(Query(text, limit=10)))


@pytest.mark.parametrize("text", ["Giếng Đáy", "phường Hà Khẩu", "xã Quảng La"])
def test_old_names_find_the_commune_of_today(engine: SearchEngine, text: str) -> None:
    page = engine.search(Query(text, filters={"kind": ("communes",)}))
    assert page.total >= 1


@pytest.mark.parametrize("text", ["texhomg", "logistisc", "quy hoach tinhh"])
def test_one_wrong_letter_is_forgiven(engine: SearchEngine, text: str) -> None:
    assert engine.search(Query(text)).total >= 1


def test_the_last_word_may_be_unfinished(engine: SearchEngine) -> None:
    assert "zones/kcn-song-khoai" in _ids(engine.search(Query("khu công nghiệp sông kho")))
    assert "legal_documents/80-qd-ttg-2023" in _ids(engine.search(Query("80/QĐ")))


def test_phrases_and_exclusions(engine: SearchEngine) -> None:
    whole = engine.search(Query('"quy hoạch tỉnh"', limit=100))
    without = engine.search(Query('"quy hoạch tỉnh" -nhiệm', limit=100))
    assert 0 < without.total < whole.total
    assert set(_ids(without)) < set(_ids(whole))
    reordered = engine.search(Query('"tỉnh hoạch quy"'))
    assert reordered.total == 0


def test_filters_ranges_and_their_facets(engine: SearchEngine, release: Release) -> None:
    query = Query(
        "",
        filters={"kind": ("investment_projects",), "sector": ("công nghiệp", "y tế")},
        ranges={"capital_usd_million": (100.0, None)},
        limit=100,
    )
    page = engine.search(query)
    expected = release.rows(
        "SELECT sector, count(*) FROM investment_projects WHERE capital_usd_million >= 100 "
        "GROUP BY 1"
    )
    counts = dict(expected)
    assert page.total == counts["công nghiệp"] + counts.get("y tế", 0) > 0
    # A facet's own choice leaves its other values countable; the other filters hold.
    assert page.facets["sector"] == counts
    assert page.facets["kind"] == {"investment_projects": page.total}


def test_counts_by_kind_ignore_the_chosen_kind(engine: SearchEngine) -> None:
    every = engine.search(Query("hạ long"))
    some = engine.search(Query("hạ long", filters={"kind": ("plans", "zones")}))
    assert some.facets["kind"] == every.facets["kind"]
    assert some.total == every.facets["kind"]["plans"] + every.facets["kind"]["zones"]
    assert every.total == sum(every.facets["kind"].values())
    assert set(every.facets) == set(FILTERS)


def test_facets_count_every_commune(engine: SearchEngine) -> None:
    page = engine.search(Query("", filters={"kind": ("agencies",)}))
    assert len(page.facets["commune"]) == 54


def test_filter_values_are_values_not_syntax(engine: SearchEngine) -> None:
    for value in ('" OR kind = "plans', "a\\", "x' y", "TRUE", "*"):
        page = engine.search(Query("hạ long", filters={"sector": (value,)}))
        assert page.total == 0
        assert "công nghiệp" in page.facets["sector"]


def test_sorting(engine: SearchEngine, release: Release) -> None:
    chosen = {"kind": ("investment_projects",)}
    page = engine.search(Query("", filters=chosen, sort="capital", limit=3))
    expected = release.rows(
        "SELECT capital_vnd_billion FROM investment_projects ORDER BY 1 DESC NULLS LAST LIMIT 3"
    )
    found = [
        release.rows("SELECT capital_vnd_billion FROM investment_projects WHERE _id = ?", [hit.id])[
            0
        ]
        for hit in page.hits
    ]
    assert found == expected
    newest = engine.search(
        Query("", filters={"kind": ("legal_documents",)}, sort="newest", limit=1)
    )
    (last,) = release.rows("SELECT max(issued_date) FROM legal_documents")[0]
    assert release.rows(
        "SELECT issued_date FROM legal_documents WHERE _id = ?", [newest.hits[0].id]
    ) == [(last,)]


def test_paging_shows_every_hit_once(engine: SearchEngine) -> None:
    total = engine.search(Query("vân đồn")).total
    seen = []
    for offset in range(0, total + 20, 20):
        seen += _ids(engine.search(Query("vân đồn", offset=offset)))
    assert len(seen) == len(set(seen)) == total


def test_datasets_terms_and_guides_are_found(engine: SearchEngine) -> None:
    assert "datasets/investment_projects" in _ids(engine.search(Query("bộ dữ liệu dự án đầu tư")))
    terms = engine.search(Query("industrial park", filters={"kind": ("glossary",)}))
    assert "glossary/khu-cong-nghiep" in _ids(terms)
    guides = engine.search(Query("hướng dẫn nhà báo", filters={"kind": ("guides",)}))
    assert "guides/nha-bao" in _ids(guides)


def test_english_titles_are_shown_to_english_readers(engine: SearchEngine) -> None:
    page = engine.search(
        Query("land use plan", filters={"kind": ("plans",)}, language="en", limit=3)
    )
    assert page.hits
    assert all("land-use plan" in _title(hit).lower() for hit in page.hits)


def test_when_not_every_word_is_found_most_are(engine: SearchEngine) -> None:
    page = engine.search(Query("hạ long resort zzzzqqqq khách sạn"))
    assert page.match == "some"
    assert page.total > 0
    assert engine.search(Query("zzzzqqqq")).total == 0


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_queries_answer_in_bounded_time(engine: SearchEngine, text: str) -> None:
    started = time.perf_counter()
    page = engine.search(Query(text))
    # A bound against hanging, not a measure of speed: that is in benchmarks/.
    assert time.perf_counter() - started < 10
    assert len(page.hits) <= 20
    assert page.total >= len(page.hits)
