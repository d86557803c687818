"""A definition as SQL: the table, the typed values, and what makes a source value wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset, Field, FieldType, Language, Text

RECORD_ID = "_id"
"""System column of every table: the part of a row's address, made from its key."""
LIST_SEPARATOR = ";"

_SQL_TYPES: dict[FieldType, str] = {
    "string": "VARCHAR",
    "text": "VARCHAR",
    "url": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "year": "SMALLINT",
    "date": "DATE",
    "partial_date": "VARCHAR",
    "period": "VARCHAR",
    "list": "VARCHAR[]",
    "geometry": "VARCHAR",
}
GEOMETRIES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
)
# What a value of the type looks like in a source. Casting alone would round 1.5 to 2 and take "nan".
_SHAPES: dict[FieldType, str] = {
    "url": r"https?://\S+",
    "integer": r"-?\d{1,18}",
    "number": r"-?\d+(\.\d+)?",
    "year": r"(1[89]|20|21)\d\d",
    "date": r"\d{4}-\d\d-\d\d",
    "partial_date": r"\d{4}(-\d\d(-\d\d)?)?",
    "period": r"\d{4}(-\d{4}|-Q[1-4])?",
}
EXPECTED: dict[FieldType, Text] = {
    "url": Text(
        vi="địa chỉ bắt đầu bằng http:// hoặc https://",
        en="an address starting with http:// or https://",
    ),
    "integer": Text(
        vi="số nguyên không có dấu phân cách, ví dụ 1200",
        en="a whole number without separators, such as 1200",
    ),
    "number": Text(
        vi="số có dấu chấm thập phân, không phân cách hàng nghìn, ví dụ 1234.5",
        en="a number with a decimal point and no thousands separators, such as 1234.5",
    ),
    "year": Text(vi="năm có bốn chữ số", en="a year of four digits"),
    "date": Text(vi="ngày viết YYYY-MM-DD", en="a date written YYYY-MM-DD"),
    "partial_date": Text(
        vi="thời điểm viết YYYY, YYYY-MM hoặc YYYY-MM-DD",
        en="a date written YYYY, YYYY-MM or YYYY-MM-DD",
    ),
    "period": Text(
        vi="kỳ viết YYYY, YYYY-YYYY hoặc YYYY-Qn",
        en="a period written YYYY, YYYY-YYYY or YYYY-Qn",
    ),
    "geometry": Text(
        vi="hình GeoJSON, kinh độ trước vĩ độ, hệ WGS 84",
        en="a GeoJSON geometry, longitude before latitude, in WGS 84",
    ),
}


_SEVERAL = Text(
    vi=f"; nhiều giá trị cách nhau bằng «{LIST_SEPARATOR}»",
    en=f"; several are separated by {LIST_SEPARATOR!r}",
)


def quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string; for values of definitions only, never for what a visitor sends."""
    return "'" + text.replace("'", "''") + "'"


def create_table(dataset: Dataset) -> str:
    """`_id` first, then the fields in order. Constraints are checked before the insert, with rows named."""
    columns = [f"{RECORD_ID} VARCHAR PRIMARY KEY"]
    columns += [
        f"{quoted(f.name)} {_SQL_TYPES[f.type]}{' NOT NULL' if f.required else ''}"
        for f in dataset.fields
    ]
    return f"CREATE TABLE {quoted(dataset.slug)} ({', '.join(columns)})"


def folded(expression: str) -> str:
    """The SQL counterpart of text.fold."""
    return f"translate(strip_accents(lower({expression})), 'đð', 'dd')"


def record_id(dataset: Dataset) -> str:
    """The SQL counterpart of text.slug over the key columns of a staged row."""
    parts = ", ".join(quoted(name) for name in dataset.key)
    joined = f"concat_ws('-', {parts})"
    return f"trim(regexp_replace({folded(joined)}, '[^a-z0-9]+', '-', 'g'), '-')"


def label(dataset: Dataset, catalogue: Catalogue, language: Language) -> str:
    """The title of a row in one language, in SQL; the Vietnamese one where a translation is missing.

    To be selected from the dataset's table under its own name: what a row refers to is named by its
    title, looked up by that name.
    """
    if dataset.label is None:
        return RECORD_ID
    template = dataset.label[language]
    if "{" not in template:
        column = quoted(template)
        return column if language == "vi" else f"coalesce({column}, {quoted(dataset.label.vi)})"
    parts = []
    for text, name in re.findall(r"([^{]*)(?:\{(\w+)\})?", template):
        if text:
            parts.append(literal(text))
        if name:
            words = _in_words(dataset, dataset.field(name), catalogue, language)
            parts.append(f"coalesce({words}, '')")
    return f"trim({' || '.join(parts)})"


def _in_words(dataset: Dataset, field: Field, catalogue: Catalogue, language: Language) -> str:
    column = f"CAST({quoted(field.name)} AS VARCHAR)"
    if field.references is not None:
        target = catalogue[field.references]
        key = f"{quoted(dataset.slug)}.{quoted(field.name)}"
        return (
            f"(SELECT {label(target, catalogue, language)} FROM {quoted(target.slug)} "
            f"WHERE {quoted(target.slug)}.{quoted(target.key[0])} = {key})"
        )
    if field.codes is None:
        return column
    codes = catalogue.codes[field.codes].items()
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(text[language])}" for code, text in codes)
    return f"CASE {column} {cases} ELSE {column} END"


def typed(field: Field) -> str:
    """A checked source text as a value of the field's type."""
    column = quoted(field.name)
    if field.type == "list":
        return (
            f"list_transform(string_split({column}, '{LIST_SEPARATOR}'), lambda part: trim(part))"
        )
    return f"CAST({column} AS {_SQL_TYPES[field.type]})"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that can be wrong with a value; `wrong_when` is SQL over the staged texts."""

    rule: str
    field: Field
    wrong_when: str
    expected: Text


def _not_a_geometry(column: str) -> str:
    """No JSON, no shape, members that have no place in one, or a first point that is not on the globe."""
    kinds = ", ".join(f"'{kind}'" for kind in GEOMETRIES)
    point = rf"regexp_extract({column}, '\[\s*(-?[0-9.]+)\s*,\s*(-?[0-9.]+)', {{}})"
    longitude, latitude = (f"TRY_CAST({point.format(group)} AS DOUBLE)" for group in (1, 2))
    # The functions of JSON raise on what is none, also where a condition before them is false.
    safe = f"CASE WHEN json_valid({column}) THEN {column} ELSE 'null' END"
    shape = (
        f"json_extract_string({safe}, '$.type') IN ({kinds}) "
        f"AND list_has_all(['type', 'coordinates', 'bbox'], json_keys({safe})) "
        f"AND abs({longitude}) <= 180 AND abs({latitude}) <= 90"
    )
    return f"({column} IS NOT NULL AND NOT coalesce({shape}, false))"


_A_VALUE = Text(vi="một giá trị", en="a value")


def _form(pattern: str) -> Text:
    return Text(vi=f"văn bản có dạng {pattern}", en=f"a text of the form {pattern}")


def value_checks(dataset: Dataset, catalogue: Catalogue) -> list[Check]:
    """Everything that can be told from one row alone."""
    found: list[Check] = []
    for field in dataset.source_fields:
        column = quoted(field.name)
        if field.required or (field.name in dataset.key and len(dataset.key) == 1):
            found.append(Check("required", field, f"{column} IS NULL", _A_VALUE))
        shape = _SHAPES.get(field.type)
        well_formed = "true"
        if shape is not None:
            well_formed = f"regexp_full_match({column}, {literal(shape)})"
            wrong = f"NOT {well_formed}"
            if field.type in ("date", "partial_date"):
                whole = f"{column} || substr('0000-01-01', length({column}) + 1)"
                wrong = f"({column} IS NOT NULL AND ({wrong} OR TRY_CAST({whole} AS DATE) IS NULL))"
            found.append(Check("type", field, wrong, EXPECTED[field.type]))
        if field.type == "geometry":
            found.append(Check("type", field, _not_a_geometry(column), EXPECTED[field.type]))
        if field.pattern is not None:
            wrong = f"NOT regexp_full_match({column}, {literal(field.pattern)})"
            found.append(Check("pattern", field, wrong, _form(field.pattern)))
        for bound, sign, vi, en in (
            (field.minimum, "<", "ít nhất", "at least"),
            (field.maximum, ">", "nhiều nhất", "at most"),
        ):
            if bound is not None:
                wrong = f"({well_formed} AND TRY_CAST({column} AS DOUBLE) {sign} {bound})"
                found.append(
                    Check("bounds", field, wrong, Text(vi=f"{vi} {bound:g}", en=f"{en} {bound:g}"))
                )
        if field.codes is not None:
            codes = catalogue.codes[field.codes]
            known = ", ".join(literal(code) for code in codes)
            wrong = f"{column} NOT IN ({known})"
            if field.type == "list":
                wrong = f"NOT list_has_all([{known}], {typed(field)})"
            several = _SEVERAL if field.type == "list" else Text(vi="", en="")
            shown = ", ".join(list(codes)[:12]) + (", ..." if len(codes) > 12 else "")
            expected = Text(
                vi=f"một mã của [{field.codes}] trong codes.toml: {shown}{several.vi}",
                en=f"one of the codes of [{field.codes}] in codes.toml: {shown}{several.en}",
            )
            found.append(Check("codes", field, wrong, expected))
    return found


def reference_check(field: Field, target: Dataset, target_table: str) -> Check:
    """The value, or each element of a list, is the key of a row of another dataset."""
    keys = f"(SELECT {quoted(target.key[0])} FROM {target_table})"
    column = quoted(field.name)
    if field.type == "list":
        parts = f"(SELECT unnest({typed(field)}) AS part)"
        wrong = f"EXISTS (SELECT 1 FROM {parts} WHERE part NOT IN {keys})"
    else:
        wrong = f"({column} IS NOT NULL AND {column} NOT IN {keys})"
    expected = Text(
        vi=f"giá trị {target.key[0]} của một dòng trong {target.slug}",
        en=f"the {target.key[0]} of a row of {target.slug}",
    )
    return Check("reference", field, wrong, expected)
