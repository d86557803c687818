"""Which content the rows of a dataset are read from: files beside the definition, or remote ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import FetchError
from minhbach_datasets.model import Dataset
from minhbach_datasets.release import FileSource, sha256
from minhbach_datasets.source import SourceFile
from minhbach_ingest.ckan.harvest import STATE, Harvest, read_state, state_fingerprint
from minhbach_ingest.ckan.portal import Portal
from minhbach_ingest.fetch import Fetcher


@dataclass(frozen=True, slots=True)
class SourceContent:
    """One file of a source, where it lies, and what messages call it."""

    path: Path
    where: str
    file: SourceFile | None = None
    """What the definition says of it; None for a file beside the definition, or one given by hand."""
    source: FileSource | None = None
    """Where it came from; None likewise."""


@dataclass(frozen=True, slots=True)
class Contents:
    """All files of a source."""

    files: tuple[SourceContent, ...]
    stale: str | None = None
    """Why they may not be the newest."""

    @property
    def read(self) -> tuple[FileSource, ...]:
        return tuple(each.source for each in self.files if each.source is not None)


class Sources:
    """Finds contents; fetches where the fetcher may."""

    def __init__(self, catalogue: Catalogue, var: Path, fetcher: Fetcher) -> None:
        self._catalogue = catalogue
        self._var = var
        self._fetcher = fetcher

    def contents(self, dataset: Dataset) -> Contents:
        """The newest content of every file. Raises FetchError where one was never had."""
        source = dataset.source
        if source.file is not None:
            path = self._catalogue.folder / dataset.slug / source.file
            return Contents((SourceContent(path, str(path)),))
        if source.portal is not None:
            state = read_state(self.harvest_folder(dataset))
            path = self.harvest_folder(dataset) / STATE
            stale = None if state.run is None else "the last harvest was not finished"
            return Contents((SourceContent(path, source.portal),), stale)
        found, stale = [], None
        for file in source.all_files:
            fetched = self._fetcher.get(source.url(file), file.sha256)
            known = fetched.known
            stale = stale or fetched.problem
            read = FileSource(
                url=known.url, sha256=known.sha256, fetched=known.fetched, checked=known.checked
            )
            found.append(SourceContent(fetched.path, file.name, file, read))
        return Contents(tuple(found), stale)

    def harvest_folder(self, dataset: Dataset) -> Path:
        """Where the state and the tables of a CKAN source are kept."""
        return self._var / "harvest" / dataset.slug

    def _harvest(self, dataset: Dataset, progress: Callable[[str], None]) -> None:
        """Raises FetchError."""
        source = dataset.source
        assert source.portal is not None
        if self._fetcher.mirrored:
            raise FetchError(
                f"{source.portal}: a mirror stands for the network; it is not harvested"
            )
        query = source.query or ""
        if source.organization is not None:
            query = f'{query} organization:"{source.organization}"'.strip()
        Harvest(
            Portal(source.portal),
            query,
            self.harvest_folder(dataset),
            self._fetcher.for_others(source.portal),
            lambda step: progress(f"{dataset.slug}: {step}"),
        ).run()
        skipped = read_state(self.harvest_folder(dataset)).skipped
        if skipped:
            raise FetchError(f"{len(skipped)} packages left out, the first: {skipped[0]}")

    def fingerprint(self) -> str:
        """The contents that every dataset would be read from now, and which of them are not the newest."""
        parts = []
        for dataset in self._catalogue.values():
            parts.append(dataset.slug)
            if dataset.source.portal is not None:
                folder = self.harvest_folder(dataset)
                parts.append(state_fingerprint(folder) if (folder / STATE).is_file() else "")
                continue
            try:
                contents = self.contents(dataset)
            except FetchError:
                parts.append("absent")
                continue
            parts += [sha256(each.path) for each in contents.files if each.path.is_file()]
            parts.append("stale" if contents.stale else "")
        return "\n".join(parts)

    def fetch_all(self, progress: Callable[[str], None]) -> dict[str, str]:
        """Fetch every file of every remote dataset; returns what went wrong, by dataset."""
        problems: dict[str, str] = {}
        for dataset in self._catalogue.values():
            if not dataset.source.remote:
                continue
            progress(f"fetching {dataset.slug}")
            try:
                if dataset.source.portal is not None:
                    self._harvest(dataset, progress)
                contents = self.contents(dataset)
            except FetchError as error:
                problems[dataset.slug] = str(error)
                continue
            if contents.stale is not None:
                problems[dataset.slug] = contents.stale
        return problems
