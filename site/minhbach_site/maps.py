"""Maps as inline SVG: every place a link, so that they need no script and keys reach them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, radians, sqrt

from minhbach_site.queries.places import Commune, Point

WIDTH = 960
_MARGIN = 24
_LEVELS = 5
_KEPT = 128
"""Layouts kept: the province in both languages, and the surroundings that were asked for last."""
_SMALLEST, _LARGEST = 5.0, 22.0
"""Radii of the circles that stand for communes without a boundary."""


@dataclass(frozen=True, slots=True)
class Area:
    """A commune: its outline, or where there is none a circle."""

    code: str
    name: str
    x: float
    y: float
    path: str | None
    radius: float
    level: int
    """0 for no figure, then 1 to 5 from low to high."""
    value: float | None
    href: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A record with coordinates of its own."""

    x: float
    y: float
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Step:
    """One colour of the legend and the figures it stands for."""

    level: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Map:
    areas: tuple[Area, ...]
    marks: tuple[Mark, ...]
    legend: tuple[Step, ...]
    height: int
    outlined: bool
    """Boundaries are there; else circles stand for communes."""
    width: int = WIDTH


class _Projection:
    """Longitude and latitude to the units of the view box; true to scale at the middle of the province."""

    def __init__(self, communes: Sequence[Commune]) -> None:
        west = min(c.longitude for c in communes)
        east = max(c.longitude for c in communes)
        south = min(c.latitude for c in communes)
        north = max(c.latitude for c in communes)
        for commune in communes:
            for x, y in _corners(commune.boundary):
                west, east = min(west, x), max(east, x)
                south, north = min(south, y), max(north, y)
        self._west, self._north = west, north
        self._squeeze = cos(radians((south + north) / 2))
        # One place alone has no extent.
        self._scale = (WIDTH - 2 * _MARGIN) / max((east - west) * self._squeeze, 0.01)
        self.height = round((north - south) * self._scale) + 2 * _MARGIN

    def __call__(self, longitude: float, latitude: float) -> tuple[float, float]:
        x = _MARGIN + (longitude - self._west) * self._squeeze * self._scale
        y = _MARGIN + (self._north - latitude) * self._scale
        return round(x, 1), round(y, 1)


def _rings(boundary: str | None) -> Iterable[list[list[float]]]:
    if boundary is None:
        return ()
    shape = json.loads(boundary)
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    return (ring for polygon in polygons for ring in polygon)


def _corners(boundary: str | None) -> Iterable[list[float]]:
    return (corner for ring in _rings(boundary) for corner in ring)


@lru_cache(maxsize=_KEPT)
def _middles(communes: tuple[Commune, ...]) -> Mapping[str, tuple[float, float]]:
    """Where the number of each commune stands, in the units of the view box."""
    project = _projection(communes)
    return {commune.code: project(*_middle(commune)) for commune in communes}


def _middle(commune: Commune) -> tuple[float, float]:
    """The middle of the largest part of the boundary, whose islands may lie far off and move the centre of
    a box around it; that centre where there is no boundary."""
    largest, middle = 0.0, (commune.longitude, commune.latitude)
    for ring in _rings(commune.boundary):
        # Twice the area, and the centroid, by the shoelace formula.
        parts = [(a[0] * b[1] - b[0] * a[1], a, b) for a, b in pairwise(ring)]
        area = sum(part for part, _, _ in parts)
        if abs(area) > largest:
            largest = abs(area)
            middle = (
                sum(part * (a[0] + b[0]) for part, a, b in parts) / (3 * area),
                sum(part * (a[1] + b[1]) for part, a, b in parts) / (3 * area),
            )
    return middle


@lru_cache(maxsize=_KEPT)
def _projection(communes: tuple[Commune, ...]) -> _Projection:
    return _Projection(communes)


@lru_cache(maxsize=_KEPT)
def _outlines(communes: tuple[Commune, ...]) -> Mapping[str, str]:
    """SVG paths in whole units, by commune."""
    project = _projection(communes)
    paths = {}
    for commune in communes:
        parts = []
        for ring in _rings(commune.boundary):
            corners = list(
                dict.fromkeys((round(x), round(y)) for x, y in (project(*c) for c in ring))
            )
            if len(corners) > 2:
                steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(corners)]
                parts.append(f"M{corners[0][0]} {corners[0][1]}l{' '.join(steps)}z")
        if parts:
            paths[commune.code] = "".join(parts)
    return paths


def draw(
    communes: tuple[Commune, ...],
    values: Mapping[str, float],
    links: Mapping[str, str],
    points: Iterable[tuple[Point, str]] = (),
) -> Map | None:
    """Lay out communes coloured by a figure; None where there is no commune to draw.

    values: by commune, absent where there is none; links: address by commune; points: with their address.
    """
    if not communes:
        return None
    project = _projection(communes)
    outlines, middles = _outlines(communes), _middles(communes)
    steps = _steps([values[c.code] for c in communes if c.code in values])
    largest = max(values.values(), default=0.0)
    areas = []
    for commune in communes:
        value = values.get(commune.code)
        x, y = middles[commune.code]
        share = sqrt(max(value, 0) / largest) if value and largest > 0 else 0.0
        areas.append(
            Area(
                commune.code,
                commune.name,
                x,
                y,
                outlines.get(commune.code),
                round(_SMALLEST + (_LARGEST - _SMALLEST) * share, 1),
                _level(value, steps),
                value,
                links.get(commune.code),
            )
        )
    marks = tuple(
        Mark(*project(point.longitude, point.latitude), point.title, href) for point, href in points
    )
    return Map(tuple(areas), marks, steps, project.height, bool(outlines))


def levels(values: Mapping[str, float]) -> dict[str, int]:
    """The level of each commune's figure, as `draw` colours it."""
    steps = _steps(list(values.values()))
    return {code: _level(value, steps) for code, value in values.items()}


def _steps(values: Sequence[float]) -> tuple[Step, ...]:
    """Classes that hold about as many places each; fewer where there are few different figures."""
    ordered = sorted(values)
    different = sorted(set(ordered))
    if len(different) <= _LEVELS:
        return tuple(Step(level, value, value) for level, value in enumerate(different, 1))
    steps: list[Step] = []
    for part in range(1, _LEVELS + 1):
        high = ordered[round(part * (len(ordered) - 1) / _LEVELS)]
        # A figure that many places share would make a class without extent.
        inside = [v for v in different if v <= high and (not steps or v > steps[-1].high)]
        if inside:
            steps.append(Step(len(steps) + 1, inside[0], inside[-1]))
    return tuple(steps)


def _level(value: float | None, steps: Sequence[Step]) -> int:
    if value is None:
        return 0
    return next((step.level for step in steps if value <= step.high), 0)
