"""Where the rows of a list are, by commune; shapes of communes; figures a map can be coloured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from minhbach_datasets.model import Dataset, Language, Text
from minhbach_datasets.release import Release
from minhbach_datasets.schema import label, quoted
from minhbach_datasets.text import slug
from minhbach_site.present import RANK
from minhbach_site.queries.facet_index import Bits, facet_index, matches
from minhbach_site.queries.filters import UNPUBLISHED, Filters
from minhbach_site.queries.records import titles_of

_FEWEST_DISTRICTS = 5
"""Figures of fewer former districts make no map."""


@dataclass(frozen=True, slots=True)
class Place:
    """A commune or a former district, with how many rows of the result lie in it."""

    code: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a result is. A row in several communes counts once in each."""

    total: int
    communes: tuple[Place, ...]
    districts: tuple[Place, ...]
    """Of rows whose source names only a former district."""
    nowhere: int
    placed: int
    """Rows whose source names a commune."""


def spread(release: Release, dataset: Dataset, filters: Filters, language: Language) -> Spread:
    """Count the rows that the filters keep by place; those without a commune by former district."""
    index = facet_index(release, dataset)
    found = matches(release, dataset, filters).found
    unplaced = found & index.facets["communes"].get(UNPUBLISHED, 0)

    def counted(name: str, among: Bits, slug: str) -> tuple[Place, ...]:
        counts = {code: index.having(name, code, among) for code in index.facets[name]}
        there = sorted(
            (code for code, count in counts.items() if count and code != UNPUBLISHED),
            key=lambda code: (-counts[code], code),
        )
        names = titles_of(release, slug, there, language)
        return tuple(Place(code, names.get(code, code), counts[code]) for code in there)

    return Spread(
        total=found.bit_count(),
        communes=counted("communes", found, "communes"),
        districts=counted("old_districts", unplaced, "old_districts"),
        nowhere=index.having("old_districts", UNPUBLISHED, unplaced),
        placed=(found & ~unplaced).bit_count(),
    )


@dataclass(frozen=True, slots=True)
class Commune:
    """Where a commune is: its centre, and its boundary as GeoJSON where the release has it."""

    code: str
    name: str
    longitude: float
    latitude: float
    boundary: str | None


def communes(release: Release, language: Language) -> tuple[Commune, ...]:
    """Every commune that has coordinates."""

    def found() -> tuple[Commune, ...]:
        if not release.has("communes"):
            return ()
        shape = (
            "LEFT JOIN _shapes ON commune = code"
            if release.has("_shapes")
            else ", (SELECT NULL AS geometry)"
        )
        name = label(release.catalogue["communes"], release.catalogue, language)
        rows = release.rows(
            f"SELECT code, {name}, longitude, latitude, geometry FROM communes "
            f"{shape} WHERE longitude IS NOT NULL AND latitude IS NOT NULL ORDER BY code"
        )
        return tuple(Commune(*row) for row in rows)

    return release.kept(("communes", language), found)


@dataclass(frozen=True, slots=True)
class Point:
    """A record with coordinates of its own."""

    id: str
    title: str
    longitude: float
    latitude: float


def zone_points(
    release: Release, dataset: Dataset, filters: Filters, language: Language
) -> tuple[Point, ...]:
    """Zones of the result whose source states coordinates."""

    def every() -> tuple[tuple[int, Point], ...]:
        title = label(dataset, release.catalogue, language)
        rows = release.rows(
            f"SELECT rowid, _id, {title}, geometry::JSON->'coordinates' "
            f"FROM {quoted(dataset.slug)} WHERE located_by = 'tọa độ khu' ORDER BY _id"
        )
        found = []
        for row, id_, text, position in rows:
            longitude, latitude = (float(part) for part in position.strip("[]").split(","))
            found.append((row, Point(id_, text, longitude, latitude)))
        return tuple(found)

    located = release.kept(("zone points", dataset.slug, language), every)
    kept = matches(release, dataset, filters).found
    return tuple(point for row, point in located if kept >> row & 1)


@dataclass(frozen=True, slots=True)
class Layer:
    """Figures by commune that a map is coloured by."""

    name: str
    title: Text
    unit: str | None
    dataset: str
    """Slug of the dataset the figures are from."""
    values: Mapping[str, float]
    """By commune; where `of_districts`, that of the former district the commune was part of."""
    of_districts: bool = False
    decimals: int | None = None


