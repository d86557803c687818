"""Frictionless Data Package v2 descriptor of one dataset and its CSV and Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset, Field, FieldType
from minhbach_datasets.schema import LIST_SEPARATOR

if TYPE_CHECKING:
    from minhbach_datasets.release import FileEntry

_TYPE_NAMES: dict[FieldType, str] = {
    "text": "string",
    "url": "string",
    "partial_date": "string",
    "period": "string",
}


def descriptor(
    dataset: Dataset, catalogue: Catalogue, csv_file: FileEntry, modified: str
) -> dict[str, object]:
    """The descriptor; `modified` is the ISO time of the release."""
    licence = catalogue.portal.licences[dataset.licence]
    publisher = catalogue.portal.publishers[dataset.publisher]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": dataset.slug,
        "title": dataset.title.vi,
        "description": dataset.description.vi,
        "created": modified,
        "licenses": [{"name": dataset.licence, "path": licence.url, "title": licence.title.en}],
        "contributors": [{"title": publisher.title.vi, "roles": ["publisher"]}],
        "resources": [
            {
                "name": dataset.slug,
                "type": "table",
                "path": f"{dataset.slug}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": csv_file.bytes,
                "hash": f"sha256:{csv_file.sha256}",
                "schema": {
                    "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
                    "fields": [
                        # The CSV file leaves shapes out.
                        _field(field, catalogue)
                        for field in dataset.fields
                        if field.type != "geometry"
                    ],
                    # A key with a column that may be blank is unique here, but no primary key there.
                    **(
                        {"primaryKey": list(dataset.key)}
                        if all(dataset.field(name).required for name in dataset.key)
                        else {}
                    ),
                    "missingValues": [""],
                    "foreignKeys": [
                        {
                            "fields": [field.name],
                            "reference": {
                                "resource": field.references,
                                "fields": list(catalogue[field.references].key),
                            },
                        }
                        for field in dataset.fields
                        if field.references and field.type != "list"
                    ],
                },
            }
        ],
    }


def _field(field: Field, catalogue: Catalogue) -> dict[str, object]:
    described: dict[str, object] = {
        "name": field.name,
        "type": _TYPE_NAMES.get(field.type, field.type),
        "title": field.title.vi,
        "x_title_en": field.title.en,
    }
    if field.description:
        described["description"] = field.description.vi
        described["x_description_en"] = field.description.en
    if field.type == "url":
        described["format"] = "uri"
    if field.type == "list":
        described |= {"itemType": "string", "delimiter": LIST_SEPARATOR}
    if field.unit:
        described["unit"] = field.unit
    constraints: dict[str, object] = {}
    if field.required:
        constraints["required"] = True
    if field.unique:
        constraints["unique"] = True
    if field.pattern:
        constraints["pattern"] = field.pattern
    if field.minimum is not None:
        constraints["minimum"] = field.minimum
    if field.maximum is not None:
        constraints["maximum"] = field.maximum
    if field.codes and field.type != "list":
        codes = catalogue.codes[field.codes]
        constraints["enum"] = list(codes)
        described["categories"] = [
            {"value": value, "label": text.vi, "x_label_en": text.en}
            for value, text in codes.items()
        ]
    if constraints:
        described["constraints"] = constraints
    return described
