from __future__ import annotations

import re
from pathlib import Path

import pytest

from minhbach_site.settings import SettingError, Settings

ROOT = Path(__file__).parents[2]


def test_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MINHBACH_PORT", "http"),
        ("MINHBACH_PORT", "0"),
        ("MINHBACH_CACHE_MB", "-1"),
        ("MINHBACH_TILE_URL", "http://tiles.example.org/{z}/{x}/{y}.png"),
        ("MINHBACH_TILE_URL", "https://tiles.example.org; script-src *"),
        ("MINHBACH_TILE_URL", "https://tiles.example.org/{z}/{x}.png"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=re.escape(f"{name}={value!r}")):
        Settings.from_environment({name: value})


def test_every_setting_has_a_row_in_the_docs() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("datasets", "ingest", "search", "site")
        for path in (ROOT / folder).rglob("*.py")
    )
    used = set(re.findall(r'"(MINHBACH_[A-Z_]+)"', code))
    documented = re.findall(
        r"^\| `(MINHBACH_[A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE
    )
    assert sorted(documented) == sorted(used)
