from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from minhbach_datasets.errors import IngestLockedError
from minhbach_datasets.release import RELEASES, Release, current_id, release_ids
from minhbach_ingest.__main__ import main as ingest
from minhbach_ingest.publish import KEPT_RELEASES, ingest_lock

KILLS = 30


def _publish(var: Path, definitions: Path) -> None:
    assert ingest(["--var", str(var), "--definitions", str(definitions), "publish"]) == 0


def test_killed_at_any_moment_the_former_or_the_new_release_is_whole(
    made_up: Path, tmp_path: Path
) -> None:
    """kill -9 at random moments of a real publishing process, most of them near its end."""
    var = tmp_path / "var"
    _publish(var, made_up)
    command = [sys.executable, "-m", "minhbach_ingest", "--var", str(var)]
    command += ["--definitions", str(made_up), "publish"]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    whole = time.perf_counter() - started
    chance = random.Random(20261124)
    finished = killed = 0
    for _ in range(KILLS):
        before = current_id(var)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * chance.triangular(0.1, 1.1, 0.9))
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            finished += 1
        else:
            killed += 1
        now = current_id(var)
        assert now == before or now in release_ids(var)
        release = Release(var / RELEASES / now)
        release.verify()
        assert release.rows("SELECT count(*) FROM trees") == [(3,)]
        release.close()
    assert killed > KILLS // 3, (finished, killed)
    # Whatever the last kill left behind, the next ingest works and clears away.
    _publish(var, made_up)
    names = {path.name for path in (var / RELEASES).iterdir()}
    assert not [name for name in names if name.startswith(".partial")]


def test_second_ingest_is_refused_with_who_holds_the_lock(tmp_path: Path) -> None:
    with (
        ingest_lock(tmp_path),
        pytest.raises(IngestLockedError, match=f"process {os.getpid()}"),
        ingest_lock(tmp_path),
    ):
        pass
    with ingest_lock(tmp_path):
        pass


def test_if_changed_publishes_only_when_something_changed(
    made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    var = tmp_path / "var"
    arguments = ["--var", str(var), "--definitions", str(made_up), "publish", "--if-changed"]
    assert ingest(arguments) == 0
    first = current_id(var)
    assert ingest(arguments) == 0
    assert current_id(var) == first
    assert "up to date" in capsys.readouterr().out
    path = made_up / "parks" / "data.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("20", "21"), encoding="utf-8")
    assert ingest(arguments) == 0
    assert current_id(var) != first


def test_rollback_and_its_limits(
    made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    var = tmp_path / "var"
    _publish(var, made_up)
    first = current_id(var)
    assert ingest(["--var", str(var), "rollback"]) == 1
    assert "no release before the current one" in capsys.readouterr().err
    time.sleep(1.1)  # ids carry the second of their making
    _publish(var, made_up)
    second = current_id(var)
    assert ingest(["--var", str(var), "rollback"]) == 0
    assert current_id(var) == first
    assert ingest(["--var", str(var), "rollback", second]) == 0
    assert current_id(var) == second
    assert ingest(["--var", str(var), "rollback", "nope"]) == 1
    assert ingest(["--var", str(var), "list"]) == 0
    assert f"* {second}" in capsys.readouterr().out
    assert ingest(["--var", str(var), "verify"]) == 0
    # What was damaged meanwhile is not served again.
    (var / RELEASES / first / "files" / "parks.csv").write_text("bịa", encoding="utf-8")
    assert ingest(["--var", str(var), "rollback"]) == 1
    assert "parks.csv" in capsys.readouterr().err
    assert current_id(var) == second


def test_old_releases_are_removed(made_up: Path, tmp_path: Path) -> None:
    var = tmp_path / "var"
    for _ in range(KEPT_RELEASES + 2):
        _publish(var, made_up)
    assert len(release_ids(var)) <= KEPT_RELEASES + 1
    assert current_id(var) in release_ids(var)


def test_full_disk_leaves_the_former_release(
    made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    var = tmp_path / "var"
    _publish(var, made_up)
    before = current_id(var)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("minhbach_ingest.build.write_index", full)
    with pytest.raises(OSError, match="No space left"):
        ingest(["--var", str(var), "--definitions", str(made_up), "publish"])
    assert current_id(var) == before
    assert [path.name for path in (var / RELEASES).iterdir()] == [before]
