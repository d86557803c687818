"""Every definition and every row that the package ships."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from minhbach_datasets.catalogue import DEFINITIONS, Catalogue
from minhbach_datasets.release import Release
from minhbach_datasets.schema import quoted

CATALOGUE = Catalogue.read()
SLUGS = sorted(CATALOGUE)
EMBEDDED = [
    slug
    for slug in SLUGS
    if not CATALOGUE[slug].source.remote and not CATALOGUE[slug].source.derived
]

# Facts file -> datasets it was tidied into.
TIDIED = {
    "agencies": ["agencies"],
    "communes_2025": ["communes"],
    "forecasts": ["forecasts"],
    "incentives": ["incentives"],
    "indicators": ["indicator_values"],
    "investment_projects": ["investment_projects"],
    "land_types": ["land_types"],
    "land_use_allocation": ["land_use_allocation"],
    "legal_documents": ["legal_documents"],
    "legal_relations": ["legal_relations"],
    "plan_targets": ["plan_targets"],
    "plans": ["plans"],
    "procedures": ["procedures"],
    "zones": ["zones", "zone_statements"],
}


def _rows(slug: str) -> list[dict[str, str]]:
    with (DEFINITIONS / slug / "data.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_at_least_twelve() -> None:
    assert len(SLUGS) >= 12


@pytest.mark.parametrize("slug", SLUGS)
def test_texts_are_in_both_languages(slug: str) -> None:
    dataset = CATALOGUE[slug]
    texts = [dataset.title, dataset.noun, dataset.description, *dataset.caveats]
    texts += [field.title for field in dataset.fields]
    texts += [field.description for field in dataset.fields if field.description]
    assert all(text.vi.strip() and text.en.strip() for text in texts)
    assert dataset.caveats
    assert dataset.legal_basis


@pytest.mark.parametrize("slug", EMBEDDED)
def test_rows_are_sorted_by_key_and_normal(slug: str) -> None:
    rows = _rows(slug)
    keys = [tuple(row[name] for name in CATALOGUE[slug].key) for row in rows]
    assert keys == sorted(keys)
    text = (DEFINITIONS / slug / "data.csv").read_bytes()
    assert not text.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in text


@pytest.mark.parametrize("slug", EMBEDDED)
def test_every_row_is_in_the_release(slug: str, release: Release) -> None:
    rows = _rows(slug)
    dataset = CATALOGUE[slug]
    counted = release.rows(f"SELECT count(*) FROM {quoted(slug)}")[0][0]
    assert counted == len(rows) == release.manifest.datasets[slug].rows
    assert counted >= dataset.min_rows
    assert dataset.max_rows is None or counted <= dataset.max_rows


@pytest.mark.parametrize("name", sorted(TIDIED))
def test_every_fact_was_carried_over(name: str, facts: Path, release: Release) -> None:
    with (facts / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        compiled = list(csv.DictReader(file))
    tables = TIDIED[name]
    counted = [release.rows(f"SELECT count(*) FROM {quoted(t)}")[0][0] for t in tables]
    assert sum(counted) == len(compiled)
    for level in ("yes", "partly", "no"):
        kept = sum(release.manifest.datasets[t].verified.get(level, 0) for t in tables)
        assert kept == sum(row["verified"] == level for row in compiled), level
    sources = {row["source_url"] for row in compiled if row["source_url"]}
    published = {
        url
        for table in tables
        for (url,) in release.rows(
            f"SELECT DISTINCT source_url FROM {quoted(table)} WHERE source_url IS NOT NULL"
        )
    }
    assert published == sources


def test_contradictions_are_those_that_were_compiled(facts: Path, release: Release) -> None:
    """The rule on indicator pages finds what the facts list as contradictions."""
    with (facts / "contradictions.csv").open(encoding="utf-8", newline="") as file:
        compiled = {
            (
                row["indicator_code"],
                row["area"],
                int(row["year"]),
                row["quarter"],
                row["kind"] == "target",
            )
            for row in csv.DictReader(file)
        }
    found = release.rows(
        "SELECT indicator_code, area, year, coalesce(quarter, ''), value_kind = 'target' "
        "FROM indicator_values GROUP BY ALL HAVING count(DISTINCT value) > 1"
    )
    assert compiled <= set(found)
    assert len(compiled) == 36


def test_formal_name_follows_the_date() -> None:
    from datetime import date

    portal = CATALOGUE.portal
    assert portal.formal_name(date(2026, 8, 31)).name.vi == "tỉnh Quảng Ninh"
    assert portal.formal_name(date(2026, 9, 1)).name.en == "Quảng Ninh city"
