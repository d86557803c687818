"""The embedded engine on many documents beside SQLite FTS5 on the same ones: building and answering.

Usage: python benchmarks/search_speed.py [--var var] [--documents 500000] [--markdown docs/benchmarks.md]

The documents are the real ones of a release, recombined by a fixed random seed: titles, texts, numbers and
filters of different records are put together, so words are as frequent as in life. Both sides get the
same folded texts. FTS5 answers with its own rank and counts each facet by GROUP BY; it has no typo
tolerance, so it has no figure there. Each engine is built, and then asked, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import local

from document import replace_section

from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_datasets.text import words
from minhbach_search.documents import documents
from minhbach_search.engine import Query, SearchDocument
from minhbach_search.engines.embedded import EmbeddedEngine, write_index

SEED = 2026
FACETS = ("kind", "sector", "commune", "district", "status")
CLIENTS = (1, 8)
QUERIES = 120
TYPES = ("two words + 5 facets", "prefix", "typo", "number")
ENGINES = ("embedded", "fts5")


def recombined(release: Release, count: int) -> Iterator[SearchDocument]:
    """The same documents for the same release and count."""
    real = list(documents(release.cursor, release.catalogue))
    numbered = [document for document in real if document.numbers]
    chance = random.Random(SEED)
    for index in range(count):
        head, tail, body, filters = (chance.choice(real) for _ in range(4))
        titles = []
        for begun, ended in zip(head.title, tail.title, strict=True):
            start, end = begun.split(), ended.split()
            titles.append(" ".join((*start[: len(start) // 2 + 1], *end[len(end) // 2 :])))
        yield replace(
            head,
            id=f"generated-{index}",
            title=(titles[0], titles[1]),
            body=body.body,
            filters=filters.filters,
            ranges=filters.ranges,
            numbers=chance.choice(numbered).numbers if index % 4 == 0 else (),
        )


def asked(release: Release) -> dict[str, list[str]]:
    """What is typed, by type: words of real titles, some cut short or misspelt, and real numbers."""
    real = list(documents(release.cursor, release.catalogue))
    chance = random.Random(SEED + 1)
    titles = [words(d.title[0]) for d in real if len(words(d.title[0])) >= 3]
    numbers = [
        row[0] for row in release.rows("SELECT number FROM legal_documents ORDER BY _id LIMIT 500")
    ]
    found: dict[str, list[str]] = {name: [] for name in TYPES}
    while len(found["typo"]) < QUERIES:
        title = chance.choice(titles)
        at = chance.randrange(len(title) - 1)
        first, second = title[at : at + 2]
        if len(found["number"]) < QUERIES:
            found["two words + 5 facets"].append(f"{first} {second} ")
            found["prefix"].append(f"{first} {second[: max(1, len(second) - 1)]}")
            found["number"].append(chance.choice(numbers))
        long = [word for word in title if len(word) >= 5 and word.isalpha()]
        if long:
            word = chance.choice(long)
            cut = chance.randrange(1, len(word) - 1)
            found["typo"].append(f"{word[:cut]}{word[cut + 1 :]} ")
    return found


def build_embedded(release: Release, count: int, folder: Path) -> None:
    write_index(recombined(release, count), folder / "embedded")


def build_fts5(release: Release, count: int, folder: Path) -> None:
    (folder / "fts5").mkdir()
    base = sqlite3.connect(folder / "fts5" / "documents.db")
    base.execute("PRAGMA journal_mode = off")
    base.execute(
        "CREATE VIRTUAL TABLE texts USING fts5(title, also, body, number, "
        "tokenize = 'unicode61', prefix = '2 3')"
    )
    base.execute(f"CREATE TABLE facts (id INTEGER PRIMARY KEY, {', '.join(FACETS)})")
    for index, document in enumerate(recombined(release, count)):
        also = [name for names in document.also for name in names]
        row = (
            index,
            " ".join(words(" ".join(document.title))),
            " ".join(words(" ".join(also))),
            " ".join(words(f"{document.body} {' '.join(document.summary)}")),
            " ".join(key.replace("-", " ") for key in document.numbers),
        )
        base.execute(
            "INSERT INTO texts (rowid, title, also, body, number) VALUES (?, ?, ?, ?, ?)", row
        )
        chosen = [document.kind]
        chosen += [(document.filters.get(name) or (None,))[0] for name in FACETS[1:]]
        base.execute(f"INSERT INTO facts VALUES (?{', ?' * len(FACETS)})", (index, *chosen))
    base.execute("INSERT INTO texts (texts) VALUES ('optimize')")
    base.commit()
    base.close()


Ask = Callable[[str, str], int]
"""(type, text) -> hits found."""


def ask_embedded(folder: Path) -> Ask:
    engine = EmbeddedEngine(folder / "embedded", "generated")

    def ask(type_: str, text: str) -> int:
        facets = FACETS if "facets" in type_ else ()
        return engine.search(Query(text, facets=facets)).total

    return ask


def ask_fts5(folder: Path) -> Ask:
    kept = local()

    def ask(type_: str, text: str) -> int:
        if not hasattr(kept, "base"):
            path = f"file:{folder / 'fts5' / 'documents.db'}?mode=ro&immutable=1"
            kept.base = sqlite3.connect(path, uri=True)
        typed = words(text)
        match = " ".join(f'"{word}"' for word in typed)
        if type_ == "prefix":
            match += "*"
        if type_ == "number":
            match = f'number : "{" ".join(typed)}"'
        rows = kept.base.execute(
            "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT 20", [match]
        ).fetchall()
        within = "FROM facts WHERE id IN (SELECT rowid FROM texts WHERE texts MATCH ?)"
        for facet in FACETS if "facets" in type_ else ():
            kept.base.execute(
                f"SELECT {facet}, count(*) {within} GROUP BY 1 ORDER BY 2 DESC", [match]
            ).fetchall()
        # The embedded engine counts its hits as well.
        kept.base.execute("SELECT count(*) FROM texts WHERE texts MATCH ?", [match]).fetchone()
        return len(rows)

    return ask


def measure(ask: Ask, type_: str, texts: list[str], clients: int) -> dict[str, float]:
    """Milliseconds a query takes, and how many found something."""

    def one(text: str) -> tuple[float, bool]:
        started = time.perf_counter()
        found = ask(type_, text)
        return (time.perf_counter() - started) * 1000, found > 0

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(one, texts[:10]))
        started = time.perf_counter()
        answers = list(pool.map(one, texts * (2 if clients > 1 else 1)))
        seconds = time.perf_counter() - started
    cuts = statistics.quantiles([taken for taken, _ in answers], n=100)
    return {
        "p50": cuts[49],
        "p95": cuts[94],
        "p99": cuts[98],
        "per second": len(answers) / seconds,
        "found": sum(found for _, found in answers) / len(answers),
    }


def child(step: str, engine: str, options: argparse.Namespace, folder: Path) -> None:
    """One step in a process of its own; prints what it measured as JSON."""
    release = Release(options.var / RELEASES / current_id(options.var))
    started = time.perf_counter()
    result: dict[str, object]
    if step == "build":
        {"embedded": build_embedded, "fts5": build_fts5}[engine](release, options.documents, folder)
        size = sum(p.stat().st_size for p in (folder / engine).rglob("*") if p.is_file())
        result = {"seconds": time.perf_counter() - started, "bytes": size}
    else:
        ask = {"embedded": ask_embedded, "fts5": ask_fts5}[engine](folder)
        result = {
            f"{type_}/{clients}": measure(ask, type_, texts, clients)
            for type_, texts in asked(release).items()
            for clients in CLIENTS
            if not (engine == "fts5" and type_ == "typo")
        }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"peak": peak, "result": result}))


def run(step: str, engine: str, options: argparse.Namespace, folder: Path) -> dict[str, object]:
    print(f"{step} {engine}", file=sys.stderr)
    command = [sys.executable, __file__, "--var", str(options.var)]
    command += ["--documents", str(options.documents), "--child", step, engine, str(folder)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    content: dict[str, object] = json.loads(found.stdout)
    return content


def report(built: dict[str, dict], answered: dict[str, dict], count: int) -> list[str]:
    lines = [
        (
            f"{count:,} generated documents; Python {platform.python_version()}, {os.cpu_count()} "
            f"cores, SQLite {sqlite3.sqlite_version}. Made by `benchmarks/search_speed.py`."
        ),
        "",
        "| | build, s | size, MB | peak while building, MB | peak while asked, MB |",
        "|---|---:|---:|---:|---:|",
    ]
    for name in ENGINES:
        result = built[name]["result"]
        lines.append(
            f"| {name} | {result['seconds']:.0f} | {result['bytes'] / 1e6:.0f} | "
            f"{built[name]['peak'] / 1e6:.0f} | {answered[name]['peak'] / 1e6:.0f} |"
        )
    lines += [
        "",
        "Milliseconds a query takes, and the share of queries that found something:",
        "",
        "| query | clients | engine | p50 | p95 | p99 | queries a second | found |",
        "|---|---:|---|---:|---:|---:|---:|---:|",
    ]
    for type_ in TYPES:
        for clients in CLIENTS:
            for name in ENGINES:
                figures = answered[name]["result"].get(f"{type_}/{clients}")
                shown = "| | | | | none |"
                if figures:
                    shown = "| " + " | ".join(f"{figures[p]:.1f}" for p in ("p50", "p95", "p99"))
                    shown += f" | {figures['per second']:.0f} | {figures['found']:.0%} |"
                lines.append(f"| {type_} | {clients} | {name} {shown}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var"))
    parser.add_argument("--documents", type=int, default=500_000)
    parser.add_argument("--markdown", type=Path, help="write into this file's section `speed`")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        step, engine, folder = options.child
        child(step, engine, options, Path(folder))
        return
    with tempfile.TemporaryDirectory(prefix="minhbach-speed-") as name:
        built = {engine: run("build", engine, options, Path(name)) for engine in ENGINES}
        answered = {engine: run("ask", engine, options, Path(name)) for engine in ENGINES}
    text = "\n".join(report(built, answered, options.documents))
    print(text)
    if options.markdown:
        replace_section(options.markdown, "speed", text)


if __name__ == "__main__":
    main()
