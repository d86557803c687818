"""Command line of ingest: check, publish, roll back, verify."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import DEFINITIONS, Catalogue
from minhbach_datasets.errors import (
    IngestSettingError,
    NoReleaseError,
    PortalError,
    SourceError,
)
from minhbach_datasets.release import RELEASES, Release, current_id, release_ids
from minhbach_ingest.build import build, inputs_hash, load_datasets
from minhbach_ingest.check import summary
from minhbach_ingest.legacy_text import ENCODINGS
from minhbach_ingest.publish import ingest_lock, point_to, publish
from minhbach_ingest.reading import read_file, report, save
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
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser("publish", help="load and check everything, publish a release")
    command.add_argument(
        "--if-changed",
        action="store_true",
        help="do nothing when the current release is up to date",
    )
    command.set_defaults(run=_publish)
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
    command = commands.add_parser("check", help="load and check everything, publish nothing")
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


def _progress(step: str) -> None:
    """A line that overwrites itself on a terminal; nothing in a log."""
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end="", file=sys.stderr, flush=True)


def _publish(options: argparse.Namespace) -> int:
    catalogue = Catalogue.read(options.definitions)
    with ingest_lock(options.var):
        if options.if_changed and _up_to_date(options.var, catalogue):
            print("the current release is up to date")
            return 0
        started = time.perf_counter()
        manifest = publish(
            options.var,
            lambda folder, release_id: build(catalogue, folder, release_id, _progress),
        )
        _progress("")
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


def _up_to_date(var: Path, catalogue: Catalogue) -> bool:
    try:
        release = Release(var / RELEASES / current_id(var))
    except PortalError:
        return False
    release.close()
    return release.manifest.inputs == inputs_hash(catalogue)


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
    with duckdb.connect() as connection:
        reports = load_datasets(connection, catalogue, _progress)
    _progress("")
    print(summary(reports))
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
