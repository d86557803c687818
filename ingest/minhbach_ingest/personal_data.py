"""What personal data looks like in a text: found, and blacked out.

Telephone numbers, numbers of identity cards, e-mail addresses that are not of a state body, bank accounts
and dates of birth. Law 91/2025/QH15 on personal data.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from minhbach_datasets.model import PersonalKind, Text
from minhbach_datasets.text import fold

_SPACE = r"[\s\u00a0]"
_NOT_WITHIN = r"(?<!\d)(?<!\d[.,])"
"""A number that goes on from digits, or from digits and a point, is another number."""
_NOT_BEFORE = r"(?!\d|[.,](?!0\d{8}|\+84)\d)"
_NO_AMOUNT = r"(?!\s*(?:đồng|vnd|usd|triệu|tỷ|ha\b|m2|m²|%|người|lượt|tấn))"
_KINDS: dict[PersonalKind, re.Pattern[str]] = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "bank_account": re.compile(
        r"(?:\bstk\b|số\s+tài\s+khoản|tài\s+khoản(?:\s+số)?|account(?:\s+(?:no|number))?)"
        rf"[^0-9]{{0,20}}(\d(?:(?:{_SPACE}|[.-])?\d){{6,18}})",
        re.IGNORECASE,
    ),
    "birth_date": re.compile(
        r"(?:ngày\s+sinh|năm\s+sinh|sinh\s+(?:ngày|năm)|date\s+of\s+birth|born(?:\s+on)?)"
        r"[^0-9]{0,12}((?:\d{1,2}[/.-]\d{1,2}[/.-])?(?:19|20)\d\d)",
        re.IGNORECASE,
    ),
    "phone": re.compile(
        # 0203/3825123, zalo.me/0912345678, +84 (0) 912 345 678, (0203) 3 835 678
        rf"{_NOT_WITHIN}0\d{{2,3}}/\d{{6,8}}(?!\d)"
        r"|(?:zalo\.me/|wa\.me/|tel:)\+?\d{8,12}(?!\d)"
        rf"|{_NOT_WITHIN}(?<!\w)(?<![A-Za-z_.-]/)(?:\(?\+?84\)?{_SPACE}*\(0\)|\(?\+?84\)?|\(?0)(?:{_SPACE}|[.-])?"
        rf"(?:\d(?:{_SPACE}|[.()-]){{0,2}}){{8,9}}\d?{_NOT_BEFORE}",
        re.IGNORECASE,
    ),
    # CCCD: a province code below 100, the century and sex, the year of birth; CMND: nine digits.
    "identity_number": re.compile(
        rf"{_NOT_WITHIN}(?<![/\w-])(?:0\d\d[0-3]\d{{8}}|[0-3]\d{{8}})(?!\d|[.,/-]\d){_NO_AMOUNT}",
        re.IGNORECASE,
    ),
}
_NAMED: dict[PersonalKind, re.Pattern[str]] = {
    "identity_number": re.compile(
        r"\b(cccd|cmnd|can cuoc|chung minh (nhan dan|thu)|ho chieu|identity (card|number))\b"
    ),
    "bank_account": re.compile(r"\b(so tai khoan|bank account)\b"),
    "birth_date": re.compile(r"\b(ngay sinh|nam sinh|birth)"),
    "phone": re.compile(r"\b(dien thoai|di dong|so dt|phone|mobile)\b"),
}
_STATE = re.compile(r"[@.](?:[\w-]+\.)*(?:gov|chinhphu|mil)\.vn$", re.IGNORECASE)
KINDS: tuple[PersonalKind, ...] = tuple(_KINDS)
KIND_NAMES: dict[PersonalKind, Text] = {
    "phone": Text(vi="số điện thoại", en="a telephone number"),
    "identity_number": Text(vi="số CMND/CCCD", en="the number of an identity card"),
    "email": Text(vi="địa chỉ thư điện tử", en="an e-mail address"),
    "bank_account": Text(vi="số tài khoản ngân hàng", en="a bank account"),
    "birth_date": Text(vi="ngày sinh", en="a date of birth"),
}
SUSPECT = "|".join(
    (
        r"@[\w-]+\.",
        r"(?i:stk|tài[\s\x{a0}]+khoản|account)[^0-9]{0,20}[0-9]",
        r"(?i:ngày[\s\x{a0}]+sinh|năm[\s\x{a0}]+sinh|sinh[\s\x{a0}]+(ngày|năm)|birth|born)[^0-9]{0,12}[0-9]",
        r"(?i:zalo\.me/|wa\.me/|tel:)",
        r"(\+?84|0)\)?([\s\x{a0}./()-]{0,4}[0-9]){8}",
        r"[0-3][0-9]{8}",
    )
)
"""The patterns as far as DuckDB (RE2) knows such: no text that holds personal data is passed over by it."""


def found_in(
    text: str, kinds: Collection[PersonalKind] = KINDS
) -> list[tuple[PersonalKind, int, int]]:
    """Kind, begin and end of every piece of personal data in a text; the pieces do not overlap."""
    found: list[tuple[PersonalKind, int, int]] = []
    for kind in kinds:
        for match in _KINDS[kind].finditer(text):
            begin, end = match.span(match.lastindex or 0)
            if kind == "email" and _STATE.search(match[0]):
                continue
            if all(end <= other_begin or begin >= other_end for _, other_begin, other_end in found):
                found.append((kind, begin, end))
    return sorted(found, key=lambda each: each[1])


def kind_of_title(title: str) -> PersonalKind | None:
    """The kind of personal data that a column of this title holds, if any."""
    text = fold(title)
    return next((kind for kind, pattern in _NAMED.items() if pattern.search(text)), None)


def masked(text: str, kinds: Collection[PersonalKind] = KINDS) -> str:
    """The text with personal data of some kinds blacked out.

    >>> masked("gọi 0912 345 678")
    'gọi ████████████'
    """
    for kind, begin, end in reversed(found_in(text)):
        if kind in kinds:
            length = len(text[begin:end].rstrip())
            text = text[:begin] + "█" * length + text[begin + length :]
    return text
