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
    symbols = frozenset({"qd", "ttg", "qh15", "nq", "hdnd", "ubnd", "nd", "cp"})

    def knows(self, word: str) -> bool:
        return any(word in title for title in self.titles)

    def knows_phrase(self, words: tuple[str, ...]) -> int:
        return sum(f" {' '.join(words)} " in f" {' '.join(title)} " for title in self.titles)

    def knows_symbol(self, word: str) -> bool:
        return word in self.symbols


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return MadeUpLexicon()
