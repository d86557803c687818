"""One file checked as if it were the source of a dataset, without publishing anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import DefinitionError, FetchError, SourceError
from minhbach_datasets.model import Dataset
from minhbach_datasets.places import PLACE_DATASETS
from minhbach_ingest.build import load_contents, load_datasets
from minhbach_ingest.check import LoadReport
from minhbach_ingest.readers.detect import kind_of
from minhbach_ingest.reading import file_bytes
from minhbach_ingest.sources import Contents, SourceContent, Sources


def check_file(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    sources: Sources,
    slug: str,
    path: Path | None,
    progress: Callable[[str], None],
) -> LoadReport:
    """Load what a dataset refers to, then the dataset from the file, or from its source where None.

    Raises DefinitionError for an unknown slug.
    """
    if slug not in catalogue:
        raise DefinitionError(f"no dataset {slug!r}; there are: {', '.join(catalogue)}")
    dataset = catalogue[slug]
    needed = _referred_to(catalogue, dataset) - {slug}
    others = load_datasets(connection, catalogue, sources, progress, needed)
    failed = [report.slug for report in others if report.failed or report.absent]
    progress(slug)
    try:
        if path is None:
            contents = sources.contents(dataset)
        else:
            content, dataset = _as_source(dataset, path)
            contents = Contents((content,))
    except (SourceError, FetchError) as error:
        report = LoadReport(slug)
        report.source_problem(str(error))
        return report
    return load_contents(connection, dataset, catalogue, contents, failed)


def _as_source(dataset: Dataset, path: Path) -> tuple[SourceContent, Dataset]:
    """The file in the place of the dataset's own; another kind of file than its loader reads is tidied."""
    source = dataset.source
    file = next((each for each in source.all_files if Path(each.name).name == path.name), None)
    if file is None and source.all_files:
        file = source.all_files[0].model_copy(update={"name": path.name, "sha256": None})
    if source.loader == "table" and not _is_plain_csv(path, dataset):
        changed = source.model_copy(update={"loader": "layout"})
        dataset = dataset.model_copy(update={"source": changed})
    return SourceContent(path, str(path), file), dataset


def _is_plain_csv(path: Path, dataset: Dataset) -> bool:
    """Whether the table loader can read the file: its header has every column by name."""
    data = file_bytes(path)
    if kind_of(data, str(path)) != "text":
        return False
    first = data.split(b"\n", 1)[0].decode("utf-8-sig", "replace").strip().split(",")
    return {field.name for field in dataset.source_fields} <= set(first)


def _referred_to(catalogue: Catalogue, dataset: Dataset) -> set[str]:
    """The dataset and all it refers to or reads, however far."""
    found: set[str] = set()
    waiting = [dataset.slug]
    while waiting:
        slug = waiting.pop()
        if slug in found or slug not in catalogue:
            continue
        found.add(slug)
        fields = catalogue[slug].fields
        waiting += [field.references for field in fields if field.references]
        waiting += catalogue[slug].source.reads
        if any(field.derived_from for field in fields):
            waiting += PLACE_DATASETS
    return found
