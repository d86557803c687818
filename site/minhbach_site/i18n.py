"""Language of pages: gettext with Vietnamese msgids, numbers and dates as each language writes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from minhbach_datasets.model import Language
from minhbach_datasets.text import MONTHS, day, number

LOCALES = Path(__file__).with_name("locales")


class Translations:
    """Strings of one language. A missing translation shows the Vietnamese original."""

    def __init__(self, language: Language, messages: dict[str, str | tuple[str, str]]) -> None:
        self.language = language
        self._messages = messages

    def gettext(self, message: str) -> str:
        found = self._messages.get(message, message)
        return found if isinstance(found, str) else found[0]

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Vietnamese has one form; English has two."""
        found = self._messages.get(singular)
        if isinstance(found, tuple):
            return found[0] if count == 1 else found[1]
        return found or (singular if count == 1 else plural)


@cache
def translations(language: Language) -> Translations:
    """Read the catalogue of a language; Vietnamese is its own."""
    if language == "vi":
        return Translations("vi", {})
    from babel.messages.pofile import read_po

    messages: dict[str, str | tuple[str, str]] = {}
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file, locale=language):
            match message.id, message.string:
                case (str(singular), str(_)), (str(one), str(many)):
                    messages[singular] = (one, many)
                case str(text), str(translated) if text and translated:
                    messages[text] = translated
    return Translations(language, messages)


def today() -> date:
    """The day in Viet Nam, which is what "still valid" means on a page."""
    return datetime.now(timezone(timedelta(hours=7))).date()


def moment(value: datetime, language: Language) -> str:
    """A point in time, in UTC."""
    return f"{day(value.date(), language)} {value:%H:%M} UTC"


def partial_day(text: str, language: Language) -> str:
    """A stored YYYY, YYYY-MM or YYYY-MM-DD as each language writes it."""
    parts = text.split("-")
    if len(parts) == 3:
        return day(date.fromisoformat(text), language)
    if len(parts) == 2:
        year, month = parts
        return f"{month}/{year}" if language == "vi" else f"{MONTHS[int(month) - 1]} {year}"
    return text


def quantity(size: int, language: Language) -> str:
    """A file size in units a person reads."""
    for unit, scale in (("MB", 1_000_000), ("KB", 1_000)):
        if size >= scale:
            return f"{number(size / scale, language, 1)} {unit}"
    return f"{size} B"
