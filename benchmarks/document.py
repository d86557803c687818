"""Writes what a benchmark measured into its section of docs/benchmarks.md, leaving the words around it."""

from __future__ import annotations

from pathlib import Path


def replace_section(path: Path, name: str, text: str) -> None:
    """Put a text between the lines `<!-- name -->` and `<!-- /name -->` of a Markdown file.

    Raises ValueError when the file has no such lines.
    """
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found, rest = path.read_text(encoding="utf-8").partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{path} has no section {start.strip()} ... {end}")
    path.write_text(f"{before}{start}{text.strip()}\n{end}{after}", encoding="utf-8")
