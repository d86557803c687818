"""Personal data is found before publication; it stops until somebody decides, and says why.

Law 91/2025/QH15 on personal data. Telephone numbers, numbers of identity cards, e-mail addresses that
are not of a state body, bank accounts and dates of birth are looked for in every text column.
"""

from __future__ import annotations

import re
from collections import Counter

import duckdb

from minhbach_datasets.model import Dataset, Field, PersonalKind, Text
from minhbach_datasets.quality import PersonalFound
from minhbach_datasets.schema import quoted
from minhbach_datasets.text import fold
from minhbach_ingest.check import MAX_FINDINGS, LoadReport
from minhbach_ingest.stage import as_table

_AROUND = 40
"""Letters shown before what was found."""
_TEXTS = ("string", "text", "list")
_NOT_WITHIN = r"(?<![\d.,/-])"
_NOT_BEFORE = r"(?![\d/]|[.,-]\d)"
_NO_AMOUNT = r"(?!\s*(?:đồng|vnd|usd|triệu|tỷ|ha\b|m2|m²|%|người|lượt|tấn))"
_KINDS: dict[PersonalKind, re.Pattern[str]] = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "bank_account": re.compile(
        r"(?:\bstk\b|số\s+tài\s+khoản|tài\s+khoản(?:\s+số)?|account(?:\s+(?:no|number))?)"
        r"[^0-9]{0,20}(\d(?:[ .-]?\d){6,18})",
        re.IGNORECASE,
    ),
    "birth_date": re.compile(
        r"(?:ngày\s+sinh|năm\s+sinh|sinh\s+(?:ngày|năm)|date\s+of\s+birth|born(?:\s+on)?)"
        r"[^0-9]{0,12}((?:\d{1,2}[/.-]\d{1,2}[/.-])?(?:19|20)\d\d)",
        re.IGNORECASE,
    ),
    "phone": re.compile(
        rf"{_NOT_WITHIN}(?:\(?\+?84\)?|\(?0)[\s.-]?(?:\d[\s.()-]{{0,2}}){{8,9}}\d?{_NOT_BEFORE}"
    ),
    # CCCD: a province code below 100, the century and sex, the year of birth; CMND: nine digits.
    "identity_number": re.compile(
        rf"{_NOT_WITHIN}(?:0\d\d[0-3]\d{{8}}|[0-3]\d{{8}}){_NOT_BEFORE}{_NO_AMOUNT}", re.IGNORECASE
    ),
}
_NAMED: dict[PersonalKind, re.Pattern[str]] = {
    "identity_number": re.compile(
        r"\b(cccd|cmnd|can cuoc|chung minh (nhan dan|thu)|ho chieu|identity)\b"
    ),
    "bank_account": re.compile(r"\b(so tai khoan|bank account)\b"),
    "birth_date": re.compile(r"\b(ngay sinh|nam sinh|birth)"),
    "phone": re.compile(r"\b(dien thoai|di dong|so dt|phone|mobile)\b"),
}
"""A column of numbers or dates is told by its title alone."""
_STATE = re.compile(r"[@.](?:[\w-]+\.)*(?:gov|chinhphu|mil)\.vn$", re.IGNORECASE)
# The patterns above as far as DuckDB knows such: most values are passed over by it.
_ANY = "|".join(
    (
        r"[\w.+-]+@[\w-]+\.",
        r"(?i:stk|tài\s+khoản|account)[^0-9]{0,20}[0-9]([ .-]?[0-9]){6}",
        r"(?i:ngày\s+sinh|năm\s+sinh|sinh\s+ngày|sinh\s+năm|birth|born)[^0-9]{0,12}[0-9]",
        r"(^|[^0-9.,/-])\(?(\+?84|0)\)?[ .-]?([0-9][ .()-]{0,2}){8}",
        r"(^|[^0-9.,/-])[0-3][0-9]{8}",
    )
)


def found_in(text: str) -> list[tuple[PersonalKind, int, int]]:
    """Kind, begin and end of every piece of personal data in a text; the pieces do not overlap."""
    found: list[tuple[PersonalKind, int, int]] = []
    for kind, pattern in _KINDS.items():
        for match in pattern.finditer(text):
            begin, end = match.span(match.lastindex or 0)
            if kind == "email" and _STATE.search(match[0]):
                continue
            if all(end <= other_begin or begin >= other_end for _, other_begin, other_end in found):
                found.append((kind, begin, end))
    return sorted(found, key=lambda each: each[1])


def kind_of_title(title: str) -> PersonalKind | None:
    """The kind of personal data that a column of this title holds, if any."""
    text = fold(title)
    return next((kind for kind, pattern in _NAMED.items() if pattern.search(text)), None)


def masked(text: str, kinds: tuple[PersonalKind, ...]) -> str:
    """The text with personal data of some kinds blacked out.

    >>> masked("gọi 0912 345 678", ("phone",))
    'gọi ████████████'
    """
    for kind, begin, end in reversed(found_in(text)):
        if kind in kinds:
            length = len(text[begin:end].rstrip())
            text = text[:begin] + "█" * length + text[begin + length :]
    return text


