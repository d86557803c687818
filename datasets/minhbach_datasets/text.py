"""Vietnamese text: normal form, folding, slugs. The only place that folds."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

# Letters that Unicode does not decompose into a base letter and marks. Ð and Ƌ are typed for Đ.
_BASE_LETTERS = {
    "đ": "d",
    "Đ": "d",
    "Ð": "d",
    "ð": "d",
    "Ɖ": "d",
    "ơ": "o",
    "Ơ": "o",
    "ư": "u",
    "Ư": "u",
}


class _Folding(dict[int, str]):
    """Code point -> folded letter, filled on first use; always one letter for one letter."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        base = _BASE_LETTERS.get(char) or unicodedata.normalize("NFD", char)[0]
        lower = _BASE_LETTERS.get(base) or base.lower()
        self[code] = folded = lower if len(lower) == 1 else base
        return folded


_FOLDING = _Folding()
_WORD = re.compile(r"[^\W_]+")


def nfc(text: str) -> str:
    """Compose accents; a Vietnamese text from a Mac or a PDF arrives decomposed."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower case without accents, đ as d, one letter out for every letter in.

    The result has the length of `nfc(text)`, so an offset found in it is an offset in the original.

    >>> fold("Quy hoạch sử dụng đất")
    'quy hoach su dung dat'
    """
    return nfc(text).translate(_FOLDING)


def words(text: str) -> list[str]:
    """Split into folded words.

    >>> words("80/QĐ-TTg")
    ['80', 'qd', 'ttg']
    """
    return _WORD.findall(fold(text))


def slug(text: str) -> str:
    """Make the part of an address that stands for a text.

    >>> slug("80/QĐ-TTg@2023")
    '80-qd-ttg-2023'
    """
    return "-".join(words(text))


_TONE_PAIRS = [
    *zip(("oà", "oá", "oả", "oã", "oạ"), ("òa", "óa", "ỏa", "õa", "ọa"), strict=True),
    *zip(("oè", "oé", "oẻ", "oẽ", "oẹ"), ("òe", "óe", "ỏe", "õe", "ọe"), strict=True),
    *zip(("uỳ", "uý", "uỷ", "uỹ", "uỵ"), ("ùy", "úy", "ủy", "ũy", "ụy"), strict=True),
]
# Only an open syllable has two customary places for its tone mark, and after q the u is no vowel.
_TONES = [
    (re.compile(rf"(?<![qQ]){cased(new)}(?![^\W\d_])"), cased(old))
    for new, old in _TONE_PAIRS
    for cased in (str.lower, str.capitalize, str.upper)
]


def common_tone_place(text: str) -> str:
    """Write hoà as hòa and thuỷ as thủy: one spelling, so that names can be compared.

    >>> common_tone_place("Xã Hải Hoà, sông Thuỷ, xã Quý")
    'Xã Hải Hòa, sông Thủy, xã Quý'
    """
    text = nfc(text)
    for pattern, replacement in _TONES:
        text = pattern.sub(replacement, text)
    return text


_VIETNAMESE_MARKS = str.maketrans(",.", ".,")


def number(value: float, language: str, places: int | None = None) -> str:
    """Group thousands and mark decimals: 1.234,5 in Vietnamese, 1,234.5 in English.

    places: decimals to show; as many as the number has when None.
    """
    if places is not None:
        text = f"{value:,.{places}f}"
    elif isinstance(value, int) or value.is_integer():
        text = f"{int(value):,}"
    else:
        text = f"{value:,.10f}".rstrip("0")
    if language == "vi":
        text = text.translate(_VIETNAMESE_MARKS)
    return text


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day(value: date, language: str) -> str:
    """11/02/2023 in Vietnamese, 11 Feb 2023 in English."""
    if language == "vi":
        return value.strftime("%d/%m/%Y")
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
