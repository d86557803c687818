"""What a person typed, as parts an engine can look up: one reading for every engine."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from minhbach_datasets.law_id import LawNumber
from minhbach_datasets.text import common_tone_place, nfc, words
from minhbach_search.engine import Lexicon
from minhbach_search.glossary import Glossary, Term

MAX_CHARACTERS = 300
MAX_WORDS = 16
_MAX_PHRASES = 4
_MAX_SYNONYMS = 8
_MAX_VARIANTS = 12
_MAX_PARTS, _JOINED_FROM, _JOINED_TO = 4, 5, 30
"""Words that may be run together, and letters they make at least and at most."""
_MAX_WAYS = 100
"""Ways to take a word apart that are looked at."""
_CODE = re.compile(r"(?<!\d)(\d)\.(\d{6})(?!\d)")
"""The national code of an administrative procedure."""
_PARTS = re.compile(r'(-?)"([^"]*)"|(\S+)')
_WORD = re.compile(r"[^\W_]+")
_SERIAL = re.compile(r"\d{1,5}")
_YEAR = re.compile(r"(19|20)\d\d")
_NUMBER_WORDS = 5
"""Words of the longest text that may be, as a whole, the number of something."""
# How people name the type of a document before its number, and how the number writes it.
_TYPES = {
    ("quyet", "dinh"): "qd",
    ("qd",): "qd",
    ("decision",): "qd",
    ("nghi", "dinh"): "nd",
    ("nd",): "nd",
    ("decree",): "nd",
    ("nghi", "quyet"): "nq",
    ("nq",): "nq",
    ("resolution",): "nq",
    ("thong", "tu"): "tt",
    ("tt",): "tt",
    ("circular",): "tt",
    ("chi", "thi"): "ct",
    ("ct",): "ct",
    ("directive",): "ct",
    ("ke", "hoach"): "kh",
    ("kh",): "kh",
    ("thong", "bao"): "tb",
    ("luat",): "qh",
    ("law",): "qh",
}
_BETWEEN = {"so", "no", "nam", "of"}
"""Words that may stand between the parts of a number: "quyết định số 80 năm 2023"."""
_SHORT_WORDS = (
    "cua va cac nhung o tai gan cho ve theo voi la tu den trong so nam "
    "the a an of in on for to and or near with by at from about what which is are how"
)
_OPTIONAL = frozenset(_SHORT_WORDS.split())
"""Words that a record need not contain; they still count for it when it does."""


@dataclass(frozen=True, slots=True)
class Group:
    """Something that must be found, in any of several ways.

    words: as typed and folded, all of them in any order; synonyms: phrases that mean the same.
    """

    words: tuple[str, ...]
    synonyms: tuple[tuple[str, ...], ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look up. Everything is folded except `exact`."""

    groups: tuple[Group, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()
    excluded_phrases: tuple[tuple[str, ...], ...] = ()
    exact: tuple[str, ...] = ()
    """The words as typed, lower case with accents: records that spell them so come first."""
    numbers: tuple[str, ...] = ()
    """Keys of document numbers, as number_keys makes them; where one is found, the words do not count."""
    terms: tuple[Term, ...] = ()
    """What the typed names mean."""
    open_ended: bool = False
    """The last word may be the beginning of a longer one."""

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for group in self.groups for word in group.words)

    @property
    def variants(self) -> tuple[tuple[str, ...], ...]:
        """The whole query as typed, then with a name in it replaced by one that means the same."""
        found = {self.words: None}
        for position, group in enumerate(self.groups):
            before = [word for other in self.groups[:position] for word in other.words]
            after = [word for other in self.groups[position + 1 :] for word in other.words]
            for synonym in group.synonyms:
                found[(*before, *synonym, *after)] = None
        return tuple(found)[:_MAX_VARIANTS]

    @property
    def is_code(self) -> bool:
        """The number may as well be plain words, such as an indicator and a year."""
        return bool(self.words) and "-".join(self.words) in self.numbers

    @property
    def empty(self) -> bool:
        return not (self.groups or self.phrases or self.numbers)


