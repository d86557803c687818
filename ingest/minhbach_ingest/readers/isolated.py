"""Reading in a child process: a file that makes a library crash, hang or fill the memory ends that
process, not ingest. The process reads one file after the other and is replaced when it ends."""

from __future__ import annotations

import atexit
import os
import resource
import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers import read_bytes
from minhbach_ingest.readers.content import Content

MEMORY = 4 << 30
"""Address space of the child, in bytes."""
SECONDS = 25
SECONDS_A_MEGABYTE = 1


class Worker:
    """One child process; used by one thread at a time."""

    def __init__(self, memory: int = MEMORY, seconds: float = SECONDS) -> None:
        """memory: address space of the child in bytes; seconds: how long a small file may take."""
        self._memory = memory
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, data: bytes, where: str) -> Content:
        """See readers.read_bytes. Raises SourceError also when the file ended or hung the reader."""
        with self._lock:
            process, channel = self._started()
            seconds = self._seconds + SECONDS_A_MEGABYTE * (len(data) >> 20)
            try:
                channel.send((data, where))
                if not channel.poll(seconds):
                    self._stop()
                    raise SourceError(
                        f"{where}: not read within {seconds} s; it is damaged or far too large: "
                        "open it in the program it was made with and save it anew"
                    )
                answer: Content | str = channel.recv()
            except (EOFError, OSError):
                code = process.wait(5)
                self._stop()
                raise SourceError(
                    f"{where}: damaged so that the program reading it ended (exit {code}); "
                    "open it in the program it was made with and save it anew"
                ) from None
        if isinstance(answer, str):
            raise SourceError(answer)
        return answer

    def _started(self) -> tuple[subprocess.Popen[bytes], Connection]:
        if self._process is None or self._process.poll() is not None:
            near, far = socket.socketpair()
            # A program of its own: a fork would carry over the locks of the database's threads.
            self._process = subprocess.Popen(  # noqa: S603, nothing of it comes from outside
                [sys.executable, "-m", __name__, str(far.fileno()), str(self._memory)],
                pass_fds=[far.fileno()],
            )
            far.close()
            self._channel = Connection(near.detach())
        return self._process, self._channel

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._channel.close()
            self._process = None

    def close(self) -> None:
        """End the process, if one runs."""
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None


def _serve(channel: Connection, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Libraries that panic print their insides; what matters comes back through the channel.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    while True:
        try:
            data, where = channel.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answer: Content | str = read_bytes(data, where)
        except SourceError as error:
            answer = str(error)
        try:
            channel.send(answer)
        except MemoryError:
            channel.send(f"{where}: needs more memory than is allowed; split it")


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
else:
    worker = Worker()
    """The one that ingest reads with."""
    atexit.register(worker.close)
