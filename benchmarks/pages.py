"""Server CPU per request for each type of page and its .json, beside Datasette on the same tables.

Usage: python benchmarks/pages.py [--var var] [--requests 200] [--markdown docs/benchmarks.md]

CPU is what the operating system counts for the server process (user + system) over a run of requests,
divided by their number; clients keep their connections, the first requests of each page are not
counted. The portal runs twice: as it is, and keeping no finished answers (MINHBACH_CACHE_MB=0).
Datasette serves the same tables from SQLite, exported from the same release, without its own cache.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import psutil
import sqlite_utils
from document import replace_section

from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_datasets.schema import quoted

CLIENTS = (1, 16)
WARM_UP = 20

PORTAL = {
    "home": ("/", None),
    "search": ("/tim-kiem?q=ha+long", "/tim-kiem.json?q=ha+long"),
    "list with facets": ("/co-hoi", "/co-hoi.json"),
    "list, two filters": (
        "/co-hoi?status=d%E1%BB%ABng&sector=du+l%E1%BB%8Bch-d%E1%BB%8Bch+v%E1%BB%A5",
        "/co-hoi.json?status=d%E1%BB%ABng&sector=du+l%E1%BB%8Bch-d%E1%BB%8Bch+v%E1%BB%A5",
    ),
    "record (project)": (
        "/co-hoi/du-an/lite-on-quang-ninh",
        "/co-hoi/du-an/lite-on-quang-ninh.json",
    ),
    "record (law)": ("/van-ban/31-2024-qh15", "/van-ban/31-2024-qh15.json"),
    "record (indicator)": ("/chi-tieu/grdp-growth", "/chi-tieu/grdp-growth.json"),
    "record (place)": ("/dia-ban/06661", "/dia-ban/06661.json"),
    "dataset": ("/du-lieu/zones", None),
    "catalogue": ("/du-lieu", "/du-lieu.json"),
    "status": ("/trang-thai", "/trang-thai.json"),
}
DATASETTE = {
    "list with facets": (
        "/portal/investment_projects?_facet=status&_facet=sector&_facet=investment_form&_facet=zone_id",
        "/portal/investment_projects.json?_facet=status&_facet=sector&_facet=investment_form&_facet=zone_id",
    ),
    "list, two filters": (
        (
            "/portal/investment_projects?status=d%E1%BB%ABng&sector=du+l%E1%BB%8Bch-d%E1%BB%8Bch+v%E1%BB%A5"
            "&_facet=status&_facet=sector&_facet=investment_form&_facet=zone_id"
        ),
        (
            "/portal/investment_projects.json?status=d%E1%BB%ABng&sector=du+l%E1%BB%8Bch-d%E1%BB%8Bch+v%E1%BB%A5"
            "&_facet=status&_facet=sector&_facet=investment_form&_facet=zone_id"
        ),
    ),
    "record (project)": (
        "/portal/investment_projects/lite-on-quang-ninh",
        "/portal/investment_projects/lite-on-quang-ninh.json",
    ),
    "record (law)": (
        "/portal/legal_documents/31-2024-qh15",
        "/portal/legal_documents/31-2024-qh15.json",
    ),
    "catalogue": ("/portal", "/portal.json"),
}


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    process: subprocess.Popen[bytes]
    port: int

    def cpu(self) -> float:
        """Seconds of CPU the process has used, in user and kernel mode."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    name: str, command: list[str], port: int, environment: dict[str, str]
) -> tuple[Server, float]:
    """Start a server and wait until it answers; returns it and the seconds that took."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 0.2) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                if connection.recv(64).startswith(b"HTTP/1.1 "):
                    return Server(name, process, port), time.perf_counter() - started
        except OSError:
            if process.poll() is not None or time.perf_counter() - started > 30:
                raise SystemExit(f"{name} did not start") from None
            time.sleep(0.01)


async def ask(port: int, path: str, clients: int, requests: int) -> None:
    """Send requests over kept connections, so many at once; every answer must be 200."""

    async def one(count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nAccept: text/html\r\n\r\n"
        for _ in range(count):
            writer.write(head.encode())
            status = await reader.readline()
            if b" 200 " not in status:
                raise SystemExit(f"{path}: {status.decode().strip()}")
            length, chunked = 0, False
            while (line := await reader.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode("latin-1").partition(":")
                if name.lower() == "content-length":
                    length = int(value)
                chunked |= name.lower() == "transfer-encoding"
            if chunked:
                while size := int(await reader.readline(), 16):
                    await reader.readexactly(size + 2)
                await reader.readline()
            else:
                await reader.readexactly(length)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one(requests // clients) for _ in range(clients)))


def measure(server: Server, path: str, clients: int, requests: int) -> float:
    """Milliseconds of server CPU for one request."""
    asyncio.run(ask(server.port, path, 1, WARM_UP))
    requests -= requests % clients
    before = server.cpu()
    asyncio.run(ask(server.port, path, clients, requests))
    return (server.cpu() - before) / requests * 1000


def export_sqlite(release: Release, path: Path, only: Collection[str] | None = None) -> None:
    """The release's tables, or only some, in SQLite, with the same ids and indexed facets."""
    database = sqlite_utils.Database(path)
    for dataset in release.catalogue.values():
        if only is not None and dataset.slug not in only:
            continue
        names = ["_id", *(field.name for field in dataset.fields)]
        columns = ", ".join(
            f"array_to_string({quoted(f.name)}, ';')"
            if f.type == "list"
            else f"CAST({quoted(f.name)} AS VARCHAR)"
            if f.type == "date"
            else quoted(f.name)
            for f in dataset.fields
        )
        rows = release.rows(f"SELECT _id, {columns} FROM {quoted(dataset.slug)}")
        table = database[dataset.slug]
        table.insert_all((dict(zip(names, row, strict=True)) for row in rows), pk="_id")  # type: ignore[union-attr]
        for field in dataset.facets:
            table.create_index([field.name])  # type: ignore[union-attr]
    database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var"))
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument(
        "--markdown", type=Path, help="write the table into this file's section `pages` as well"
    )
    options = parser.parse_args()
    release = Release(options.var / RELEASES / current_id(options.var))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "portal.db"
        export_sqlite(release, path)
        release.close()
        servers = []
        starts = []
        for name, cache in (("portal", "64"), ("portal, keeping no answers", "0")):
            port = free_port()
            environment = {
                "MINHBACH_VAR": str(options.var),
                "MINHBACH_PORT": str(port),
                "MINHBACH_CACHE_MB": cache,
            }
            server, seconds = start(
                name, [sys.executable, "-m", "minhbach_site"], port, environment
            )
            servers.append((server, PORTAL))
            starts.append((name, seconds))
        port = free_port()
        command = [sys.executable, "-m", "datasette", "serve", str(path), "-p", str(port)]
        command += ["--setting", "default_cache_ttl", "0", "--setting", "num_sql_threads", "2"]
        server, seconds = start("Datasette", command, port, {})
        servers.append((server, DATASETTE))
        starts.append(("Datasette", seconds))
        try:
            text = report(servers, starts, options.requests)
        finally:
            for server, _ in servers:
                server.stop()
    print(text)
    if options.markdown:
        replace_section(options.markdown, "pages", text)