def plan(text: str, lexicon: Lexicon, glossary: Glossary) -> Plan:
    """Read what was typed. Anything is accepted; what holds no letter or digit plans to nothing."""
    text = common_tone_place(nfc(text[:MAX_CHARACTERS]))
    typed: list[str] = []
    plain: list[str] = []
    exact: list[str] = []
    phrases: list[tuple[str, ...]] = []
    excluded: list[str] = []
    excluded_phrases: list[tuple[str, ...]] = []
    for minus, phrase, word in _PARTS.findall(text):
        if phrase:
            folded = tuple(words(phrase))[:MAX_WORDS]
            if folded:
                (excluded_phrases if minus else phrases).append(folded)
                exact += () if minus else _WORD.findall(phrase.lower())
        elif word.startswith("-") and len(word) > 1:
            parts = tuple(words(word))
            if len(parts) > 1:
                excluded_phrases.append(parts)
            excluded += parts if len(parts) == 1 else ()
        else:
            typed += words(word)
            plain.append(word)
            exact += _WORD.findall(word.lower())
    split = tuple(_split_joined(typed[:MAX_WORDS], lexicon))
    numbers, rest = _numbers(split, " ".join(plain), lexicon)
    groups, terms = _groups(rest, exact, lexicon, glossary)
    if not numbers and all(group.optional for group in groups):
        # Short words are all there is to look for.
        groups = tuple(Group(group.words, group.synonyms) for group in groups)
    return Plan(
        groups=groups,
        phrases=tuple(phrases[:_MAX_PHRASES]),
        excluded=tuple(excluded[:MAX_WORDS]),
        excluded_phrases=tuple(excluded_phrases[:_MAX_PHRASES]),
        exact=tuple(dict.fromkeys(exact[:MAX_WORDS])),
        numbers=numbers,
        terms=terms,
        open_ended=bool(split) and text[-1:].isalnum(),
    )


def _split_joined(typed: list[str], lexicon: Lexicon) -> Iterator[str]:
    """Words run together are taken apart where the parts follow each other in a title.

    "halong" is read as "ha long"; a word that occurs as typed is left alone.
    """
    for position, word in enumerate(typed):
        # An unfinished last word is short for another reason.
        shortest = _JOINED_FROM if position == len(typed) - 1 else _JOINED_FROM - 1
        if len(word) < shortest or lexicon.knows(word):
            yield word
        else:
            yield from _best_split(word, lexicon) or (word,)


def _best_split(word: str, lexicon: Lexicon) -> tuple[str, ...] | None:
    """The parts that are titled so most often; fewer parts where several ways are."""
    if len(word) > _JOINED_TO or word.isdigit():
        return None
    several = (parts for parts in _segmented(word, lexicon, _MAX_PARTS) if len(parts) > 1)
    ways = list(islice(several, _MAX_WAYS))
    for count in range(2, _MAX_PARTS + 1):
        counted = [(lexicon.knows_phrase(parts), parts) for parts in ways if len(parts) == count]
        titles, parts = max(counted, default=(0, None))
        if titles:
            return parts
    return None


def _segmented(word: str, lexicon: Lexicon, most: int) -> Iterator[tuple[str, ...]]:
    if lexicon.knows(word):
        yield (word,)
    if most > 1:
        for cut in range(2, len(word) - 1):
            if lexicon.knows(word[:cut]):
                for rest in _segmented(word[cut:], lexicon, most - 1):
                    yield (word[:cut], *rest)


def number_keys(text: str, year: str | None = None) -> set[str]:
    """Under which keys a document number is found; a text may hold several, after `;` or `@`.

    year: when the document was issued, for people who name it by type, serial and year.
    """
    keys = {"-".join(words(text))}
    for part in re.split(r"[;@]", text):
        number = LawNumber.parse(part)
        if number is None:
            continue
        kind = number.symbol[0].rstrip("0123456789")
        keys |= {number.key, f"{kind}-{number.serial}"}
        for named in {str(number.year) if number.year else None, year} - {None}:
            keys |= {f"{kind}-{number.serial}-{named}", f"{number.serial}-{named}"}
    return keys - {""}


