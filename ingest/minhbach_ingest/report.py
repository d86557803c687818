"""Writes what a load showed as one HTML page and one JSON file, for those who loaded it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import jinja2

from minhbach_ingest.check import LoadReport

_LEVELS = {"problem": "✗ lỗi", "warning": "! xem lại", "note": "ghi chú"}
_REASONS = {
    "blank": "dòng trống",
    "header": "dòng tiêu đề",
    "above the table": "dòng phía trên bảng",
    "column numbers": "dòng số thứ tự cột",
    "footnotes": "ghi chú cuối bảng",
    "total": "dòng tổng cộng",
    "group heading": "dòng nhóm",
    "nothing in the columns that are read": "dòng không có gì ở các cột được đọc",
}


def write_report(reports: Sequence[LoadReport], folder: Path) -> Path:
    """Write `report.html` and `report.json` into a folder; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    loaded = [report.quality() for report in reports if report.absent is None or report.findings]
    absent = [(report.slug, report.absent) for report in reports if report.absent is not None]
    passed = all(report.passed for report in loaded)
    content = {
        "passed": passed,
        "absent": dict(absent),
        "datasets": [report.model_dump(mode="json") for report in loaded],
    }
    (folder / "report.json").write_text(
        json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("minhbach_ingest"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    page = folder / "report.html"
    page.write_text(
        templates.get_template("report.html").render(
            created=datetime.now(UTC),
            passed=passed,
            absent=absent,
            reports=sorted(loaded, key=lambda report: report.passed),
            levels=_LEVELS,
            reasons=_REASONS,
        ),
        encoding="utf-8",
    )
    return page
