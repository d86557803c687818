"""The catalogue of another portal, as its last harvest left it: a row for each resource."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import DefinitionError
from minhbach_datasets.model import Dataset
from minhbach_datasets.schema import LIST_SEPARATOR
from minhbach_ingest.check import LoadReport
from minhbach_ingest.ckan.harvest import Entry, LoadedResource, read_state
from minhbach_ingest.ckan.package import RemoteResource
from minhbach_ingest.loaders.layout import stage_rows
from minhbach_ingest.sources import SourceContent
from minhbach_ingest.tidy import StagedRow

_MAX_PROBLEM = 300


def load(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    catalogue: Catalogue,
    contents: Iterable[SourceContent],
    stage: str,
    report: LoadReport,
) -> None:
    """See Loader. Raises DefinitionError for a field that no harvest fills."""
    (content,) = contents
    state = read_state(content.path.parent)
    staged: list[tuple[str, StagedRow]] = []
    for entry in state.entries.values():
        for resource in entry.package.resources or (None,):
            values = _values(entry, resource, state.portal)
            if unknown := {f.name for f in dataset.source_fields} - values.keys():
                raise DefinitionError(
                    f"{dataset.slug}: a harvest fills no field {min(unknown)!r}; it fills: "
                    f"{', '.join(values)}"
                )
            staged.append((content.where, StagedRow(None, len(staged) + 1, values)))
    stage_rows(connection, dataset, staged, stage)


def _values(entry: Entry, resource: RemoteResource | None, portal: str) -> dict[str, str | None]:
    package = entry.package
    loaded = entry.loaded.get(resource.id, LoadedResource()) if resource else LoadedResource()
    return {
        "entry_id": entry.id,
        "package_id": package.id,
        "name": package.name,
        "former_names": LIST_SEPARATOR.join(entry.former_names) or None,
        "title": package.title or package.name,
        "notes": package.notes,
        "organization": package.organization,
        "licence": package.licence,
        "tags": LIST_SEPARATOR.join(tag.replace(LIST_SEPARATOR, ",") for tag in package.tags)
        or None,
        "standing": entry.standing,
        "standing_since": entry.since.date().isoformat(),
        "modified": package.modified[:10] if package.modified else None,
        "resource_id": resource.id if resource else None,
        "resource_title": resource.title if resource else None,
        "format": resource.format if resource else None,
        "resource_url": resource.url if resource else None,
        "table_files": LIST_SEPARATOR.join(table.file for table in loaded.tables) or None,
        "table_rows": str(sum(table.rows for table in loaded.tables)) if loaded.tables else None,
        "problem": loaded.problem[:_MAX_PROBLEM] if loaded.problem else None,
        "source_url": f"{portal}/dataset/{package.name}",
        "verified": "yes",
    }
