"""Fetching against a server of its own: what is asked for, what is kept, and what is refused."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from minhbach_datasets.errors import FetchError
from minhbach_ingest.fetch import Fetcher

CONTENT = b"a,b\n1,2\n"
Answer = tuple[int, dict[str, str], bytes]


class Source:
    """A server whose answers are set by the test, and which remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.drip = 0.0
        """Seconds between two bytes of an answer."""
        self.asked: list[tuple[str, dict[str, str]]] = []
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                source.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                queue = source.answers.get(self.path, [(404, {}, b"")])
                status, headers, body = queue.pop(0) if len(queue) > 1 else queue[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "content-length" not in headers:
                    self.send_header("content-length", str(len(body)))
                self.end_headers()
                if source.drip and self.path != "/robots.txt":
                    with contextlib.suppress(OSError):
                        for byte in body:
                            self.wfile.write(bytes([byte]))
                            time.sleep(source.drip)
                    return
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked if path != "/robots.txt"]


@pytest.fixture
def source() -> Iterator[Source]:
    found = Source()
    yield found
    found.stop()


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    return Fetcher(tmp_path / "cache", pause=0)


def test_an_unchanged_file_is_asked_for_conditionally(source: Source, tmp_path: Path) -> None:
    source.answers["/a.csv"] = [
        (200, {"ETag": '"1"', "Last-Modified": "Mon, 01 Jun 2026 00:00:00 GMT"}, CONTENT),
        (304, {}, b""),
    ]
    first = Fetcher(tmp_path, pause=0).get(f"{source.base}/a.csv")
    second = Fetcher(tmp_path, pause=0).get(f"{source.base}/a.csv")
    assert first.path.read_bytes() == second.path.read_bytes() == CONTENT
    asked = [headers for path, headers in source.asked if path == "/a.csv"]
    assert "if-none-match" not in asked[0]
    assert asked[1]["if-none-match"] == '"1"'
    assert asked[1]["if-modified-since"] == "Mon, 01 Jun 2026 00:00:00 GMT"
    assert "MinhBach" in asked[0]["user-agent"]
    assert second.known.fetched == first.known.fetched


def test_a_pinned_file_is_asked_for_once(source: Source, fetcher: Fetcher) -> None:
    source.answers["/a.csv"] = [(200, {}, CONTENT)]
    digest = hashlib.sha256(CONTENT).hexdigest()
    for _ in range(3):
        assert fetcher.get(f"{source.base}/a.csv", digest).known.sha256 == digest
    assert source.paths() == ["/a.csv"]


def test_other_content_than_pinned_is_refused_and_not_kept(
    source: Source, fetcher: Fetcher, tmp_path: Path
) -> None:
    source.answers["/a.csv"] = [(200, {}, CONTENT)]
    with pytest.raises(FetchError, match="the definition expects 0000") as raised:
        fetcher.get(f"{source.base}/a.csv", "0" * 64)
    assert hashlib.sha256(CONTENT).hexdigest() in str(raised.value)
    assert not list((tmp_path / "cache").rglob("*"))


def test_passing_failures_are_tried_again(source: Source, fetcher: Fetcher) -> None:
    source.answers["/a.csv"] = [
        (503, {}, b""),
        (429, {"Retry-After": "0"}, b""),
        (200, {}, CONTENT),
    ]
    assert fetcher.get(f"{source.base}/a.csv").path.read_bytes() == CONTENT
    assert len(source.paths()) == 3


def test_the_last_good_content_is_used_and_said_to_be_old(source: Source, tmp_path: Path) -> None:
    source.answers["/a.csv"] = [(200, {}, CONTENT), (500, {}, b"oops")]
    first = Fetcher(tmp_path, pause=0).get(f"{source.base}/a.csv")
    second = Fetcher(tmp_path, pause=0).get(f"{source.base}/a.csv")
    assert second.path.read_bytes() == CONTENT
    assert second.problem is not None
    assert "500" in second.problem
    assert second.known.checked == first.known.checked


def test_a_host_that_cannot_be_reached_is_not_waited_for_again(tmp_path: Path) -> None:
    fetcher = Fetcher(tmp_path, pause=0)
    for name in ("a", "b"):
        with pytest.raises(FetchError, match="cannot be reached"):
            fetcher.get(f"http://127.0.0.1:9/{name}")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((404, {}, b""), "answers 404"),
        ((200, {"content-length": "5000"}, b"x" * 5000), "5000 bytes, more than 1000"),
        ((200, {"content-length": "9999999999"}, b""), "9999999999 bytes"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "not an http"),
        ((302, {"Location": "/a.csv"}, b""), "more than 5 redirections"),
    ],
)
def test_what_is_refused(answer: Answer, told: str, source: Source, tmp_path: Path) -> None:
    source.answers["/a.csv"] = [answer]
    with pytest.raises(FetchError, match=told):
        Fetcher(tmp_path, pause=0, max_bytes=1000).get(f"{source.base}/a.csv")


