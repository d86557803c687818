"""Every address of the site, in both languages. People cite them, so they stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from minhbach_datasets.errors import RecordNotFoundError
from minhbach_datasets.model import Language


@dataclass(frozen=True, slots=True)
class Pair:
    """One page's address in Vietnamese and in English; `{}` stands for an id."""

    vi: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True, slots=True)
class Area:
    """Where the records of a dataset live: their list and each of them."""

    list: Pair
    record: Pair


PAGES = {
    "home": Pair("/", "/en/"),
    "search": Pair("/tim-kiem", "/en/search"),
    "catalogue": Pair("/du-lieu", "/en/data"),
    "glossary": Pair("/thuat-ngu", "/en/glossary"),
    "guides": Pair("/huong-dan", "/en/guides"),
    "about": Pair("/gioi-thieu", "/en/about"),
    "sources": Pair("/nguon", "/en/sources"),
    "status": Pair("/trang-thai", "/en/status"),
}

SUGGEST = Pair("/goi-y.json", "/en/suggest.json")
"""What a text being typed may become; for the search boxes."""

AREAS = {
    # Each of its rows is a project or a zone, and has that one's address.
    "opportunities": Area(
        Pair("/co-hoi", "/en/opportunities"), Pair("/co-hoi/{}", "/en/opportunities/{}")
    ),
    "investment_projects": Area(
        Pair("/co-hoi/du-an", "/en/opportunities/projects"),
        Pair("/co-hoi/du-an/{}", "/en/opportunities/projects/{}"),
    ),
    "zones": Area(
        Pair("/co-hoi/khu", "/en/opportunities/zones"),
        Pair("/co-hoi/khu/{}", "/en/opportunities/zones/{}"),
    ),
    "legal_documents": Area(Pair("/van-ban", "/en/laws"), Pair("/van-ban/{}", "/en/laws/{}")),
    "plans": Area(Pair("/quy-hoach", "/en/plans"), Pair("/quy-hoach/{}", "/en/plans/{}")),
    "land_use_allocation": Area(Pair("/dat-dai", "/en/land"), Pair("/dat-dai/{}", "/en/land/{}")),
    "indicators": Area(
        Pair("/chi-tieu", "/en/indicators"), Pair("/chi-tieu/{}", "/en/indicators/{}")
    ),
    "procedures": Area(
        Pair("/thu-tuc", "/en/procedures"), Pair("/thu-tuc/{}", "/en/procedures/{}")
    ),
    "incentives": Area(Pair("/uu-dai", "/en/incentives"), Pair("/uu-dai/{}", "/en/incentives/{}")),
    "forecasts": Area(Pair("/du-bao", "/en/forecasts"), Pair("/du-bao/{}", "/en/forecasts/{}")),
    "agencies": Area(Pair("/co-quan", "/en/agencies"), Pair("/co-quan/{}", "/en/agencies/{}")),
    "communes": Area(Pair("/dia-ban", "/en/places"), Pair("/dia-ban/{}", "/en/places/{}")),
}
"""Datasets with an area of their own; the rows of the others live below their dataset's page."""


def area(slug: str) -> Area:
    """Where a dataset's rows live."""
    return AREAS.get(slug) or Area(
        Pair(f"/du-lieu/{slug}/dong", f"/en/data/{slug}/rows"),
        Pair(f"/du-lieu/{slug}/{{}}", f"/en/data/{slug}/{{}}"),
    )


def page(name: str, language: Language, **parameters: str) -> str:
    """Address of one of PAGES with query parameters."""
    return PAGES[name][language] + _query(parameters)


def list_of(slug: str, language: Language, **parameters: str) -> str:
    """Address of the list of a dataset's records with query parameters."""
    return area(slug).list[language] + _query(parameters)


OPPORTUNITY = "opportunities"
_ORIGINS = {"du-an-": "investment_projects", "khu-": "zones"}


def origin(id_: str) -> tuple[str, str]:
    """The dataset and id of the project or zone that an opportunity is. Raises RecordNotFoundError."""
    for beginning, slug in _ORIGINS.items():
        if id_.startswith(beginning):
            return slug, id_.removeprefix(beginning)
    raise RecordNotFoundError(f"no opportunity {id_[:80]!r}")


def record(slug: str, id_: str, language: Language) -> str:
    """Address of one record."""
    if slug == OPPORTUNITY:
        slug, id_ = origin(id_)
    return area(slug).record[language].format(quote(id_, safe=""))


COMPARE = Pair("so-sanh", "compare")
"""What comes after the list of a dataset for a comparison of a few of its records."""


def compare(slug: str, ids: Sequence[str], language: Language) -> str:
    """Address of the comparison of records."""
    query = urlencode([("id", id_) for id_ in ids])
    return f"{area(slug).list[language]}/{COMPARE[language]}" + (f"?{query}" if query else "")


MAP_DATA = Pair("/api/v1/map/co-hoi.json", "/en/api/v1/map/opportunities.json")
MAP_SHAPES = "/api/v1/map/communes.geojson"

START = Pair("bat-dau", "start")
"""What comes after the list of opportunities for the guided start."""
BRIEF = Pair("tom-tat", "brief")
"""What comes after a project or a zone for its one page to print."""


def start(language: Language, **parameters: str) -> str:
    """Address of the guided start."""
    return f"{AREAS[OPPORTUNITY].list[language]}/{START[language]}{_query(parameters)}"


def brief(slug: str, id_: str, language: Language) -> str:
    """Address of the page to print of a project or zone."""
    return f"{record(slug, id_, language)}/{BRIEF[language]}"


def feed(slug: str, extension: str, language: Language) -> str:
    """Address of the feed of a list, as `atom` or `json`."""
    return f"{'/en' if language == 'en' else ''}/feeds/{slug}.{extension}"


QUALITY = Pair("chat-luong", "quality")
"""What comes after the address of a dataset for the report of its last load."""


TABLES = "bang"
"""Between the address of a harvested dataset and the name of one of its tables."""


def table(slug: str, name: str) -> str:
    """Address of a table that came along with a harvest (the same in both languages)."""
    return f"{PAGES['catalogue'].vi}/{slug}/{TABLES}/{quote(name, safe='')}"


def quality(slug: str, language: Language) -> str:
    """Address of the quality report of a dataset."""
    return f"{PAGES['catalogue'][language]}/{slug}/{QUALITY[language]}"


def dataset(slug: str, language: Language, extension: str = "") -> str:
    """Address of a dataset's page, or of one of its files (the same in both languages)."""
    if extension:
        return f"/du-lieu/{slug}.{extension}"
    return f"{PAGES['catalogue'][language]}/{slug}"


def below(name: str, id_: str, language: Language) -> str:
    """Address of one item of one of PAGES, such as a term of the glossary."""
    return f"{PAGES[name][language]}/{quote(id_, safe='')}"


def _query(parameters: dict[str, str]) -> str:
    return f"?{urlencode(parameters)}" if parameters else ""
