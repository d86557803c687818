"""Which content the rows of a dataset are read from: files beside the definition, or remote ones.

A remote dataset is read from the newest content that was fetched. Where that does not pass the checks,
the content of the last release that it was part of is read again: `<var>/cache/good/<slug>.json`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import FetchError
from minhbach_datasets.model import Dataset
from minhbach_datasets.release import FileSource, sha256
from minhbach_datasets.source import SourceFile
from minhbach_ingest.ckan.harvest import STATE, Harvest, read_state
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


class _Good(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    files: tuple[FileSource, ...]


class Sources:
    """Finds contents; fetches where the fetcher may."""

    def __init__(self, catalogue: Catalogue, var: Path, fetcher: Fetcher) -> None:
        self._catalogue = catalogue
        self._var = var
        self._good = var / "cache" / "good"
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

    def last_good(self, dataset: Dataset, newest: Contents) -> Contents | None:
        """The content of the last release the dataset was part of; None where it is the newest."""
        try:
            good = _Good.model_validate_json((self._good / f"{dataset.slug}.json").read_bytes())
        except (OSError, ValueError):
            return None
        former = {each.url: each for each in good.files}
        files = []
        for each in newest.files:
            if each.source is None or each.source.url not in former:
                return None
            before = former[each.source.url]
            path = self._fetcher.blob(before.sha256)
            if not path.is_file():
                return None
            files.append(replace(each, path=path, source=before))
        contents = Contents(tuple(files))
        return contents if contents.read != newest.read else None

    def remember_good(self, read: Iterable[tuple[str, tuple[FileSource, ...]]]) -> None:
        """Note what a published release was read from: (slug, its files)."""
        self._good.mkdir(parents=True, exist_ok=True)
        for slug, files in read:
            if files:
                text = _Good(files=files).model_dump_json(indent=1)
                partial = self._good / f".{slug}.json"
                partial.write_text(text, encoding="utf-8")
                partial.replace(self._good / f"{slug}.json")

    def harvest_folder(self, dataset: Dataset) -> Path:
        """Where the state and the tables of a CKAN source are kept."""
        return self._var / "harvest" / dataset.slug

    def _harvest(self, dataset: Dataset, progress: Callable[[str], None]) -> None:
        """Raises FetchError."""
        source = dataset.source
        assert source.portal is not None
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

    def fingerprint(self) -> str:
        """The addresses and contents that all remote datasets would be read from now."""
        parts = []
        for dataset in self._catalogue.values():
            if dataset.source.base is not None:
                for file in dataset.source.all_files:
                    known = self._fetcher.cached(dataset.source.url(file))
                    parts.append(f"{dataset.slug} {file.name} {known.sha256 if known else ''}")
            if dataset.source.portal is not None:
                state = self.harvest_folder(dataset) / STATE
                parts.append(f"{dataset.slug} {sha256(state) if state.is_file() else ''}")
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
