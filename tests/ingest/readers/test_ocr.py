"""A real scan without any text becomes text where Tesseract is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pypdfium2
import pytest

from minhbach_datasets.errors import SourceError
from minhbach_ingest.__main__ import main as ingest
from minhbach_ingest.readers import ocr

SCAN = "legal-docs/real-files-vn-official/tt-51-2025-tt-bca_scan-4p.pdf"
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is not installed"
)


@pytest.fixture
def page(raw: Path, tmp_path: Path) -> Path:
    """The first page of a scanned circular; the others would take as long."""
    with pypdfium2.PdfDocument(raw / SCAN) as whole, pypdfium2.PdfDocument.new() as one:
        one.import_pages(whole, [0])
        one.save(tmp_path / "scan.pdf")
    return tmp_path / "scan.pdf"


@needs_tesseract
def test_a_scan_is_recognised_and_said_to_be_a_guess(
    page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest(["read", str(page)]) == 1
    assert "read --ocr" in capsys.readouterr().err
    assert ingest(["read", "--ocr", str(page), "--to", str(tmp_path / "out")]) == 0
    assert "compare with the original" in capsys.readouterr().out
    text = (tmp_path / "out/scan.txt").read_text("utf-8")
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text.replace("HOÀ", "HÒA")
    assert "THÔNG TƯ" in text


def test_without_tesseract_the_way_out_is_named(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(SourceError, match="apt-get install tesseract-ocr tesseract-ocr-vie"):
        ocr.read(page.read_bytes(), "scan.pdf")
