"""Switching to a new release: all or nothing, also when the process is killed at any moment."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from minhbach_datasets.errors import IngestLockedError, NoReleaseError
from minhbach_datasets.release import CURRENT, RELEASES, Release, release_ids

_Filled = TypeVar("_Filled")
_PARTIAL = ".partial-"
KEPT_RELEASES = 5
"""Releases kept for rolling back; older ones are removed after a publication."""


@contextmanager
def ingest_lock(var: Path) -> Iterator[None]:
    """Hold the one ingest lock; the kernel frees it when the process ends, however it ends.

    Raises IngestLockedError naming the process that holds it.
    """
    var.mkdir(parents=True, exist_ok=True)
    with (var / "ingest.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise IngestLockedError(
                f"{var}: another ingest is running (process {holder}); wait for it to end"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def publish(var: Path, fill: Callable[[Path, str], _Filled]) -> _Filled:
    """Let `fill` write a release into a fresh folder, verify it, and make it the current one.

    Whatever goes wrong before the last step leaves the former release as it was.
    """
    releases = var / RELEASES
    releases.mkdir(parents=True, exist_ok=True)
    _remove_partial(releases)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    release_id = f"{stamp}-{secrets.token_hex(3)}"
    partial = releases / f"{_PARTIAL}{release_id}"
    partial.mkdir()
    try:
        filled = fill(partial, release_id)
        for path in partial.rglob("*"):
            _sync(path)
        _sync(partial)
        built = Release(partial)
        built.verify()
        built.close()
        partial.rename(releases / release_id)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _sync(releases)
    point_to(var, release_id)
    _remove_old(var, release_id)
    return filled


def point_to(var: Path, release_id: str) -> None:
    """Make a release the current one by replacing the pointer file in one step.

    Raises NoReleaseError when there is no such release.
    """
    if release_id not in release_ids(var):
        known = ", ".join(release_ids(var)) or "none"
        raise NoReleaseError(f"{var}: no release {release_id}; there are: {known}")
    fresh = var / f".{CURRENT}.tmp"
    with fresh.open("w", encoding="ascii") as file:
        file.write(release_id + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(var / CURRENT)
    _sync(var)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_partial(releases: Path) -> None:
    """What a killed ingest left; safe under the lock, since only its holder writes such folders."""
    for path in releases.glob(f"{_PARTIAL}*"):
        shutil.rmtree(path, ignore_errors=True)


def _remove_old(var: Path, current: str) -> None:
    for release_id in release_ids(var)[:-KEPT_RELEASES]:
        if release_id != current:
            shutil.rmtree(var / RELEASES / release_id, ignore_errors=True)
