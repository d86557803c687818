"""What kind a file is, by its content."""

from __future__ import annotations

import io
import json
import re
import zipfile

import olefile

from minhbach_datasets.errors import SourceError

MAX_UNPACKED = 500 << 20
"""Bytes that an archive may claim to hold."""
MAX_RATIO = 300
"""How much smaller an archive may be than what it holds; a bomb is thousands of times smaller."""
_HTML = re.compile(rb"<(?:!doctype\s+html|html|table|body)\b", re.IGNORECASE)


def kind_of(data: bytes, where: str) -> str:
    """One of the kinds that readers.read knows. Raises SourceError, with a way out, for the others."""
    head = data[:4096]
    if not data.strip(b"\x00\t\r\n "):
        raise SourceError(f"{where}: the file is empty")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(data, where)
    if head.startswith(olefile.MAGIC):
        return _compound(data, where)
    if head.startswith(b"SQLite format 3\x00"):
        # A GeoPackage says so in the application id of SQLite's header.
        if head[68:72] == b"GPKG":
            return "geopackage"
        raise SourceError(f"{where}: a SQLite database; export its tables as CSV")
    if head.startswith(b"\x00\x00\x27\x0a"):
        raise SourceError(
            f"{where}: the shapes of a Shapefile without its table; "
            "pack .shp, .shx, .dbf and .prj into one .zip"
        )
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if _HTML.search(head):
        return "html"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _bracketed(data)
    return "text"


def _bracketed(data: bytes) -> str:
    """JSON, JSON to each line, or a text that only begins so."""
    if _is_json(data):
        return "json"
    lines = data.split(b"\n", 2)[:2]
    each_line = len(lines) == 2 and all(line.startswith(b"{") and _is_json(line) for line in lines)
    return "jsonl" if each_line else "text"


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _zipped(data: bytes, where: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            mimetype = archive.read("mimetype")[:200] if "mimetype" in archive.namelist() else b""
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        raise SourceError(f"{where}: a damaged archive or workbook: {error}") from None
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(data), 1):
        raise SourceError(
            f"{where}: unpacks to {unpacked} bytes from {len(data)}, more than is allowed; "
            "save it anew from the program it was made with"
        )
    names = {info.filename for info in infos}
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise SourceError(f"{where}: an archive with paths outside of itself; it is not read")
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsx"
    if "word/document.xml" in names:
        return "docx"
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    if any(name.lower().endswith(".shp") for name in names):
        return "shapefile"
    inside = ", ".join(sorted(names)[:5])
    raise SourceError(f"{where}: an archive ({inside}); unpack it and load its files one by one")


def _compound(data: bytes, where: str) -> str:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as found:
            if found.exists("Workbook") or found.exists("Book"):
                return "xls"
            if found.exists("WordDocument"):
                return "doc"
            streams = ", ".join("/".join(path) for path in found.listdir()[:5])
    except (OSError, ValueError, IndexError) as error:
        raise SourceError(f"{where}: a damaged Office file of before 2007: {error}") from None
    raise SourceError(
        f"{where}: an Office file of before 2007 that is no workbook or document ({streams})"
    )
