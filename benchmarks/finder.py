"""The finder over many generated projects: how long its visitors wait, beside Datasette on the same table.

Usage: python benchmarks/finder.py [--projects 100000] [--clients 16] [--workers 2]
                                   [--markdown docs/benchmarks.md]

The projects are made up: each is named as such and takes its place, sector, form and amounts at random
from the real ones. Clients keep their connections and ask one request after the other. Every facet of the
finder is on every page; Datasette is asked for the same facets. `kept` asks a few addresses again and
again, as links that are passed around are; in `new` no address is asked twice.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from document import replace_section
from pages import Server, export_sqlite, free_port, start

from minhbach_datasets.catalogue import DEFINITIONS
from minhbach_datasets.release import RELEASES, Release, current_id

FACETS = (
    "kind", "status", "sector", "communes", "old_districts", "near", "zone_id", "zone_kind",
    "investment_form", "foreign_capital", "countries", "delay",
)  # fmt: skip
KEPT = 20
"""Different addresses of the runs that ask them again and again."""
_FILTERS = {
    "status": ("kêu gọi đầu tư", "đang triển khai", "hoàn thành", "đã chấp thuận chủ trương"),
    "sector": ("công nghiệp", "du lịch-dịch vụ", "giao thông", "y tế", "giáo dục"),
    "investment_form": ("FDI", "trong nước", "PPP"),
    "kind": ("dự án", "khu"),
    "near": ("cảng biển", "cửa khẩu", "sân bay", "hải đảo"),
}


def generate(folder: Path, count: int) -> None:
    """Definitions whose projects are made up, so many, beside the real rows of all other datasets."""
    shutil.copytree(DEFINITIONS, folder)
    path = folder / "investment_projects" / "data.csv"
    with path.open(encoding="utf-8", newline="") as file:
        real = list(csv.DictReader(file))
    chance = random.Random(11)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(real[0]), lineterminator="\n")
        writer.writeheader()
        # Rates, features and related projects refer to the real ones.
        writer.writerows(real)
        for number in range(count - len(real)):
            row = {name: chance.choice(real)[name] for name in real[0]}
            row |= {
                "project_id": f"made-up-{number:06}",
                "name_vi": f"Dự án tạo ra để đo, số {number:06}",
                "name_en": f"Made-up project {number:06}",
                "related_project_id": "",
            }
            writer.writerow(row)


def addresses(count: int, chance: random.Random) -> list[list[tuple[str, str]]]:
    """So many different combinations of filters."""
    found: dict[str, list[tuple[str, str]]] = {"": []}
    while len(found) < count:
        names = chance.sample(sorted(_FILTERS), chance.randint(0, 2))
        parameters = [(name, chance.choice(_FILTERS[name])) for name in names]
        if chance.random() < 0.8:
            parameters.append(("area_ha_min", str(chance.randint(1, 4000))))
        found.setdefault(urlencode(parameters), parameters)
    return list(found.values())


def portal_path(view: str, parameters: Sequence[tuple[str, str]]) -> str:
    if view == "map data":
        return f"/api/v1/map/co-hoi.json?{urlencode(parameters)}"
    if view == "JSON":
        return f"/co-hoi.json?{urlencode(parameters)}"
    return f"/co-hoi?{urlencode(parameters)}"


def datasette_path(view: str, parameters: Sequence[tuple[str, str]]) -> str:
    asked = [("_facet", name) for name in FACETS] + [("_size", "25")]
    asked += [
        (name.replace("_min", "__gte") if name.endswith("_min") else f"{name}__contains", value)
        for name, value in parameters
    ]
    ending = ".json" if view == "JSON" else ""
    return f"/portal/opportunities{ending}?{urlencode(asked)}"


async def ask(port: int, paths: Sequence[str], clients: int) -> tuple[list[float], int]:
    """Milliseconds of every request, and the largest answer in bytes as it is sent."""
    waits: list[float] = []
    largest = 0
    waiting = list(reversed(paths))

    async def one() -> None:
        nonlocal largest
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        while waiting:
            path = waiting.pop()
            head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nAccept: text/html\r\n\r\n"
            started = time.perf_counter()
            writer.write(head.encode())
            status = await reader.readline()
            if b" 200 " not in status:
                raise SystemExit(f"{path}: {status.decode().strip()}")
            length, chunked, size = 0, False, 0
            while (line := await reader.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode("latin-1").partition(":")
                length = int(value) if name.lower() == "content-length" else length
                chunked |= name.lower() == "transfer-encoding"
            while chunked and (part := int(await reader.readline(), 16)):
                size += len(await reader.readexactly(part + 2)) - 2
            if chunked:
                await reader.readline()
            else:
                size = len(await reader.readexactly(length))
            waits.append((time.perf_counter() - started) * 1000)
            largest = max(largest, size)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one() for _ in range(clients)))
    return waits, largest


def run(server: Server, paths: Sequence[str], clients: int) -> str:
    waits, largest = asyncio.run(ask(server.port, paths, clients))
    cuts = statistics.quantiles(waits, n=100)
    return (
        f"{statistics.median(waits):.1f} | {cuts[94]:.1f} | {cuts[98]:.1f} | {largest / 1000:.0f}"
    )


def report(
    portal: Server, fresh: Server, datasette: Server, clients: int, requests: int
) -> list[str]:
    chance = random.Random(3)
    lines = []
    for view in ("list with every facet", "JSON", "map data"):
        few = addresses(KEPT, chance)
        many = addresses(max(requests // 4, 100), chance)
        again = [chance.choice(few) for _ in range(requests)]
        warm = [portal_path(view, parameters) for parameters in few]
        asyncio.run(ask(portal.port, warm, 1))
        rows = [
            ("portal", "kept", portal, [portal_path(view, each) for each in again]),
            ("portal", "new", fresh, [portal_path(view, each) for each in many]),
        ]
        if view != "map data":
            peer = [datasette_path(view, each) for each in many[:48]]
            rows.append(("Datasette", "new", datasette, peer))
        for name, kind, server, paths in rows:
            lines.append(
                f"| {view} | {name} | {kind} | {len(paths):,} | {run(server, paths, clients)} |"
            )
            print(lines[-1], file=sys.stderr)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2, help="processes of the portal")
    parser.add_argument("--work", type=Path, help="keep generated data and release here")
    parser.add_argument("--markdown", type=Path, help="write into this file's section `finder`")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        var = work / "var"
        if not (var / "current").exists():
            generate(work / "definitions", options.projects)
            command = [sys.executable, "-m", "minhbach_ingest", "--definitions"]
            command += [str(work / "definitions"), "--var", str(var), "publish"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        release = Release(var / RELEASES / current_id(var))
        total = release.manifest.datasets["opportunities"].rows
        if not (work / "portal.db").exists():
            export_sqlite(release, work / "portal.db", only=("opportunities",))
        release.close()
        servers = []
        for cache in ("64", "0"):
            port = free_port()
            environment = {"MINHBACH_VAR": str(var), "MINHBACH_PORT": str(port)}
            environment["MINHBACH_CACHE_MB"] = cache
            environment["MINHBACH_WORKERS"] = str(options.workers)
            command = [sys.executable, "-m", "minhbach_site"]
            servers.append(start("portal", command, port, environment)[0])
        port = free_port()
        command = [sys.executable, "-m", "datasette", "serve", str(work / "portal.db")]
        command += ["-p", str(port), "--setting", "sql_time_limit_ms", "60000"]
        command += [
            "--setting",
            "facet_time_limit_ms",
            "60000",
            "--setting",
            "default_cache_ttl",
            "0",
        ]
        servers.append(start("Datasette", command, port, {})[0])
        try:
            portal, fresh, datasette = servers
            lines = report(portal, fresh, datasette, options.clients, options.requests)
        finally:
            for server in servers:
                server.stop()
    text = "\n".join(
        [
            (
                f"{total:,} opportunities, of them {options.projects:,} projects, nearly all made up; "
                f"{options.workers} portal processes; {options.clients} clients, each asking one request after the other; milliseconds until "
                f"the whole answer is there, KB of the largest answer as sent; Python "
                f"{platform.python_version()}, {os.cpu_count()} cores, clients on the same machine. "
                "Made by `benchmarks/finder.py`."
            ),
            "",
            "| what | server | addresses | requests | p50 | p95 | p99 | KB |",
            "|---|---|---|---:|---:|---:|---:|---:|",
            *lines,
            "",
        ]
    )
    print(text)
    if options.markdown:
        replace_section(options.markdown, "finder", text)


if __name__ == "__main__":
    main()
