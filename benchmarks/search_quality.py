"""How often the judged queries are answered by the first, five or ten hits, by type of query and engine.

Usage: python benchmarks/search_quality.py [--var var] [--missed] [--markdown docs/benchmarks.md]

The judgements of search_queries.toml were made from the data, without looking at any engine's answers.
A query counts as answered at k when any record it expects stands among the first k hits. Meilisearch
is measured too where MINHBACH_TEST_MEILISEARCH_URL (and _KEY) name a server that may be filled.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from document import replace_section

from minhbach_datasets.release import RELEASES, SEARCH_FOLDER, Release, current_id
from minhbach_search.documents import documents
from minhbach_search.engine import Query, SearchEngine
from minhbach_search.engines.embedded import EmbeddedEngine
from minhbach_search.engines.meilisearch import MeilisearchEngine
from minhbach_search.engines.meilisearch_index import fill_index
from minhbach_search.engines.meilisearch_server import Server

QUERIES = Path(__file__).with_name("search_queries.toml")
DEPTHS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Judged:
    """A query and the records any of which answers it."""

    type: str
    query: Query
    expected: frozenset[str]
    within: int


def read_queries(path: Path = QUERIES) -> list[Judged]:
    return [
        Judged(
            entry["type"],
            Query(entry["text"], language=entry["language"], limit=max(DEPTHS), facets=()),
            frozenset(entry["expect"]),
            entry["within"],
        )
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["query"]
    ]


def rank(engine: SearchEngine, judged: Judged) -> int | None:
    """Place of the first expected record among the hits, from 1; None where it is not there."""
    for place, hit in enumerate(engine.search(judged.query).hits, 1):
        if f"{hit.kind}/{hit.id}" in judged.expected:
            return place
    return None


def figures(ranks: Sequence[int | None]) -> list[float]:
    """Recall at each depth, then the mean reciprocal rank."""
    shares = [sum(r is not None and r <= depth for r in ranks) / len(ranks) for depth in DEPTHS]
    return [*shares, sum(1 / r for r in ranks if r) / len(ranks)]


def report(ranked: Sequence[tuple[Judged, int | None]]) -> list[str]:
    by_type: defaultdict[str, list[int | None]] = defaultdict(list)
    for judged, place in ranked:
        by_type[judged.type].append(place)
    by_type["**all**"] = [place for _, place in ranked]
    lines = [
        "| type | queries | recall@1 | recall@5 | recall@10 | MRR |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, ranks in by_type.items():
        shown = " | ".join(f"{figure:.2f}" for figure in figures(ranks))
        lines.append(f"| {name} | {len(ranks)} | {shown} |")
    met = sum(place is not None and place <= judged.within for judged, place in ranked)
    lines += ["", f"{met} of {len(ranked)} stand as high as their judge asked (1 or 5)."]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var"))
    parser.add_argument("--missed", action="store_true", help="list the queries that missed")
    parser.add_argument("--markdown", type=Path, help="write into this file's section `quality`")
    options = parser.parse_args()
    release = Release(options.var / RELEASES / current_id(options.var))
    embedded = EmbeddedEngine(release.path / SEARCH_FOLDER, release.id)
    engines: dict[str, SearchEngine] = {"Embedded": embedded}
    if url := os.environ.get("MINHBACH_TEST_MEILISEARCH_URL"):
        server = Server(
            url,
            os.environ.get("MINHBACH_TEST_MEILISEARCH_KEY", ""),
            f"quality-{secrets.token_hex(3)}",
        )
        fill_index(server, release.id, documents(release.cursor, release.catalogue))
        version = server.client().get_version()["pkgVersion"]
        engines[f"Meilisearch ({version})"] = MeilisearchEngine(server, release.id, embedded.plan)
    queries = read_queries()
    lines: list[str] = []
    for name, engine in engines.items():
        ranked = [(judged, rank(engine, judged)) for judged in queries]
        lines += [f"### {name}", "", *report(ranked), ""]
        for judged, place in ranked if options.missed else ():
            if place is None or place > judged.within:
                hits = engine.search(judged.query).hits[:3]
                found = ", ".join(f"{hit.kind}/{hit.id}" for hit in hits)
                print(
                    f"{name}: {judged.type}: {judged.query.text!r} at {place}, wanted within "
                    f"{judged.within}: {sorted(judged.expected)[:3]}; found {found}",
                    file=sys.stderr,
                )
    text = "\n".join(lines)
    print(text)
    if options.markdown:
        replace_section(options.markdown, "quality", text)


if __name__ == "__main__":
    main()
