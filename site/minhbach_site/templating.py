"""Jinja: one environment a language, strict, escaping, nothing marked safe."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from minhbach_datasets.model import LANGUAGES, Language
from minhbach_datasets.text import day, number
from minhbach_site import addresses, assets, i18n, present
from minhbach_site.pages import Site
from minhbach_site.queries.filters import number_text

_TEMPLATES = Path(__file__).with_name("templates")


@cache
def environment(language: Language) -> Environment:
    """The environment of a language, with every template compiled once."""
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],
    )
    strings = i18n.translations(language)
    found.globals |= {
        "_": strings.gettext,
        "ngettext": strings.ngettext,
        "lang": language,
        "address": addresses,
        "asset": assets.address,
        "number": lambda value, places=None: number(value, language, places),
        "day": lambda value: day(value, language),
        "moment": lambda value: i18n.moment(value, language),
        "size": lambda value: i18n.quantity(value, language),
        "bound": number_text,
        "site_name": present.site_name,
        "rank": present.RANK,
        "languages": LANGUAGES,
    }
    return found


def render(template: str, context: object, site: Site, status: int = 200) -> HTMLResponse:
    """Render a page from its context dataclass."""
    values = {field.name: getattr(context, field.name) for field in fields(context)}  # type: ignore[arg-type]
    page = environment(site.language).get_template(f"pages/{template}.html")
    return HTMLResponse(page.render(site=site, **values), status_code=status)
