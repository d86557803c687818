"""Real files: every one is read or refused with a reason, and legacy texts come out as their transcripts say."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein

from minhbach_datasets.errors import SourceError
from minhbach_ingest.__main__ import main as ingest
from minhbach_ingest.reading import Reading, read_file

CORPUS = "legal-docs/viparse-corpus"
# Transcripts that are wrong or hold something else, and by how much they may differ; each was looked at.
_KNOWN = {
    # Numbers rounded to ten digits in the transcript; the file has all of them.
    "2005-4E4ZD_XKT2.05": 0.80,
    "2005-8A2AC_NKT2.05": 0.80,
    # Unicode cells are converted twice in the transcript ("kốm", "thỏng").
    "2007-bkqd1412006.dot": 0.99,
    # Text in drawings, which the transcript has, is not read.
    "2004-B6": 0.98,
    # The same words; the PDF's two columns of the heading come in another order.
    "2006-16EZE_TT01.06GopvonDNNVV": 0.95,
}


def _plain(text: str) -> str:
    """Blanks and case do not count: capitals of TCVN3 are a font, and layout is not text."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip().lower()


@pytest.fixture(scope="module")
def readings(raw: Path) -> dict[Path, Reading | SourceError]:
    """What came of every real file."""
    found: dict[Path, Reading | SourceError] = {}
    for path in sorted(p for p in raw.rglob("*") if p.is_file() and p.name != "SOURCE.md"):
        try:
            found[path] = read_file(path)
        except SourceError as error:
            found[path] = error
    return found


def test_every_file_is_read_or_refused_with_a_reason(
    readings: dict[Path, Reading | SourceError],
) -> None:
    assert len(readings) > 250
    refused = {path.name: str(r) for path, r in readings.items() if isinstance(r, SourceError)}
    empty = [
        path.name
        for path, r in readings.items()
        if isinstance(r, Reading) and not r.content.rows and not r.content.paragraphs
    ]
    assert empty == []
    scans = [name for name, told in refused.items() if "scan" in told]
    assert sorted(scans) == [
        "cv-2243-c07-p6_scan-signed.pdf",
        "luat-40-2013-qh13_pure-scan-no-text.pdf",
        "nd-45-2020-nd-cp_scan-with-signature-text-only.pdf",
        "tt-51-2025-tt-bca_scan-4p.pdf",
    ]
    assert all("read --ocr" in refused[name] for name in scans)
    assert sorted(set(refused) - set(scans)) == ["empty.csv", "innerpath.package.zip"]


@pytest.mark.parametrize("folder", ["tcvn3", "vni"])
def test_legacy_texts_come_out_as_their_transcripts_say(raw: Path, folder: str) -> None:
    files = sorted((raw / CORPUS / folder).iterdir())
    assert len(files) >= 6
    below = {}
    for path in files:
        truth = _plain((raw / CORPUS / "ground-truth" / f"{path.stem}.txt").read_text("utf-8"))
        reading = read_file(path)
        content = reading.content
        is_table = content.kind == "xls"
        cells = [cell for table in content.tables for row in table.rows for cell in row]
        texts = (
            [str(cell) for cell in cells if cell is not None] if is_table else content.paragraphs
        )
        found = _plain(" ".join(texts))
        share = 1 - Levenshtein.distance(found, truth) / max(len(found), len(truth))
        assert reading.usual == folder, path.name
        if share < _KNOWN.get(path.stem, 0.995 if is_table else 0.99):
            below[path.name] = round(share, 4)
    assert below == {}


def test_no_unicode_file_is_taken_for_legacy(
    readings: dict[Path, Reading | SourceError],
) -> None:
    """Neither tables nor texts that were made in Unicode; only the corpus was not."""
    made_in_unicode = {
        path: reading
        for path, reading in readings.items()
        if isinstance(reading, Reading)
        and (f"{CORPUS}/" not in str(path) or "ground-truth" in str(path))
    }
    assert len(made_in_unicode) > 200
    wrong = {path.name: r.usual for path, r in made_in_unicode.items() if r.usual != "unicode"}
    assert wrong == {}


def test_the_command_says_what_is_in_a_file_and_writes_it_in_unicode(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = raw / CORPUS / "tcvn3" / "2005-FDILangson.xls"
    assert ingest(["read", str(path), "--to", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "table 'Sheet1': 68 rows" in told
    assert "converted from tcvn3" in told
    (written,) = tmp_path.glob("*.csv")
    assert "Danh mục dự án gọi vốn đầu tư nước ngoài" in written.read_text("utf-8")


def test_the_command_goes_on_after_a_file_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "made-up.csv").write_text("a,b\n=1+1,-5\n", encoding="utf-8")
    files = [str(tmp_path / "nothing.xls"), str(tmp_path / "made-up.csv")]
    assert ingest(["read", *files, "--to", str(tmp_path / "out")]) == 1
    told = capsys.readouterr()
    assert "nothing.xls: No such file" in told.err
    assert "2 rows, 2 columns" in told.out
    (written,) = (tmp_path / "out").glob("*.csv")
    # A formula would run in a spreadsheet; a number is a number.
    assert written.read_text("utf-8").splitlines() == ["a,b", "'=1+1,-5"]
