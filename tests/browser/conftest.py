"""A real server over the real release, and Chromium from the system."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_ARGUMENTS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("MINHBACH_TEST_BROWSER") == "required":
            pytest.fail("chromium is not installed, and browser tests are required here")
        pytest.skip("chromium is not installed; `apt-get install chromium` runs these tests")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path, chromium_sandbox=os.geteuid() != 0, args=_ARGUMENTS
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def server(var: Path) -> Iterator[str]:
    """The address of a server process on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "minhbach_site"],
        env={**os.environ, "MINHBACH_VAR": str(var), "MINHBACH_PORT": str(port)},
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(address + "/robots.txt").close()
                break
            except OSError:
                assert process.poll() is None, "the server ended"
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)
