"""What a person typed, as parts an engine can look up."""

from __future__ import annotations

import re
from dataclasses import dataclass

from minhbach_datasets.law_id import LawNumber
from minhbach_datasets.text import nfc, words

MAX_CHARACTERS = 300
MAX_WORDS = 16
_PARTS = re.compile(r'(-?)"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Plan:
    """Folded words that must occur, phrases, words that must not, and a document number."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...]
    exact_words: tuple[str, ...]
    """The words as typed, lower case with accents: records that spell them so come first."""
    number: str | None
    open_ended: bool
    """The last word may be the beginning of a longer one."""

    @property
    def empty(self) -> bool:
        return not (self.words or self.phrases)


def plan(text: str) -> Plan:
    """Read what was typed. Anything is accepted; what holds no letter or digit plans to nothing.

    >>> plan("quy hoạch -cũ").words
    ('quy', 'hoach')
    >>> plan("80 qd ttg").number
    '80-qd-ttg'
    """
    text = nfc(text[:MAX_CHARACTERS])
    number = LawNumber.parse(text)
    wanted: list[str] = []
    exact: list[str] = []
    phrases: list[tuple[str, ...]] = []
    excluded: list[str] = []
    for minus, phrase, word in _PARTS.findall(text):
        if phrase:
            folded = tuple(words(phrase))[:MAX_WORDS]
            if minus:
                excluded += folded
            elif folded:
                phrases.append(folded)
        elif word.startswith("-") and len(word) > 1:
            excluded += words(word)
        else:
            wanted += words(word)
            exact += re.findall(r"[^\W_]+", word.lower())
    return Plan(
        words=tuple(wanted[:MAX_WORDS]),
        phrases=tuple(phrases[:4]),
        excluded=tuple(excluded[:MAX_WORDS]),
        exact_words=tuple(exact[:MAX_WORDS]),
        number=number.key if number else None,
        open_ended=bool(wanted) and text[-1:].isalnum(),
    )
