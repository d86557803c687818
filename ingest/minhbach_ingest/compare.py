"""A loaded table beside that of the release before: rows added, removed and changed, figures that jump."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset, Text
from minhbach_datasets.quality import ChangedRow, Comparison
from minhbach_datasets.release import Release
from minhbach_datasets.schema import RECORD_ID, label, literal, quoted
from minhbach_datasets.text import number as grouped
from minhbach_datasets.values import plain
from minhbach_ingest.check import MAX_FINDINGS, LoadReport
from minhbach_ingest.personal_data import masked

_BEFORE = "former_release"
_EXAMPLES = 10
JUMP = 10.0
"""How many times larger or smaller a figure may become before the report points it out."""
SHRUNK = 0.8
"""A table that keeps less than this share of its rows is pointed out."""
CHANGES = ("shrunk", "emptied", "jump")
"""Rules of the warnings that come from comparing."""
_SHOWN_VALUE = 300


class Former:
    """The release before, attached to the database that is being built."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, release: Release) -> None:
        self.release = release
        self._connection = connection
        connection.execute(
            f"ATTACH {literal(str(release.path / 'portal.duckdb'))} AS {_BEFORE} (READ_ONLY)"
        )

    def has(self, name: str) -> bool:
        """Whether it has a table: releases of before lack those that came later."""
        found = self._connection.execute(
            "SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND table_name = ?",
            [_BEFORE, name],
        ).fetchone()
        return found is not None

    def table(self, name: str) -> str:
        """One of its tables, as SQL."""
        return f"{_BEFORE}.main.{quoted(name)}"

    def close(self) -> None:
        """Detach it again."""
        self._connection.execute(f"DETACH {_BEFORE}")

    def keep(
        self, dataset: Dataset, catalogue: Catalogue, failed: Collection[str]
    ) -> LoadReport | None:
        """Take over the rows of the former release, which passed these checks then.

        Returns their report; None where they no longer fit: other fields, or references to rows that are
        not there now.
        """
        before = self.release.catalogue[dataset.slug]
        if before.fields != dataset.fields or before.key != dataset.key:
            return None
        execute = self._connection.execute
        execute(f"INSERT INTO {quoted(dataset.slug)} FROM {_BEFORE}.main.{quoted(dataset.slug)}")
        for field in dataset.fields:
            if field.references and field.references not in failed:
                target = catalogue[field.references]
                keys = (
                    f"unnest({quoted(field.name)})" if field.type == "list" else quoted(field.name)
                )
                dangling = execute(
                    f"SELECT count(*) FROM (SELECT {keys} AS key FROM {quoted(dataset.slug)}) "
                    f"WHERE key IS NOT NULL AND key NOT IN "
                    f"(SELECT {quoted(target.key[0])} FROM {quoted(target.slug)})"
                ).fetchone()
                if dangling != (0,):
                    return None
        entry = self.release.manifest.datasets[dataset.slug]
        former = self.release.quality(dataset.slug)
        return LoadReport(
            dataset.slug,
            rows=entry.rows,
            files=list(former.files) if former else [],
            checks=list(entry.checks),
            findings=[each for each in former.findings if each.severity == "warning"]
            if former
            else [],
            unresolved=entry.unresolved,
            personal=list(entry.personal),
            sources_read=entry.sources_read,
        )

    def compare(self, dataset: Dataset, catalogue: Catalogue, report: LoadReport) -> None:
        """Fill the report's comparison; nothing where the former release lacks the dataset."""
        former = self.release.catalogue.get(dataset.slug)
        if former is None:
            return
        names = [
            field.name
            for field in dataset.fields
            if field.name in {each.name for each in former.fields}
            and field.type != "geometry"
            # What is hidden now may stand in the former release.
            and (field.personal is None or field.personal.action == "release")
        ]
        now, before = quoted(dataset.slug), f"{_BEFORE}.main.{quoted(dataset.slug)}"
        execute = self._connection.execute
        different = [
            f"now.{quoted(n)}::VARCHAR IS DISTINCT FROM before.{quoted(n)}::VARCHAR" for n in names
        ]
        counts = execute(
            f"SELECT (SELECT count(*) FROM {before}), "
            f"count(*) FILTER (before.{RECORD_ID} IS NULL), count(*) FILTER (now.{RECORD_ID} IS NULL), "
            f"count(*) FILTER (now.{RECORD_ID} = before.{RECORD_ID} AND ({' OR '.join(different)})) "
            f"FROM {now} now FULL JOIN {before} before ON now.{RECORD_ID} = before.{RECORD_ID}"
        ).fetchone()
        assert counts is not None
        count_before, added, removed, changed = counts
        report.comparison = Comparison(
            release=self.release.id,
            before=count_before,
            added=added,
            removed=removed,
            changed=changed,
            examples_added=self._ids(now, before),
            examples_removed=self._ids(before, now),
            examples_changed=self._changed(dataset, catalogue, names, different) if changed else (),
        )
        self._point_out_shrinking(dataset, report)
        if changed:
            self._point_out_emptied(dataset, names, report)
            self._point_out_jumps(dataset, names, report)

    def _ids(self, among: str, absent_from: str) -> tuple[str, ...]:
        rows = self._connection.execute(
            f"SELECT {RECORD_ID} FROM {among} WHERE {RECORD_ID} NOT IN "
            f"(SELECT {RECORD_ID} FROM {absent_from}) ORDER BY 1 LIMIT {_EXAMPLES}"
        ).fetchall()
        return tuple(row[0] for row in rows)

    def _changed(
        self, dataset: Dataset, catalogue: Catalogue, names: list[str], different: list[str]
    ) -> tuple[ChangedRow, ...]:
        now, before = quoted(dataset.slug), f"{_BEFORE}.main.{quoted(dataset.slug)}"
        pairs = ", ".join(
            f"now.{quoted(n)}::VARCHAR AS now_{i}, before.{quoted(n)}::VARCHAR AS before_{i}"
            for i, n in enumerate(names)
        )
        title = label(dataset, catalogue, "vi")
        rows = self._connection.execute(
            f"WITH titles AS (SELECT {RECORD_ID}, {title} AS title FROM {now}) "
            f"SELECT now.{RECORD_ID}, titles.title, {pairs} FROM {now} now "
            f"JOIN {before} before ON now.{RECORD_ID} = before.{RECORD_ID} "
            f"JOIN titles ON titles.{RECORD_ID} = now.{RECORD_ID} "
            f"WHERE {' OR '.join(different)} ORDER BY 1 LIMIT {_EXAMPLES}"
        ).fetchall()
        found = []
        for id_, row_title, *values in rows:
            columns = tuple(
                (name, _short(values[2 * i + 1]), _short(values[2 * i]))
                for i, name in enumerate(names)
                if values[2 * i] != values[2 * i + 1]
            )
            found.append(ChangedRow(id=id_, title=row_title or id_, columns=columns))
        return tuple(found)

    def _point_out_shrinking(self, dataset: Dataset, report: LoadReport) -> None:
        found = report.comparison
        if found is not None and report.rows < SHRUNK * found.before:
            report.find(
                "warning",
                "shrunk",
                dataset.slug,
                Text(
                    vi=f"còn {report.rows} dòng, bản trước có {found.before}",
                    en=f"{report.rows} rows are left of the {found.before} of the release before",
                ),
            )

    def _point_out_emptied(self, dataset: Dataset, names: list[str], report: LoadReport) -> None:
        """A column that lost all of its values was most often renamed or deleted in the file."""
        counts = ", ".join(f"count({quoted(name)})" for name in names)
        before, now = (
            self._connection.execute(f"SELECT {counts} FROM {table}").fetchone()
            for table in (f"{_BEFORE}.main.{quoted(dataset.slug)}", quoted(dataset.slug))
        )
        assert before is not None
        assert now is not None
        for name, had, has in zip(names, before, now, strict=True):
            if had and not has:
                report.find(
                    "warning",
                    "emptied",
                    dataset.slug,
                    Text(
                        vi=f"không còn giá trị nào, bản trước có {had}; cột có bị xóa hay đổi tên?",
                        en=f"no value is left of the {had} of the release before; was the column "
                        "deleted or renamed?",
                    ),
                    column=name,
                )

    def _point_out_jumps(self, dataset: Dataset, names: list[str], report: LoadReport) -> None:
        now, before = quoted(dataset.slug), f"{_BEFORE}.main.{quoted(dataset.slug)}"
        for field in dataset.fields:
            if not field.is_number or field.name not in names:
                continue
            if not self.release.catalogue[dataset.slug].field(field.name).is_number:
                continue
            column, most = quoted(field.name), field.jump or JUMP
            ratio = f"abs(now.{column} / before.{column})"
            rows = self._connection.execute(
                f"SELECT now.{RECORD_ID}, before.{column}, now.{column} FROM {now} now "
                f"JOIN {before} before ON now.{RECORD_ID} = before.{RECORD_ID} "
                f"WHERE before.{column} != 0 AND now.{column} != 0 "
                f"AND ({ratio} > {most} OR {ratio} < 1 / {most}) ORDER BY 1 LIMIT {MAX_FINDINGS}"
            ).fetchall()
            for id_, former, value in rows:
                report.find(
                    "warning",
                    "jump",
                    f"{dataset.slug}/{id_}",
                    Text(
                        vi=f"bản trước là {grouped(former, 'vi')}: đổi hơn {most:g} lần",
                        en=f"was {grouped(former, 'en')} in the release before: "
                        f"more than {most:g} times apart",
                    ),
                    column=field.name,
                    value=plain(value),
                )


def _short(value: str | None) -> str | None:
    if value is None:
        return None
    text = masked(value)
    return text if len(text) <= _SHOWN_VALUE else f"{text[:_SHOWN_VALUE]}…"
