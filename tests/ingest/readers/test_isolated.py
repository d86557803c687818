"""What a file does to the program that reads it, it does to a child process only."""

from __future__ import annotations

import gzip
import os
import signal
from collections.abc import Iterator

import pytest

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers.isolated import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    found = Worker()
    yield found
    found.close()


def test_files_are_read_by_one_process_after_the_other(worker: Worker) -> None:
    assert worker.read(b"a,b\n1,2\n", "made-up.csv").rows == 2
    first = worker.pid
    with pytest.raises(SourceError, match=r"made-up\.xls: the file is empty"):
        worker.read(b"", "made-up.xls")
    assert worker.read(b"a,b\n1,2\n3,4\n", "made-up.csv").rows == 3
    assert worker.pid == first


def test_a_process_that_ended_is_replaced(worker: Worker) -> None:
    worker.read(b"a,b\n1,2\n", "made-up.csv")
    former = worker.pid
    assert former is not None
    os.kill(former, signal.SIGSTOP)
    os.kill(former, signal.SIGKILL)
    try:
        worker.read(b"a,b\n1,2\n", "made-up.csv")
    except SourceError as error:
        # It may have been asked before it was seen to have ended.
        assert "the program reading it ended" in str(error)
    assert worker.read(b"a,b\n1,2\n", "made-up.csv").rows == 2
    assert worker.pid != former


def test_a_file_that_takes_too_long_is_given_up() -> None:
    worker = Worker(seconds=0)
    with pytest.raises(SourceError, match="not read within 0 s"):
        worker.read(b"a,b\n" + b"1,2\n" * 100_000, "made-up.csv")
    worker.close()


def test_a_file_that_needs_too_much_memory_is_refused() -> None:
    worker = Worker(memory=1 << 30)
    # So many commas are that many cells, more than the process may hold.
    with pytest.raises(SourceError, match=r"made-up\.csv"):
        worker.read(gzip.compress(b"," * (60 << 20), 1), "made-up.csv")
    assert worker.read(b"a,b\n1,2\n", "made-up.csv").rows == 2
    worker.close()
