"""How the values of search facets read."""

from __future__ import annotations

from collections.abc import Sequence

from minhbach_datasets.model import Field, Language, Text
from minhbach_datasets.release import Release
from minhbach_site.queries.records import titles_of


def labels(
    release: Release, name: str, values: Sequence[str], language: Language
) -> dict[str, str]:
    """Value -> text, for a filter of search: the title of a referenced record, or the text of a code."""
    fields = _fields(release, name)
    referenced = next((field.references for field in fields if field.references), None)
    if referenced is not None:
        return titles_of(release, referenced, values, language)
    texts = _code_texts(release, name)
    return {value: texts[value][language] if value in texts else value for value in values}


def _fields(release: Release, name: str) -> list[Field]:
    return [
        field
        for dataset in release.catalogue.values()
        for field in dataset.fields
        if field.search_filter == name
    ]


def _code_texts(release: Release, name: str) -> dict[str, Text]:
    """Several datasets may share a filter with a code list each; a value reads the same in all."""
    codes = {field.codes for field in _fields(release, name)} - {None}
    return {
        value: text
        for list_name in sorted(str(code) for code in codes)
        for value, text in release.catalogue.codes[list_name].items()
    }
