"""Charts as inline SVG: a title, a description, and the page keeps the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minhbach_datasets.model import Language
from minhbach_datasets.text import number

WIDTH, HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 104, 24, 16, 36


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a year; `kind` is actual, estimate or target."""

    year: int
    value: float
    kind: str


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Geometry of a chart by year, in the units of its view box."""

    marks: tuple[Mark, ...]
    line: str
    """Path through the actual and estimated values of years that follow each other."""
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def by_year(points: Sequence[Point], language: Language, *, is_rank: bool = False) -> Chart | None:
    """Lay out points by year; None below two years, where a table says it all.

    is_rank: 1 is the best value, and there is no 0.
    """
    years = sorted({point.year for point in points})
    if len(years) < 2:
        return None
    low = 1.0 if is_rank else min(0.0, *(point.value for point in points))
    high = max(point.value for point in points)
    step = _step(high - low or 1.0)
    step = max(step, 1.0) if is_rank else step
    bottom, top = (low, high) if is_rank else (step * (low // step), step * -(-high // step))
    first, last = years[0], years[-1]

    def x(year: int) -> float:
        return round(_LEFT + (year - first) / (last - first) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        share = (value - bottom) / ((top - bottom) or 1.0)
        # The first rank is the best, so it stands on top.
        share = 1 - share if is_rank else share
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)

    marks = tuple(
        Mark(x(p.year), y(p.value), p.kind, f"{p.year}: {number(p.value, language)}")
        for p in sorted(points, key=lambda p: (p.year, p.value))
    )
    line_points: dict[int, float] = {}
    for point in sorted(points, key=lambda p: p.kind == "estimate"):
        if point.kind != "target":
            line_points.setdefault(point.year, point.value)
    every = -(-(last - first + 1) // 12)
    x_ticks = tuple(Tick(x(year), str(year)) for year in range(first, last + 1, every))
    steps = [bottom + i * step for i in range(int((top - bottom) / step + 1e-9) + 1)]
    y_ticks = tuple(Tick(y(value), number(round(value, 6), language)) for value in steps)
    path = " ".join(
        # A line over years that nobody reported would be a claim.
        f"{'L' if year - 1 in line_points else 'M'}{x(year)} {y(line_points[year])}"
        for year in sorted(line_points)
    )
    return Chart(marks, path if len(line_points) > 1 else "", x_ticks, y_ticks)


def _step(span: float) -> float:
    """A round step that cuts a span into four to eight."""
    magnitude = 1.0
    while magnitude * 10 <= span:
        magnitude *= 10
    while magnitude > span:
        magnitude /= 10
    for factor in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0):
        if span / (magnitude * factor) <= 8:
            return magnitude * factor
    return magnitude


@dataclass(frozen=True, slots=True)
class Bar:
    """A step on a time line: where it begins and how long it takes, in the units of the view box."""

    y: float
    x: float
    width: float
    days: int | None
    """None where no time limit is published: the bar then only marks the step's place."""
    label: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    bars: tuple[Bar, ...]
    known: int
    """Steps whose time limit is published."""
    unknown: int
    height: int
    width: int = WIDTH


_BAR, _BAR_LABEL, _UNKNOWN_DAYS = 26, 44, 4


def steps(limits: Sequence[tuple[str, int | None]]) -> TimeLine:
    """Lay out steps one after the other: (label, time limit in days, None where not published)."""
    total = sum(days or _UNKNOWN_DAYS for _, days in limits)
    scale = (WIDTH - _BAR_LABEL - 170) / max(total, 1)
    bars, x = [], float(_BAR_LABEL)
    for row, (label, days) in enumerate(limits):
        width = round((days or _UNKNOWN_DAYS) * scale, 1)
        bars.append(Bar(row * _BAR + 4, round(x, 1), width, days, label))
        x += width
    return TimeLine(
        tuple(bars),
        sum(days is not None for _, days in limits),
        sum(days is None for _, days in limits),
        len(limits) * _BAR + 8,
    )
