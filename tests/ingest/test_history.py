"""What a column held in former releases, over made-up trees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_ingest.__main__ import main as ingest

FIRST = date(2026, 1, 1)
"""The `modified` of the made-up definitions."""
_VALUES = "SELECT value FROM _history WHERE field = 'kind' AND id = ? ORDER BY number"
_CHANGED = "SELECT id FROM _history WHERE field = '' ORDER BY number, id"


@pytest.fixture
def published(made_up: Path, tmp_path: Path) -> Callable[[], Release]:
    """Publish the made-up definitions as they are now; the release stays open for the test."""

    def publish() -> Release:
        var = tmp_path / "var"
        assert ingest(["--definitions", str(made_up), "--var", str(var), "publish"]) == 0
        return Release(var / RELEASES / current_id(var))

    return publish


@pytest.fixture
def kinds_kept(change: Callable[[str, str, str], Catalogue]) -> None:
    change("trees/dataset.toml", 'codes = "tree_kind"', 'codes = "tree_kind"\nhistory = true')


@pytest.mark.usefixtures("kinds_kept")
def test_values_come_back_within_a_day_and_nothing_is_said_twice(
    published: Callable[[], Release], change: Callable[[str, str, str], Catalogue]
) -> None:
    first = published()
    assert first.rows("SELECT DISTINCT since FROM _history") == [(FIRST,)]
    assert first.rows("SELECT DISTINCT dataset FROM _history") == [("trees",)]
    assert first.rows(_CHANGED) == []
    first.close()
    pine, oak, none = (f"t1,Cây Một,p1,{kind}," for kind in ("thông", "sồi", ""))
    for old, new in ((pine, oak), (oak, pine), (pine, none)):
        change("trees/data.csv", old, new)
        published().close()
    published().close()
    last = published()
    assert last.rows(_VALUES, ["t1"]) == [("thông",), ("sồi",), ("thông",), (None,)]
    assert last.rows(_VALUES, ["t2"]) == [("sồi",)]
    # A blank that was always one is no value that was taken away.
    assert last.rows(_VALUES, ["t3"]) == []
    assert last.rows(_CHANGED) == [("t1",)] * 3
    last.close()


@pytest.mark.usefixtures("kinds_kept")
def test_a_new_column_changes_no_record_and_a_new_record_is_one(
    published: Callable[[], Release],
    change: Callable[[str, str, str], Catalogue],
    made_up: Path,
) -> None:
    published().close()
    path = made_up / "trees/data.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    widened = [f"{header},height", *(f"{row}," for row in rows)]
    path.write_text("\n".join(widened) + "\n", encoding="utf-8")
    field = '[[fields]]\nname = "height"\ntype = "number"\ntitle = { vi = "Cao", en = "Height" }\n'
    definition = made_up / "trees/dataset.toml"
    definition.write_text(definition.read_text(encoding="utf-8") + field, encoding="utf-8")
    same = published()
    assert same.rows(_CHANGED) == []
    same.close()
    with path.open("a", encoding="utf-8") as file:
        file.write("t4,Cây Bốn,p1,thông,,,https://example.org/4,yes,3\n")
    more = published()
    assert more.rows(_CHANGED) == [("t4",)]
    # Datasets without such a column keep the day their records changed as well.
    more.close()
    change("parks/data.csv", "Công viên Hai", "Công viên Hai mới")
    parks = published()
    assert parks.rows("SELECT dataset, id FROM _history WHERE dataset = 'parks'") == [
        ("parks", "p2")
    ]
    parks.close()
