"""Definitions and sources -> the content of one release folder."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

import minhbach_datasets
import minhbach_search
from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import FetchError, PublicationRefusedError, SourceError
from minhbach_datasets.exports import FORMATS, Selection
from minhbach_datasets.exports.data_package import descriptor
from minhbach_datasets.model import Dataset, Language
from minhbach_datasets.quality import QUALITY_FOLDER
from minhbach_datasets.release import (
    DATABASE,
    DEFINITIONS_FOLDER,
    FILES_FOLDER,
    MANIFEST,
    SEARCH_FOLDER,
    DatasetEntry,
    FileEntry,
    Manifest,
    Release,
    sha256,
)
from minhbach_datasets.schema import RECORD_ID, create_table, quoted, record_id, typed
from minhbach_ingest.check import LoadReport, check_stage, summary
from minhbach_ingest.ckan.harvest import copy_tables
from minhbach_ingest.compare import Former
from minhbach_ingest.derive import fill_derived
from minhbach_ingest.links import build_links
from minhbach_ingest.personal import gate
from minhbach_ingest.registry import loader
from minhbach_ingest.sources import Contents, Sources
from minhbach_ingest.stage import STAGE
from minhbach_search.documents import documents
from minhbach_search.engines.embedded import write_index

MAX_XLSX_ROWS = 200_000
"""XLSX costs 5 to 17 seconds per 100,000 rows, so larger datasets go without."""

Progress = Callable[[str], None]


def inputs_hash(catalogue: Catalogue, sources: Sources) -> str:
    """Hash of all a release is made from: definitions, rows, remote contents, and the code."""
    digest = hashlib.sha256()
    roots = [catalogue.folder]
    roots += [Path(module.__path__[0]) for module in (minhbach_datasets, minhbach_search)]
    roots.append(Path(__file__).parent)
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.suffix in (".toml", ".csv", ".py") and path.is_file():
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes())
    digest.update(sources.fingerprint().encode())
    return digest.hexdigest()


def load_datasets(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    sources: Sources,
    progress: Progress,
    only: Collection[str] | None = None,
) -> list[LoadReport]:
    """Load and check datasets into the connection's database; a report for each, bad or good.

    only: these, instead of all. All are read before anybody looks at problems, so that one run names
    them all. What a remote source has wrong leaves its dataset as it was, or out; see `load_dataset`.
    """
    reports: list[LoadReport] = []
    for dataset in catalogue.in_load_order():
        if only is not None and dataset.slug not in only:
            continue
        progress(dataset.slug)
        bad = {report.slug for report in reports if report.failed or report.absent}
        reports.append(load_dataset(connection, dataset, catalogue, sources, bad))
    return reports


def refuse_failed(reports: Iterable[LoadReport], language: Language = "en") -> None:
    """Raises PublicationRefusedError with the reports of the datasets that failed, if any did."""
    failed = [report for report in reports if report.failed]
    if failed:
        nothing = {
            "vi": "Chưa công bố gì; bản trước vẫn phục vụ.",
            "en": "Nothing was published; the former release keeps serving.",
        }
        raise PublicationRefusedError(f"{summary(failed, language)}\n{nothing[language]}")


def load_dataset(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    sources: Sources,
    failed: Collection[str] = (),
) -> LoadReport:
    """Load one dataset; its table exists afterwards even where problems kept the rows out.

    failed: slugs of datasets that could not be loaded, to which references are not checked. New content
    of a remote source that does not pass the checks gives way to that of its last release, with a
    warning; where there is none, the dataset stays out of the release and the report says why.
    """
    try:
        contents = sources.contents(dataset)
    except FetchError as error:
        connection.execute(create_table(dataset))
        report = LoadReport(dataset.slug)
        report.absent = str(error)
        return report
    report = load_contents(connection, dataset, catalogue, contents, failed)
    if not report.failed or not dataset.source.remote:
        return report
    reason = report.problems[0].told()
    good = sources.last_good(dataset, contents)
    if good is not None:
        kept = load_contents(connection, dataset, catalogue, good, failed)
        if not kept.failed:
            kept.stale = f"what the source has now does not pass the checks: {reason}"
            kept.findings += [
                each.model_copy(update={"severity": "warning"}) for each in report.problems
            ]
            return kept
    report.absent = f"what the source has does not pass the checks: {reason}"
    return report


def load_contents(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    contents: Contents,
    failed: Collection[str] = (),
) -> LoadReport:
    """Load one dataset from given contents; see load_dataset."""
    started = time.perf_counter()
    report = LoadReport(dataset.slug, sources_read=contents.read, stale=contents.stale)
    connection.execute(f"DROP TABLE IF EXISTS {quoted(dataset.slug)}")
    connection.execute(create_table(dataset))
    try:
        loader(dataset)(connection, dataset, catalogue, contents.files, STAGE, report)
        gate(connection, dataset, STAGE, report)
        check_stage(connection, dataset, catalogue, STAGE, report, failed)
        if not report.failed:
            names = [RECORD_ID, *(quoted(field.name) for field in dataset.source_fields)]
            values = [record_id(dataset), *(typed(field) for field in dataset.source_fields)]
            connection.execute(
                f"INSERT INTO {quoted(dataset.slug)} ({', '.join(names)}) "
                f"SELECT {', '.join(values)} FROM {quoted(STAGE)}"
            )
            report.unresolved = fill_derived(connection, dataset)
    except SourceError as error:
        report.source_problem(str(error))
    report.seconds = time.perf_counter() - started
    return report


def build(
    catalogue: Catalogue,
    folder: Path,
    release_id: str,
    sources: Sources,
    former: Release | None,
    progress: Progress,
) -> tuple[Manifest, list[LoadReport]]:
    """Fill an empty folder with a whole release, manifest last.

    former: the release before, to compare with. Raises PublicationRefusedError.
    """
    created = datetime.now(UTC).replace(microsecond=0)
    connection = duckdb.connect(str(folder / DATABASE))
    try:
        reports = load_datasets(connection, catalogue, sources, progress)
        absent = {report.slug: report.absent for report in reports if report.absent is not None}
        for slug in absent:
            connection.execute(f"DROP TABLE {quoted(slug)}")
        present = [report for report in reports if report.absent is None]
        refuse_failed(present)
        catalogue = catalogue.without(absent)
        _copy_definitions(catalogue, folder / DEFINITIONS_FOLDER)
        compare(connection, catalogue, former, present)
        progress("links")
        build_links(connection, catalogue)
        entries = {report.slug: _entry(connection, report) for report in present}
        _write_quality(present, folder / QUALITY_FOLDER)
        files = folder / FILES_FOLDER
        files.mkdir()
        for dataset in catalogue.values():
            progress(f"{dataset.slug} files")
            _write_files(connection, dataset, catalogue, files, created, entries[dataset.slug].rows)
            if dataset.source.portal is not None:
                tables = copy_tables(sources.harvest_folder(dataset), files / dataset.slug)
                update = {"harvested": tables}
                entries[dataset.slug] = entries[dataset.slug].model_copy(update=update)
        progress("search")
        write_index(documents(connection.cursor(), catalogue), folder / SEARCH_FOLDER)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    manifest = Manifest(
        id=release_id,
        created=created,
        inputs=inputs_hash(catalogue, sources),
        datasets=entries,
        files={
            path.relative_to(folder).as_posix(): FileEntry(
                bytes=path.stat().st_size, sha256=sha256(path)
            )
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.endswith(".lock")
        },
        absent=absent,
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    return manifest, reports


def _copy_definitions(catalogue: Catalogue, target: Path) -> None:
    """The definitions of the datasets that are there; a release is read by its own."""
    target.mkdir()
    for path in sorted(catalogue.folder.glob("*.toml")):
        shutil.copyfile(path, target / path.name)
    for slug in catalogue:
        (target / slug).mkdir()
        shutil.copyfile(catalogue.folder / slug / "dataset.toml", target / slug / "dataset.toml")


def compare(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    former: Release | None,
    reports: Iterable[LoadReport],
) -> None:
    """Compare the loaded tables with those of the release before, where there is one."""
    if former is None:
        return
    attached = Former(connection, former)
    try:
        for report in reports:
            if not report.failed:
                attached.compare(catalogue[report.slug], catalogue, report)
    finally:
        attached.close()


def _write_quality(reports: Iterable[LoadReport], folder: Path) -> None:
    folder.mkdir()
    for report in reports:
        text = report.quality().model_dump_json(indent=1)
        (folder / f"{report.slug}.json").write_text(text, encoding="utf-8")


def _entry(connection: duckdb.DuckDBPyConnection, report: LoadReport) -> DatasetEntry:
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
        sources_read=report.sources_read,
        stale=report.stale,
        personal=tuple(report.personal),
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
        if not format_.fits(dataset) or (extension == "xlsx" and rows > MAX_XLSX_ROWS):
            continue
        format_.save(selection, connection.cursor(), folder / f"{dataset.slug}.{extension}")
    csv_path = folder / f"{dataset.slug}.csv"
    csv_entry = FileEntry(bytes=csv_path.stat().st_size, sha256=sha256(csv_path))
    package = descriptor(dataset, catalogue, csv_entry, created.isoformat())
    target = folder / f"{dataset.slug}.datapackage.json"
    target.write_text(json.dumps(package, ensure_ascii=False, indent=1), encoding="utf-8")
