from __future__ import annotations

import unicodedata

import pytest

from minhbach_search.query import plan


def test_words_are_folded_and_kept_as_typed() -> None:
    planned = plan("Hạ Long")
    assert planned.words == ("ha", "long")
    assert planned.exact_words == ("hạ", "long")
    assert planned.open_ended


def test_phrases_and_exclusions() -> None:
    planned = plan('"quy hoạch tỉnh" điện -nhiệt -"than đá"')
    assert planned.phrases == (("quy", "hoach", "tinh"),)
    assert planned.words == ("dien",)
    assert planned.excluded == ("nhiet", "than", "da")


def test_decomposed_text_plans_the_same() -> None:
    assert plan(unicodedata.normalize("NFD", "Hạ Long")) == plan("Hạ Long")


def test_number() -> None:
    assert plan("80/QĐ-TTg").number == "80-qd-ttg"
    assert plan("đường 80").number is None


@pytest.mark.parametrize(
    "text", ["", "   ", "???", '"', '""', "-", "- -", "\x00\x01", "🌊🌊", "()[]{}:*^~\\", "'; --"]
)
def test_nothing_to_look_up(text: str) -> None:
    assert plan(text).empty


def test_long_texts_are_cut() -> None:
    assert len(plan("a " * 10_000).words) <= 16
