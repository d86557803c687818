from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ckan_double import CkanDouble

_FIELDS = {
    "entry_id": "string",
    "package_id": "string",
    "name": "string",
    "former_names": "list",
    "title": "string",
    "notes": "text",
    "standing": "string",
    "resource_id": "string",
    "format": "string",
    "table_files": "list",
    "table_rows": "integer",
    "problem": "text",
    "source_url": "url",
    "verified": "string",
}


@pytest.fixture
def ckan() -> Iterator[CkanDouble]:
    """A running portal with nothing in it."""
    with CkanDouble() as double:
        yield double


@pytest.fixture
def harvesting(made_up: Path) -> Callable[[str], Path]:
    """Definitions with one dataset that is harvested from the address given."""

    def define(address: str) -> Path:
        folder = made_up / "elsewhere"
        folder.mkdir(exist_ok=True)
        text = {"vi": "bịa", "en": "made up"}
        title = f'{{ vi = "{text["vi"]}", en = "{text["en"]}" }}'
        lines = [
            f"title = {title}\nnoun = {title}\ndescription = {title}",
            'theme = "made_up"\npublisher = "made_up"\nlicence = "made_up"',
            'update_frequency = "weekly"\nissued = 2026-01-01\nmodified = 2026-01-01',
            'min_rows = 0\nkey = ["entry_id", "resource_id"]\ncolumns = ["title"]\nsort = "title"',
            "caveats = []\nlegal_basis = []",
            f'[source]\nloader = "ckan"\nportal = "{address}"\norganization = "bia"',
        ]
        lines += [
            f'[[fields]]\nname = "{name}"\ntype = "{kind}"\ntitle = {title}'
            for name, kind in _FIELDS.items()
        ]
        (folder / "dataset.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return made_up

    return define
