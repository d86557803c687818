"""Reads every definition and fails loudly and precisely."""

from __future__ import annotations

import graphlib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from minhbach_datasets.errors import DefinitionError
from minhbach_datasets.model import Dataset, Field, Guide, Portal, Text
from minhbach_datasets.places import PLACE_DATASETS

DEFINITIONS = Path(__file__).with_name("definitions")
_SPELLINGS = "spellings"
HOUSE_FIELDS = ("source_url", "verified")
"""Columns every dataset has: each row keeps where it comes from and how far it was checked."""

_Model = TypeVar("_Model", bound=BaseModel)
CodeList = Mapping[str, Text]


class Catalogue(Mapping[str, Dataset]):
    """All datasets by slug, with the code lists and the portal's own settings."""

    def __init__(
        self,
        folder: Path,
        datasets: dict[str, Dataset],
        codes: dict[str, CodeList],
        portal: Portal,
        guides: tuple[Guide, ...],
        spellings: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.folder = folder
        self.guides = guides
        self.codes = codes
        self.spellings = spellings
        self.portal = portal
        self._datasets = datasets

    def __getitem__(self, slug: str) -> Dataset:
        return self._datasets[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._datasets)

    def __len__(self) -> int:
        return len(self._datasets)

    @classmethod
    def read(cls, folder: Path = DEFINITIONS, *, of_release: bool = False) -> Catalogue:
        """Read `<slug>/dataset.toml`, `codes.toml`, `portal.toml` and, if any, `guides.toml`.

        of_release: the folder is that of a release, which may lack remote datasets that guides name.
        Raises DefinitionError naming the file and the key that is wrong.
        """
        portal = _validated(Portal, _toml(folder / "portal.toml"), folder / "portal.toml")
        codes = _code_lists(folder / "codes.toml")
        datasets = {}
        for path in sorted(folder.glob("*/dataset.toml")):
            slug = path.parent.name
            datasets[slug] = _validated(Dataset, {"slug": slug, **_toml(path)}, path)
        if not datasets:
            raise DefinitionError(f"{folder}: no dataset.toml below this folder")
        guides = _guides(folder / "guides.toml", datasets, of_release)
        spellings = _spellings(folder / "codes.toml", codes)
        catalogue = cls(folder, datasets, codes, portal, guides, spellings)
        for dataset in datasets.values():
            for complaint in _contradictions(dataset, catalogue):
                raise DefinitionError(f"{folder / dataset.slug / 'dataset.toml'}: {complaint}")
        return catalogue

    def without(self, slugs: Collection[str]) -> Catalogue:
        """The same without some datasets; guides no longer send their readers to those."""
        kept = {slug: dataset for slug, dataset in self.items() if slug not in slugs}
        guides = tuple(_only_of(guide, kept) for guide in self.guides)
        return Catalogue(self.folder, kept, self.codes, self.portal, guides, self.spellings)

    def in_load_order(self) -> list[Dataset]:
        """Datasets with those they refer to before them."""
        graph = {
            slug: {f.references for f in dataset.fields if f.references and f.references != slug}
            | ({*PLACE_DATASETS} if any(f.derived_from for f in dataset.fields) else set())
            | {*dataset.source.reads}
            for slug, dataset in self.items()
        }
        try:
            return [self[slug] for slug in graphlib.TopologicalSorter(graph).static_order()]
        except graphlib.CycleError as error:
            raise DefinitionError(
                f"datasets refer to each other in a circle: {error.args[1]}"
            ) from None

    def code_text(self, field: Field, value: str) -> Text:
        """How a value reads in both languages; itself where the column has no code list."""
        return self.codes[field.codes][value] if field.codes else Text(vi=value, en=value)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DefinitionError(f"{path}: missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: {error}") from None


def _validated(model: type[_Model], values: dict[str, Any], path: Path) -> _Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DefinitionError(f"{path}: {where}: {first['msg']}") from None


def _guides(path: Path, datasets: Mapping[str, Dataset], of_release: bool) -> tuple[Guide, ...]:
    if not path.is_file():
        return ()
    guides = tuple(_validated(Guide, values, path) for values in _toml(path).get("guide", ()))
    if of_release:
        return tuple(_only_of(guide, datasets) for guide in guides)
    for guide in guides:
        if absent := [slug for slug in guide.datasets if slug not in datasets]:
            raise DefinitionError(
                f"{path}: guide {guide.id!r} names an unknown dataset {absent[0]!r}"
            )
    return guides


def _only_of(guide: Guide, datasets: Collection[str]) -> Guide:
    """The guide without the datasets that are not there."""
    there = tuple(slug for slug in guide.datasets if slug in datasets)
    return guide.model_copy(update={"datasets": there})


def _code_lists(path: Path) -> dict[str, CodeList]:
    """A code is `value = "English"` or `value = { vi = "...", en = "..." }`."""
    lists: dict[str, CodeList] = {}
    for name, codes in _toml(path).items():
        if name == _SPELLINGS:
            continue
        lists[name] = {
            value: Text(vi=_capitalised(value) if name != "unit" else value, en=text)
            if isinstance(text, str)
            else _validated(Text, text, path)
            for value, text in codes.items()
        }
    return lists


def _spellings(path: Path, codes: Mapping[str, CodeList]) -> dict[str, Mapping[str, str]]:
    """`[spellings.<list>]`: how else a code is written -> the code."""
    found: dict[str, Mapping[str, str]] = _toml(path).get(_SPELLINGS, {})
    for name, spellings in found.items():
        if unknown := set(spellings.values()) - codes.get(name, {}).keys():
            raise DefinitionError(
                f"{path}: [{_SPELLINGS}.{name}] leads to no code: {sorted(unknown)}"
            )
    return found


def _capitalised(value: str) -> str:
    return value[:1].upper() + value[1:]


def _contradictions(dataset: Dataset, catalogue: Catalogue) -> Iterator[str]:
    names = [field.name for field in dataset.fields]
    if repeated := {name for name in names if names.count(name) > 1}:
        yield f"fields defined twice: {sorted(repeated)}"
    mentioned = {
        "key": dataset.key,
        "columns": dataset.columns,
        "sort": (dataset.sort.removeprefix("-"),),
        "label": dataset.label_columns,
        "the house's required fields": HOUSE_FIELDS,
    }
    for what, wanted in mentioned.items():
        if absent := set(wanted) - set(names):
            yield f"{what} names no field: {sorted(absent)}"
    portal = catalogue.portal
    for what, value, known in (
        ("theme", dataset.theme, portal.themes.keys()),
        ("publisher", dataset.publisher, portal.publishers.keys()),
        ("licence", dataset.licence, portal.licences.keys()),
    ):
        if value not in known:
            yield f"{what} {value!r} is not in portal.toml: {sorted(known)}"
    yield from _contradictions_of_fields(dataset, catalogue)
    yield from _contradictions_of_source(dataset)
    for slug in dataset.source.reads:
        if slug not in catalogue:
            yield f"the source reads an unknown dataset {slug!r}"
        elif catalogue[slug].source.remote:
            yield f"the source reads {slug}, which is remote and may be absent"


def _contradictions_of_source(dataset: Dataset) -> Iterator[str]:
    names = {field.name for field in dataset.fields}
    source = dataset.source
    filled = {name for file in source.all_files for name in file.set} | set(source.set)
    for layout_name, layout in source.layouts.items():
        columns = layout.columns.keys()
        filled |= {name for name in columns if not name.startswith("_")} | set(layout.scaled)
        rules = (*layout.groups, *layout.totals, *layout.skip)
        read = {rule.column for rule in rules} | {group.label for group in layout.groups}
        if unread := read - columns:
            yield f"layout {layout_name}: a rule looks at a column that is not read: {sorted(unread)}"
        filled |= {group.into for group in layout.groups if group.into is not None}
        if layout.unpivot is not None:
            filled |= {layout.unpivot.into, layout.unpivot.value}
    for file in source.all_files:
        if file.unit is not None and file.unit not in source.layouts[file.layout].units:
            yield f"file {file.name}: its layout has no unit {file.unit!r}"
    if unknown := filled - names:
        yield f"the source fills no field: {sorted(unknown)}"


def _contradictions_of_fields(dataset: Dataset, catalogue: Catalogue) -> Iterator[str]:
    names = {field.name for field in dataset.fields}
    for field in dataset.fields:
        if field.references is not None:
            target = catalogue.get(field.references)
            if target is None:
                yield f"field {field.name} refers to an unknown dataset {field.references!r}"
            elif len(target.key) != 1:
                yield f"field {field.name} refers to {target.slug}, whose key has several columns"
            elif target.source.remote:
                yield f"field {field.name} refers to {target.slug}, which is remote and may be absent"
        if field.codes is not None and field.codes not in catalogue.codes:
            yield f"field {field.name} uses an unknown code list {field.codes!r}"
        if field.unit is not None and field.unit not in catalogue.codes["unit"]:
            yield f"field {field.name} has a unit that the unit list lacks: {field.unit!r}"
        if field.personal is not None and field.personal.action == "mask" and field.is_number:
            yield f"field {field.name} is a number, of which nothing can be masked: drop or release it"
        if field.names_target and field.references is None:
            yield f"field {field.name} names a target but refers to no dataset"
        if field.derived_from is not None and field.derived_from not in names:
            yield f"field {field.name} is derived from an unknown field {field.derived_from!r}"
