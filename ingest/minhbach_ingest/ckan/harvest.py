"""Brings over the catalogue of another portal, and its tables through the readers of this one.

A harvest keeps its state in a folder, entry by entry, so that one that was interrupted goes on where it
stopped. An entry keeps its own id whatever happens to the package over there: renames are followed by
the portal's id, and what is deleted there stays here and says so.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from minhbach_datasets.errors import FetchError, SourceError
from minhbach_datasets.frozen import Frozen
from minhbach_datasets.text import slug
from minhbach_ingest.ckan.package import RemotePackage, RemoteResource, read_package
from minhbach_ingest.ckan.portal import NotAllowedError, Portal, RemoteNotFoundError
from minhbach_ingest.fetch import Fetcher
from minhbach_ingest.personal_data import found_in, kind_of_title
from minhbach_ingest.reading import Reading, read_file

STATE = "harvest.json"
TABLES = "tables"
_SAVED_EVERY = 20
"""Packages; so many are taken over again after a kill."""
MAX_TABLES = 20
"""Tables kept of one resource."""
RESUME_WITHIN = timedelta(hours=24)
MOST_GONE = 0.5
"""When more than this share of the entries would be gone, the answer is not believed."""
TABULAR = frozenset({
    "csv", "tsv", "xls", "xlsx", "ods", "json", "geojson", "parquet", "shp", "gpkg", "doc", "docx",
})  # fmt: skip
"""Formats, or endings of addresses, that may hold tables; what is in them is told by their content."""

Standing = Literal["present", "deleted", "withdrawn"]


class LoadedTable(Frozen):
    """A table of a resource, in Unicode, in the folder of tables."""

    file: str
    name: str
    rows: int


class LoadedResource(Frozen):
    """What became of a resource: its tables, or why there are none."""

    tables: tuple[LoadedTable, ...] = ()
    problem: str | None = None
    retry: bool = False
    """The problem may pass: the resource is asked for again by the next harvest."""


class Entry(Frozen):
    """One package, under an id of our own."""

    id: str
    package: RemotePackage
    standing: Standing = "present"
    since: datetime
    """When it got its standing."""
    former_names: tuple[str, ...] = ()
    loaded: dict[str, LoadedResource] = {}
    """By the portal's id of the resource."""


class Run(Frozen):
    """How far a harvest that was not finished had come."""

    started: datetime
    next: int = 0
    seen: tuple[str, ...] = ()


class State(BaseModel):
    """All that is known of the other portal."""

    model_config = ConfigDict(extra="forbid")
    portal: str
    query: str
    finished: datetime | None = None
    run: Run | None = None
    entries: dict[str, Entry] = {}
    """By the portal's id of the package."""
    skipped: tuple[str, ...] = ()
    """Packages that the last harvest could do nothing with, and why."""


def read_state(folder: Path) -> State:
    """Raises FetchError before the first harvest."""
    try:
        return State.model_validate_json((folder / STATE).read_bytes())
    except FileNotFoundError:
        raise FetchError(f"{folder.name}: never harvested; run `minhbach-ingest fetch`") from None


