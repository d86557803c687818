"""The gate before publication: personal data is found, and publication stops until somebody decided."""

from __future__ import annotations

from collections import Counter

import duckdb

from minhbach_datasets.model import Dataset, Field, PersonalKind, Text
from minhbach_datasets.quality import PersonalFound
from minhbach_datasets.schema import quoted
from minhbach_ingest.check import MAX_FINDINGS, LoadReport
from minhbach_ingest.personal_data import KIND_NAMES, SUSPECT, found_in, kind_of_title, masked
from minhbach_ingest.stage import as_table

_NOT_SEARCHED = ("integer", "number", "year", "date", "geometry")
"""Amounts look like anything; such columns are judged by their titles. A geometry holds nothing else."""
_AROUND = 40
"""Letters shown before what was found."""


def gate(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, stage: str, report: LoadReport
) -> None:
    """Find personal data in the staged rows; drop, mask or let pass what was decided, report the rest."""
    for field in dataset.source_fields:
        counts = _judge_title(connection, field, stage, report)
        if field.type not in _NOT_SEARCHED:
            counts |= _search(connection, field, stage, report)
        decision = field.personal
        if decision is not None and decision.action == "drop":
            as_table(connection, stage)
            connection.execute(f"UPDATE {quoted(stage)} SET {quoted(field.name)} = NULL")
        for kind, count in sorted(counts.items()):
            taken = decision if decision is not None and kind in decision.kinds else None
            report.personal.append(
                PersonalFound(column=field.name, kind=kind, count=count, decision=taken)
            )


def _search(
    connection: duckdb.DuckDBPyConnection, field: Field, stage: str, report: LoadReport
) -> Counter[PersonalKind]:
    column = quoted(field.name)
    suspected = connection.execute(
        f"SELECT _file, _sheet, _row, {column} FROM {quoted(stage)} "
        f"WHERE regexp_matches({column}, ?) ORDER BY _file, _sheet, _row",
        [SUSPECT],
    ).fetchall()
    counts: Counter[PersonalKind] = Counter()
    decision = field.personal
    hidden: dict[str, str] = {}
    for file, sheet, row, value in suspected:
        kinds = [kind for kind, *_ in found_in(value)]
        counts.update(kinds)
        undecided = [kind for kind in kinds if decision is None or kind not in decision.kinds]
        if undecided:
            shown = _excerpt(value, undecided[0])
            _stop(report, undecided[0], field, file, sheet, row, shown)
        elif kinds and decision is not None and decision.action == "mask":
            hidden[value] = masked(value, decision.kinds)
    if hidden:
        as_table(connection, stage)
        connection.execute(
            f"UPDATE {quoted(stage)} SET {column} = hidden.instead "
            f"FROM (SELECT unnest(?) AS value, unnest(?) AS instead) hidden "
            f"WHERE {column} = hidden.value",
            [list(hidden), list(hidden.values())],
        )
    return counts


def _excerpt(text: str, kind: PersonalKind) -> str:
    """What stands around the first piece of a kind, with all personal data blacked out."""
    at = next(begin for found, begin, _ in found_in(text) if found == kind)
    hidden = masked(text)
    start, end = max(0, at - _AROUND), at + 2 * _AROUND
    return f"{'…' if start else ''}{hidden[start:end]}{'…' if end < len(hidden) else ''}"


def _judge_title(
    connection: duckdb.DuckDBPyConnection, field: Field, stage: str, report: LoadReport
) -> Counter[PersonalKind]:
    """A column that is titled so holds such data, whatever its values look like."""
    kind = kind_of_title(f"{field.name.replace('_', ' ')} {field.title.vi} {field.title.en}")
    if kind is None:
        return Counter()
    found = connection.execute(
        f"SELECT count({quoted(field.name)}), min(_file), min(_row) FROM {quoted(stage)} "
        f"WHERE {quoted(field.name)} IS NOT NULL"
    ).fetchone()
    assert found is not None
    if not found[0]:
        return Counter()
    if field.personal is None or kind not in field.personal.kinds:
        _stop(report, kind, field, found[1], None, found[2], None)
    return Counter({kind: found[0]})


def _stop(
    report: LoadReport,
    kind: PersonalKind,
    field: Field,
    file: str,
    sheet: str | None,
    row: int,
    value: str | None,
) -> None:
    named = sum(each.rule == "personal" and each.column == field.name for each in report.findings)
    if named >= MAX_FINDINGS:
        report.more_findings += 1
        return
    name = KIND_NAMES[kind]
    report.find(
        "problem",
        "personal",
        file,
        Text(
            vi=f"có vẻ là {name.vi}; chưa công bố được khi chưa quyết định",
            en=f"looks like {name.en}; it is not published before somebody decides",
        ),
        sheet=sheet,
        row=row,
        column=field.name,
        value=value,
        suggestion=_way_out(kind),
    )


def _way_out(kind: PersonalKind) -> Text:
    declare = 'personal = {{ kinds = ["{}"], action = "{}", reason = {{ vi = "…", en = "…" }} }}'
    return Text(
        vi="xóa nó khỏi tệp, hoặc trong dataset.toml: "
        + declare.format(kind, "drop / mask / release"),
        en="delete it from the file, or in dataset.toml: "
        + declare.format(kind, "drop / mask / release"),
    )
