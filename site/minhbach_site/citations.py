"""Numbered sources of a page: what is shown carries the number of where it comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of the page."""

    number: int
    url: str
    verified: str
    """How far the first row that was cited from there was checked."""


class Citations:
    """Gives each source one number, in the order of first use."""

    def __init__(self) -> None:
        self._found: dict[str, Citation] = {}

    def cite(self, url: str | None, verified: str = "yes") -> int | None:
        """The number of a source; None for what has no public address."""
        if url is None:
            return None
        if url not in self._found:
            self._found[url] = Citation(len(self._found) + 1, url, verified)
        return self._found[url].number

    @property
    def all(self) -> tuple[Citation, ...]:
        return tuple(self._found.values())
