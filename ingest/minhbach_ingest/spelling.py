"""Names of one thing in all their spellings: provinces, communes, codes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from minhbach_datasets.text import common_tone_place, fold

_KIND = re.compile(
    r"^(?:tinh|thanh pho|thi xa|t\.?\s?p\.?|thu do|phuong|xa|dac khu|huyen)\s+|^tp\.?\s*"
)
_OTHER = re.compile(r"[^a-z0-9]+")


class Spellings:
    """Which of the known names a text stands for; accents, case, blanks, hyphens and kind words aside."""

    def __init__(self, names: Sequence[tuple[str, str]], aliases: Mapping[str, str]) -> None:
        """names: (name, value) of what is known; aliases: spelling -> value, where no rule can tell.

        A name that several values share is not told apart, so it stands for none of them.
        """
        self._exact: dict[str, str | None] = {}
        self._loose: dict[str, str | None] = {}
        for name, value in names:
            _add(self._exact, _exact(name), value)
            for key in {_loose(name), _bare(name)}:
                _add(self._loose, key, value)
        self._loose |= {_loose(spelling): value for spelling, value in aliases.items()}

    def value(self, text: str) -> str | None:
        """The value a text stands for, or None."""
        for known, key in (
            (self._exact, _exact(text)),
            (self._loose, _loose(text)),
            (self._loose, _bare(text)),
        ):
            if key in known:
                return known[key]
        return None

    def nearest(self, text: str) -> str | None:
        """The known value whose name is most like the text, for a suggestion; None where none is."""
        keys = [key for key, value in self._loose.items() if value]
        close = difflib.get_close_matches(_loose(text), keys, 1, 0.75)
        return self._loose[close[0]] if close else None


def _add(known: dict[str, str | None], key: str, value: str) -> None:
    known[key] = value if known.get(key, value) == value else None


def _exact(text: str) -> str:
    return " ".join(common_tone_place(text).lower().split())


def _loose(text: str) -> str:
    return _OTHER.sub("", fold(text))


def _bare(text: str) -> str:
    """Without the word for what kind of place it is."""
    return _OTHER.sub("", _KIND.sub("", " ".join(fold(text).split())))
