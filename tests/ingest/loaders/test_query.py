"""Datasets made of others by a SELECT, over made-up trees and parks."""

from __future__ import annotations

from pathlib import Path

import pytest

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import DefinitionError
from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_ingest.__main__ import main as ingest
from minhbach_search.documents import documents

_SQL = "SELECT park AS id, string_agg(name, ', ') AS name, list(id) AS trees, any_value(source_url) AS source_url, 'yes' AS verified FROM trees WHERE park IS NOT NULL GROUP BY park"


def _planted(made_up: Path, sql: str, reads: str = '["trees"]') -> Catalogue:
    """A made-up dataset of what stands in each park."""
    folder = made_up / "planted"
    folder.mkdir()
    text = (made_up / "parks/dataset.toml").read_text(encoding="utf-8")
    text = text.replace(
        'source = { loader = "table", file = "data.csv" }',
        f'source = {{ loader = "query", file = "rows.sql", reads = {reads} }}',
    ).replace('name = "area"\ntype = "number"', 'name = "trees"\ntype = "list"')
    text = text.replace('unit = "ha"\nminimum = 0', 'references = "trees"')
    (folder / "dataset.toml").write_text(text, encoding="utf-8")
    (folder / "rows.sql").write_text(sql, encoding="utf-8")
    return Catalogue.read(made_up)


def _publish(made_up: Path, var: Path) -> int:
    return ingest(["--definitions", str(made_up), "--var", str(var), "publish"])


def test_rows_are_those_of_the_select_and_lists_stay_lists(made_up: Path, tmp_path: Path) -> None:
    _planted(made_up, _SQL)
    assert _publish(made_up, tmp_path / "var") == 0
    release = Release(tmp_path / "var" / RELEASES / current_id(tmp_path / "var"))
    assert release.rows("SELECT id, len(trees) FROM planted") == [("p1", 2)]
    # It is loaded, listed and downloaded as any other, but is neither linked nor found a second time.
    assert release.manifest.datasets["planted"].rows == 1
    assert release.rows("SELECT count(*) FROM _links WHERE from_dataset = 'planted'") == [(0,)]
    assert release.rows("SELECT count(*) FROM _links WHERE from_dataset = 'trees'") != [(0,)]
    found = documents(release.cursor, release.catalogue)
    assert {document.kind for document in found} >= {"trees", "datasets"}
    assert "planted" not in {
        document.kind for document in documents(release.cursor, release.catalogue)
    }
    release.close()


@pytest.mark.parametrize("end", [";\n", " -- a comment"])
def test_it_may_end_as_statements_do_and_is_checked_alone(
    made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    _planted(made_up, _SQL + end)
    options = ["--definitions", str(made_up), "--var", str(tmp_path / "var")]
    assert ingest([*options, "check", "--dataset", "planted"]) == 0
    assert "planted" in capsys.readouterr().out


def test_what_it_reads_being_wrong_is_told_once(
    made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _planted(made_up, _SQL)
    path = made_up / "trees/data.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("t1,", "t2,", 1), encoding="utf-8")
    assert _publish(made_up, tmp_path / "var") == 1
    error = capsys.readouterr().err
    assert "trees/data.csv" in error
    assert "rows.sql" not in error


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT nothing FROM trees", "nothing"),
        (_SQL.replace("'yes' AS verified", "'perhaps' AS verified"), "perhaps"),
        (_SQL.replace("list(id) AS trees", "['t9'] AS trees"), "t9"),
    ],
)
def test_what_is_wrong_with_it_is_told_and_nothing_is_published(
    made_up: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], sql: str, told: str
) -> None:
    _planted(made_up, sql)
    assert _publish(made_up, tmp_path / "var") == 1
    error = capsys.readouterr().err
    assert "rows.sql" in error
    assert told in error
    assert not (tmp_path / "var" / "current").exists()


def test_it_reads_known_datasets_only(made_up: Path) -> None:
    with pytest.raises(DefinitionError, match="reads an unknown dataset 'shrubs'"):
        _planted(made_up, _SQL, '["shrubs"]')
