from __future__ import annotations

import pytest

from minhbach_ingest.readers.text import read


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    text = delimiter.join(("tên", "số")) + "\n" + delimiter.join(('"a, b; c"', "1")) + "\n"
    content = read(text.encode(), "made-up")
    assert content.tables[0].rows == (("tên", "số"), ("a, b; c", "1"))


def test_rows_of_other_lengths_are_named() -> None:
    content = read(b"a,b\n1,2\n3\n4,5,6\n7,8\n", "made-up")
    assert content.notes == ("2 rows do not have the usual 2 columns: rows 3, 4",)


def test_another_encoding_is_a_guess_that_is_said() -> None:
    content = read("tên,ghi chú\nnăm,déjà vu\n".encode("cp1258", errors="ignore"), "made-up")
    assert "guess" in content.notes[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    content = read(end.join(("a,b", "1,2", "")).encode(), "made-up")
    assert content.tables[0].rows == (("a", "b"), ("1", "2"))
