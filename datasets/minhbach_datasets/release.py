"""Reading releases: immutable folders of a database, files, a search snapshot and a manifest.

A release lives at `<var>/releases/<id>/`; the file `<var>/current` holds the id of the one served.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import CorruptReleaseError, DefinitionError, NoReleaseError
from minhbach_datasets.frozen import Frozen
from minhbach_datasets.quality import QUALITY_FOLDER, CheckResult, PersonalFound, QualityReport

log = logging.getLogger(__name__)
_Kept = TypeVar("_Kept")

DATABASE = "portal.duckdb"
MANIFEST = "manifest.json"
DEFINITIONS_FOLDER = "definitions"
FILES_FOLDER = "files"
SEARCH_FOLDER = "search"
CURRENT = "current"
RELEASES = "releases"


class FileEntry(Frozen):
    """One file of a release: size in bytes and content hash."""

    bytes: int
    sha256: str


class FileSource(Frozen):
    """One file that rows came from: its address, and when its content came from there."""

    url: str
    sha256: str
    fetched: datetime
    checked: datetime
    """When the source last said that it is still so."""


class DatasetEntry(Frozen):
    """What the manifest says of one dataset."""

    rows: int
    verified: dict[str, int]
    sources: int
    """Distinct source addresses."""
    checks: tuple[CheckResult, ...]
    unresolved: dict[str, int]
    """Derived column -> non-empty source texts that resolved to nothing."""
    sources_read: tuple[FileSource, ...] = ()
    """The remote files that the rows came from; empty for rows that ship with the definitions."""
    stale: str | None = None
    """Why the rows are not those that the source has today; None where they are, as far as known."""
    personal: tuple[PersonalFound, ...] = ()
    """Personal data that was found, with what was decided about it."""
    harvested: tuple[str, ...] = ()
    """Tables of other portals that came along, as files of the release."""


class Manifest(Frozen):
    """Counts, checksums and checks of one release."""

    id: str
    created: datetime
    inputs: str
    """Hash of the definitions, rows and code that made the release."""
    datasets: dict[str, DatasetEntry]
    files: dict[str, FileEntry]
    absent: dict[str, str] = {}
    """Datasets of the definitions whose source was never had, with the reason."""


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Release:
    """An open release. Queries are thread-safe: each thread gets its own cursor."""

    def __init__(self, path: Path) -> None:
        """Raises CorruptReleaseError when the folder lacks what a release must have."""
        self.path = path
        try:
            self.manifest = Manifest.model_validate_json((path / MANIFEST).read_bytes())
            self.catalogue = Catalogue.read(path / DEFINITIONS_FOLDER, of_release=True)
            self._connection = duckdb.connect(
                str(path / DATABASE),
                read_only=True,
                config={
                    "threads": "1",
                    "autoload_known_extensions": "false",
                    "autoinstall_known_extensions": "false",
                    "allow_community_extensions": "false",
                },
            )
        except (OSError, ValueError, DefinitionError, duckdb.Error) as error:
            raise CorruptReleaseError(f"{path}: cannot be opened: {error}") from error
        self._local = threading.local()
        self._kept: dict[tuple[str, ...], Any] = {}
        self._making = threading.RLock()
        self._cursors: list[duckdb.DuckDBPyConnection] = []

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def cursor(self) -> duckdb.DuckDBPyConnection:
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
            self._cursors.append(cursor)
        return cursor

    def rows(
        self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()
    ) -> list[tuple[Any, ...]]:
        return self.cursor.execute(sql, parameters).fetchall()

    def has(self, *tables: str) -> bool:
        """Whether it has tables: another catalogue, or a release of before, may lack them."""
        known = self.kept(
            ("tables",),
            lambda: frozenset(
                name for (name,) in self.rows("SELECT table_name FROM duckdb_tables()")
            ),
        )
        return known.issuperset(tables)

    def kept(self, key: tuple[str, ...], make: Callable[[], _Kept]) -> _Kept:
        """What `make` returns, made once: a release never changes. For small things only."""
        found: _Kept | None = self._kept.get(key)
        if found is not None:
            return found
        # Many first visitors must not each make it; what is being made may ask for other such things.
        with self._making:
            if key not in self._kept:
                self._kept[key] = make()
            made: _Kept = self._kept[key]
            return made

    def file(self, name: str) -> tuple[Path, FileEntry]:
        """A download file by its name. Raises KeyError when the release has none such."""
        relative = f"{FILES_FOLDER}/{name}"
        return self.path / relative, self.manifest.files[relative]

    def quality(self, slug: str) -> QualityReport | None:
        """The quality report of a dataset; None in releases made before there were any."""
        path = self.path / QUALITY_FOLDER / f"{slug}.json"
        return QualityReport.model_validate_json(path.read_bytes()) if path.is_file() else None

    def verify(self) -> None:
        """Read every file and compare checksums. Raises CorruptReleaseError naming the file."""
        for name, entry in self.manifest.files.items():
            path = self.path / name
            if not path.is_file():
                raise CorruptReleaseError(f"{path}: missing")
            if path.stat().st_size != entry.bytes or sha256(path) != entry.sha256:
                raise CorruptReleaseError(f"{path}: differs from the manifest")

    def close(self) -> None:
        for cursor in self._cursors:
            cursor.close()
        self._connection.close()


class ReleaseStore:
    """Serves the current release and follows the pointer when a new one is published."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.problem: str | None = None
        """Why the release the pointer names is not the one served; None when it is."""
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._open: Release | None = None
        self._users: dict[int, int] = {}

    @contextmanager
    def acquire(self) -> Iterator[Release]:
        """The current release, kept open while in use. Raises NoReleaseError before the first one."""
        with self._lock:
            release = self._follow_pointer()
            self._users[id(release)] = self._users.get(id(release), 0) + 1
        try:
            yield release
        finally:
            with self._lock:
                self._users[id(release)] -= 1
                self._close_if_idle(release)

    def close(self) -> None:
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None
                self._seen = None

    def _follow_pointer(self) -> Release:
        try:
            stat = os.stat(self.var / CURRENT)
        except FileNotFoundError:
            raise NoReleaseError(f"{self.var}: nothing published yet; run `make ingest`") from None
        seen = (stat.st_ino, stat.st_mtime_ns)
        if seen != self._seen:
            self._switch()
            self._seen = seen
        if self._open is None:
            raise NoReleaseError(self.problem or f"{self.var}: no release could be opened")
        return self._open

    def _switch(self) -> None:
        former = self._open
        try:
            release = Release(self.var / RELEASES / current_id(self.var))
        except CorruptReleaseError as error:
            self.problem = str(error)
            log.error("kept serving the former release: %s", error)
            return
        self.problem = None
        self._open = release
        if former is not None:
            self._close_if_idle(former)

    def _close_if_idle(self, release: Release) -> None:
        if release is not self._open and not self._users.get(id(release)):
            self._users.pop(id(release), None)
            release.close()


def current_id(var: Path) -> str:
    """Raises NoReleaseError when nothing was published."""
    try:
        return (var / CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise NoReleaseError(f"{var}: nothing published yet; run `make ingest`") from None


def release_ids(var: Path) -> list[str]:
    """Ids of the releases that are there, oldest first."""
    folder = var / RELEASES
    if not folder.is_dir():
        return []
    # A hidden folder is one that is being written, or that a killed ingest left behind.
    return sorted(
        path.name
        for path in folder.iterdir()
        if not path.name.startswith(".") and (path / MANIFEST).is_file()
    )
