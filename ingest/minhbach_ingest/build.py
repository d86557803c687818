"""Definitions and sources -> the content of one release folder."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

import duckdb

import minhbach_datasets
import minhbach_search
from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import PublicationRefusedError, SourceError
from minhbach_datasets.exports import FORMATS, Selection
from minhbach_datasets.exports.data_package import descriptor
from minhbach_datasets.model import Dataset
from minhbach_datasets.release import (
    DATABASE,
    DEFINITIONS_FOLDER,
    FILES_FOLDER,
    MANIFEST,
    SEARCH_FOLDER,
    DatasetEntry,
    FileEntry,
    Manifest,
    sha256,
)
from minhbach_datasets.schema import RECORD_ID, create_table, quoted, record_id, typed
from minhbach_ingest.check import DatasetReport, Problem, check_stage, summary
from minhbach_ingest.derive import fill_derived
from minhbach_ingest.links import build_links
from minhbach_ingest.registry import STAGE, loader
from minhbach_search.documents import documents
from minhbach_search.engines.embedded import write_index

MAX_XLSX_ROWS = 200_000
"""XLSX costs 5 to 17 seconds per 100,000 rows, so larger datasets go without."""

Progress = Callable[[str], None]


def inputs_hash(catalogue: Catalogue) -> str:
    """Hash of all a release is made from: definitions, rows, and the code that turns them."""
    digest = hashlib.sha256()
    roots = [catalogue.folder]
    roots += [Path(module.__path__[0]) for module in (minhbach_datasets, minhbach_search)]
    roots.append(Path(__file__).parent)
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.suffix in (".toml", ".csv", ".py") and path.is_file():
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def load_datasets(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, progress: Progress
) -> list[DatasetReport]:
    """Load and check every dataset into the connection's database.

    All are read before any problem is raised, so that one report names them all.
    Raises PublicationRefusedError with that report.
    """
    reports: list[DatasetReport] = []
    for dataset in catalogue.in_load_order():
        progress(dataset.slug)
        bad = {report.slug for report in reports if report.problems}
        reports.append(load_dataset(connection, dataset, catalogue, bad))
    failed = [report for report in reports if report.problems]
    if failed:
        raise PublicationRefusedError(
            f"{summary(failed)}\nNothing was published; the former release keeps serving."
        )
    return reports


def load_dataset(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    failed: Collection[str] = (),
) -> DatasetReport:
    """Load one dataset; its table exists afterwards even where problems kept the rows out.

    failed: slugs of datasets that could not be loaded, to which references are not checked.
    """
    started = time.perf_counter()
    report = DatasetReport(dataset.slug)
    connection.execute(create_table(dataset))
    path = catalogue.folder / dataset.slug / dataset.source.file
    try:
        loader(dataset)(connection, dataset, path, STAGE)
        check_stage(connection, dataset, catalogue, STAGE, path, report, failed)
        if not report.problems:
            names = [RECORD_ID, *(quoted(field.name) for field in dataset.source_fields)]
            values = [record_id(dataset), *(typed(field) for field in dataset.source_fields)]
            connection.execute(
                f"INSERT INTO {quoted(dataset.slug)} ({', '.join(names)}) "
                f"SELECT {', '.join(values)} FROM {quoted(STAGE)} ORDER BY _row"
            )
            report.unresolved = fill_derived(connection, dataset)
    except SourceError as error:
        place, _, message = str(error).partition(": ")
        report.problems.append(Problem(place, None, None, None, "source", message))
    report.seconds = time.perf_counter() - started
    return report


def build(catalogue: Catalogue, folder: Path, release_id: str, progress: Progress) -> Manifest:
    """Fill an empty folder with a whole release, manifest last."""
    shutil.copytree(
        catalogue.folder, folder / DEFINITIONS_FOLDER, ignore=shutil.ignore_patterns("*.csv")
    )
    created = datetime.now(UTC).replace(microsecond=0)
    connection = duckdb.connect(str(folder / DATABASE))
    try:
        reports = load_datasets(connection, catalogue, progress)
        progress("links")
        build_links(connection, catalogue)
        entries = {report.slug: _entry(connection, report) for report in reports}
        files = folder / FILES_FOLDER
        files.mkdir()
        for dataset in catalogue.values():
            progress(f"{dataset.slug} files")
            _write_files(connection, dataset, catalogue, files, created, entries[dataset.slug].rows)
        progress("search")
        write_index(documents(connection.cursor(), catalogue), folder / SEARCH_FOLDER)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    manifest = Manifest(
        id=release_id,
        created=created,
        inputs=inputs_hash(catalogue),
        datasets=entries,
        files={
            path.relative_to(folder).as_posix(): FileEntry(
                bytes=path.stat().st_size, sha256=sha256(path)
            )
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.endswith(".lock")
        },
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    return manifest


def _entry(connection: duckdb.DuckDBPyConnection, report: DatasetReport) -> DatasetEntry:
    table = quoted(report.slug)
    verified = connection.execute(
        f"SELECT verified, count(*) FROM {table} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    sources = connection.execute(f"SELECT count(DISTINCT source_url) FROM {table}").fetchone()
    assert sources is not None
    return DatasetEntry(
        rows=report.rows,
        verified=dict(verified),
        sources=sources[0],
        checks=tuple(report.checks),
        unresolved=report.unresolved,
    )


def _write_files(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    folder: Path,
    created: datetime,
    rows: int,
) -> None:
    import json

    selection = Selection(dataset, catalogue)
    for extension, format_ in FORMATS.items():
        if extension == "xlsx" and rows > MAX_XLSX_ROWS:
            continue
        format_.save(selection, connection.cursor(), folder / f"{dataset.slug}.{extension}")
    csv_path = folder / f"{dataset.slug}.csv"
    csv_entry = FileEntry(bytes=csv_path.stat().st_size, sha256=sha256(csv_path))
    package = descriptor(dataset, catalogue, csv_entry, created.isoformat())
    target = folder / f"{dataset.slug}.datapackage.json"
    target.write_text(json.dumps(package, ensure_ascii=False, indent=1), encoding="utf-8")