class Harvest:
    """One harvest of one portal into one folder."""

    def __init__(
        self,
        portal: Portal,
        query: str,
        folder: Path,
        fetcher: Fetcher,
        progress: Callable[[str], None],
    ) -> None:
        """query: the filter query (`fq`) that chooses packages; fetcher: for their resources."""
        self._portal = portal
        self._folder = folder
        self._fetcher = fetcher
        self._progress = progress
        try:
            self.state = read_state(folder)
        except FetchError:
            self.state = State(portal=portal.address, query=query)
        self._chosen_anew = (self.state.portal, self.state.query) != (portal.address, query)
        if self._chosen_anew:
            self.state.run = None
            self.state.portal, self.state.query = portal.address, query

    def run(self) -> State:
        """Harvest until the end. Raises FetchError; what was taken over until then is kept."""
        run = self.state.run
        if run is None or _now() - run.started > RESUME_WITHIN:
            run = Run(started=_now())
            self.state.skipped = ()
        seen = list(run.seen)
        place = run.next
        try:
            for place, found in self._portal.packages(self.state.query, run.next):
                try:
                    package = read_package(found, self._portal.address)
                except FetchError as error:
                    self.state.skipped += (str(error),)
                    continue
                self._progress(f"{package.name} ({place + 1})")
                self._take(package)
                seen.append(package.id)
                if len(seen) % _SAVED_EVERY == 0:
                    self._note(run, place + 1, seen)
        except BaseException:
            self._note(run, place if place == run.next else place + 1, seen)
            raise
        self.state.run = None
        self._settle_unseen(set(seen))
        self.state.finished = _now()
        self._remove_unused_tables()
        self._save()
        return self.state

    def _note(self, run: Run, following: int, seen: list[str]) -> None:
        """Keep how far the harvest came."""
        self.state.run = run.model_copy(update={"next": following, "seen": tuple(seen)})
        self._save()

    def _take(self, package: RemotePackage) -> None:
        former = self.state.entries.get(package.id)
        if former is not None and former.package.fingerprint == package.fingerprint:
            update: dict[str, object] = {}
            if former.standing != "present":
                update = {"standing": "present", "since": _now()}
            again = {
                each.id: self._load(each)
                for each in package.resources
                if former.loaded.get(each.id, LoadedResource()).retry
            }
            if again:
                update["loaded"] = {**former.loaded, **again}
            if update:
                self.state.entries[package.id] = former.model_copy(update=update)
            return
        names: tuple[str, ...] = ()
        if former is not None:
            renamed = former.package.name != package.name
            names = former.former_names + ((former.package.name,) if renamed else ())
        self.state.entries[package.id] = Entry(
            id=former.id if former else self._new_id(package),
            package=package,
            since=former.since if former and former.standing == "present" else _now(),
            former_names=names,
            loaded={each.id: self._load(each) for each in package.resources},
        )

    def _new_id(self, package: RemotePackage) -> str:
        """Made from the name, once; a number tells apart what would be called the same."""
        taken = {entry.id for entry in self.state.entries.values()}
        base = slug(package.name) or slug(package.id)
        candidate, number = base, 1
        while candidate in taken:
            number += 1
            candidate = f"{base}-{number}"
        return candidate

    def _load(self, resource: RemoteResource) -> LoadedResource:
        if resource.url is None:
            return LoadedResource(problem="no address")
        ending = resource.url.split("?")[0].rpartition(".")[2].lower()
        if not {slug(resource.format or ""), ending} & TABULAR:
            return LoadedResource()
        try:
            path = self._fetcher.get(resource.url).path
        except FetchError as error:
            return LoadedResource(problem=str(error).removeprefix(f"{resource.url}: "), retry=True)
        try:
            reading = read_file(path)
        except SourceError as error:
            # Contents of the cache have no names that mean anything.
            return LoadedResource(problem=str(error).removeprefix(f"{path}: "))
        if personal := _personal_data(reading):
            return LoadedResource(problem=f"held back: {personal}, which looks like personal data")
        return LoadedResource(tables=self._save_tables(resource, reading))

    def _save_tables(self, resource: RemoteResource, reading: Reading) -> tuple[LoadedTable, ...]:
        tables = self._folder / TABLES
        tables.mkdir(parents=True, exist_ok=True)
        saved = []
        for number, table in enumerate(reading.content.tables[:MAX_TABLES], 1):
            # Ids are what a portal likes; the hash keeps apart what is cut off.
            mark = hashlib.sha256(resource.id.encode()).hexdigest()[:8]
            name = f"{slug(resource.id)[:60]}-{mark}-{number}.csv"
            with (tables / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(table.rows)
            saved.append(LoadedTable(file=name, name=table.name, rows=len(table.rows)))
        return tuple(saved)

    def _settle_unseen(self, seen: set[str]) -> None:
        """Ask for each entry that was not listed; only what is said to be gone is taken for gone."""
        unseen = [
            entry
            for id_, entry in self.state.entries.items()
            if id_ not in seen and entry.standing == "present"
        ]
        present = sum(entry.standing == "present" for entry in self.state.entries.values())
        if not self._chosen_anew and len(unseen) > max(1, MOST_GONE * present):
            self._save()
            raise FetchError(
                f"{self._portal.address}: lists {len(seen)} packages of {present} known ones; that is "
                "not believed, and nothing was marked as gone"
            )
        for entry in unseen:
            standing = self._standing_of(entry.package)
            if standing == "present":
                continue
            update = {"standing": standing, "since": _now()}
            self.state.entries[entry.package.id] = entry.model_copy(update=update)

    def _standing_of(self, package: RemotePackage) -> Standing:
        """What became of a package that was not listed; a listing that shifts while it is read misses some."""
        try:
            found = self._portal.call("package_show", id=package.id)
        except RemoteNotFoundError:
            return "deleted"
        except NotAllowedError:
            return "withdrawn"
        if isinstance(found, dict) and found.get("state") == "deleted":
            return "deleted"
        query = f'{self.state.query} +id:"{package.id}"'.strip()
        listed = self._portal.call("package_search", fq=query, rows=1)
        return "present" if isinstance(listed, dict) and listed.get("results") else "withdrawn"

    def _remove_unused_tables(self) -> None:
        used = set(table_names(self.state))
        for path in (self._folder / TABLES).glob("*.csv"):
            if path.name not in used:
                path.unlink()

    def _save(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f".{STATE}"
        partial.write_text(self.state.model_dump_json(indent=1), encoding="utf-8")
        partial.replace(self._folder / STATE)


def _personal_data(reading: Reading) -> str | None:
    """What tables of others must not bring along: there is no definition to decide it in."""
    for table in reading.content.tables:
        for row in table.rows:
            for cell in row:
                kinds = [kind for kind, *_ in found_in(cell)] if isinstance(cell, str) else []
                if isinstance(cell, str) and not kinds and (titled := kind_of_title(cell)):
                    kinds = [titled]
                if kinds:
                    return f"{kinds[0]} in table {table.name or '1'}"
    return None


def copy_tables(folder: Path, target: Path) -> tuple[str, ...]:
    """Copy the tables of a harvest; returns their names."""
    names = table_names(read_state(folder))
    if names:
        target.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copyfile(folder / TABLES / name, target / name)
    return names


def table_names(state: State) -> tuple[str, ...]:
    """The files of all tables that entries have, sorted."""
    return tuple(
        sorted(
            table.file
            for entry in state.entries.values()
            for loaded in entry.loaded.values()
            for table in loaded.tables
        )
    )


def state_fingerprint(folder: Path) -> str:
    """Changes when what was harvested does, not with every harvest."""
    state = read_state(folder)
    digest = hashlib.sha256()
    for _, entry in sorted(state.entries.items()):
        digest.update(entry.model_dump_json().encode())
    return f"{digest.hexdigest()} {state.run is not None}"


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
