"""Settings come from MINHBACH_* environment variables, read once and passed in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from minhbach_datasets.errors import PortalError
from minhbach_search.engines.meilisearch_server import DEFAULT_INDEX


class SettingError(PortalError):
    """A MINHBACH_* variable has a value that cannot be used. Raised at start."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be chosen from outside; docs/settings.md has one row for each."""

    var: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    base_url: str = ""
    cache_mb: int = 64
    tile_url: str = ""
    tile_credit: str = ""
    meilisearch_url: str = ""
    meilisearch_key: str = ""
    meilisearch_index: str = DEFAULT_INDEX

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Raises SettingError naming the variable that is wrong."""
        return cls(
            var=Path(environment.get("MINHBACH_VAR", "var")),
            host=environment.get("MINHBACH_HOST", "127.0.0.1"),
            port=_whole(environment, "MINHBACH_PORT", 8000, 1, 65535),
            workers=_whole(environment, "MINHBACH_WORKERS", 1, 1, 64),
            base_url=environment.get("MINHBACH_BASE_URL", "").rstrip("/"),
            cache_mb=_whole(environment, "MINHBACH_CACHE_MB", 64, 0, 4096),
            tile_url=_tiles(environment, "MINHBACH_TILE_URL"),
            tile_credit=environment.get("MINHBACH_TILE_CREDIT", ""),
            meilisearch_url=_address(environment, "MINHBACH_MEILISEARCH_URL"),
            meilisearch_key=environment.get("MINHBACH_MEILISEARCH_KEY", ""),
            meilisearch_index=environment.get("MINHBACH_MEILISEARCH_INDEX", DEFAULT_INDEX),
        )


def _whole(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingError(f"{name}={text!r}: expected a whole number from {low} to {high}")
    return int(text)


def _tiles(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name, "")
    # What stands in the content security policy must be a host, and no more.
    if text and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?/\S*", text):
        raise SettingError(f"{name}={text!r}: expected https://, a host and a path")
    if text and not all(part in text for part in ("{z}", "{x}", "{y}")):
        raise SettingError(f"{name}={text!r}: expected {{z}}, {{x}} and {{y}} in the path")
    return text


def _address(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name, "").rstrip("/")
    if text and not text.startswith(("http://", "https://")):
        raise SettingError(
            f"{name}={text!r}: expected an address starting with http:// or https://"
        )
    return text
