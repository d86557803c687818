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
from minhbach_datasets.model import Dataset, Language, Text
from minhbach_datasets.quality import QUALITY_FOLDER, Finding
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
from minhbach_ingest.history import build_history
from minhbach_ingest.links import build_links
from minhbach_ingest.personal import gate
from minhbach_ingest.registry import loader
from minhbach_ingest.shapes import build_shapes
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
            if path.suffix in (".toml", ".csv", ".sql", ".py") and path.is_file():
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
    former: Former | None = None,
) -> list[LoadReport]:
    """Load and check datasets into the connection's database; a report for each, bad or good.

    only: these, instead of all; former: the release before. All are read before anybody looks at
    problems, so that one run names them all. See `load_dataset` for what remote sources have wrong.
    """
    reports: list[LoadReport] = []
    for dataset in catalogue.in_load_order():
        if only is not None and dataset.slug not in only:
            continue
        progress(dataset.slug)
        bad = {report.slug for report in reports if report.failed or report.absent}
        reports.append(load_dataset(connection, dataset, catalogue, sources, bad, former))
    return reports


def refuse_failed(
    loaded: Iterable[LoadReport], all_of_them: Iterable[LoadReport], language: Language = "en"
) -> None:
    """Raises PublicationRefusedError, with all reports, if any dataset failed."""
    failed = [report for report in loaded if report.failed]
    if failed:
        nothing = {
            "vi": "Chưa công bố gì; bản trước vẫn phục vụ.",
            "en": "Nothing was published; the former release keeps serving.",
        }
        raise RefusedError(f"{summary(failed, language)}\n{nothing[language]}", tuple(all_of_them))


class RefusedError(PublicationRefusedError):
    """Datasets failed their checks. Raised when a release is built, and by the check command."""

    def __init__(self, told: str, reports: tuple[LoadReport, ...]) -> None:
        super().__init__(told)
        self.reports = reports


def load_dataset(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    sources: Sources,
    failed: Collection[str] = (),
    former: Former | None = None,
) -> LoadReport:
    """Load one dataset; its table exists afterwards even where problems kept the rows out.

    failed: slugs of datasets that could not be loaded, to which references are not checked. Where a
    remote source cannot be had, or what it has does not pass the checks, the rows of the release before
    are kept, and the report says why they are not the newest. Where that release has none, the dataset
    stays out; where it has, but under another definition, the publication is refused.
    """
    remote = dataset.source.remote
    if set(dataset.source.reads) & set(failed):
        # What it reads is not there: its own complaints would say nothing new.
        connection.execute(create_table(dataset))
        return LoadReport(dataset.slug)
    try:
        contents = sources.contents(dataset)
    except FetchError as error:
        report, reason = LoadReport(dataset.slug), str(error)
    else:
        report = load_contents(connection, dataset, catalogue, contents, failed)
        if not report.failed or not remote:
            return report
        first = report.problems[0]
        # Without the value: it was not published, and may be what must not be.
        told = first.model_copy(update={"value": None, "suggestion": None}).told()
        reason = f"what the source has now does not pass the checks: {told}"
    connection.execute(f"DROP TABLE IF EXISTS {quoted(dataset.slug)}")
    connection.execute(create_table(dataset))
    if former is None or dataset.slug not in former.release.catalogue:
        report.absent = reason
        return report
    kept = former.keep(dataset, catalogue, failed)
    if kept is None:
        report.findings.append(_cannot_be_kept(dataset, reason))
        return report
    kept.stale = reason
    kept.findings += [
        each.model_copy(update={"severity": "warning", "value": None}) for each in report.problems
    ]
    return kept


def _cannot_be_kept(dataset: Dataset, reason: str) -> Finding:
    return Finding(
        severity="problem",
        rule="source",
        file=dataset.slug,
        message=Text(
            vi=f"không giữ được các dòng của bản trước vì định nghĩa đã đổi; {reason}",
            en=f"the rows of the release before cannot be kept, as the definition changed; {reason}",
        ),
    )


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
        before = Former(connection, former) if former is not None else None
        reports = load_datasets(connection, catalogue, sources, progress, former=before)
        absent = {report.slug: report.absent for report in reports if report.absent is not None}
        for slug in absent:
            connection.execute(f"DROP TABLE {quoted(slug)}")
        present = [report for report in reports if report.absent is None]
        if before is not None:
            compare(catalogue, before, present)
        refuse_failed(present, reports)
        catalogue = catalogue.without(absent)
        _copy_definitions(catalogue, folder / DEFINITIONS_FOLDER)
        progress("history")
        build_history(connection, catalogue, created.date(), before)
        if before is not None:
            before.close()
        progress("links")
        build_links(connection, catalogue)
        build_shapes(connection, catalogue)
        entries = {report.slug: _entry(connection, report) for report in present}
        _write_quality(present, folder / QUALITY_FOLDER, catalogue.folder)
        files = folder / FILES_FOLDER
        files.mkdir()
        for dataset in catalogue.values():
            progress(f"{dataset.slug} files")
            _write_files(connection, dataset, catalogue, files, created, entries[dataset.slug].rows)
            if dataset.source.portal is not None:
                kept = former if entries[dataset.slug].stale else None
                tables = _harvested_tables(sources, dataset, files / dataset.slug, kept)
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


def compare(catalogue: Catalogue, former: Former, reports: Iterable[LoadReport]) -> None:
    """Compare the loaded tables with those of the release before."""
    for report in reports:
        if not report.failed and report.absent is None:
            former.compare(catalogue[report.slug], catalogue, report)


def _harvested_tables(
    sources: Sources, dataset: Dataset, target: Path, kept: Release | None
) -> tuple[str, ...]:
    """Copy the tables that came with a harvest, or those of the release whose rows were kept."""
    if kept is None:
        return copy_tables(sources.harvest_folder(dataset), target)
    names = kept.manifest.datasets[dataset.slug].harvested
    if names:
        shutil.copytree(kept.path / FILES_FOLDER / dataset.slug, target)
    return names


def _write_quality(reports: Iterable[LoadReport], folder: Path, definitions: Path) -> None:
    """Files beside the definitions are named from there: where a server keeps them is its own affair."""
    folder.mkdir()
    start = f"{definitions}/"
    for report in reports:
        quality = report.quality()
        files = [f.model_copy(update={"name": f.name.removeprefix(start)}) for f in quality.files]
        findings = [
            f.model_copy(update={"file": f.file.removeprefix(start)}) for f in quality.findings
        ]
        published = quality.model_copy(update={"files": tuple(files), "findings": tuple(findings)})
        text = published.model_dump_json(indent=1)
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
