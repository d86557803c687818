"""What each command does: options in, lines on the terminal and an exit status out."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import (
    FetchError,
    IngestSettingError,
    NoReleaseError,
    PortalError,
    SourceError,
)
from minhbach_datasets.model import Language
from minhbach_datasets.release import RELEASES, Release, current_id, release_ids
from minhbach_ingest.build import (
    RefusedError,
    build,
    compare,
    inputs_hash,
    load_datasets,
    refuse_failed,
)
from minhbach_ingest.check import LoadReport, summary
from minhbach_ingest.check_file import check_file
from minhbach_ingest.ckan.portal import Portal
from minhbach_ingest.ckan.push import carry_out, plan
from minhbach_ingest.compare import CHANGES, Former
from minhbach_ingest.fetch import Fetcher
from minhbach_ingest.publish import ingest_lock, point_to, publish
from minhbach_ingest.reading import read_file, read_scan, report, save
from minhbach_ingest.report import write_report
from minhbach_ingest.sources import Sources
from minhbach_search.documents import documents
from minhbach_search.engine import SearchUnavailableError
from minhbach_search.engines.meilisearch_index import MeilisearchTaskError, fill_index
from minhbach_search.engines.meilisearch_server import DEFAULT_INDEX, Server, search_key

_CKAN_KEY = "MINHBACH_CKAN_KEY"
_SERVER_URL = "MINHBACH_MEILISEARCH_URL"


def _progress(step: str) -> None:
    """A line that overwrites itself on a terminal; nothing in a log."""
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end="", file=sys.stderr, flush=True)


def publish_release(options: argparse.Namespace) -> int:
    """Load, check and publish, fetching first where asked to."""
    catalogue = Catalogue.read(options.definitions)
    with ingest_lock(options.var):
        sources = _sources(options, catalogue)
        if _fetches(options):
            _tell_fetch_problems(sources.fetch_all(_progress))
        if options.if_changed and _up_to_date(options.var, catalogue, sources):
            _progress("")
            print("the current release is up to date")
            return 0
        started = time.perf_counter()
        former = _current_release(options.var)
        try:
            manifest, reports = publish(
                options.var,
                lambda folder, release_id: build(
                    catalogue, folder, release_id, sources, former, _progress
                ),
            )
        except RefusedError as error:
            _progress("")
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            page = write_report(error.reports, options.var / "reports" / stamp)
            print(f"the whole report: {page}", file=sys.stderr)
            raise
        finally:
            if former is not None:
                former.close()
        _progress("")
        for report in reports:
            if report.absent is not None or report.stale is not None:
                print(summary([report], options.language), file=sys.stderr)
        _tell_warnings(reports, options.language)
        rows = sum(entry.rows for entry in manifest.datasets.values())
        seconds = time.perf_counter() - started
        print(
            f"published release {manifest.id}: {len(manifest.datasets)} datasets, {rows} rows, "
            f"{seconds:.1f} s"
        )
        if os.environ.get(_SERVER_URL):
            try:
                return _fill_index(options)
            except (SearchUnavailableError, MeilisearchTaskError) as error:
                # The release is whole without: the site searches its embedded snapshot meanwhile.
                print(f"{error}\nrun `minhbach-ingest index` to try again", file=sys.stderr)
                return 1
    return 0


def _tell_warnings(reports: Iterable[LoadReport], language: Language) -> None:
    """What published datasets changed that a person should look at; a count of what else was found."""
    for loaded in reports:
        warnings = [each for each in loaded.findings if each.severity == "warning"]
        changes = [each for each in warnings if each.rule in CHANGES]
        for each in changes:
            print(f"look at: {each.told(language)}", file=sys.stderr)
        if others := len(warnings) - len(changes):
            print(
                f"look at: {loaded.slug}: {others} warnings; "
                f"`minhbach-ingest check --dataset {loaded.slug}` names them",
                file=sys.stderr,
            )


def _mirror() -> Path | None:
    mirror = os.environ.get("MINHBACH_MIRROR")
    if mirror and not Path(mirror).is_dir():
        raise IngestSettingError(f"MINHBACH_MIRROR: {mirror} is not a folder")
    return Path(mirror) if mirror else None


def _fetches(options: argparse.Namespace) -> bool:
    """Whether remote sources are asked: when told to, or from a mirror, which costs nothing."""
    return bool(options.fetch or _mirror() is not None)


def _sources(options: argparse.Namespace, catalogue: Catalogue) -> Sources:
    fetcher = Fetcher(options.var / "cache", _mirror(), online=_fetches(options))
    return Sources(catalogue, options.var, fetcher)


def _tell_fetch_problems(problems: dict[str, str]) -> None:
    _progress("")
    for slug, problem in problems.items():
        print(f"{slug}: {problem}", file=sys.stderr)


def fetch(options: argparse.Namespace) -> int:
    """Ask every remote source for what changed."""
    catalogue = Catalogue.read(options.definitions)
    with ingest_lock(options.var):
        problems = _sources(options, catalogue).fetch_all(_progress)
    _tell_fetch_problems(problems)
    remote = [slug for slug, dataset in catalogue.items() if dataset.source.remote]
    print(
        f"{len(remote) - len(problems)} of {len(remote)} remote datasets are as their sources have them"
    )
    return 1 if problems else 0


def _current_release(var: Path) -> Release | None:
    try:
        return Release(var / RELEASES / current_id(var))
    except PortalError:
        return None


def _server() -> Server:
    url = os.environ.get(_SERVER_URL, "")
    if not url:
        raise IngestSettingError(f"{_SERVER_URL} is not set; it is the address of Meilisearch")
    return Server(
        url.rstrip("/"),
        os.environ.get("MINHBACH_MEILISEARCH_ADMIN_KEY", ""),
        os.environ.get("MINHBACH_MEILISEARCH_INDEX", DEFAULT_INDEX),
        timeout_seconds=60,
    )


def index(options: argparse.Namespace) -> int:
    """Fill the Meilisearch index from the current release."""
    with ingest_lock(options.var):
        return _fill_index(options)


def _fill_index(options: argparse.Namespace) -> int:
    server = _server()
    release = Release(options.var / RELEASES / current_id(options.var))
    try:
        count = fill_index(server, release.id, documents(release.cursor, release.catalogue))
    finally:
        release.close()
    print(f"Meilisearch index {server.index} holds {count} documents of release {release.id}")
    return 0


def push(options: argparse.Namespace) -> int:
    """Bring a CKAN portal up to date, or tell what that would write."""
    if not options.base_url:
        raise IngestSettingError(
            "--base-url or MINHBACH_BASE_URL: the public address of this portal"
        )
    key = os.environ.get(_CKAN_KEY)
    if options.yes and not key:
        raise IngestSettingError(f"{_CKAN_KEY} is not set; it is the API token to write with")
    portal = Portal(options.to, key if options.yes else None)
    release = Release(options.var / RELEASES / current_id(options.var))
    failed = 0
    try:
        for step in plan(release, portal, options.organization, options.base_url, options.prefix):
            try:
                if options.yes:
                    carry_out(portal, step)
            except FetchError as error:
                print(f"{step.action:<7} {step.name}: {error}", file=sys.stderr)
                failed += 1
                continue
            failed += step.action == "refuse"
            print(f"{step.action:<7} {step.name}: {step.told}")
    finally:
        release.close()
    if not options.yes:
        print("nothing was written; say --yes to carry this out")
    return 1 if failed else 0


def print_search_key(_options: argparse.Namespace) -> int:
    """Print a new key for the site."""
    print(search_key(_server()))
    return 0


def _up_to_date(var: Path, catalogue: Catalogue, sources: Sources) -> bool:
    release = _current_release(var)
    if release is None:
        return False
    release.close()
    return release.manifest.inputs == inputs_hash(catalogue, sources)


def read(options: argparse.Namespace) -> int:
    """Say what is in files."""
    status = 0
    for path in options.files:
        try:
            reading = read_scan(path) if options.ocr else read_file(path, options.encoding)
        except SourceError as error:
            print(error, file=sys.stderr)
            status = 1
            continue
        print(report(path, reading))
        if options.to is not None:
            for written in save(reading, options.to, path.stem):
                print(f"  wrote {written}")
    return status


def check(options: argparse.Namespace) -> int:
    """Load and check everything, one dataset, or one file for it."""
    catalogue = Catalogue.read(options.definitions)
    sources = _sources(options, catalogue)
    former = _current_release(options.var)
    with duckdb.connect() as connection:
        if options.dataset is not None:
            reports = [
                check_file(connection, catalogue, sources, options.dataset, options.file, _progress)
            ]
        elif options.file is not None:
            raise IngestSettingError("name the dataset that the file is for: --dataset SLUG")
        else:
            reports = load_datasets(connection, catalogue, sources, _progress)
        if former is not None:
            before = Former(connection, former)
            compare(catalogue, before, reports)
            before.close()
    if former is not None:
        former.close()
    _progress("")
    if options.report is not None:
        print(f"the whole report: {write_report(reports, options.report)}", file=sys.stderr)
    refuse_failed(reports, reports, options.language)
    print(summary(reports, options.language))
    return 0


def list_releases(options: argparse.Namespace) -> int:
    """List the releases that are there."""
    try:
        current = current_id(options.var)
    except NoReleaseError:
        current = ""
    for release_id in release_ids(options.var):
        print(f"{'*' if release_id == current else ' '} {release_id}")
    return 0


def rollback(options: argparse.Namespace) -> int:
    """Make a former release the current one."""
    with ingest_lock(options.var):
        target = options.release
        if target is None:
            earlier = [id_ for id_ in release_ids(options.var) if id_ < current_id(options.var)]
            if not earlier:
                raise NoReleaseError(f"{options.var}: no release before the current one")
            target = earlier[-1]
        release = Release(options.var / RELEASES / target)
        try:
            release.verify()
        finally:
            release.close()
        point_to(options.var, target)
    print(f"current release is now {target}")
    return 0


def verify(options: argparse.Namespace) -> int:
    """Compare a release with its manifest."""
    release = Release(options.var / RELEASES / (options.release or current_id(options.var)))
    release.verify()
    release.close()
    print(f"{release.id}: all {len(release.manifest.files)} files as published")
    return 0