def gate(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, stage: str, report: LoadReport
) -> None:
    """Find personal data in the staged rows; drop, mask or let pass what was decided, report the rest."""
    for field in dataset.source_fields:
        if field.type in _TEXTS:
            _search_texts(connection, field, stage, report)
        elif field.type in ("integer", "number", "date", "partial_date", "year"):
            _judge_by_title(connection, field, stage, report)


def _search_texts(
    connection: duckdb.DuckDBPyConnection, field: Field, stage: str, report: LoadReport
) -> None:
    column = quoted(field.name)
    suspected = connection.execute(
        f"SELECT _file, _sheet, _row, {column} FROM {quoted(stage)} "
        f"WHERE regexp_matches({column}, ?) ORDER BY _file, _sheet, _row",
        [_ANY],
    ).fetchall()
    counts: Counter[PersonalKind] = Counter()
    decision = field.personal
    hidden: dict[str, str] = {}
    for file, sheet, row, value in suspected:
        kinds = [kind for kind, *_ in found_in(value)]
        counts.update(kinds)
        undecided = [kind for kind in kinds if decision is None or kind not in decision.kinds]
        if undecided:
            _stop(report, undecided[0], field, file, sheet, row, _excerpt(value, undecided[0]))
        elif kinds and decision is not None and decision.action == "mask":
            hidden[value] = masked(value, decision.kinds)
    if hidden:
        as_table(connection, stage)
    for value, instead in hidden.items():
        connection.execute(
            f"UPDATE {quoted(stage)} SET {column} = ? WHERE {column} = ?", [instead, value]
        )
    _decided(connection, field, stage, report, counts)


def _excerpt(text: str, kind: PersonalKind) -> str:
    """What stands around the first piece of a kind, with all personal data blacked out."""
    at = next(begin for found, begin, _ in found_in(text) if found == kind)
    hidden = masked(text, tuple(_KINDS))
    start, end = max(0, at - _AROUND), at + 2 * _AROUND
    return f"{'…' if start else ''}{hidden[start:end]}{'…' if end < len(hidden) else ''}"


def _judge_by_title(
    connection: duckdb.DuckDBPyConnection, field: Field, stage: str, report: LoadReport
) -> None:
    kind = kind_of_title(f"{field.name.replace('_', ' ')} {field.title.vi} {field.title.en}")
    if kind is None:
        return
    found = connection.execute(
        f"SELECT count({quoted(field.name)}), min(_file), min(_row) FROM {quoted(stage)} "
        f"WHERE {quoted(field.name)} IS NOT NULL"
    ).fetchone()
    assert found is not None
    if not found[0]:
        return
    if field.personal is None or kind not in field.personal.kinds:
        _stop(report, kind, field, found[1], None, found[2], None)
    _decided(connection, field, stage, report, Counter({kind: found[0]}))


def _decided(
    connection: duckdb.DuckDBPyConnection,
    field: Field,
    stage: str,
    report: LoadReport,
    counts: Counter[PersonalKind],
) -> None:
    decision = field.personal
    if decision is not None and decision.action == "drop":
        as_table(connection, stage)
        connection.execute(f"UPDATE {quoted(stage)} SET {quoted(field.name)} = NULL")
    for kind, count in sorted(counts.items()):
        taken = decision if decision is not None and kind in decision.kinds else None
        report.personal.append(
            PersonalFound(column=field.name, kind=kind, count=count, decision=taken)
        )


_KIND_NAMES: dict[PersonalKind, Text] = {
    "phone": Text(vi="số điện thoại", en="a telephone number"),
    "identity_number": Text(vi="số CMND/CCCD", en="the number of an identity card"),
    "email": Text(vi="địa chỉ thư điện tử", en="an e-mail address"),
    "bank_account": Text(vi="số tài khoản ngân hàng", en="a bank account"),
    "birth_date": Text(vi="ngày sinh", en="a date of birth"),
}


def _stop(
    report: LoadReport,
    kind: PersonalKind,
    field: Field,
    file: str,
    sheet: str | None,
    row: int,
    value: str | None,
) -> None:
    named = sum(each.rule == "personal" and each.column == field.name for each in report.findings)
    if named >= MAX_FINDINGS:
        report.more_findings += 1
        return
    name = _KIND_NAMES[kind]
    report.find(
        "problem",
        "personal",
        file,
        Text(
            vi=f"có vẻ là {name.vi}; chưa công bố được khi chưa quyết định",
            en=f"looks like {name.en}; it is not published before somebody decides",
        ),
        sheet=sheet,
        row=row,
        column=field.name,
        value=value,
        suggestion=_way_out(kind),
    )


def _way_out(kind: PersonalKind) -> Text:
    declare = 'personal = {{ kinds = ["{}"], action = "{}", reason = {{ vi = "…", en = "…" }} }}'
    return Text(
        vi="trong dataset.toml: " + declare.format(kind, "drop / mask / release"),
        en="in dataset.toml: " + declare.format(kind, "drop / mask / release"),
    )
