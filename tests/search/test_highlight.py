from __future__ import annotations

from collections.abc import Callable

import pytest

from minhbach_search.engine import Lexicon, Span
from minhbach_search.glossary import glossary
from minhbach_search.highlight import marked
from minhbach_search.query import Plan, plan


@pytest.fixture
def read(lexicon: Lexicon) -> Callable[[str], Plan]:
    return lambda text: plan(text, lexicon, glossary())


def _shown(spans: tuple[Span, ...]) -> str:
    return "".join(f"[{s.text}]" if s.marked else s.text for s in spans)


def test_marks_accented_text_found_without_accents(read: Callable[[str], Plan]) -> None:
    assert _shown(marked("Khu đô thị Hạ Long", read("ha long "))) == "Khu đô thị [Hạ Long]"


def test_marks_the_beginning_of_a_word_being_typed(read: Callable[[str], Plan]) -> None:
    assert _shown(marked("Hạ Long", read("lo"))) == "Hạ [Long]"
    assert _shown(marked("Hạ Long", read("lo "))) == "Hạ Long"


def test_cuts_around_the_first_mark(read: Callable[[str], Plan]) -> None:
    text = "một " * 100 + "Đầm Hà " + "hai " * 100
    shown = _shown(marked(text, read("đầm hà "), limit=60))
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "[Đầm Hà]" in shown
    assert len(shown) < 80


def test_a_text_without_blanks_is_cut_hard(read: Callable[[str], Plan]) -> None:
    assert _shown(marked("a" * 500, read("zz "), limit=220)) == "a" * 220 + " …"


def test_nothing_is_lost_without_a_limit(read: Callable[[str], Plan]) -> None:
    text = "Quyết định 80/QĐ-TTg, ngày 11/02/2023"
    assert "".join(span.text for span in marked(text, read("80/QĐ-TTg"))) == text


def test_marks_the_whole_name_rather_than_each_of_its_syllables(
    read: Callable[[str], Plan],
) -> None:
    shown = _shown(marked("Hồng Hà, Hà Lầm, Hạ Long", read("ha long ")))
    assert shown == "Hồng Hà, Hà Lầm, [Hạ Long]"


def test_marks_what_means_the_same(read: Callable[[str], Plan]) -> None:
    assert _shown(marked("Hạ tầng KCN Sông Khoai", read("industrial park"))) == (
        "Hạ tầng [KCN] Sông Khoai"
    )


def test_marks_near_spellings_when_they_were_taken(read: Callable[[str], Plan]) -> None:
    planned = read("texhung ")
    assert _shown(marked("KCN Texhong", planned, near=True)) == "KCN [Texhong]"
    assert _shown(marked("KCN Texhong", planned)) == "KCN Texhong"
