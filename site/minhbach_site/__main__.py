"""Command line of the site: serve."""

from __future__ import annotations

import sys

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

    from minhbach_site.app import create_app

    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
