from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.errors import DefinitionError

Change = Callable[[str, str, str], Catalogue]


def test_reads_the_made_up_definitions(made_up: Path) -> None:
    catalogue = Catalogue.read(made_up)
    assert list(catalogue) == ["parks", "trees"]
    assert [dataset.slug for dataset in catalogue.in_load_order()] == ["parks", "trees"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('references = "parks"', 'references = "lakes"', "unknown dataset 'lakes'"),
        ('codes = "tree_kind"', 'codes = "bird_kind"', "unknown code list 'bird_kind'"),
        ('columns = ["name"]', 'columns = ["height"]', "columns names no field: ['height']"),
        ('sort = "name"', 'sort = "-height"', "sort names no field: ['height']"),
        ('type = "date"', 'type = "day"', "fields.4.type"),
        ('theme = "made_up"', 'theme = "law"', "theme 'law' is not in portal.toml"),
        ("noun = {", "nuon = {", "Field required"),
        ('name = "planted"', 'name = "kind"', "fields defined twice: ['kind']"),
        ('name = "verified"', 'name = "checked"', "names no field: ['verified']"),
        ("caveats = []", "caveats = [", "Invalid"),
    ],
)
def test_contradictions_name_file_and_key(change: Change, old: str, new: str, told: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        change("trees/dataset.toml", old, new)
    assert "trees/dataset.toml" in str(raised.value)
    assert told in str(raised.value)


def test_circles_are_refused(change: Change) -> None:
    catalogue = change("parks/dataset.toml", 'unit = "ha"\nminimum = 0', 'references = "trees"')
    with pytest.raises(DefinitionError, match="circle"):
        catalogue.in_load_order()


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"portal\.toml: missing"):
        Catalogue.read(tmp_path)