def test_an_answer_without_a_length_is_cut_off_at_the_limit(source: Source, tmp_path: Path) -> None:
    source.answers["/a.csv"] = [(200, {"content-length": "100"}, b"short")]
    with pytest.raises(FetchError, match="broke off"):
        Fetcher(tmp_path, pause=0).get(f"{source.base}/a.csv")


def test_redirections_are_followed(source: Source, fetcher: Fetcher) -> None:
    source.answers["/old.csv"] = [(301, {"Location": "/new.csv"}, b"")]
    source.answers["/new.csv"] = [(200, {}, CONTENT)]
    assert fetcher.get(f"{source.base}/old.csv").path.read_bytes() == CONTENT


def test_robots_are_respected_and_their_delay_is_kept(source: Source, tmp_path: Path) -> None:
    slept: list[float] = []
    robots = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 3\n"
    source.answers["/robots.txt"] = [(200, {}, robots)]
    source.answers["/a.csv"] = source.answers["/b.csv"] = [(200, {}, CONTENT)]
    fetcher = Fetcher(tmp_path, pause=0, sleep=slept.append)
    fetcher.get(f"{source.base}/a.csv")
    fetcher.get(f"{source.base}/b.csv")
    assert any(2 < wait <= 3 for wait in slept)
    with pytest.raises(FetchError, match=r"robots\.txt"):
        fetcher.get(f"{source.base}/private/c.csv")
    assert "/private/c.csv" not in source.paths()


def test_addresses_that_others_name_do_not_lead_into_the_own_network(
    source: Source, fetcher: Fetcher
) -> None:
    source.answers["/a.csv"] = [(200, {}, CONTENT)]
    elsewhere = fetcher.for_others("https://data.example.org")
    with pytest.raises(FetchError, match="private network"):
        elsewhere.get(f"{source.base}/a.csv")
    assert fetcher.for_others(source.base).get(f"{source.base}/a.csv").path.exists()


def test_a_mirror_stands_for_the_network(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    (mirror / "data.example.org/x y").mkdir(parents=True)
    (mirror / "data.example.org/x y/a.csv").write_bytes(CONTENT)
    fetcher = Fetcher(tmp_path / "cache", mirror)
    assert fetcher.get("https://data.example.org/x%20y/a.csv").path.read_bytes() == CONTENT
    for url in ("https://data.example.org/b.csv", "https://data.example.org/../../etc/passwd"):
        with pytest.raises(FetchError, match="not in the mirror"):
            fetcher.get(url)


def test_without_a_network_the_cache_serves(source: Source, tmp_path: Path) -> None:
    source.answers["/a.csv"] = [(200, {}, CONTENT)]
    Fetcher(tmp_path, pause=0).get(f"{source.base}/a.csv")
    offline = Fetcher(tmp_path, online=False)
    assert offline.get(f"{source.base}/a.csv").path.read_bytes() == CONTENT
    with pytest.raises(FetchError, match="never fetched; run `minhbach-ingest fetch`"):
        offline.get(f"{source.base}/b.csv")
    assert source.paths() == ["/a.csv"]


def test_one_run_asks_for_a_file_once(source: Source, fetcher: Fetcher) -> None:
    source.answers["/a.csv"] = [(200, {}, CONTENT)]
    assert fetcher.get(f"{source.base}/a.csv") is fetcher.get(f"{source.base}/a.csv")
    for _ in range(2):
        with pytest.raises(FetchError, match="404"):
            fetcher.get(f"{source.base}/b.csv")
    assert source.paths() == ["/a.csv", "/b.csv"]


def test_a_source_that_drips_is_given_up(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minhbach_ingest.fetch.TOTAL_SECONDS", 0.3)
    source.drip = 0.05
    source.answers["/a.csv"] = [(200, {}, b"x" * 400)]
    with pytest.raises(FetchError, match=r"not finished within 0\.3 s"):
        Fetcher(tmp_path, pause=0).get(f"{source.base}/a.csv")


def test_a_robots_file_that_cannot_be_read_allows_everything(
    source: Source, fetcher: Fetcher
) -> None:
    source.answers["/robots.txt"] = [(200, {"Content-Encoding": "gzip"}, b"no gzip")]
    source.answers["/a.csv"] = [(200, {}, CONTENT)]
    assert fetcher.get(f"{source.base}/a.csv").path.read_bytes() == CONTENT


def test_a_damaged_cache_is_fetched_anew(source: Source, tmp_path: Path) -> None:
    source.answers["/a.csv"] = [(200, {"ETag": '"1"'}, CONTENT)]
    Fetcher(tmp_path, pause=0).get(f"{source.base}/a.csv").path.write_bytes(b"cut")
    fetcher = Fetcher(tmp_path, pause=0)
    assert fetcher.get(f"{source.base}/a.csv").path.read_bytes() == CONTENT
    assert "if-none-match" not in source.asked[-1][1]
