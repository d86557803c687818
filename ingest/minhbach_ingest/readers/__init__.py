"""Reads files as offices have them: what kind a file is, is told by its content, not by its name."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import partial

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers import geo, html, pdf, structured, text, word, workbook
from minhbach_ingest.readers.content import Content
from minhbach_ingest.readers.detect import MAX_UNPACKED, kind_of

Reader = Callable[[bytes, str], Content]
READERS: dict[str, Reader] = {
    "text": text.read,
    "html": html.read,
    "json": structured.read_json,
    "jsonl": structured.read_json_lines,
    "shapefile": partial(geo.read, kind="shapefile"),
    "geopackage": partial(geo.read, kind="geopackage"),
    "parquet": structured.read_parquet,
    "xlsx": partial(workbook.read, kind="xlsx"),
    "xls": partial(workbook.read, kind="xls"),
    "ods": partial(workbook.read, kind="ods"),
    "docx": word.read_docx,
    "doc": word.read_doc,
    "rtf": word.read_rtf,
    "pdf": pdf.read,
}


def read_bytes(data: bytes, where: str) -> Content:
    """Read a file of any known kind; its name has no say.

    where: what errors call the file. Raises SourceError, naming the file, the place and the way out,
    for everything that cannot be read. A few files still crash or hang a library: what is not known
    to be harmless is read through `isolated`.
    """
    kind = kind_of(data, where)
    if kind == "gzip":
        data = _unpacked(data, where)
        kind = kind_of(data, where)
        if kind == "gzip":
            raise SourceError(f"{where}: packed more than once; unpack it")
    try:
        return READERS[kind](data, where)
    except SourceError:
        raise
    except MemoryError:
        raise SourceError(f"{where}: needs more memory than there is; split it") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001, damaged files make libraries raise anything, panics too
        raise SourceError(
            f"{where}: a damaged {kind} file: {type(error).__name__}: {error}; "
            "open it in the program it was made with and save it anew"
        ) from None


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
