"""Command line of the site: serve."""

from __future__ import annotations

import importlib.util
import sys

from starlette.applications import Starlette

from minhbach_datasets.errors import PortalError
from minhbach_site.settings import Settings


def main() -> int:
    """Serve until interrupted; returns the exit status."""
    try:
        settings = Settings.from_environment()
    except PortalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    import uvicorn

    uvicorn.run(
        "minhbach_site.__main__:application",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    return 0


def application() -> Starlette:
    """The site by the settings of the environment, in each process that serves it."""
    _forget_pandas()
    from minhbach_site.app import create_app

    return create_app(Settings.from_environment())


def _forget_pandas() -> None:
    """DuckDB looks for pandas at every parameter of a query. Where it is not installed, each look searches
    the whole import path, a fifth of a page's time; None is how Python remembers that there is none. Only
    the server does so: building Arrow arrays, as ingest does, cannot bear it."""
    if importlib.util.find_spec("pandas") is None:
        sys.modules["pandas"] = None  # type: ignore[assignment]


if __name__ == "__main__":
    sys.exit(main())
