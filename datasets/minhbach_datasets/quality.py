"""The quality report of one load: what was read, dropped, converted, guessed, found wrong and changed.

Ingest writes it, as JSON, into the release; pages read it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from minhbach_datasets.frozen import Frozen
from minhbach_datasets.model import PersonalData, Text

QUALITY_FOLDER = "quality"
Severity = Literal["problem", "warning", "note"]
"""A problem stops publication; a warning is for a person to look at; a note only tells."""


class Finding(Frozen):
    """Something about a file, a row or a value, with where it is and what can be done."""

    severity: Severity
    rule: str
    file: str
    sheet: str | None = None
    row: int | None = None
    """As spreadsheets count: the first row of a sheet or file is 1."""
    column: str | None = None
    value: str | None = None
    message: Text
    suggestion: Text | None = None

    def told(self, language: Literal["vi", "en"] = "en") -> str:
        """One line: where, the value, what is wrong, what to do."""
        words = {"vi": ("trang tính", "dòng", "cột"), "en": ("sheet", "row", "column")}[language]
        parts = (self.sheet, self.row, self.column)
        where = [self.file]
        where += [
            f"{word} {part}" for word, part in zip(words, parts, strict=True) if part is not None
        ]
        value = "" if self.value is None else f" {self.value!r}:"
        way_out = f" ({self.suggestion[language]})" if self.suggestion else ""
        return f"{', '.join(where)}:{value} {self.message[language]}{way_out}"


class CheckResult(Frozen):
    """One rule that every value of a column passed; a release holds only passes."""

    rule: str
    field: str | None
    values: int
    """How many values the rule was applied to."""


class Dropped(Frozen):
    """Rows of a table that are not rows of the dataset."""

    reason: str
    count: int
    rows: tuple[int, ...]
    """The first of them."""


class TableRead(Frozen):
    """One table of a file: every row of it was kept or dropped for a reason."""

    sheet: str | None
    rows: int
    kept: int
    dropped: tuple[Dropped, ...] = ()
    columns: Mapping[str, str] = {}
    """Column of the dataset -> header it was read from."""


class FileRead(Frozen):
    """One file that a load read."""

    name: str
    url: str | None = None
    kind: str
    bytes: int
    sha256: str
    fetched: datetime | None = None
    """When its content came from the source; None for a file that ships with the definitions."""
    tables: tuple[TableRead, ...]
    converted: Mapping[str, int] = {}
    """Texts by the encoding of before Unicode that they were in."""
    unsure: tuple[tuple[str, float], ...] = ()
    """Texts whose encoding is a guess, with its confidence."""
    notes: tuple[str, ...] = ()


class Spelled(Frozen):
    """A name that was brought to its one spelling."""

    column: str
    written: str
    value: str
    count: int


class ChangedRow(Frozen):
    id: str
    title: str
    columns: tuple[tuple[str, str | None, str | None], ...]
    """Column, value before, value now."""


class Comparison(Frozen):
    """Against the rows of the release before."""

    release: str
    before: int
    added: int
    removed: int
    changed: int
    examples_added: tuple[str, ...] = ()
    examples_removed: tuple[str, ...] = ()
    examples_changed: tuple[ChangedRow, ...] = ()


class PersonalFound(Frozen):
    """Personal data of one kind in one column, and what was done about it."""

    column: str
    kind: str
    count: int
    decision: PersonalData | None
    """None where nobody decided: publication stops."""


class QualityReport(Frozen):
    """What loading one dataset showed."""

    dataset: str
    created: datetime
    rows: int
    seconds: float
    files: tuple[FileRead, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    more_findings: int = 0
    """Found beyond those that are named."""
    unresolved: Mapping[str, int] = {}
    """Place column -> different texts that resolved to no place."""
    spelled: tuple[Spelled, ...] = ()
    personal: tuple[PersonalFound, ...] = ()
    comparison: Comparison | None = None

    @property
    def passed(self) -> bool:
        return not any(finding.severity == "problem" for finding in self.findings)
