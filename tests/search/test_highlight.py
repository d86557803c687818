from __future__ import annotations

from minhbach_search.engine import Span
from minhbach_search.highlight import marked
from minhbach_search.query import plan


def _shown(spans: tuple[Span, ...]) -> str:
    return "".join(f"[{s.text}]" if s.marked else s.text for s in spans)


def test_marks_accented_text_found_without_accents() -> None:
    assert _shown(marked("Khu đô thị Hạ Long", plan("ha long "))) == "Khu đô thị [Hạ Long]"


def test_marks_the_beginning_of_a_word_being_typed() -> None:
    assert _shown(marked("Hạ Long", plan("lo"))) == "Hạ [Long]"
    assert _shown(marked("Hạ Long", plan("lo "))) == "Hạ Long"


def test_cuts_around_the_first_mark() -> None:
    text = "một " * 100 + "Đầm Hà " + "hai " * 100
    shown = _shown(marked(text, plan("đầm hà "), limit=60))
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "[Đầm Hà]" in shown
    assert len(shown) < 80


def test_nothing_is_lost_without_a_limit() -> None:
    text = "Quyết định 80/QĐ-TTg, ngày 11/02/2023"
    assert "".join(span.text for span in marked(text, plan("80/QĐ-TTg"))) == text
