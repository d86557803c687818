"""Figures of group and total rows beside the sums of the rows they stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from minhbach_datasets.source import TotalRows

Figures = Mapping[str, str | None]
_TOLERANCE: float = TotalRows.model_fields["tolerance"].default


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not the sum it should be."""

    row: int
    """From 0."""
    column: str
    figure: float
    sum: float

    @property
    def share(self) -> float:
        """How far apart they are, as a share of the figure."""
        return abs(self.figure - self.sum) / abs(self.figure) if self.figure else 1.0


class Sums:
    """Adds rows up as they come; what differs is told at the end."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._all: defaultdict[str, float] = defaultdict(float)
        self._groups: dict[int, tuple[int, Figures | None, defaultdict[str, float]]] = {}
        """Open groups by level, the outer ones first: row of the heading, its figures, sums so far."""
        self._totals: list[tuple[int, Figures, float]] = []
        self._differences: list[Difference] = []
        self.equal = 0
        """Figures that equal their sum."""

    def row(self, figures: Figures) -> None:
        """Add a row of data."""
        for name in self._columns:
            figure = _number(figures.get(name)) or 0
            self._all[name] += figure
            for _, _, sums in self._groups.values():
                sums[name] += figure

    def group(self, level: int, row: int, figures: Figures | None) -> None:
        """A group begins, and those within the former one of its level end.

        level: 0 for the outermost; figures: those of its heading, where they are sums.
        """
        self._close(level)
        self._groups[level] = (row, figures, defaultdict(float))

    def total(self, row: int, figures: Figures, tolerance: float) -> None:
        """A row that sums up all of the table, wherever in it."""
        self._totals.append((row, figures, tolerance))

    def differences(self) -> Iterator[Difference]:
        """All that differ, once every row was added."""
        self._close(0)
        for row, figures, tolerance in self._totals:
            self._compare(row, figures, self._all, tolerance)
        yield from self._differences

    def _close(self, level: int) -> None:
        for inner in [each for each in self._groups if each >= level]:
            row, figures, sums = self._groups.pop(inner)
            if figures is not None:
                self._compare(row, figures, sums, _TOLERANCE)

    def _compare(
        self, row: int, figures: Figures, sums: Mapping[str, float], tolerance: float
    ) -> None:
        for name in self._columns:
            figure = _number(figures.get(name))
            if figure is None:
                continue
            found = Difference(row, name, figure, sums.get(name, 0))
            if abs(figure - found.sum) <= max(tolerance * abs(figure), 1):
                self.equal += 1
            else:
                self._differences.append(found)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