def layers(release: Release) -> tuple[Layer, ...]:
    """Every layer that the data has, unchecked figures left out."""
    return release.kept(("layers",), lambda: _layers(release))


def _layers(release: Release) -> tuple[Layer, ...]:
    found: tuple[Layer, ...] = ()
    if release.has("communes"):
        found = _commune_layers(release)
    if release.has("communes", "land_use_allocation"):
        found += tuple(_land_layers(release))
    if release.has("indicator_values", "indicators", "commune_changes", "old_communes"):
        found += tuple(_indicator_layers(release))
    return found


def _commune_layers(release: Release) -> tuple[Layer, ...]:
    title = release.catalogue["communes"].field("population").title
    population = release.rows(
        "SELECT code, population, population / area_km2 FROM communes WHERE population IS NOT NULL"
    )
    densities = {code: density for code, _, density in population if density is not None}
    return (
        Layer(
            "population", title, "người", "communes", {code: count for code, count, _ in population}
        ),
        Layer(
            "density",
            Text(vi=f"{title.vi} trên km²", en=f"{title.en} per km²"),
            "người/km2",
            "communes",
            densities,
            decimals=0,
        ),
    )


def _land_layers(release: Release) -> list[Layer]:
    """A land type that is stated for most communes in one year."""
    rows = release.rows(
        """
        WITH stated AS (
          SELECT land_type_vi, kind, year, communes[1] AS commune, any_value(area_ha) AS area_ha
          FROM land_use_allocation WHERE len(communes) = 1 AND verified <> 'no' GROUP BY ALL
          -- Where sources differ a map cannot show both.
          HAVING count(DISTINCT area_ha) = 1
        )
        SELECT land_type_vi, kind, year, map(list(commune), list(area_ha))
        FROM stated GROUP BY ALL HAVING count(*) * 2 >= (SELECT count(*) FROM communes) ORDER BY ALL
        """
    )
    kinds = release.catalogue.codes["allocation_kind"]
    return [
        Layer(
            f"land-{slug(f'{land} {kind} {year}')}",
            Text(
                vi=f"{land}, {kinds[kind].vi.lower()} {year}",
                en=f"{land}, {kinds[kind].en.lower()} {year}",
            ),
            "ha",
            "land_use_allocation",
            values,
        )
        for land, kind, year, values in rows
    ]


def _indicator_layers(release: Release) -> list[Layer]:
    """The newest whole year of an indicator that is stated for several former districts."""
    rows = release.rows(
        """
        WITH stated AS (
          SELECT indicator_code, year, old_districts[1] AS district, any_value(value) AS value
          FROM indicator_values
          WHERE len(old_districts) = 1 AND quarter IS NULL AND value_kind = 'actual' AND verified <> 'no'
          GROUP BY ALL HAVING count(DISTINCT value) = 1
        ), years AS (
          SELECT indicator_code, max(year) AS year FROM (
            SELECT indicator_code, year FROM stated GROUP BY ALL HAVING count(*) >= ?
          ) GROUP BY indicator_code
        ), district_of AS (
          -- Where a commune was made of parts of several districts, the one most of its parts came from.
          SELECT commune, mode(old_district) AS district
          FROM commune_changes JOIN old_communes ON code = old_commune GROUP BY commune
        )
        SELECT indicator_code, year, any_value(name_vi), any_value(name_en), any_value(unit),
          map(list(commune), list(value))
        FROM stated JOIN years USING (indicator_code, year) JOIN district_of USING (district)
        JOIN indicators USING (indicator_code)
        -- Of ranks the best is the lowest, which such a scale would paint palest.
        WHERE unit <> ?
        GROUP BY ALL ORDER BY ALL
        """,
        [_FEWEST_DISTRICTS, RANK],
    )
    return [
        Layer(
            f"indicator-{code.lower()}",
            Text(vi=f"{name_vi} {year} (huyện cũ)", en=f"{name_en} {year} (former districts)"),
            unit,
            "indicator_values",
            values,
            of_districts=True,
        )
        for code, year, name_vi, name_en, unit, values in rows
    ]
