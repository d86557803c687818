from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from minhbach_search.engine import Lexicon
from minhbach_search.glossary import glossary
from minhbach_search.query import Plan, number_keys, plan

Planner = Callable[[str], Plan]


@pytest.fixture(scope="module")
def read(lexicon: Lexicon) -> Planner:
    return lambda text: plan(text, lexicon, glossary())


def test_words_are_folded_and_kept_as_typed(read: Planner) -> None:
    planned = read("Hạ Long")
    assert planned.words == ("ha", "long")
    assert planned.exact == ("hạ", "long")
    assert planned.open_ended
    assert not read("Hạ Long ").open_ended


def test_phrases_and_exclusions(read: Planner) -> None:
    planned = read('"quy hoạch tỉnh" lưới -nhiệt -"than đá"')
    assert planned.phrases == (("quy", "hoach", "tinh"),)
    assert planned.words == ("luoi",)
    assert planned.excluded == ("nhiet",)
    assert planned.excluded_phrases == (("than", "da"),)


@pytest.mark.parametrize("text", ["Hạ Long", "thuỷ điện Hoà Bình", "Uỷ ban"])
def test_composition_and_place_of_the_tone_do_not_matter(read: Planner, text: str) -> None:
    assert read(unicodedata.normalize("NFD", text)) == read(text)
    common = text.replace("uỷ", "ủy").replace("Uỷ", "Ủy").replace("oà", "òa")
    assert read(common) == read(text)


@pytest.mark.parametrize(
    ("text", "keys", "rest"),
    [
        ("80/QĐ-TTg", ("80-qd-ttg",), ()),
        ("80 qd ttg", ("80-qd-ttg",), ()),
        ("80/QĐ-TTg 2023", ("80-qd-ttg",), ()),
        ("quyết định số 80/QĐ-TTg", ("80-qd-ttg",), ()),
        ("Quyết định 80 2023", ("qd-80-2023",), ()),
        ("quyết định số 80 năm 2023", ("qd-80-2023",), ()),
        ("decree 35/2022", ("nd-35-2022",), ()),
        ("35/2022", ("35-2022",), ()),
        ("31 2024 qh15", ("31-2024-qh15",), ()),
        ("nq 316 hdnd", ("nq-316",), ()),
        ("80/QĐ-TTg quy hoạch tỉnh", ("80-qd-ttg",), ("quy", "hoach", "tinh")),
        ("80/QĐ-TTg Hạ Long", ("80-qd-ttg",), ("ha", "long")),
        ("kế hoạch 2024", ("ke-hoach-2024",), ("ke", "hoach", "2024")),
        ("kế hoạch đầu tư công trung hạn năm 2030", (), None),
        ("quyết định 99999 về đất đai", (), None),
        ("thủ tục 1.009645", ("1-009645",), ("thu", "tuc")),
        ("quốc lộ 18", ("quoc-lo-18",), ("quoc", "lo", "18")),
        ("năm 2024", ("nam-2024",), ("nam", "2024")),
        ("hạ long", (), ("ha", "long")),
    ],
)
def test_numbers_in_any_spelling(
    read: Planner, text: str, keys: tuple[str, ...], rest: tuple[str, ...] | None
) -> None:
    planned = read(text)
    assert planned.numbers == keys
    if rest is None:
        assert planned.groups
    else:
        assert planned.words == rest


def test_what_is_typed_is_among_the_keys_of_the_document() -> None:
    keys = number_keys("80/QĐ-TTg", "2023")
    assert {"80-qd-ttg", "qd-80", "qd-80-2023", "80-2023"} <= keys
    assert {"31-2024-qh15", "qh-31-2024", "31-2024"} <= number_keys("31/2024/QH15", "2024")
    assert {"266-qd-ttg", "1296-qd-ttg"} <= number_keys("266/QĐ-TTg; 1296/QĐ-TTg")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("halong", ("ha", "long")),
        ("vandon", ("van", "don")),
        ("luậtđầutư", ("luat", "dau", "tu")),
        ("khu congnghiep songkhoai", ("khu", "cong", "nghiep", "song", "khoai")),
        ("xyzxyz", ("xyzxyz",)),
    ],
)
def test_joined_words_are_taken_apart(read: Planner, text: str, words: tuple[str, ...]) -> None:
    assert read(text).words == words


def test_names_of_the_glossary_stand_together_with_what_means_the_same(read: Planner) -> None:
    (group,) = read("industrial park").groups
    assert group.words == ("industrial", "park")
    assert {("khu", "cong", "nghiep"), ("kcn",)} <= set(group.synonyms)
    assert ("khu", "cong", "nghiep", "song", "khoai") in read("KCN Sông Khoai").variants
    assert "khu-cong-nghiep" in [term.id for term in read("KCN Sông Khoai").terms]


def test_short_words_of_a_sentence_may_be_missing(read: Planner) -> None:
    planned = read("factories in the park")
    assert [group.words for group in planned.groups if group.optional] == [("in",), ("the",)]
    assert not any(group.optional for group in read("the").groups)


def test_a_syllable_without_accents_is_not_taken_for_another(read: Planner) -> None:
    assert "so" not in [term.id for term in read("so 1").terms]
    assert "so" in [term.id for term in read("sở").terms]


@pytest.mark.parametrize(
    "text", ["", "   ", "???", '"', '""', "-", "- -", "\x00\x01", "🌊🌊", "()[]{}:*^~\\", "'; --"]
)
def test_nothing_to_look_up(read: Planner, text: str) -> None:
    assert read(text).empty


def test_long_texts_are_cut(read: Planner) -> None:
    assert len(read("a " * 10_000).words) <= 16
    assert len(read("b" * 10_000).words) == 1


def test_what_is_excluded_is_excluded_whole_and_never_asked_for(read: Planner) -> None:
    planned = read("quy hoạch -80/QĐ-TTg -1.009645 -cũ")
    assert planned.excluded_phrases == (("80", "qd", "ttg"), ("1", "009645"))
    assert planned.excluded == ("cu",)
    assert planned.numbers == ()
    assert planned.words == ("quy", "hoach")
