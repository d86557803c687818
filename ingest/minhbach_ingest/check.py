"""The quality report: every problem with its file, row, column and value."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field as dataclass_field
from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset
from minhbach_datasets.release import CheckResult
from minhbach_datasets.schema import Check, quoted, record_id, reference_check, value_checks

MAX_PROBLEMS = 20
"""Problems named for one check; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must be mended before publication."""

    file: str
    row: int | None
    column: str | None
    value: str | None
    rule: str
    message: str

    def __str__(self) -> str:
        where = [self.file]
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column is not None:
            where.append(f"column {self.column}")
        value = "" if self.value is None else f" {self.value!r}:"
        return f"{', '.join(where)}:{value} {self.message}"


@dataclass(slots=True)
class DatasetReport:
    """What loading one dataset showed."""

    slug: str
    rows: int = 0
    seconds: float = 0.0
    checks: list[CheckResult] = dataclass_field(default_factory=list)
    problems: list[Problem] = dataclass_field(default_factory=list)
    more_problems: int = 0
    unresolved: dict[str, int] = dataclass_field(default_factory=dict)


def check_stage(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    stage: str,
    file: Path,
    report: DatasetReport,
    failed: Collection[str] = (),
) -> None:
    """Run every check of the definition over the staged texts and fill the report.

    References to a dataset that failed itself are left out: its problems come first.
    """
    checks = value_checks(dataset, catalogue)
    for field in dataset.source_fields:
        if field.references and field.references not in failed:
            own = field.references == dataset.slug
            table = quoted(stage) if own else quoted(field.references)
            checks.append(reference_check(field, catalogue[field.references], table))
    # One pass counts all violations; only a check that found some costs a second query.
    counts = [f"count_if({check.wrong_when})" for check in checks]
    values = [f"count({quoted(check.field.name)})" for check in checks]
    row = connection.execute(
        f"SELECT count(*), {', '.join((*counts, *values))} FROM {quoted(stage)}"
    ).fetchone()
    assert row is not None
    report.rows, wrong, applied = row[0], row[1 : 1 + len(checks)], row[1 + len(checks) :]
    for check, violations, count in zip(checks, wrong, applied, strict=True):
        if violations:
            _name_violations(connection, check, stage, file, violations, report)
        elif count or check.rule == "required":
            report.checks.append(CheckResult(rule=check.rule, field=check.field.name, values=count))
    _check_unique(connection, dataset, stage, file, report)
    _check_row_count(dataset, file, report)


def _name_violations(
    connection: duckdb.DuckDBPyConnection,
    check: Check,
    stage: str,
    file: Path,
    violations: int,
    report: DatasetReport,
) -> None:
    rows = connection.execute(
        f"SELECT _row, {quoted(check.field.name)} FROM {quoted(stage)} "
        f"WHERE {check.wrong_when} ORDER BY _row LIMIT {MAX_PROBLEMS}"
    ).fetchall()
    for at, value in rows:
        message = f"expected {check.expected}"
        report.problems.append(Problem(str(file), at, check.field.name, value, check.rule, message))
    report.more_problems += violations - len(rows)


def _check_unique(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    stage: str,
    file: Path,
    report: DatasetReport,
) -> None:
    """The key, what addresses are made of, and every column that must be unique."""
    keys = {", ".join(dataset.key): record_id(dataset)}
    keys |= {field.name: quoted(field.name) for field in dataset.source_fields if field.unique}
    for name, expression in keys.items():
        repeated = connection.execute(
            f"SELECT {expression} AS value, list(_row ORDER BY _row) AS found_at FROM {quoted(stage)} "
            f"WHERE {expression} IS NOT NULL GROUP BY 1 HAVING count(*) > 1 ORDER BY found_at LIMIT ?",
            [MAX_PROBLEMS + 1],
        ).fetchall()
        for value, at in repeated[:MAX_PROBLEMS]:
            message = f"stands already in row {at[0]}; a key must be unique"
            report.problems.append(Problem(str(file), at[1], name, value, "unique", message))
        if not repeated:
            report.checks.append(CheckResult(rule="unique", field=name, values=report.rows))


def _check_row_count(dataset: Dataset, file: Path, report: DatasetReport) -> None:
    most = dataset.max_rows
    if report.rows < dataset.min_rows or (most is not None and report.rows > most):
        wanted = f"at least {dataset.min_rows}" + (f", at most {most}" if most is not None else "")
        message = (
            f"{report.rows} rows, expected {wanted}; if the new number is right, change the bounds "
            f"in {dataset.slug}/dataset.toml"
        )
        report.problems.append(Problem(str(file), None, None, None, "rows", message))
    else:
        report.checks.append(CheckResult(rule="rows", field=None, values=report.rows))


def summary(reports: Iterable[DatasetReport]) -> str:
    """The report as a person reads it on a terminal."""
    lines = []
    for report in reports:
        state = "failed" if report.problems else "ok"
        line = f"{report.slug:<22} {report.rows:>7} rows {len(report.checks):>4} checks  {state}"
        if report.unresolved:
            told = ", ".join(f"{name} {count}" for name, count in report.unresolved.items())
            line += f"  (not resolved to a place: {told})"
        lines.append(line)
        lines += [f"  {problem}" for problem in report.problems]
        if report.more_problems:
            lines.append(f"  ... and {report.more_problems} more of the same")
    return "\n".join(lines)
