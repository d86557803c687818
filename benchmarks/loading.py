"""Loads a million generated rows with all checks, beside reading them bare.

    python benchmarks/loading.py [--rows 1000000] [--markdown docs/benchmarks.md]

Peers: DuckDB's own `read_csv` into a table of the same types, without any check, and `sqlite-utils insert`.
Each runs in a process of its own, in turn, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import csv
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from document import replace_section

SLUG = "generated"
KINDS = ("rừng trồng", "rừng tự nhiên", "vườn", "công viên")
_TITLE = '{ vi = "sinh ra", en = "generated" }'
_FIELDS = (
    ("id", "string", "required = true\nunique = true"),
    ("name", "string", "required = true"),
    ("kind", "string", 'codes = "kind"\nrequired = true'),
    ("area_ha", "number", "minimum = 0"),
    ("year", "year", "required = true"),
    ("planted", "date", ""),
    ("contact", "text", ""),
    ("source_url", "url", "required = true"),
    ("verified", "string", 'codes = "verified"\nrequired = true'),
)


def generate(path: Path, rows: int) -> None:
    chance = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([name for name, *_ in _FIELDS])
        for number in range(rows):
            day = f"20{chance.randrange(10, 26)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            out.writerow(
                [
                    f"g{number:07}",
                    f"Lô rừng sinh ra số {number}, khoảnh {number % 97}",
                    chance.choice(KINDS),
                    round(chance.random() * 500, 2) if number % 10 else "",
                    2010 + number % 16,
                    day if number % 7 else "",
                    "Ban quản lý rừng sinh ra" if number % 3 else "",
                    f"https://example.org/{number % 1000}",
                    "yes",
                ]
            )


def define(folder: Path) -> None:
    """A catalogue with the one dataset, its rows beside it."""
    (folder / "portal.toml").write_text(
        f"name = {_TITLE}\npurpose = {_TITLE}\nplaces_note = {_TITLE}\nkey_figures = []\n"
        f"[[formal_names]]\nname = {_TITLE}\n[publishers.made_up]\ntitle = {_TITLE}\n"
        f'[licences.made_up]\ntitle = {_TITLE}\nurl = "https://example.org/"\n[themes]\nmade_up = {_TITLE}\n',
        encoding="utf-8",
    )
    kinds = "".join(f'"{kind}" = "{kind}"\n' for kind in KINDS)
    (folder / "codes.toml").write_text(
        f'[unit]\nha = "ha"\n[verified]\nyes = "checked"\n[kind]\n{kinds}', encoding="utf-8"
    )
    lines = [
        f"title = {_TITLE}\nnoun = {_TITLE}\ndescription = {_TITLE}\ntheme = 'made_up'",
        "publisher = 'made_up'\nlicence = 'made_up'\nupdate_frequency = 'never'",
        "issued = 2026-01-01\nmodified = 2026-01-01\nmin_rows = 1\nkey = ['id']\ncolumns = ['name']",
        "sort = 'name'\ncaveats = []\nlegal_basis = []\nsource = { loader = 'table', file = 'data.csv' }",
    ]
    lines += [
        f"[[fields]]\nname = '{name}'\ntype = '{kind}'\ntitle = {_TITLE}\n{extra}"
        for name, kind, extra in _FIELDS
    ]
    (folder / SLUG / "dataset.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def bare(folder: Path) -> None:
    """The same table by DuckDB alone."""
    import duckdb

    types = {
        "area_ha": "DOUBLE",
        "year": "SMALLINT",
        "planted": "DATE",
    }
    columns = ", ".join(f"'{name}': '{types.get(name, 'VARCHAR')}'" for name, *_ in _FIELDS)
    with duckdb.connect(str(folder / "bare.duckdb")) as connection:
        connection.execute(
            f"CREATE TABLE rows AS SELECT * FROM read_csv(?, header=true, columns={{{columns}}}, "
            "delim=',', quote='\"', escape='\"', auto_detect=false)",
            [str(folder / SLUG / "data.csv")],
        )


def checked(folder: Path) -> None:
    """Every check of the definition, the personal-data gate, and the typed table."""
    import duckdb

    from minhbach_datasets.catalogue import Catalogue
    from minhbach_ingest.build import load_contents
    from minhbach_ingest.fetch import Fetcher
    from minhbach_ingest.sources import Sources

    catalogue = Catalogue.read(folder)
    dataset = catalogue[SLUG]
    sources = Sources(catalogue, folder / "var", Fetcher(folder / "cache", online=False))
    with duckdb.connect(str(folder / "checked.duckdb")) as connection:
        report = load_contents(connection, dataset, catalogue, sources.contents(dataset))
    if report.failed:
        raise SystemExit(str(report.findings[0]))


def unchecked(folder: Path) -> None:
    """The same reading and the same typed table with its addresses, without a check."""
    from minhbach_ingest import build

    build.gate = build.check_stage = lambda *_: None
    checked(folder)


def published(folder: Path) -> None:
    """A whole release: table, files in every format below the limit of rows, search, manifest, checksums."""
    from minhbach_ingest.__main__ import main as ingest

    with tempfile.TemporaryDirectory() as var:
        if ingest(["--var", var, "--definitions", str(folder), "publish"]):
            raise SystemExit("not published")


def sqlite(folder: Path) -> None:
    subprocess.run(
        [
            str(Path(sys.executable).with_name("sqlite-utils")), "insert", str(folder / "rows.sqlite"), "rows",
            str(folder / SLUG / "data.csv"), "--csv", "--pk", "id",
        ],
        check=True,
    )  # fmt: skip


STEPS = {
    "DuckDB read_csv, no checks": bare,
    "table with addresses, no checks": unchecked,
    "table with addresses, checked": checked,
    "published release": published,
    "sqlite-utils insert (detects types)": sqlite,
}


def measure(name: str, folder: Path) -> tuple[float, float]:
    """Seconds and peak MB of one step in a process of its own."""
    for left in ("bare.duckdb", "checked.duckdb", "rows.sqlite"):
        (folder / left).unlink(missing_ok=True)
    started = time.perf_counter()
    program = (
        "import resource, sys; sys.path.insert(0, sys.argv[1]); import loading; from pathlib import Path; "
        "loading.STEPS[sys.argv[2]](Path(sys.argv[3])); "
        "print(max(resource.getrusage(w).ru_maxrss for w in "
        "(resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024)"
    )
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", program, here, name, str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return time.perf_counter() - started, float(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / SLUG).mkdir()
        generate(folder / SLUG / "data.csv", options.rows)
        define(folder)
        megabytes = (folder / SLUG / "data.csv").stat().st_size / 1e6
        # In turn, so that a slower minute of the machine meets all of them.
        found = {step: [] for step in STEPS}
        for _ in range(options.runs):
            for step in STEPS:
                found[step].append(measure(step, folder))
    lines = [
        (
            f"{options.rows:,} generated rows of {len(_FIELDS)} columns, {megabytes:.0f} MB; median of "
            f"{options.runs} runs, whole processes. Made by `benchmarks/loading.py`."
        ),
        "",
        "| | seconds | rows a second | peak MB |",
        "|---|---:|---:|---:|",
    ]
    for step, runs in found.items():
        seconds = statistics.median(run[0] for run in runs)
        peak = max(run[1] for run in runs)
        lines.append(f"| {step} | {seconds:.1f} | {options.rows / seconds:,.0f} | {peak:,.0f} |")
    text = "\n".join(lines)
    print(text)
    if options.markdown:
        replace_section(options.markdown, "loading", text)


if __name__ == "__main__":
    main()
