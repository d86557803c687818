"""Which incentives a project may have: declared rules, tested against what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minhbach_datasets.model import Language
from minhbach_datasets.release import Release
from minhbach_site.i18n import today
from minhbach_site.queries.records import Link, Record


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules are tested against; None or empty where it is not known."""

    sectors: tuple[str, ...]
    zone_kind: str | None
    communes: tuple[str, ...]
    capital_vnd_billion: float | None


@dataclass(frozen=True, slots=True)
class Incentive:
    """An incentive whose conditions, as far as data can tell, are met or not known."""

    link: Link
    rate: str | None
    article: str
    law: Link | None
    met: tuple[tuple[str, str], ...]
    """Condition (a column of the rules), what of the project meets it."""
    unknown: tuple[tuple[str, float | str], ...]
    """Conditions that cannot be tested as the project's value is not published, and what they ask."""
    to_check: str
    source_url: str | None
    verified: str


def incentives(release: Release, asked: Asked, language: Language) -> tuple[Incentive, ...]:
    """Incentives not known to have ended that no known fact rules out; those with more met conditions first."""
    if not release.has("incentive_rules", "incentives", "legal_documents"):
        return ()
    rows = release.rows(
        f"""
        SELECT i._id, i.name, i.rate_or_amount, r.article, d._id,
          coalesce(d.number, '') || ' ' || coalesce(d.title_{language}, d.title_vi, ''),
          r.zone_kinds, r.sectors, r.communes, r.min_capital_vnd_billion, r.to_check_{language},
          i.source_url, i.verified
        FROM incentive_rules r JOIN incentives i USING (incentive_id)
        LEFT JOIN legal_documents d ON d.doc_key = i.legal_keys[1]
        WHERE (i.valid_to IS NULL OR i.valid_to >= ?)
          AND (d.status IS NULL OR d.status <> 'hết hiệu lực')
        ORDER BY r.rule_id
        """,
        [today()],
    )
    found = [incentive for row in rows if (incentive := _tested(row, asked)) is not None]
    return tuple(sorted(found, key=lambda each: (-len(each.met), len(each.unknown))))


def _tested(row: tuple[Any, ...], asked: Asked) -> Incentive | None:
    """The incentive, unless a known fact fails a condition."""
    (
        id_,
        name,
        rate,
        article,
        law,
        law_title,
        zones,
        sectors,
        communes,
        capital,
        check,
        url,
        verified,
    ) = row
    met: list[tuple[str, str]] = []
    unknown: list[tuple[str, float | str]] = []
    if zones:
        if asked.zone_kind in zones:
            met.append(("zone_kinds", str(asked.zone_kind)))
        elif asked.zone_kind is not None:
            return None
        else:
            # A project of which no zone is published may still lie in one.
            unknown.append(("zone_kinds", ";".join(zones)))
    if sectors:
        shared = [sector for sector in asked.sectors if sector in sectors]
        if shared:
            met.append(("sectors", shared[0]))
        elif asked.sectors:
            return None
        else:
            unknown.append(("sectors", ";".join(sectors)))
    if communes:
        shared = [commune for commune in asked.communes if commune in communes]
        if shared:
            met.append(("communes", ";".join(shared)))
        elif asked.communes:
            return None
        else:
            unknown.append(("communes", ";".join(communes)))
    if capital is not None:
        if asked.capital_vnd_billion is None:
            unknown.append(("min_capital_vnd_billion", capital))
        elif asked.capital_vnd_billion >= capital:
            met.append(("min_capital_vnd_billion", str(capital)))
        else:
            return None
    return Incentive(
        Link("incentives", id_, name),
        rate,
        article,
        Link("legal_documents", law, law_title.strip()) if law else None,
        tuple(met),
        tuple(unknown),
        check,
        url,
        verified,
    )


def asked_of(
    release: Release, found: Record, zone_kind: str | None, capital: float | None
) -> Asked:
    """What is known of a project or zone. capital: in VND bn, converted where only another is stated."""
    if found.dataset.slug == "zones":
        rows = []
        if release.has("opportunities"):
            rows = release.rows(
                "SELECT sector FROM opportunities WHERE kind = 'khu' AND record = ?",
                [found.values["zone_id"]],
            )
        sectors = tuple(rows[0][0] or ()) if rows else ()
    else:
        sectors = (found.values["sector"],)
    communes = tuple(found.values["communes"] or ())
    return Asked(sectors, zone_kind, communes, capital)
