"""Columns that ingest derives: places named in a text, as codes of the place datasets."""

from __future__ import annotations

import duckdb

from minhbach_datasets.errors import DefinitionError
from minhbach_datasets.model import Dataset
from minhbach_datasets.places import Gazetteer
from minhbach_datasets.schema import quoted

_PLACE_DATASETS = ("communes", "old_districts")


def gazetteer(connection: duckdb.DuckDBPyConnection) -> Gazetteer:
    """Build it from the place datasets, which must be loaded."""

    def rows(sql: str) -> list[tuple[str, ...]]:
        return connection.execute(sql).fetchall()

    return Gazetteer(
        communes=rows("SELECT code, kind, name FROM communes"),  # type: ignore[arg-type]
        old_districts=rows("SELECT code, name FROM old_districts"),  # type: ignore[arg-type]
        old_communes=rows("SELECT code, kind, name, old_district FROM old_communes"),  # type: ignore[arg-type]
        changes=rows("SELECT old_commune, commune FROM commune_changes"),  # type: ignore[arg-type]
    )


def fill_derived(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> dict[str, int]:
    """Fill the derived columns of a loaded table.

    Returns, for each source column, how many distinct non-empty texts resolved to no place.
    """
    derived = [field for field in dataset.fields if field.derived_from is not None]
    if not derived:
        return {}
    for field in derived:
        if field.references not in _PLACE_DATASETS or field.type != "list":
            raise DefinitionError(
                f"{dataset.slug}: field {field.name} is derived, so it must be a list that refers "
                f"to one of {', '.join(_PLACE_DATASETS)}"
            )
    places = gazetteer(connection)
    unresolved: dict[str, int] = {}
    for source in dict.fromkeys(field.derived_from for field in derived):
        assert source is not None
        texts = connection.execute(
            f"SELECT DISTINCT {quoted(source)} FROM {quoted(dataset.slug)} "
            f"WHERE {quoted(source)} IS NOT NULL"
        ).fetchall()
        resolved = {text: places.resolve(text) for (text,) in texts}
        unresolved[source] = sum(not (p.communes or p.old_districts) for p in resolved.values())
        for field in derived:
            if field.derived_from != source:
                continue
            for text, found in resolved.items():
                codes = found.communes if field.references == "communes" else found.old_districts
                if codes:
                    connection.execute(
                        f"UPDATE {quoted(dataset.slug)} SET {quoted(field.name)} = ? "
                        f"WHERE {quoted(source)} = ?",
                        [list(codes), text],
                    )
    return {source: count for source, count in unresolved.items() if count}