def _numbers(
    typed: tuple[str, ...], text: str, lexicon: Lexicon
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The number named in a query, as keys, and the words that are left beside it."""
    if code := _CODE.search(text):
        parts = code.groups()
        rest = tuple(word for word in typed if word not in parts)
        return ("-".join(parts),), rest
    for at in range(len(typed)):
        found = _number_at(typed, at, text, lexicon)
        if found is not None:
            keys, end = found
            return keys, (*typed[:at], *typed[end:])
    if len(typed) <= _NUMBER_WORDS and any(word.isdigit() for word in typed):
        # The code of a procedure or an indicator; its parts stay searchable as words.
        return ("-".join(typed),), typed
    return (), typed


def _number_at(
    typed: tuple[str, ...], at: int, text: str, lexicon: Lexicon
) -> tuple[tuple[str, ...], int] | None:
    kind, start = None, at
    for name, short in _TYPES.items():
        if typed[at : at + len(name)] == name:
            kind, start = short, at + len(name)
            break
    position = start
    while kind and position < len(typed) and typed[position] in _BETWEEN:
        position += 1
    if position >= len(typed) or not _SERIAL.fullmatch(typed[position]):
        return None
    serial = str(int(typed[position]))
    end = position + 1
    year = None
    following = end
    while kind and following < len(typed) and typed[following] in _BETWEEN:
        following += 1
    if following < len(typed) and _YEAR.fullmatch(typed[following]):
        year, end = typed[following], following + 1
    number, symbol_end = _whole_number(typed, serial, year, end, lexicon)
    if number is not None:
        if number.year is None and symbol_end < len(typed) and _YEAR.fullmatch(typed[symbol_end]):
            # "80/QĐ-TTg 2023": the number alone says it all.
            symbol_end += 1
        return (number.key,), symbol_end
    if kind is not None:
        key = f"{kind}-{serial}-{year}" if year else f"{kind}-{serial}"
        # "Kế hoạch 2024" is no number; nor is one that nothing has.
        return ((key,), symbol_end) if lexicon.knows_number(key) else None
    if year is not None and re.search(rf"\b0*{serial}\s*/\s*{year}\b", text):
        return (f"{serial}-{year}",), end
    return None


def _whole_number(
    typed: tuple[str, ...], serial: str, year: str | None, start: int, lexicon: Lexicon
) -> tuple[LawNumber | None, int]:
    """The number with its symbol and where it ends: the longest that exists, else the longest."""
    end = start
    while end < len(typed) and lexicon.knows_symbol(typed[end]):
        end += 1
    longest = None
    for stop in range(end, start, -1):
        number = LawNumber.parse(" ".join((serial, year or "", *typed[start:stop])))
        if number is not None and lexicon.knows_number(number.key):
            return number, stop
        longest = longest or (number and (number, stop))
    return longest or (None, end)


def _groups(
    typed: tuple[str, ...], exact: Collection[str], lexicon: Lexicon, glossary: Glossary
) -> tuple[tuple[Group, ...], tuple[Term, ...]]:
    """Cut into the longest names the glossary knows; the other words stand alone."""
    groups: list[Group] = []
    terms: list[Term] = []
    at = 0
    while at < len(typed):
        length, found = glossary.longest_name(typed, at, exact)
        name = typed[at : at + length]
        synonyms = dict.fromkeys(tuple(words(other)) for term in found for other in term.names)
        synonyms.pop(name, None)
        terms += [term for term in found if term not in terms]
        if len(name) == 1 and len(name[0]) >= _JOINED_FROM and not found:
            # "halong" occurs as such, but more often as two words.
            synonyms |= dict.fromkeys(filter(None, [_best_split(name[0], lexicon)]))
        optional = length == 1 and name[0] in _OPTIONAL
        groups.append(Group(name, tuple(synonyms)[:_MAX_SYNONYMS], optional))
        at += length
    return tuple(groups), tuple(terms)
