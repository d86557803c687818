"""A vocabulary for reading queries without an index: made-up, of the words that tests type."""

from __future__ import annotations

import pytest

from minhbach_search.engine import Lexicon


class MadeUpLexicon:
    """Knows the words of a few made-up titles."""

    titles = (
        ("ha", "long"),
        ("van", "don"),
        ("quy", "hoach", "tinh"),
        ("luat", "dau", "tu"),
        ("khu", "cong", "nghiep", "song", "khoai"),
    )
    numbers = frozenset(
        [
            "80-qd-ttg",
            "qd-80",
            "qd-80-2023",
            "80-2023",
            "31-2024-qh15",
            "nq-316",
            "nd-35-2022",
            "35-2022",
        ]
    )
    symbols = frozenset({"qd", "ttg", "qh15", "nq", "hdnd", "ubnd", "nd", "cp", "ha"})

    def knows(self, word: str) -> bool:
        return any(word in title for title in self.titles)

    def knows_phrase(self, words: tuple[str, ...]) -> int:
        return sum(f" {' '.join(words)} " in f" {' '.join(title)} " for title in self.titles)

    def knows_number(self, key: str) -> bool:
        return key in self.numbers

    def knows_symbol(self, word: str) -> bool:
        return word in self.symbols


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return MadeUpLexicon()
