"""What is wrong with staged rows: every problem with its file, sheet, row, column and value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field as dataclass_field
from datetime import UTC, datetime

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset, Language, Text
from minhbach_datasets.quality import (
    CheckResult,
    Comparison,
    FileRead,
    Finding,
    PersonalFound,
    QualityReport,
    Severity,
    Spelled,
)
from minhbach_datasets.release import FileSource
from minhbach_datasets.schema import Check, quoted, record_id, reference_check, value_checks
from minhbach_ingest.personal_data import masked
from minhbach_ingest.spelling import Spellings

MAX_FINDINGS = 20
"""Findings named for one check; the rest are counted."""
MAX_SPELLED = 200


@dataclass(slots=True)
class LoadReport:
    """What loading one dataset shows, while it is being loaded."""

    slug: str
    rows: int = 0
    seconds: float = 0.0
    files: list[FileRead] = dataclass_field(default_factory=list)
    checks: list[CheckResult] = dataclass_field(default_factory=list)
    findings: list[Finding] = dataclass_field(default_factory=list)
    more_findings: int = 0
    unresolved: dict[str, int] = dataclass_field(default_factory=dict)
    spelled: Counter[tuple[str, str, str]] = dataclass_field(default_factory=Counter)
    personal: list[PersonalFound] = dataclass_field(default_factory=list)
    comparison: Comparison | None = None
    sources_read: tuple[FileSource, ...] = ()
    stale: str | None = None
    absent: str | None = None
    """Why there are no rows at all: a remote source that was never had."""

    @property
    def problems(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "problem"]

    @property
    def failed(self) -> bool:
        return any(finding.severity == "problem" for finding in self.findings)

    def find(
        self,
        severity: Severity,
        rule: str,
        file: str,
        message: Text,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        suggestion: Text | None = None,
    ) -> None:
        """Add a finding."""
        self.findings.append(
            Finding(
                severity=severity,
                rule=rule,
                file=file,
                sheet=sheet,
                row=row,
                column=column,
                value=value,
                message=message,
                suggestion=suggestion,
            )
        )

    def source_problem(self, told: str) -> None:
        """An error that names its file before the first colon and blank."""
        place, _, message = told.partition(": ")
        self.find("problem", "source", place, Text(vi=message, en=message))

    def quality(self) -> QualityReport:
        """The report as it is published."""
        return QualityReport(
            dataset=self.slug,
            created=datetime.now(UTC).replace(microsecond=0),
            rows=self.rows,
            seconds=round(self.seconds, 3),
            files=tuple(self.files),
            checks=tuple(self.checks),
            findings=tuple(map(_without_personal_data, self.findings)),
            more_findings=self.more_findings,
            unresolved=self.unresolved,
            spelled=tuple(
                Spelled(column=column, written=masked(written), value=value, count=count)
                for (column, written, value), count in self.spelled.most_common(MAX_SPELLED)
            ),
            personal=tuple(self.personal),
            comparison=self.comparison,
        )


def _without_personal_data(finding: Finding) -> Finding:
    value = None if finding.value is None else masked(finding.value)
    return finding.model_copy(update={"value": value})


def check_stage(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    stage: str,
    report: LoadReport,
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
            _name_violations(connection, catalogue, check, stage, violations, report)
        elif count or check.rule == "required":
            report.checks.append(CheckResult(rule=check.rule, field=check.field.name, values=count))
    _check_unique(connection, dataset, stage, report)
    _check_row_count(dataset, report)


def _name_violations(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    check: Check,
    stage: str,
    violations: int,
    report: LoadReport,
) -> None:
    rows = connection.execute(
        f"SELECT _file, _sheet, _row, {quoted(check.field.name)} FROM {quoted(stage)} "
        f"WHERE {check.wrong_when} ORDER BY _file, _sheet, _row LIMIT {MAX_FINDINGS}"
    ).fetchall()
    expected = check.expected
    message = Text(vi=f"cần {expected.vi}", en=f"expected {expected.en}")
    codes = catalogue.codes[check.field.codes] if check.field.codes else {}
    known = Spellings(
        [(code, code) for code in codes], catalogue.spellings.get(check.field.codes or "", {})
    )
    told = {(each.file, each.sheet, each.row, each.column) for each in report.findings}
    for file, sheet, row, value in rows:
        if check.rule == "required" and (file, sheet, row, check.field.name) in told:
            # What the cell held was no value, which was said.
            continue
        report.find(
            "problem",
            check.rule,
            file,
            message,
            sheet=sheet,
            row=row,
            column=check.field.name,
            value=value if value is None or len(value) <= 200 else f"{value[:200]}…",
            suggestion=_nearest_code(check, known, value),
        )
    report.more_findings += violations - len(rows)


def _nearest_code(check: Check, known: Spellings, value: str | None) -> Text | None:
    near = known.nearest(value) if check.rule == "codes" and value is not None else None
    return Text(vi=f"có phải là {near}?", en=f"is it {near}?") if near is not None else None


def _check_unique(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, stage: str, report: LoadReport
) -> None:
    """The key, what addresses are made of, and every column that must be unique."""
    keys = {", ".join(dataset.key): record_id(dataset)}
    keys |= {field.name: quoted(field.name) for field in dataset.source_fields if field.unique}
    for name, expression in keys.items():
        # Most often nothing repeats, which two counts tell for less than groups with their places.
        whole = connection.execute(
            f"SELECT count({expression}) = count(DISTINCT {expression}) FROM {quoted(stage)}"
        ).fetchone()
        assert whole is not None
        if whole[0]:
            report.checks.append(CheckResult(rule="unique", field=name, values=report.rows))
            continue
        repeated = connection.execute(
            f"SELECT {expression} AS value, "
            "list({'file': _file, 'sheet': _sheet, 'row': _row} ORDER BY _file, _sheet, _row) AS places "
            # Blank keys are problems of their own.
            f"FROM {quoted(stage)} WHERE {expression} <> '' "
            "GROUP BY 1 HAVING count(*) > 1 ORDER BY places LIMIT ?",
            [MAX_FINDINGS],
        ).fetchall()
        for value, (first, second, *_) in repeated:
            elsewhere = "" if first["file"] == second["file"] else f" ({first['file']})"
            report.find(
                "problem",
                "unique",
                second["file"],
                Text(
                    vi=f"đã có ở dòng {first['row']}{elsewhere}; khóa không được trùng",
                    en=f"stands already in row {first['row']}{elsewhere}; a key must be unique",
                ),
                sheet=second["sheet"],
                row=second["row"],
                column=name,
                value=value,
            )


def _check_row_count(dataset: Dataset, report: LoadReport) -> None:
    if any(problem.rule == "source" for problem in report.problems):
        # Rows are missing because a file could not be read, which was said.
        return
    least, most = dataset.min_rows, dataset.max_rows
    if report.rows < least or (most is not None and report.rows > most):
        vi = f"ít nhất {least}" + (f", nhiều nhất {most}" if most is not None else "")
        en = f"at least {least}" + (f", at most {most}" if most is not None else "")
        report.find(
            "problem",
            "rows",
            f"{dataset.slug}",
            Text(
                vi=f"{report.rows} dòng, cần {vi}; nếu số mới là đúng, sửa giới hạn trong "
                f"{dataset.slug}/dataset.toml",
                en=f"{report.rows} rows, expected {en}; if the new number is right, change the bounds "
                f"in {dataset.slug}/dataset.toml",
            ),
        )
    else:
        report.checks.append(CheckResult(rule="rows", field=None, values=report.rows))


def summary(reports: Iterable[LoadReport], language: Language = "en") -> str:
    """The report as a person reads it on a terminal."""
    lines = []
    for report in reports:
        if report.absent is not None:
            lines.append(f"{report.slug:<22} not loaded: {report.absent}")
            lines += _told(report.problems, language)
            continue
        state = "failed" if report.failed else "ok"
        line = f"{report.slug:<22} {report.rows:>7} rows {len(report.checks):>4} checks  {state}"
        if report.unresolved:
            told = ", ".join(f"{name} {count}" for name, count in report.unresolved.items())
            line += f"  (not resolved to a place: {told})"
        if report.stale is not None:
            line += f"  (not the newest: {report.stale})"
        lines.append(line)
        shown = [each for each in report.findings if each.severity != "note"]
        shown.sort(
            key=lambda each: (
                each.severity != "problem",
                each.file,
                each.sheet or "",
                each.row is None,
                each.row or 0,
            )
        )
        lines += _told(shown, language)
        if report.more_findings:
            lines.append(f"  ... and {report.more_findings} more of the same")
    return "\n".join(lines)


def _told(findings: Iterable[Finding], language: Language) -> Iterator[str]:
    """A line each; a way out that many share stands once, after the first of them."""
    suggested: set[Text] = set()
    for finding in findings:
        known = finding.suggestion in suggested
        shown = finding.model_copy(update={"suggestion": None}) if known else finding
        if finding.suggestion is not None:
            suggested.add(finding.suggestion)
        shown = _without_personal_data(shown)
        yield f"  {'' if finding.severity == 'problem' else 'look at: '}{shown.told(language)}"
