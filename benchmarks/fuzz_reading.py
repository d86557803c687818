"""Reads mutated real files and reports crashes, hangs and memory: nothing may come but a reading or a refusal.

Files are read as ingest reads them, in a child process with limits of time and memory:

    python benchmarks/fuzz_reading.py FOLDER [--minutes 10] [--seed 1] [--markdown docs/benchmarks.md]

Finds are saved below --finds, so that they can be read again.
"""

from __future__ import annotations

import argparse
import collections
import random
import time
from pathlib import Path

from document import replace_section

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.isolated import MEMORY, Worker

MAX_BYTES = 400_000
"""Larger files cost minutes each to little use; their kinds are there in small ones too."""


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut, repeat, drop or overwrite a few stretches."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8, 32))):
        if not found:
            break
        at = chance.randrange(len(found))
        length = min(chance.choice((1, 2, 4, 16, 256, 4096)), len(found) - at)
        match chance.randrange(7):
            case 0:
                found[at] ^= 1 << chance.randrange(8)
            case 1:
                found[at : at + length] = chance.randbytes(length)
            case 2:
                del found[at : at + length]
            case 3:
                found[at:at] = found[at : at + length] * chance.choice((1, 2, 50))
            case 4:
                found[at : at + length] = b"\xff" * length
            case 5:
                found[at : at + length] = b"\x00" * length
            case _:
                del found[at:]
    return bytes(found)


def outcome_of(worker: Worker, data: bytes) -> str:
    """`read`, `refused`, `contained` (the child process ended or was ended), or what else was raised."""
    try:
        worker.read(data, "mutated")
    except SourceError as error:
        told = str(error)
        return "contained" if "reading it ended" in told or "not read within" in told else "refused"
    except Exception as error:  # noqa: BLE001, what else is raised is what is looked for
        return f"{type(error).__name__}: {error}"[:200]
    return "read"


def peak_mb(worker: Worker) -> int:
    try:
        status = Path(f"/proc/{worker.pid}/status").read_text()
    except FileNotFoundError:
        return 0
    return int(status.split("VmHWM:")[1].split()[0]) >> 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--finds", type=Path, default=Path("var/fuzz"))
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    paths = [
        path
        for path in sorted(options.folder.rglob("*"))
        if path.is_file() and path.name != "SOURCE.md" and path.stat().st_size <= MAX_BYTES
    ]
    by_suffix = collections.defaultdict(list)
    for path in paths:
        by_suffix[path.suffix.lower()].append(path)
    outcomes: collections.Counter[str] = collections.Counter()
    finds: collections.Counter[str] = collections.Counter()
    slowest, peak = 0.0, 0
    worker = Worker()
    deadline = time.monotonic() + options.minutes * 60
    while time.monotonic() < deadline:
        # Every kind of file gets as many turns as any other.
        path = chance.choice(by_suffix[chance.choice(sorted(by_suffix))])
        data = mutated(path.read_bytes(), chance)
        started = time.monotonic()
        outcome = outcome_of(worker, data)
        slowest = max(slowest, time.monotonic() - started)
        if sum(outcomes.values()) % 50 == 0:
            peak = max(peak, peak_mb(worker))
        known = outcome if outcome in ("read", "refused", "contained") else "find"
        outcomes[known] += 1
        if known in ("find", "contained"):
            finds[outcome[:120]] += 1
            options.finds.mkdir(parents=True, exist_ok=True)
            name = f"{len(list(options.finds.iterdir())):04d}-{path.name}"
            (options.finds / name).write_bytes(data)
            print(f"{path.name}: {outcome}", flush=True)
    total = sum(outcomes.values())
    worker.close()
    text = (
        f"{total} mutated files in {options.minutes:g} minutes (seed {options.seed}): "
        f"{outcomes['read']} read, {outcomes['refused']} refused with a reason, "
        f"{outcomes['contained']} ended or hung the child process that reads, and were refused so; "
        f"{outcomes['find']} other errors; slowest {slowest:.1f} s, "
        f"peak of the child {peak} MB of {MEMORY >> 20} MB allowed."
    )
    print(text)
    for told, count in finds.most_common():
        print(f"  {count:5} {told}")
    if options.markdown:
        replace_section(options.markdown, "fuzz", text)


if __name__ == "__main__":
    main()
