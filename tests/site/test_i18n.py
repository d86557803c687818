from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import minhbach_site
from minhbach_datasets.text import day, number
from minhbach_site import i18n

PACKAGE = Path(minhbach_site.__path__[0])


def test_every_string_is_translated_and_no_translation_is_left_over() -> None:
    english = i18n.translations("en")
    found = extract_from_dir(
        str(PACKAGE),
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"_": None, "ngettext": (1, 2)},
        options_map={"templates/**.html": {"extensions": "jinja2.ext.do"}},
    )
    messages = {
        message if isinstance(message, str) else message[0] for _, _, message, _, _ in found
    }
    assert len(messages) > 150
    translated = set(english._messages)
    assert messages - translated == set()
    assert translated - messages == set()


def test_placeholders_survive_translation() -> None:
    import re

    for message, translation in i18n.translations("en")._messages.items():
        for text in (translation,) if isinstance(translation, str) else translation:
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", message)), message


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (1234.5, "1.234,5", "1,234.5"),
        (0.07, "0,07", "0.07"),
        (1_000_000, "1.000.000", "1,000,000"),
        (-3.0, "-3", "-3"),
        (12, "12", "12"),
        (6102.123456, "6.102,123456", "6,102.123456"),
    ],
)
def test_number(value: float, vi: str, en: str) -> None:
    assert number(value, "vi") == vi
    assert number(value, "en") == en


def test_days() -> None:
    assert day(date(2023, 2, 11), "vi") == "11/02/2023"
    assert day(date(2023, 2, 11), "en") == "11 Feb 2023"
    assert i18n.partial_day("2025-06", "vi") == "06/2025"
    assert i18n.partial_day("2025-06", "en") == "Jun 2025"
    assert i18n.partial_day("2025", "vi") == "2025"


def test_plural() -> None:
    english = i18n.translations("en")
    assert english.ngettext("{count} dòng", "{count} dòng", 1) == "{count} row"
    assert english.ngettext("{count} dòng", "{count} dòng", 2) == "{count} rows"
    assert i18n.translations("vi").ngettext("{count} dòng", "{count} dòng", 2) == "{count} dòng"


def test_sizes() -> None:
    assert [i18n.quantity(n, "vi") for n in (999, 14_210, 2_500_000)] == [
        "999 B",
        "14,2 KB",
        "2,5 MB",
    ]
