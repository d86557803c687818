"""What a file is, is told by its content; what would hurt is refused with a way out."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from pathlib import Path

import docx
import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter

from minhbach_datasets.errors import SourceError
from minhbach_ingest.readers import read_bytes
from minhbach_ingest.readers.content import Merged
from minhbach_ingest.reading import read_file


def _xlsx() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Bịa")
        sheet.write_row(0, 0, ["Tên", "Số"])
        sheet.write_row(1, 0, ["Đông Triều", 12])
        sheet.merge_range("A3:B3", "Tổng cộng")
    return stream.getvalue()


def _docx() -> bytes:
    document = docx.Document()
    document.add_paragraph("Đoạn văn bịa")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "a"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _parquet() -> bytes:
    stream = io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"tên": ["a"], "số": [1]}), stream)
    return stream.getvalue()


def _zip(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "rows"),
    [
        (_xlsx(), "xlsx", 3),
        (_docx(), "docx", 1),
        (_parquet(), "parquet", 2),
        (b"ten,so\na,1\nb,2\n", "csv", 3),
        (b"\xef\xbb\xbften;so\na;1\n", "csv", 2),
        ("tên\tsố\na\t1\n".encode("utf-16"), "csv", 2),
        (b'[{"a": 1}, {"b": {"c": 2}}]', "json", 3),
        (b'{"type": "FeatureCollection", "features": [{"properties": {"a": 1}}]}', "geojson", 2),
        (b"<table><tr><td rowspan=2>a<td>b<tr><td>c</table>", "html", 2),
        (b"{\\rtf1 abc}", "rtf", 0),
        (gzip.compress(b"ten,so\na,1\n"), "csv", 2),
        ("Một câu văn dài, có dấu phẩy. Câu hai.\nKhông có\nMột, hai, ba.\n".encode(), "text", 0),
    ],
)
def test_kinds(data: bytes, kind: str, rows: int) -> None:
    content = read_bytes(data, "made-up")
    assert (content.kind, content.rows) == (kind, rows)


def test_the_name_has_no_say(tmp_path: Path) -> None:
    path = tmp_path / "made-up.pdf"
    path.write_bytes(_xlsx())
    content = read_file(path).content
    assert content.kind == "xlsx"
    assert content.tables[0].rows[1] == ("Đông Triều", 12)
    assert content.tables[0].merged == (Merged(2, 0, 2, 1),)


def test_spans_are_filled_in() -> None:
    page = b"<table><tr><td rowspan=2 colspan=2>a<td>b<tr><td>c</table>"
    assert read_bytes(page, "made-up").tables[0].rows == (("a", "a", "b"), ("a", "a", "c"))


def _forged_size() -> bytes:
    """A workbook that claims 2 GB for one of its parts."""
    data = bytearray(_xlsx())
    at = data.find(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, (2 << 30) - 1)
    return bytes(data)


_ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%b">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b']><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
)


def _entity_bomb() -> bytes:
    with zipfile.ZipFile(io.BytesIO(_docx())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return _zip({**files, "word/document.xml": _ENTITIES})


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"\x00" * 100, "empty"),
        (_zip({"xl/workbook.xml": bytes(50_000_000)}), "unpacks to"),
        (_forged_size(), "unpacks to"),
        (_zip({"../../etc/passwd": b"x", "xl/workbook.xml": b""}), "outside of itself"),
        (_zip({"data/a.csv": b"a,b"}), "one by one"),
        (b"PK\x03\x04 not really", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "damaged"),
        (gzip.compress(gzip.compress(b"a,b")), "more than once"),
        (gzip.compress(b"ten,so\n" * 100)[:-10], "ends too early"),
        (b"%PDF-1.4 nothing", "PDF"),
        (b"<html><body></body></html>", "without tables"),
        (b"PAR1 nothing", "Parquet"),
        (b"\x00\x81\xfe\x01\x02" * 20, "no text"),
        (_zip({"xl/workbook.xml": b"<broken"}), "workbook"),
        (_zip({"word/document.xml": b"<broken"}), "Word"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data: bytes, told: str) -> None:
    with pytest.raises(SourceError, match=told) as raised:
        read_bytes(data, "made-up.xyz")
    assert str(raised.value).startswith("made-up.xyz: ")


def test_entities_are_not_expanded() -> None:
    try:
        content = read_bytes(_entity_bomb(), "made-up.docx")
    except SourceError:
        return
    assert sum(map(len, content.paragraphs)) < 1000


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        read_file(tmp_path / "nothing.csv")
