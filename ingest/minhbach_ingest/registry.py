"""Which loader reads which kind of source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import DefinitionError
from minhbach_datasets.model import Dataset
from minhbach_ingest.check import LoadReport
from minhbach_ingest.loaders import ckan, layout, query, table
from minhbach_ingest.sources import SourceContent


class Loader(Protocol):
    """Reads one source."""

    def __call__(
        self,
        connection: duckdb.DuckDBPyConnection,
        dataset: Dataset,
        catalogue: Catalogue,
        contents: Iterable[SourceContent],
        stage: str,
        report: LoadReport,
    ) -> None:
        """Create the stage (see there) from the files, and tell the report what was read.

        Datasets that the fields refer to are loaded already. Raises SourceError, naming file and place,
        for a file that is not what it should be.
        """
        ...


_LOADERS: dict[str, Loader] = {
    "table": table.load,
    "layout": layout.load,
    "ckan": ckan.load,
    "query": query.load,
}


def loader(dataset: Dataset) -> Loader:
    """Raises DefinitionError for a loader nobody wrote."""
    try:
        return _LOADERS[dataset.source.loader]
    except KeyError:
        raise DefinitionError(
            f"{dataset.slug}: no loader {dataset.source.loader!r}; known: {', '.join(_LOADERS)}"
        ) from None
