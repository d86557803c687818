"""Which of today's communes, and which former districts, a place name stands for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from minhbach_datasets.text import common_tone_place

PLACE_DATASETS = ("communes", "old_districts", "old_communes", "commune_changes")
"""The datasets a gazetteer is made from."""

_ABBREVIATIONS = ((r"\btp\b\.?", "thành phố"), (r"\btx\b\.?", "thị xã"), (r"\btt\b\.?", "thị trấn"))
_COMMUNE_WORDS = ("phường", "xã", "thị trấn", "đặc khu")
_DISTRICT_WORDS = ("thành phố", "thị xã", "huyện")
_KIND = re.compile(rf"\b({'|'.join((*_COMMUNE_WORDS, *_DISTRICT_WORDS))})\s+")
_NOW = re.compile(r"\(\s*nay(?: là)?\s+([^)]*)\)")
_NEXT_NAME = re.compile(r"\s*(?:,|;| và )\s*")
# Hoành Bồ joined the city of Hạ Long on 2020-01-01, before the districts ended.
_ABOLISHED_DISTRICTS = {"hoành bồ": "hạ long"}


@dataclass(frozen=True, slots=True)
class Places:
    """Codes of communes in force since 2025-07-01 and of the districts until 2025-06-30."""

    communes: tuple[str, ...] = ()
    old_districts: tuple[str, ...] = ()


class Gazetteer:
    """Resolves the ways Vietnamese documents write places; knows nothing it was not given."""

    def __init__(
        self,
        communes: Iterable[tuple[str, str, str]],
        old_districts: Iterable[tuple[str, str]],
        old_communes: Iterable[tuple[str, str, str, str]],
        changes: Iterable[tuple[str, str]],
    ) -> None:
        """Rows of the place datasets.

        communes: (code, kind, name); old_districts: (code, name);
        old_communes: (code, kind, name, district code); changes: (old commune code, commune code).
        """
        self._new: dict[str, str] = {}
        self._new_kind: dict[str, str] = {}
        for code, kind, name in communes:
            self._new[_normal(name)] = code
            self._new_kind[code] = kind
        self._districts = {_normal(name): code for code, name in old_districts}
        for gone, into in _ABOLISHED_DISTRICTS.items():
            if into in self._districts:
                self._districts[gone] = self._districts[into]
        self._old: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for code, _kind, name, district in old_communes:
            self._old[_normal(name)].append((code, district))
        self._became: defaultdict[str, list[str]] = defaultdict(list)
        for old, new in changes:
            self._became[old].append(new)
        self._commune_names = _longest_first([*self._new, *self._old])
        self._district_names = _longest_first(self._districts)

    def resolve(self, text: str) -> Places:
        """Find the places a text names.

        A commune named with its former district goes through the merger table; "(nay phường X)"
        is taken at its word; a district alone yields no communes. What is not recognised is left out.
        """
        rest = _normal(text)
        now: list[str] = []
        for match in _NOW.finditer(rest):
            now += [self._new[name] for kind, name in self._named(match[1]) if name in self._new]
        rest = _NOW.sub("", rest)
        named = list(self._named(rest))
        districts = [self._districts[n] for kind, n in named if kind in _DISTRICT_WORDS]
        districts += self._bare_districts(rest)
        communes: list[str] = []
        for kind, name in named:
            if kind in _COMMUNE_WORDS:
                found, implied = self._commune(kind, name, districts)
                communes += found
                districts += implied
        chosen = now or communes
        return Places(tuple(dict.fromkeys(chosen)), tuple(dict.fromkeys(districts)))

    def _commune(self, kind: str, name: str, districts: list[str]) -> tuple[list[str], list[str]]:
        old = [(code, district) for code, district in self._old[name] if district in districts]
        if old:
            return [new for code, _ in old for new in self._became[code]], [d for _, d in old]
        new = self._new.get(name)
        if new is not None and (districts or self._new_kind[new] == kind):
            return [new], []
        candidates = self._old[name]
        if len(candidates) == 1:
            code, district = candidates[0]
            return list(self._became[code]), [district]
        return [], []

    def _named(self, text: str) -> Iterable[tuple[str, str]]:
        """Yield (kind, name): a kind word covers the list of names after it."""
        for match in _KIND.finditer(text):
            kind, at = match[1], match.end()
            names = self._commune_names if kind in _COMMUNE_WORDS else self._district_names
            while True:
                name = _name_at(text, at, names)
                if name is not None:
                    yield kind, name
                # A name nobody knows (a unit merged away earlier) does not end the list.
                separator = _NEXT_NAME.search(text, at)
                if separator is None or _KIND.search(text, at, separator.end()):
                    break
                at = separator.end()

    def _bare_districts(self, text: str) -> list[str]:
        parts = re.split(r"[,;()]| và ", text)
        return [self._districts[p.strip()] for p in parts if p.strip() in self._districts]


def _normal(text: str) -> str:
    text = common_tone_place(text).lower()
    for pattern, word in _ABBREVIATIONS:
        text = re.sub(pattern, word, text)
    return " ".join(text.split())


def _longest_first(names: Iterable[str]) -> list[str]:
    return sorted(set(names), key=len, reverse=True)


def _name_at(text: str, at: int, names: list[str]) -> str | None:
    for name in names:
        if text.startswith(name, at) and not text[at + len(name) : at + len(name) + 1].isalnum():
            return name
    return None
