from __future__ import annotations

import threading
from pathlib import Path

import pytest

from minhbach_datasets.errors import CorruptReleaseError, NoReleaseError
from minhbach_datasets.release import (
    CURRENT,
    RELEASES,
    Release,
    ReleaseStore,
    current_id,
    release_ids,
)
from minhbach_ingest.__main__ import main as ingest


@pytest.fixture
def published(made_up: Path, tmp_path: Path) -> Path:
    var = tmp_path / "var"
    assert ingest(["--var", str(var), "--definitions", str(made_up), "publish"]) == 0
    return var


def _publish_again(published: Path, made_up: Path) -> None:
    assert ingest(["--var", str(published), "--definitions", str(made_up), "publish"]) == 0


def test_no_release_yet(tmp_path: Path) -> None:
    store = ReleaseStore(tmp_path)
    with pytest.raises(NoReleaseError, match="make ingest"), store.acquire():
        pass


def test_follows_a_new_release_and_keeps_the_old_open_while_used(
    published: Path, made_up: Path
) -> None:
    store = ReleaseStore(published)
    with store.acquire() as first:
        _publish_again(published, made_up)
        with store.acquire() as second:
            assert second.id != first.id
            assert second.rows("SELECT count(*) FROM trees") == [(3,)]
        # Still readable, though no longer current.
        assert first.rows("SELECT count(*) FROM trees") == [(3,)]
    store.close()


def test_keeps_serving_when_the_new_release_is_corrupt(published: Path, made_up: Path) -> None:
    store = ReleaseStore(published)
    with store.acquire() as first:
        served = first.id
    _publish_again(published, made_up)
    broken = published / RELEASES / current_id(published)
    (broken / "manifest.json").write_text("{", encoding="utf-8")
    with store.acquire() as release:
        assert release.id == served
    assert store.problem is not None
    assert str(broken) in store.problem
    store.close()


def test_verify_finds_a_flipped_bit(published: Path) -> None:
    release = Release(published / RELEASES / current_id(published))
    release.verify()
    path = release.path / "files" / "trees.csv"
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptReleaseError, match=r"trees\.csv: differs"):
        release.verify()
    path.unlink()
    with pytest.raises(CorruptReleaseError, match=r"trees\.csv: missing"):
        release.verify()
    release.close()


def test_readers_never_see_a_mixture(published: Path, made_up: Path) -> None:
    """Four threads read while releases are published; each answer is of one release."""
    store = ReleaseStore(published)
    stop = threading.Event()
    failures: list[BaseException] = []
    reads = 0

    def read() -> None:
        nonlocal reads
        while not stop.is_set():
            try:
                with store.acquire() as release:
                    (count,) = release.rows("SELECT count(*) FROM trees")[0]
                    assert count == release.manifest.datasets["trees"].rows
                    reads += 1
            except BaseException as error:  # noqa: BLE001
                failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        _publish_again(published, made_up)
    stop.set()
    for thread in threads:
        thread.join()
    store.close()
    assert failures == []
    assert reads > 100


def test_release_ids_leave_partial_folders_out(published: Path) -> None:
    (published / RELEASES / ".partial-x").mkdir()
    (published / RELEASES / "20200101T000000Z-000000").mkdir()
    assert release_ids(published) == [(published / CURRENT).read_text().strip()]
