"""Vietnamese <-> English domain terms, their abbreviations and synonyms."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, ValidationError

from minhbach_datasets.errors import DefinitionError
from minhbach_datasets.model import Text
from minhbach_datasets.text import common_tone_place, slug, words

GLOSSARY = Path(__file__).with_name("glossary.toml")
_LONGEST = 8
"""Words of the longest name that is looked for in a query."""


class Term(BaseModel):
    """One thing and everything it is called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vi: str
    en: str
    abbreviations: tuple[str, ...] = ()
    also_vi: tuple[str, ...] = ()
    also_en: tuple[str, ...] = ()
    about: Text | None = None
    """What it is, for somebody new, in the portal's own words; not a legal definition."""

    @property
    def id(self) -> str:
        return slug(self.vi)

    @property
    def names(self) -> tuple[str, ...]:
        """Each once, the Vietnamese and the English one first."""
        names = (self.vi, self.en, *self.abbreviations, *self.also_vi, *self.also_en)
        return tuple(dict.fromkeys(names))

    def is_named_by(self, word: str, exact: Collection[str]) -> bool:
        """Whether a folded word is an abbreviation or English name of this, or was typed as its Vietnamese one."""
        if any(words(name) == [word] for name in (*self.abbreviations, self.en, *self.also_en)):
            return True
        return any(
            words(name) == [word] and common_tone_place(name.lower()) in exact
            for name in (self.vi, *self.also_vi)
        )


class Section(BaseModel):
    """Terms of one field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: Text
    terms: tuple[Term, ...]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    section: tuple[Section, ...]


class Glossary(Mapping[str, Term]):
    """All terms by id, and what to search for beside a typed name."""

    def __init__(self, sections: tuple[Section, ...]) -> None:
        self.sections = sections
        self._terms = {term.id: term for section in sections for term in section.terms}
        self._named: defaultdict[tuple[str, ...], list[Term]] = defaultdict(list)
        for term in self._terms.values():
            for name in dict.fromkeys(tuple(words(name)) for name in term.names):
                self._named[name].append(term)

    def __getitem__(self, id_: str) -> Term:
        return self._terms[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)

    @classmethod
    def read(cls, path: Path = GLOSSARY) -> Glossary:
        """Raises DefinitionError naming the file, the term and what is wrong with it."""
        try:
            sections = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).section
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise DefinitionError(f"{path}: {error}") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise DefinitionError(f"{path}: {where}: {first['msg']}") from None
        seen: dict[str, str] = {}
        for section in sections:
            for term in section.terms:
                if term.id in seen:
                    raise DefinitionError(f"{path}: {term.vi!r} and {seen[term.id]!r} share an id")
                seen[term.id] = term.vi
        return cls(sections)

    def longest_name(
        self, typed: tuple[str, ...], at: int, exact: Collection[str]
    ) -> tuple[int, tuple[Term, ...]]:
        """The longest name that begins at a word of the query: its length and what it may mean.

        typed: folded words; exact: the words as typed, lower case. (1, ()) where no name begins. A
        Vietnamese name of one syllable must be typed as it is spelled: folded it is many other words.
        """
        for length in range(min(_LONGEST, len(typed) - at), 0, -1):
            name = typed[at : at + length]
            found = self._named.get(name, ())
            if length == 1:
                found = [term for term in found if term.is_named_by(name[0], exact)]
            if found:
                return length, tuple(found)
        return 1, ()

    def synonyms(self) -> Mapping[str, tuple[str, ...]]:
        """Folded name -> the folded names that mean the same, for engines that expand by themselves."""
        expanded = {}
        for name, terms in self._named.items():
            others = {" ".join(words(other)) for term in terms for other in term.names}
            others.discard(" ".join(name))
            if others:
                expanded[" ".join(name)] = tuple(sorted(others))
        return MappingProxyType(expanded)


@cache
def glossary() -> Glossary:
    """The glossary of the package."""
    return Glossary.read()
