"""Command line of ingest: check, publish, roll back, verify."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import DEFINITIONS, Catalogue
from minhbach_datasets.errors import (
    IngestSettingError,
    NoReleaseError,
    PortalError,
    PublicationRefusedError,
    SourceError,
)
from minhbach_datasets.model import LANGUAGES
from minhbach_datasets.release import RELEASES, Release, current_id, release_ids
from minhbach_ingest.build import build, compare, inputs_hash, load_datasets, refuse_failed
from minhbach_ingest.check import summary
from minhbach_ingest.check_file import check_file
from minhbach_ingest.fetch import Fetcher
from minhbach_ingest.legacy_text import ENCODINGS
from minhbach_ingest.publish import ingest_lock, point_to, publish
from minhbach_ingest.reading import read_file, report, save
from minhbach_ingest.report import write_report
from minhbach_ingest.sources import Sources
from minhbach_search.documents import documents
from minhbach_search.engine import SearchUnavailableError
from minhbach_search.engines.meilisearch_index import MeilisearchTaskError, fill_index
from minhbach_search.engines.meilisearch_server import DEFAULT_INDEX, Server, search_key

_SERVER_URL = "MINHBACH_MEILISEARCH_URL"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status, 1 when something must be mended first."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except PortalError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="minhbach-ingest", description=__doc__)
    parser.add_argument(
        "--var",
        type=Path,
        default=Path(os.environ.get("MINHBACH_VAR", "var")),
        help="where releases live (MINHBACH_VAR, default var/)",
    )
    parser.add_argument(
        "--definitions",
        type=Path,
        default=Path(os.environ.get("MINHBACH_DEFINITIONS", DEFINITIONS)),
        help="folder of dataset definitions (MINHBACH_DEFINITIONS, default those of the package)",
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        default=os.environ.get("MINHBACH_LANGUAGE", "en"),
        help="of what is wrong with rows (MINHBACH_LANGUAGE, default en)",
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser("publish", help="load and check everything, publish a release")
    command.add_argument(
        "--if-changed",
        action="store_true",
        help="do nothing when the current release is up to date",
    )
    _add_fetch(command)
    command.set_defaults(run=_publish)
    command = commands.add_parser(
        "fetch", help="ask remote sources for what changed, publish nothing"
    )
    command.set_defaults(run=_fetch, fetch=True)
    command = commands.add_parser(
        "index", help="fill the Meilisearch index from the current release (MINHBACH_MEILISEARCH_*)"
    )
    command.set_defaults(run=_locked_index)
    command = commands.add_parser(
        "search-key", help="print a new key that may only search the index, for the site"
    )
    command.set_defaults(run=_search_key)
    command = commands.add_parser("read", help="read files of any kind and say what is in them")
    command.add_argument("files", nargs="+", type=Path)
    command.add_argument(
        "--encoding",
        choices=ENCODINGS,
        help="what texts are that read well in several encodings; guessed from the others by default",
    )
    command.add_argument(
        "--to", type=Path, help="folder to write the tables (CSV) and texts (TXT) into, in Unicode"
    )
    command.set_defaults(run=_read)
    command = commands.add_parser(
        "check", help="load and check everything or one file, publish nothing"
    )
    command.add_argument("file", nargs="?", type=Path, help="a file of any kind, for one dataset")
    command.add_argument(
        "--dataset", metavar="SLUG", help="check this one, from the file if one is given"
    )
    command.add_argument(
        "--report", type=Path, help="folder to write report.html and report.json into"
    )
    _add_fetch(command)
    command.set_defaults(run=_check)
    command = commands.add_parser("list", help="list the releases that are there")
    command.set_defaults(run=_list)
    command = commands.add_parser("rollback", help="make a former release the current one")
    command.add_argument("release", nargs="?", help="its id; the one before the current by default")
    command.set_defaults(run=_rollback)
    command = commands.add_parser(
        "verify", help="compare every file of a release with its manifest"
    )
    command.add_argument("release", nargs="?", help="its id; the current one by default")
    command.set_defaults(run=_verify)
    return parser


def _add_fetch(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fetch",
        action="store_true",
        help="ask remote sources first; without it their last content is used, but a mirror is always read",
    )


def _progress(step: str) -> None:
    """A line that overwrites itself on a terminal; nothing in a log."""
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end="", file=sys.stderr, flush=True)


def _publish(options: argparse.Namespace) -> int:
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
        except PublicationRefusedError:
            _progress("")
            print(
                f"the whole report: {_write_failed(options, catalogue, sources)}", file=sys.stderr
            )
            raise
        finally:
            if former is not None:
                former.close()
        _progress("")
        sources.remember_good((report.slug, report.sources_read) for report in reports)
        for report in reports:
            if report.absent is not None or report.stale is not None:
                print(summary([report], options.language), file=sys.stderr)
        rows = sum(entry.rows for entry in manifest.datasets.values())
        seconds = time.perf_counter() - started
        print(
            f"published release {manifest.id}: {len(manifest.datasets)} datasets, {rows} rows, "
            f"{seconds:.1f} s"
        )
        if os.environ.get(_SERVER_URL):
            try:
                return _index(options)
            except (SearchUnavailableError, MeilisearchTaskError) as error:
                # The release is whole without: the site searches its embedded snapshot meanwhile.
                print(f"{error}\nrun `minhbach-ingest index` to try again", file=sys.stderr)
                return 1
    return 0


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


def _fetch(options: argparse.Namespace) -> int:
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


def _write_failed(options: argparse.Namespace, catalogue: Catalogue, sources: Sources) -> Path:
    """Load once more, for a report of all datasets that outlives the refused release."""
    with duckdb.connect() as connection:
        reports = load_datasets(connection, catalogue, sources, _progress)
    _progress("")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return write_report(reports, options.var / "reports" / stamp)


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


def _locked_index(options: argparse.Namespace) -> int:
    with ingest_lock(options.var):
        return _index(options)


def _index(options: argparse.Namespace) -> int:
    server = _server()
    release = Release(options.var / RELEASES / current_id(options.var))
    try:
        count = fill_index(server, release.id, documents(release.cursor, release.catalogue))
    finally:
        release.close()
    print(f"Meilisearch index {server.index} holds {count} documents of release {release.id}")
    return 0


def _search_key(_options: argparse.Namespace) -> int:
    print(search_key(_server()))
    return 0


def _up_to_date(var: Path, catalogue: Catalogue, sources: Sources) -> bool:
    release = _current_release(var)
    if release is None:
        return False
    release.close()
    return release.manifest.inputs == inputs_hash(catalogue, sources)


def _read(options: argparse.Namespace) -> int:
    status = 0
    for path in options.files:
        try:
            reading = read_file(path, options.encoding)
        except SourceError as error:
            print(error, file=sys.stderr)
            status = 1
            continue
        print(report(path, reading))
        if options.to is not None:
            for written in save(reading, options.to, path.stem):
                print(f"  wrote {written}")
    return status


def _check(options: argparse.Namespace) -> int:
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
        compare(connection, catalogue, former, [r for r in reports if r.absent is None])
    if former is not None:
        former.close()
    _progress("")
    if options.report is not None:
        print(f"the whole report: {write_report(reports, options.report)}", file=sys.stderr)
    refuse_failed(reports, options.language)
    print(summary(reports, options.language))
    return 0


def _list(options: argparse.Namespace) -> int:
    try:
        current = current_id(options.var)
    except NoReleaseError:
        current = ""
    for release_id in release_ids(options.var):
        print(f"{'*' if release_id == current else ' '} {release_id}")
    return 0


def _rollback(options: argparse.Namespace) -> int:
    with ingest_lock(options.var):
        target = options.release
        if target is None:
            earlier = [id_ for id_ in release_ids(options.var) if id_ < current_id(options.var)]
            if not earlier:
                raise NoReleaseError(f"{options.var}: no release before the current one")
            target = earlier[-1]
        Release(options.var / RELEASES / target).close()
        point_to(options.var, target)
    print(f"current release is now {target}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    release = Release(options.var / RELEASES / (options.release or current_id(options.var)))
    release.verify()
    release.close()
    print(f"{release.id}: all {len(release.manifest.files)} files as published")
    return 0


if __name__ == "__main__":
    sys.exit(main())
