"""Queries that nobody types in good faith, by what is wrong with them."""

from __future__ import annotations

HOSTILE = {
    "long": "a" * 10_000,
    "long words": "quy hoạch " * 1_000,
    "digits": "1" * 5_000,
    "control": "\x00\x01\x02\x7f",
    "control inside": "hạ\x00long",
    "quotes": '"""',
    "unbalanced": '"quy hoạch',
    "minus": "- -- ---",
    "only excluded": "-hạ -long",
    "parentheses": "((((((((((",
    "filter syntax": 'kind = "plans" AND (sector EXISTS)',
    "query syntax": "kind:plans AND * OR title:[a TO z]",
    "sql": "'; DROP TABLE plans; --",
    "emoji": "🌊 hạ long 🏝️",
    "wildcards": "%%%___***",
    "operators": "a* b? [c] {d} ^2 ~3 \\",
    "right to left": "\u202eha long\u202c",
    "lone surrogate": "ha \ud800 long",
    "combining": "h\u0323a\u0323" * 200,
    "newlines": "hạ\n\nlong\t\r",
}
