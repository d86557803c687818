"""A small server that speaks the CKAN Action API as far as a harvest and a push need it.

It keeps packages in memory, serves files at /files/, and misbehaves on demand, in ways that real portals do.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

KEY = "made-up-token"
Package = dict[str, Any]


class CkanDouble:
    """Start it with `with`; `packages` and `files` may be changed while it runs."""

    def __init__(self) -> None:
        self.packages: dict[str, Package] = {}
        self.files: dict[str, bytes] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.requests: Counter[str] = Counter()
        self.fail_next: list[tuple[int, bytes]] = []
        """(status, body) of the next answers to actions, instead of theirs."""
        self.page_limit = 1000
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, name: str, **fields: Any) -> Package:
        """A package with an id made from its first name; returns it."""
        package = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
            "name": name,
            "title": name,
            "state": "active",
            "resources": [],
            "tags": [],
            "extras": [],
            "organization": {"name": "bia", "title": "Bịa"},
            **fields,
        }
        self.packages[package["id"]] = package
        return package

    def called(self, action: str) -> list[dict[str, Any]]:
        """What an action was called with, in order."""
        return [data for name, data in self.calls if name == action]

    # Actions

    def act(self, action: str, data: dict[str, Any], key: str | None) -> tuple[int, object]:
        self.calls.append((action, data))
        if action == "package_search":
            found = sorted(
                (p for p in self.packages.values() if p["state"] == "active"), key=lambda p: p["id"]
            )
            if wanted := re.search(r'\+id:"([^"]+)"', data.get("fq", "")):
                found = [p for p in found if p["id"] == wanted[1]]
            start, rows = data.get("start", 0), min(data.get("rows", 10), self.page_limit)
            return 200, {"count": len(found), "results": found[start : start + rows]}
        if action == "package_show":
            package = self._find(data["id"])
            return (200, package) if package else (404, _error("Not Found Error", "Not found"))
        if action in ("package_create", "package_update", "package_patch"):
            if key != KEY:
                return 403, _error("Authorization Error", "Access denied")
            return self._write(action, data)
        return 400, _error("Bad Request", f"no action {action}")

    def _find(self, id_: str) -> Package | None:
        by_name = {package["name"]: package for package in self.packages.values()}
        return self.packages.get(id_) or by_name.get(id_)

    def _write(self, action: str, data: dict[str, Any]) -> tuple[int, object]:
        former = self._find(data.get("id") or data["name"])
        if action == "package_create":
            if former:
                return 409, {"__type": "Validation Error", "name": ["That URL is already in use."]}
            former = self.add(data["name"])
        if former is None:
            return 404, _error("Not Found Error", "Not found")
        kept = former if action == "package_patch" else {"id": former["id"], "state": "active"}
        package = {**kept, **data, "id": former["id"]}
        if "owner_org" in data:
            package["organization"] = {"name": data["owner_org"], "title": "Bịa"}
            package["owner_org"] = "an-id-of-the-organisation"
        for number, resource in enumerate(package["resources"]):
            resource.setdefault("id", f"{package['id']}-r{number}")
        self.packages[package["id"]] = package
        return 200, package


def _error(kind: str, message: str) -> dict[str, str]:
    return {"__type": kind, "message": message}


def _handler(double: CkanDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            action = self.path.rsplit("/", 1)[1]
            if double.fail_next:
                status, answer = double.fail_next.pop(0)
                self._send(status, answer)
                return
            key = self.headers.get("authorization")
            status, result = double.act(action, json.loads(body or b"{}"), key)
            told = {"success": status == 200, "result" if status == 200 else "error": result}
            self._send(status, json.dumps(told, ensure_ascii=False).encode())

        def do_GET(self) -> None:
            double.requests[self.path] += 1
            content = double.files.get(self.path.removeprefix("/files/"))
            self._send(404 if content is None else 200, content or b"")

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
