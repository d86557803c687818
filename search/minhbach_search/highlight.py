"""Marks what was searched for in a text, by folded comparison, and cuts a snippet around it."""

from __future__ import annotations

import re

from minhbach_datasets.text import fold, nfc
from minhbach_search.engine import Span
from minhbach_search.query import Plan

_WORD = re.compile(r"[^\W_]+")


def marked(text: str, plan: Plan, limit: int | None = None) -> tuple[Span, ...]:
    """Split a text into marked and unmarked spans; at most about `limit` letters around the first mark.

    Folding keeps one letter for one letter, so offsets in the folded text are offsets in the text.
    """
    text = nfc(text)
    wanted = {*plan.words, *(word for phrase in plan.phrases for word in phrase)}
    prefix = plan.words[-1] if plan.open_ended else None
    found = [
        match.span()
        for match in _WORD.finditer(fold(text))
        if match[0] in wanted or (prefix is not None and match[0].startswith(prefix))
    ]
    start, end = 0, len(text)
    if limit is not None and len(text) > limit:
        first = found[0][0] if found else 0
        start = max(0, min(first - limit // 4, len(text) - limit))
        end = start + limit
        if start > 0:
            start = text.find(" ", start) + 1 or start
        if end < len(text):
            end = max(text.rfind(" ", start, end), start)
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
