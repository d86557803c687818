"""Charts as inline SVG: a title, a description, and the page keeps the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minhbach_datasets.model import Language
from minhbach_datasets.text import number

WIDTH, HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 88, 24, 16, 36


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
    """Path through the actual and estimated values, one a year."""
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def by_year(points: Sequence[Point], language: Language) -> Chart | None:
    """Lay out points by year; None below two years, where a table says it all."""
    years = sorted({point.year for point in points})
    if len(years) < 2:
        return None
    low = min(0.0, *(point.value for point in points))
    high = max(point.value for point in points)
    step = _step(high - low or 1.0)
    bottom, top = step * (low // step), step * -(-high // step)
    first, last = years[0], years[-1]

    def x(year: int) -> float:
        return round(_LEFT + (year - first) / (last - first) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        share = (value - bottom) / ((top - bottom) or 1.0)
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)

    marks = tuple(
        Mark(x(p.year), y(p.value), p.kind, f"{p.year}: {number(p.value, language)}")
        for p in sorted(points, key=lambda p: (p.year, p.value))
    )
    line_points: dict[int, float] = {}
    for point in sorted(points, key=lambda p: p.kind == "estimate"):
        if point.kind != "target":
            line_points.setdefault(point.year, point.value)
    path = " L".join(f"{x(year)} {y(line_points[year])}" for year in sorted(line_points))
    every = -(-(last - first + 1) // 12)
    x_ticks = tuple(Tick(x(year), str(year)) for year in range(first, last + 1, every))
    count = round((top - bottom) / step)
    y_ticks = tuple(
        Tick(y(bottom + i * step), number(round(bottom + i * step, 6), language))
        for i in range(count + 1)
    )
    return Chart(marks, f"M{path}" if len(line_points) > 1 else "", x_ticks, y_ticks)


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
