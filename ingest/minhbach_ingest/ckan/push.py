"""Publishes the catalogue of a release to a CKAN portal: what is new, what differs, and nothing else.

A package that was pushed carries the slug of its dataset as an extra, and only such packages are ever
changed; what others added to them (extras, groups, further resources) stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from minhbach_datasets.errors import FetchError
from minhbach_datasets.exports import FORMATS
from minhbach_datasets.model import Dataset
from minhbach_datasets.release import Release
from minhbach_datasets.text import slug
from minhbach_ingest.ckan.portal import Portal, RemoteNotFoundError

MARK = "minhbach_dataset"
"""Extra that says which dataset a package was made from."""
_OWN_FIELDS = ("title", "notes", "url", "version", "license_id", "owner_org", "tags")
_OWN_RESOURCE_FIELDS = ("name", "url", "format", "mimetype", "size", "hash", "description")

Action = Literal["create", "update", "patch", "keep", "refuse"]


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done with one package, and the data of the action."""

    action: Action
    name: str
    told: str
    data: Mapping[str, Any]


def plan(
    release: Release, portal: Portal, organization: str, base_url: str, prefix: str = ""
) -> Iterator[Step]:
    """What would bring the portal up to date, package by package; nothing is written.

    base_url: public address of this portal, which the files are linked at. Raises FetchError.
    """
    for dataset in release.catalogue.values():
        wanted = package_of(release, dataset, organization, base_url, prefix)
        try:
            there = portal.call("package_show", id=wanted["name"])
        except RemoteNotFoundError:
            yield Step("create", wanted["name"], f"{len(wanted['resources'])} resources", wanted)
            continue
        yield _change(wanted, there, dataset.slug)


def carry_out(portal: Portal, step: Step) -> None:
    """Write one step. Raises FetchError."""
    if step.action in ("create", "update", "patch"):
        portal.call(f"package_{step.action}", **step.data)


def package_of(
    release: Release, dataset: Dataset, organization: str, base_url: str, prefix: str
) -> dict[str, Any]:
    """A dataset as CKAN names its parts."""
    base = base_url.rstrip("/")
    entry = release.manifest.datasets[dataset.slug]
    extras = {
        MARK: dataset.slug,
        "title_en": dataset.title.en,
        "notes_en": dataset.description.en,
        "release": release.id,
        "rows": str(entry.rows),
        "update_frequency": dataset.update_frequency,
        "issued": dataset.issued.isoformat(),
        "modified": dataset.modified.isoformat(),
        "page_en": f"{base}/en/data/{dataset.slug}",
    }
    return {
        "name": f"{prefix}{dataset.slug}",
        "title": dataset.title.vi,
        "notes": dataset.description.vi,
        "url": f"{base}/du-lieu/{dataset.slug}",
        "version": release.id,
        "license_id": dataset.licence,
        "owner_org": organization,
        "tags": [{"name": slug(release.catalogue.portal.themes[dataset.theme].vi)}],
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
        "resources": list(_resources(release, dataset, base)),
    }


def _resources(release: Release, dataset: Dataset, base: str) -> Iterator[dict[str, Any]]:
    for extension, format_ in FORMATS.items():
        try:
            _path, entry = release.file(f"{dataset.slug}.{extension}")
        except KeyError:
            continue
        if extension == "excel.csv":
            continue
        yield {
            "name": f"{dataset.slug}.{extension}",
            "description": f"{dataset.title.vi} ({extension.upper()})",
            "url": f"{base}/du-lieu/{dataset.slug}.{extension}",
            "format": extension.upper(),
            "mimetype": format_.media_type.split(";")[0],
            "size": entry.bytes,
            "hash": f"sha256:{entry.sha256}",
        }


def _change(wanted: dict[str, Any], there: object, dataset: str) -> Step:
    name = wanted["name"]
    if not isinstance(there, dict):
        raise FetchError(f"{name}: package_show: not a package")
    extras = {each.get("key"): each.get("value") for each in there.get("extras") or []}
    if extras.get(MARK) != dataset:
        told = (
            f"another package has this name; push with --prefix, or rename it over there ({name})"
        )
        return Step("refuse", name, told, {})
    own_extras = {each["key"]: each["value"] for each in wanted["extras"]}
    merged_extras = [{"key": k, "value": v} for k, v in {**extras, **own_extras}.items()]
    resources, changed_resources = _merge_resources(
        wanted["resources"], there.get("resources") or []
    )
    changed = [key for key in _OWN_FIELDS if not _same(key, wanted[key], there)]
    if {key: extras.get(key) for key in own_extras} != own_extras:
        changed.append("extras")
    if changed_resources:
        own = {key: wanted[key] for key in _OWN_FIELDS}
        data = {**there, **own, "tags": _merged_tags(wanted["tags"], there.get("tags"))}
        told = ", ".join([*changed, *(f"resource {each}" for each in changed_resources)])
        return Step("update", name, told, {**data, "extras": merged_extras, "resources": resources})
    if changed:
        data = {key: wanted[key] for key in changed if key != "extras"}
        if "tags" in data:
            data["tags"] = _merged_tags(wanted["tags"], there.get("tags"))
        if "extras" in changed:
            data["extras"] = merged_extras
        return Step("patch", name, ", ".join(changed), {"id": there["id"], **data})
    return Step("keep", name, "as it should be", {})


def _merge_resources(
    wanted: list[dict[str, Any]], there: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Ours, under the ids they have over there, then those of others; and the names of what differs."""
    known = {each.get("name"): each for each in there}
    changed, merged = [], []
    for own in wanted:
        former = known.pop(own["name"], None)
        if former is None or any(
            str(former.get(key) or "") != str(own[key]) for key in _OWN_RESOURCE_FIELDS
        ):
            changed.append(own["name"])
        merged.append({**(former or {}), **own})
    return merged + list(known.values()), changed


def _same(key: str, wanted: object, there: Mapping[str, Any]) -> bool:
    if key == "tags":
        return _tag_names(wanted) <= _tag_names(there.get("tags"))
    if key == "owner_org":
        # A portal takes the name of an organisation, and answers with its id.
        return wanted in (there.get(key), (there.get("organization") or {}).get("name"))
    return bool(wanted == there.get(key))


def _merged_tags(wanted: object, there: object) -> list[dict[str, str]]:
    return [{"name": name} for name in sorted(_tag_names(wanted) | _tag_names(there))]


def _tag_names(tags: object) -> set[str]:
    found = tags if isinstance(tags, list) else []
    return {str(each["name"]) for each in found if isinstance(each, dict) and "name" in each}
