"""What a column held in former releases, over made-up trees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_ingest.__main__ import main as ingest

FIRST = date(2026, 1, 1)
"""The `modified` of the made-up definitions."""


def _published(made_up: Path, var: Path) -> Release:
    assert ingest(["--definitions", str(made_up), "--var", str(var), "publish"]) == 0
    return Release(var / RELEASES / current_id(var))


def test_values_and_rows_keep_the_day_they_changed(
    made_up: Path, tmp_path: Path, change: Callable[[str, str, str], Catalogue]
) -> None:
    change("trees/dataset.toml", 'codes = "tree_kind"', 'codes = "tree_kind"\nhistory = true')
    var = tmp_path / "var"
    first = _published(made_up, var)
    rows = "SELECT id, value, since FROM _history WHERE field = 'kind' ORDER BY id, since"
    assert first.rows(rows) == [("t1", "thông", FIRST), ("t2", "sồi", FIRST)]
    # Datasets that ask for no history have none.
    assert first.rows("SELECT DISTINCT dataset FROM _history") == [("trees",)]
    first.close()
    change("trees/data.csv", "t1,Cây Một,p1,thông", "t1,Cây Một,p1,sồi")
    change("trees/data.csv", "t2,Cây Hai,p1", "t2,Cây Hai khác,p1")
    second = _published(made_up, var)
    today = datetime.now(UTC).date()
    assert second.rows(rows) == [
        ("t1", "thông", FIRST),
        ("t1", "sồi", today),
        ("t2", "sồi", FIRST),
    ]
    changed = "SELECT id, max(since) FROM _history WHERE field = '' GROUP BY id ORDER BY id"
    assert second.rows(changed) == [("t1", today), ("t2", today), ("t3", FIRST)]
    second.close()
    # Nothing changed: nothing is added.
    third = _published(made_up, var)
    assert third.rows("SELECT count(*) FROM _history") == [(3 + 5,)]
    third.close()
