"""Where facts come from, across datasets."""

from __future__ import annotations

from minhbach_datasets.release import Release
from minhbach_datasets.schema import quoted


def hosts(release: Release) -> tuple[tuple[str, int, int], ...]:
    """(host, rows citing it, datasets citing it), most cited first."""
    every = " UNION ALL ".join(
        f"SELECT '{slug}' AS dataset, source_url FROM {quoted(slug)}" for slug in release.catalogue
    )
    rows = release.rows(
        "SELECT regexp_extract(source_url, '^https?://([^/:]+)', 1) AS host, count(*), "
        f"count(DISTINCT dataset) FROM ({every}) WHERE source_url IS NOT NULL "
        "GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return tuple((host, cited, datasets) for host, cited, datasets in rows)
