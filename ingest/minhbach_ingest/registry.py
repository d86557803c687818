"""Which loader reads which kind of source."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import duckdb

from minhbach_datasets.errors import DefinitionError
from minhbach_datasets.model import Dataset
from minhbach_ingest.loaders import table

STAGE = "stage"
"""The table a loader fills: `_row` as counted in the source, then every source field as text."""


class Loader(Protocol):
    """Reads one source."""

    def __call__(
        self, connection: duckdb.DuckDBPyConnection, dataset: Dataset, path: Path, stage: str
    ) -> None:
        """Create the stage table from the file.

        Raises SourceError, naming file and place, for a file that is not what it should be.
        """
        ...


_LOADERS: dict[str, Loader] = {"table": table.load}


def loader(dataset: Dataset) -> Loader:
    """Raises DefinitionError for a loader nobody wrote."""
    try:
        return _LOADERS[dataset.source.loader]
    except KeyError:
        raise DefinitionError(
            f"{dataset.slug}: no loader {dataset.source.loader!r}; known: {', '.join(_LOADERS)}"
        ) from None
