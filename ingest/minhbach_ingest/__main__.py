"""Command line of ingest: check, publish, roll back, verify, fetch, push."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from minhbach_datasets.catalogue import DEFINITIONS
from minhbach_datasets.errors import PortalError
from minhbach_datasets.model import LANGUAGES
from minhbach_ingest import commands
from minhbach_ingest.legacy_text import ENCODINGS


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
    added = parser.add_subparsers(required=True, metavar="command")
    command = added.add_parser("publish", help="load and check everything, publish a release")
    command.add_argument(
        "--if-changed",
        action="store_true",
        help="do nothing when the current release is up to date",
    )
    _add_fetch(command)
    command.set_defaults(run=commands.publish_release)
    command = added.add_parser("fetch", help="ask remote sources for what changed, publish nothing")
    command.set_defaults(run=commands.fetch, fetch=True)
    command = added.add_parser(
        "index", help="fill the Meilisearch index from the current release (MINHBACH_MEILISEARCH_*)"
    )
    command.set_defaults(run=commands.index)
    command = added.add_parser(
        "search-key", help="print a new key that may only search the index, for the site"
    )
    command.set_defaults(run=commands.print_search_key)
    command = added.add_parser(
        "push", help="publish the catalogue of the current release to a CKAN"
    )
    command.add_argument("--to", required=True, metavar="URL", help="address of the CKAN portal")
    command.add_argument(
        "--organization", required=True, help="its organisation that owns the packages"
    )
    command.add_argument(
        "--base-url",
        default=os.environ.get("MINHBACH_BASE_URL", ""),
        help="public address of this portal (MINHBACH_BASE_URL)",
    )
    command.add_argument("--prefix", default="", help="what the names of the packages begin with")
    command.add_argument(
        "--yes", action="store_true", help="write; without it, only tell what would be written"
    )
    command.set_defaults(run=commands.push)
    command = added.add_parser("read", help="read files of any kind and say what is in them")
    command.add_argument("files", nargs="+", type=Path)
    command.add_argument(
        "--encoding",
        choices=ENCODINGS,
        help="what texts are that read well in several encodings; guessed from the others by default",
    )
    command.add_argument(
        "--ocr", action="store_true", help="recognise the pages of scanned PDF files (Tesseract)"
    )
    command.add_argument(
        "--to", type=Path, help="folder to write the tables (CSV) and texts (TXT) into, in Unicode"
    )
    command.set_defaults(run=commands.read)
    command = added.add_parser(
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
    command.set_defaults(run=commands.check)
    command = added.add_parser("list", help="list the releases that are there")
    command.set_defaults(run=commands.list_releases)
    command = added.add_parser("rollback", help="make a former release the current one")
    command.add_argument("release", nargs="?", help="its id; the one before the current by default")
    command.set_defaults(run=commands.rollback)
    command = added.add_parser("verify", help="compare every file of a release with its manifest")
    command.add_argument("release", nargs="?", help="its id; the current one by default")
    command.set_defaults(run=commands.verify)
    return parser


def _add_fetch(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fetch",
        action="store_true",
        help="ask remote sources first; without it their last content is used, but a mirror is always read",
    )


if __name__ == "__main__":
    sys.exit(main())
