"""Reads files as offices have them: what kind a file is, is told by its content, not by its name."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers import html, pdf, structured, text, word, workbook
from minhbach_ingest.readers.content import Content
from minhbach_ingest.readers.detect import MAX_UNPACKED, kind_of

MAX_BYTES = 300 << 20

Reader = Callable[[bytes, str], Content]
READERS: dict[str, Reader] = {
    "text": text.read,
    "html": html.read,
    "json": structured.read_json,
    "parquet": structured.read_parquet,
    "xlsx": partial(workbook.read, kind="xlsx"),
    "xls": partial(workbook.read, kind="xls"),
    "ods": partial(workbook.read, kind="ods"),
    "docx": word.read_docx,
    "doc": word.read_doc,
    "rtf": word.read_rtf,
    "pdf": pdf.read,
}


def read(path: Path) -> Content:
    """Read a file of any known kind; its name has no say.

    Raises SourceError, naming the file, the place and the way out, for everything that cannot be read.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path}: larger than {MAX_BYTES >> 20} MB; split it")
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None
    return read_bytes(data, str(path))


def read_bytes(data: bytes, where: str) -> Content:
    """See read; `where` is what errors call the file."""
    kind = kind_of(data, where)
    if kind == "gzip":
        data = _unpacked(data, where)
        kind = kind_of(data, where)
        if kind == "gzip":
            raise SourceError(f"{where}: packed more than once; unpack it")
    return READERS[kind](data, where)


def _unpacked(data: bytes, where: str) -> bytes:
    """gzip, only as far as is allowed: what a header claims is not believed."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        found = unpacker.decompress(data, MAX_UNPACKED)
    except zlib.error as error:
        raise SourceError(f"{where}: a damaged gzip file: {error}") from None
    if unpacker.unconsumed_tail:
        raise SourceError(f"{where}: unpacks to more than {MAX_UNPACKED >> 20} MB; split it")
    if not unpacker.eof:
        raise SourceError(f"{where}: a gzip file that ends too early")
    return found
