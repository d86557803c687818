"""Vietnamese of before Unicode: TCVN3 (ABC fonts) and VNI, told apart by which reading makes syllables.

Offices still hold such files: the bytes are Latin-1 letters that only a font made Vietnamese. One sheet may
mix them with Unicode, so each text is judged by itself, and a text that reads well in several ways takes
the reading of those around it. TCVN3 capitals exist only as fonts (".VnTimeH"): they come out lower case.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

Encoding = Literal["unicode", "tcvn3", "vni"]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)

# TCVN 5712:1993 VN3, as the Latin-1 letters that readers of old files return.
_TCVN3 = str.maketrans(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
)
# What PDF files of such fonts hold in place of the soft hyphen and the middle dot.
_TCVN3 |= {0x2212: ord("ư"), 0x2219: ord("ã")}
_VNI_BASES = {
    "a": {"ù": "á", "ø": "à", "û": "ả", "õ": "ã", "ï": "ạ", "ê": "ă", "é": "ắ", "è": "ằ", "ú": "ẳ",
          "ü": "ẵ", "ë": "ặ", "â": "â", "á": "ấ", "à": "ầ", "å": "ẩ", "ã": "ẫ", "ä": "ậ"},
    "e": {"ù": "é", "ø": "è", "û": "ẻ", "õ": "ẽ", "ï": "ẹ", "â": "ê", "á": "ế", "à": "ề", "å": "ể",
          "ã": "ễ", "ä": "ệ"},
    "o": {"ù": "ó", "ø": "ò", "û": "ỏ", "õ": "õ", "ï": "ọ", "â": "ô", "á": "ố", "à": "ồ", "å": "ổ",
          "ã": "ỗ", "ä": "ộ"},
    "ô": {"": "ơ", "ù": "ớ", "ø": "ờ", "û": "ở", "õ": "ỡ", "ï": "ợ"},
    "u": {"ù": "ú", "ø": "ù", "û": "ủ", "õ": "ũ", "ï": "ụ"},
    "ö": {"": "ư", "ù": "ứ", "ø": "ừ", "û": "ử", "õ": "ữ", "ï": "ự"},
    "y": {"ù": "ý", "ø": "ỳ", "û": "ỷ", "õ": "ỹ"},
}  # fmt: skip
_VNI_SINGLE = {"æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ"}
_VNI = {
    **{base + mark: letter for base, marks in _VNI_BASES.items() for mark, letter in marks.items()},
    **_VNI_SINGLE,
}
_VNI |= {typed.upper(): letter.upper() for typed, letter in _VNI.items()} | {
    # A capital base may carry a mark of either case.
    typed[0].upper() + typed[1:]: letter.upper()
    for typed, letter in _VNI.items()
}
_VNI_FOUND = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_ONSETS = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x"
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng "
    "eo ep et ê êch êm ên êng ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa "
    "oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong "
    "ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um "
    "un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uyên uyêt uynh uyt uyu ych ynh yt yu ư ưa ưc ưi ưm ưn ưng "
    "ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêt yêu ăng"
)
_SYLLABLE = re.compile(f"(?:{_ONSETS})?(?:{'|'.join(_RHYMES.split())})")
_STOPPED = re.compile(r"(?:c|ch|p|t)$")
_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300\u0301\u0303\u0309\u0323"
_TONES = {_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT}
# Signs that are letters in TCVN3, so that words do not break at them.
_LETTERS = re.compile(r"[^\W\d_]|[\u00a1-\u00be\u00d7\u00f7\u00ad\u2212\u2219]")
# Letters that only Unicode has: a word with one of them was not written for a legacy font.
_UNICODE_ONLY = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")


def to_unicode(text: str, encoding: Encoding) -> str:
    """Read a text in an encoding; NFC."""
    if encoding == "tcvn3":
        text = text.translate(_TCVN3)
    elif encoding == "vni":
        text = _VNI_FOUND.sub(lambda found: _VNI[found[0]], text)
    return unicodedata.normalize("NFC", text)


def is_syllable(word: str) -> bool:
    """Whether a word could be a Vietnamese syllable, by its sounds; it need not exist.

    >>> is_syllable("Quảng"), is_syllable("Qu¶ng"), is_syllable("strict")
    (True, False, False)
    """
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = [char for char in decomposed if char in _TONES]
    if len(tones) > 1:
        return False
    toneless = "".join(char for char in decomposed if char not in _TONES)
    plain = unicodedata.normalize("NFC", toneless)
    if not _SYLLABLE.fullmatch(plain):
        return False
    # A syllable that ends in a stop has only two of the six tones.
    return not _STOPPED.search(plain) or tones in ([_ACUTE], [_DOT])


@dataclass(frozen=True, slots=True)
class Guess:
    """How a text is best read, and how sure that is: 0 to 1."""

    encoding: Encoding
    confidence: float


def guess(text: str, usual: Encoding = "unicode") -> Guess:
    """Tell the encoding of one text; `usual` is that of the texts around it.

    A text without any letter beyond ASCII reads the same in all, with confidence 1. Where several
    readings make equally many syllables the usual one is taken, with half of the confidence.
    """
    scores = _scores(text)
    if scores is None:
        return Guess(usual, 1.0)
    if not any(scores.values()):
        # Not Vietnamese in any reading, so nothing to convert.
        return Guess("unicode", 0.0)
    alike = _best(scores)
    if len(alike) == 1:
        return Guess(alike[0], round(scores[alike[0]], 2))
    chosen = usual if usual in alike else alike[0]
    return Guess(chosen, round(scores[chosen] / 2, 2))


def usual_encoding(texts: Iterable[str]) -> Encoding:
    """The encoding that most of the texts have which read well in only one way."""
    counted: Counter[Encoding] = Counter()
    for text in texts:
        scores = _scores(text)
        if scores is not None and len(alike := _best(scores)) == 1:
            counted[alike[0]] += 1
    return counted.most_common(1)[0][0] if counted else "unicode"


def _scores(text: str) -> dict[Encoding, float] | None:
    """How well a text reads in each encoding; None where it has no letter to tell by."""
    if text.isascii():
        return None
    words = [word for word in _words(text) if not word.isascii()]
    if not words:
        return None
    return {encoding: _score(words, encoding) for encoding in ENCODINGS}


def _best(scores: dict[Encoding, float]) -> list[Encoding]:
    best = max(scores.values())
    return [encoding for encoding in ENCODINGS if scores[encoding] == best]


def _words(text: str) -> list[str]:
    """Stretches of letters, counting the signs that are letters in TCVN3."""
    found, word = [], ""
    for char in unicodedata.normalize("NFC", text):
        if _LETTERS.match(char):
            word += char
        elif word:
            found.append(word)
            word = ""
    # A sign that stands alone is a sign.
    return [word for word in (*found, word) if len(word) > 1 or word.isalpha()]


def _score(words: list[str], encoding: Encoding) -> float:
    """The share of words that become syllables."""
    return sum(_reads_well(word, encoding) for word in words) / len(words)


@lru_cache(maxsize=100_000)
def _reads_well(word: str, encoding: Encoding) -> bool:
    if encoding != "unicode" and _UNICODE_ONLY.search(word):
        return False
    return is_syllable(to_unicode(word, encoding))
