from __future__ import annotations

from collections.abc import Iterator

import pytest

from minhbach_datasets.model import LANGUAGES, Language
from minhbach_datasets.release import Release
from minhbach_site import addresses


def _one_of_each(release: Release) -> Iterator[tuple[str, str]]:
    for slug in release.catalogue:
        yield slug, release.rows(f'SELECT _id FROM "{slug}" ORDER BY _id LIMIT 1 OFFSET 3')[0][0]


@pytest.fixture(scope="session")
def page_types(release: Release) -> dict[Language, list[str]]:
    """One address of every type of page, by language."""
    found: dict[Language, list[str]] = {}
    for language in LANGUAGES:
        paths = [pair[language] for pair in addresses.PAGES.values()]
        paths += [addresses.list_of(slug, language) for slug in release.catalogue]
        paths += [addresses.dataset(slug, language) for slug in release.catalogue]
        paths += [addresses.record(slug, id_, language) for slug, id_ in _one_of_each(release)]
        found[language] = paths
    return found
