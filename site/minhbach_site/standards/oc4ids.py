"""Infrastructure projects as a package of the Open Contracting for Infrastructure Data Standards.

Source: OC4IDS 0.9, https://standard.open-contracting.org/infrastructure/0.9/en/reference/. What the
standard has no place for goes under `x_minhbach`; what a source does not state is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minhbach_datasets.errors import RecordNotFoundError
from minhbach_datasets.model import Dataset
from minhbach_datasets.release import Release
from minhbach_datasets.schema import RECORD_ID, quoted
from minhbach_site import addresses
from minhbach_site.present import plain_value

ADDRESS = "/api/v1/oc4ids.json"
VERSION = "0.9"
DATASET = "investment_projects"

SECTORS = {
    "giao thông": ("transport",),
    "logistics-cảng biển": ("transport", "transport.water"),
    "hạ tầng KCN": ("economy",),
    "năng lượng": ("energy",),
    "môi trường": ("waterAndWaste",),
    "CNTT": ("communications",),
    "giáo dục": ("education",),
    "y tế": ("health",),
    "văn hóa-thể thao": ("cultureSportsAndRecreation",),
}
"""The sectors that are infrastructure, in the codes of the standard's projectSector list."""

STATUSES = {
    "kêu gọi đầu tư": "identification",
    "đã chấp thuận chủ trương": "preparation",
    "đang triển khai": "implementation",
    "hoàn thành": "completion",
}
"""By the standard's projectStatus list. `dừng` has no code: the standard's `cancelled` says that a
project has ended, while sources call projects stopped that were only put off."""

_BILLION, _MILLION = 10**9, 10**6
# What the standard has no field for, or none that takes a year without inventing a day.
_EXTRAS = (
    "name_en",
    "status",
    "sector",
    "investment_form",
    "location",
    "zone",
    "zone_id",
    "area_ha",
    "investor",
    "countries",
    "contact_agency",
    "agency_id",
    "approval_number",
    "approval_date",
    "start_year",
    "finish_year",
    "capital_vnd_billion",
    "capital_usd_million",
    "verified",
    "note",
)


def package(release: Release, base_url: str) -> dict[str, Any]:
    """A project package of every infrastructure project of a release.

    Args:
        release: Where the projects are.
        base_url: Scheme and host that the addresses in it begin with, without a slash at the end.

    Raises:
        RecordNotFoundError: The catalogue has no investment projects.
    """
    dataset = release.catalogue.get(DATASET)
    if dataset is None:
        raise RecordNotFoundError(f"the catalogue has no {DATASET}")
    portal = release.catalogue.portal
    columns = [RECORD_ID, *(field.name for field in dataset.fields)]
    rows = release.rows(
        f"SELECT {', '.join(map(quoted, columns))} FROM {quoted(DATASET)} "
        f"WHERE list_contains(?, sector) ORDER BY {RECORD_ID}",
        [list(SECTORS)],
    )
    communes = {
        code: _location(code, name, longitude, latitude, portal.name.vi)
        for code, name, longitude, latitude in release.rows(
            "SELECT code, full_name, longitude, latitude FROM communes"
        )
    }
    return {
        "uri": base_url + ADDRESS,
        "publishedDate": release.manifest.created.isoformat(),
        "version": VERSION,
        "publisher": {"name": portal.publishers[dataset.publisher].title.vi, "uri": base_url + "/"},
        "license": portal.licences[dataset.licence].url,
        "projects": [
            _project(dict(zip(columns, row, strict=True)), dataset, communes, base_url)
            for row in rows
        ],
    }


def _project(
    values: Mapping[str, Any], dataset: Dataset, communes: Mapping[str, Any], base_url: str
) -> dict[str, Any]:
    """One project. Fields without a value are left out, as the standard asks."""
    found: dict[str, Any] = {
        "id": values["project_id"],
        "updated": f"{dataset.modified.isoformat()}T00:00:00Z",
        "title": values["name_vi"],
        "language": "vi",
        "sector": list(SECTORS[values["sector"]]),
    }
    if values["status"] in STATUSES:
        found["status"] = STATUSES[values["status"]]
    if budget := _budget(values):
        found["budget"] = budget
    if values["communes"]:
        found["locations"] = [communes[code] for code in values["communes"]]
    if values["source_url"]:
        found["documents"] = [{"id": "source", "title": "Nguồn", "url": values["source_url"]}]
    extras = {name: plain_value(values[name]) for name in _EXTRAS if values[name] is not None}
    address = base_url + addresses.record(dataset.slug, values[RECORD_ID], "vi")
    return found | {"x_minhbach": {"url": address} | extras}


def _location(
    code: str, name: str, longitude: float | None, latitude: float | None, region: str
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": code,
        "description": name,
        "address": {"locality": name, "region": region, "countryName": "Việt Nam"},
    }
    if longitude is not None and latitude is not None:
        # No source gives a point of a project.
        found["geometry"] = {"type": "Point", "coordinates": [longitude, latitude]}
        found["x_minhbach"] = {"point_of": "commune"}
    return found


def _budget(values: Mapping[str, Any]) -> dict[str, Any]:
    """The capital in the currency of its source; where there are two, the one in VND."""
    if values["capital_vnd_billion"] is not None:
        amount, currency = values["capital_vnd_billion"] * _BILLION, "VND"
    elif values["capital_usd_million"] is not None:
        amount, currency = values["capital_usd_million"] * _MILLION, "USD"
    else:
        return {}
    # To the cent: what is beyond comes from multiplying doubles.
    return {"amount": {"amount": round(amount, 2), "currency": currency}}
