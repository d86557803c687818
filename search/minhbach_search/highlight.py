"""Marks what was searched for in a text, by folded comparison, and cuts a snippet around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from minhbach_datasets.text import fold, nfc
from minhbach_search.engine import Hit, Span
from minhbach_search.query import Plan

_SNIPPET = 220
"""Letters of a snippet, about."""
_WORD = re.compile(r"[^\W_]+")
_Found = tuple[int, int]
"""Start and end of a stretch, in letters."""


def hit(
    kind: str,
    id_: str,
    title: str,
    summary: str,
    body: str,
    verified: str,
    plan: Plan,
    *,
    near: bool,
) -> Hit:
    """A found document with marks; where its summary does not show why it was found, its text may."""
    snippet = marked(summary, plan, limit=_SNIPPET, near=near)
    if not any(span.marked for span in snippet):
        in_body = marked(body.replace("\n", " · "), plan, limit=_SNIPPET, near=near)
        snippet = in_body if any(span.marked for span in in_body) else snippet
    return Hit(kind, id_, marked(title, plan, near=near), snippet, verified)


def marked(
    text: str, plan: Plan, limit: int | None = None, *, near: bool = False
) -> tuple[Span, ...]:
    """Split a text into marked and unmarked spans; at most about `limit` letters around the first mark.

    near: words with one wrong letter are marked as well. Folding keeps one letter for one letter, so
    offsets in the folded text are offsets in the text.
    """
    text = nfc(text)
    found = _found(fold(text), plan, near=near)
    start, end = 0, len(text)
    if limit is not None and len(text) > limit:
        first = found[0][0] if found else 0
        start = max(0, min(first - limit // 4, len(text) - limit))
        end = start + limit
        if start > 0:
            start = text.find(" ", start) + 1 or start
        if end < len(text):
            blank = text.rfind(" ", start, end)
            end = blank if blank > start else end
    spans = [Span("… ", marked=False)] if start > 0 else []
    at = start
    for left, right in found:
        if left >= start and right <= end:
            if left > at:
                spans.append(Span(text[at:left], marked=False))
            spans.append(Span(text[left:right], marked=True))
            at = right
    if at < end:
        spans.append(Span(text[at:end], marked=False))
    if end < len(text):
        spans.append(Span(" …", marked=False))
    return tuple(_joined(spans))


def _found(folded: str, plan: Plan, *, near: bool) -> list[_Found]:
    """Names and phrases where they stand whole; the single words of a name only where none does."""
    words = [(match[0], match.start(), match.end()) for match in _WORD.finditer(folded)]
    sequences = [
        *plan.phrases,
        *(tuple(number.split("-")) for number in plan.numbers),
        *(name for group in plan.groups for name in (group.words, *group.synonyms)),
    ]
    if len(plan.words) > 1:
        sequences.append(plan.words)
    whole = {s: list(_occurrences(s, words)) for s in sequences if len(s) > 1}
    told = {word for sequence, places in whole.items() if places for word in sequence}
    found = [place for places in whole.values() for place in places]
    singles = {word for word in plan.words if word not in told}
    singles |= {s[0] for group in plan.groups for s in group.synonyms if len(s) == 1}
    open_word = plan.words[-1] if plan.open_ended and plan.words else None
    for word, start, end in words:
        if (
            word in singles
            or (open_word is not None and word.startswith(open_word) and word != open_word)
            or (near and any(_one_apart(word, wanted) for wanted in singles))
        ):
            found.append((start, end))
    return _merged(sorted(found))


def _occurrences(sequence: tuple[str, ...], words: list[tuple[str, int, int]]) -> Iterator[_Found]:
    length = len(sequence)
    for at in range(len(words) - length + 1):
        if words[at][0] == sequence[0] and tuple(w[0] for w in words[at : at + length]) == sequence:
            yield words[at][1], words[at + length - 1][2]


def _merged(found: list[_Found]) -> list[_Found]:
    merged: list[_Found] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _one_apart(word: str, wanted: str) -> bool:
    """Whether one letter was changed, added, left out, or two neighbours swapped."""
    if abs(len(word) - len(wanted)) > 1 or len(wanted) < 3:
        return False
    start = 0
    while start < min(len(word), len(wanted)) and word[start] == wanted[start]:
        start += 1
    tail, wanted_tail = word[start:], wanted[start:]
    return (
        tail[1:] == wanted_tail[1:]
        or tail == wanted_tail[1:]
        or tail[1:] == wanted_tail
        or (tail[:2][::-1] == wanted_tail[:2] and tail[2:] == wanted_tail[2:])
    )


def _joined(spans: list[Span]) -> list[Span]:
    """One mark over neighbouring marked words reads better than several."""
    joined: list[Span] = []
    for span in spans:
        if span.marked and len(joined) > 1 and joined[-1].text.isspace() and joined[-2].marked:
            gap, before = joined.pop(), joined.pop()
            joined.append(Span(before.text + gap.text + span.text, marked=True))
        else:
            joined.append(span)
    return joined
