"""Reads every file of a folder and lists what came out: the table of docs/reading.md.

Usage: python benchmarks/reading.py FOLDER [--markdown docs/reading.md]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from document import replace_section

from minhbach_datasets.errors import SourceError
from minhbach_ingest.reading import read_file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--markdown", type=Path, help="write into this file's section `files`")
    options = parser.parse_args()
    lines = [
        "| file | reader | tables | rows | paragraphs | converted | seconds |",
        "|---|---|---:|---:|---:|---|---:|",
    ]
    files = sorted(p for p in options.folder.rglob("*") if p.is_file() and p.name != "SOURCE.md")
    for path in files:
        name = path.relative_to(options.folder)
        started = time.perf_counter()
        try:
            reading = read_file(path)
        except SourceError as error:
            reason = str(error).removeprefix(f"{path}: ").split(";")[0].replace("|", "\\|")
            lines.append(f"| {name} | refused: {reason} | | | | | |")
            continue
        seconds = time.perf_counter() - started
        content = reading.content
        converted = ", ".join(f"{count} {each}" for each, count in reading.converted.items())
        lines.append(
            f"| {name} | {content.kind} | {len(content.tables) or ''} | {content.rows or ''} | "
            f"{len(content.paragraphs) or ''} | {converted} | {seconds:.2f} |"
        )
    text = "\n".join(lines)
    print(text)
    if options.markdown:
        replace_section(options.markdown, "files", text)


if __name__ == "__main__":
    main()