def report(
    servers: list[tuple[Server, dict[str, tuple[str, str | None]]]],
    starts: list[tuple[str, float]],
    requests: int,
) -> str:
    heads = [
        f"{server.name}, {n} client{'s' if n > 1 else ''}" for server, _ in servers for n in CLIENTS
    ]
    lines = [
        (
            f"Milliseconds of server CPU a request, {requests} requests each after {WARM_UP} to warm up, keep-alive, "
            f"gzip; Python {platform.python_version()}, {os.cpu_count()} cores. Made by `benchmarks/pages.py`."
        ),
        "",
        "Seconds from start to the first answer: "
        + ", ".join(f"{name} {seconds:.2f}" for name, seconds in starts)
        + ".",
        "",
        "| page | " + " | ".join(heads) + " |",
        "|---|" + "---:|" * len(heads),
    ]
    for page in PORTAL:
        for index, kind in enumerate(("", " .json")):
            if PORTAL[page][index] is None:
                continue
            cells = []
            for server, pages in servers:
                path = pages.get(page, (None, None))[index]
                cells += [
                    "" if path is None else f"{measure(server, path, clients, requests):.2f}"
                    for clients in CLIENTS
                ]
            lines.append(f"| {page}{kind} | " + " | ".join(cells) + " |")
            print(lines[-1], file=sys.stderr)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
