"""Amounts in another currency, only by a rate that a source used in the same year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from minhbach_datasets.release import Release
from minhbach_site.queries.records import Record

_DATASET = "exchange_rates"


@dataclass(frozen=True, slots=True)
class Rate:
    """VND to the US dollar, as a source used it."""

    id: str
    date: str
    vnd_per_usd: int


@dataclass(frozen=True, slots=True)
class Converted:
    """The capital of a record in the currency that its source does not state."""

    field: str
    """The column that states nothing."""
    amount: float
    """In that column's unit."""
    rate: Rate


def rates(release: Release) -> tuple[Rate, ...]:
    """Every checked rate."""

    def found() -> tuple[Rate, ...]:
        if _DATASET not in release.catalogue:
            return ()
        rows = release.rows(
            f"SELECT _id, date, vnd_per_unit FROM {_DATASET} "
            "WHERE currency = 'USD' AND verified = 'yes' ORDER BY date, _id"
        )
        return tuple(Rate(*row) for row in rows)

    return release.kept(("rates",), found)


def converted(release: Release, found: Record) -> Converted | None:
    """The capital in the other currency, by the rate nearest to the approval within its year.

    None where both or neither are stated, or the year of approval is unknown or has no rate.
    """
    vnd, usd = found.values.get("capital_vnd_billion"), found.values.get("capital_usd_million")
    approved = found.values.get("approval_date")
    if (vnd is None) == (usd is None) or approved is None:
        return None
    same_year = [rate for rate in rates(release) if rate.date[:4] == approved[:4]]
    if not same_year:
        return None
    day = _day(approved)
    rate = min(same_year, key=lambda each: abs((_day(each.date) - day).days))
    if usd is None:
        assert vnd is not None
        return Converted("capital_usd_million", vnd * 1000 / rate.vnd_per_usd, rate)
    return Converted("capital_vnd_billion", usd * rate.vnd_per_usd / 1000, rate)


def _day(text: str) -> date:
    return date.fromisoformat(text + "0000-01-01"[len(text) :])
