"""What the confirmation of an order repeats for its buyer: lines, sum, rules, terms, withdrawal (§ 312f (2) BGB)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from .. import links
from ..db import db
from ..events.models import LegalText
from ..i18n import _, bi
from ..mail import letters
from . import bundles, instructions, queries
from .instructions import Section
from .models import Item, Party
from .refund_rules import percent, refund_sentences


class Line(NamedTuple):
    """Equal lines of an order: how many, what, at which price, all of them in cents."""

    units: int
    name: str
    detail: str
    gross: int


class Contained(NamedTuple):
    """VAT contained in the sum: its rate in words, and cents."""

    rate: str
    cents: int


@dataclass(frozen=True)
class Confirmation:
    """An order as its letter repeats it. `terms` is the version that was agreed to."""

    lines: list[Line]
    total: int
    currency: str
    contained: list[Contained]
    notes: list[str]
    refunds: list[str]
    terms: LegalText | None
    terms_url: str
    withdrawal: list[Section]
    form_url: str


def confirmation_of(party: Party, only: str | None = None) -> Confirmation | None:
    """What a party ordered, in the language in force, or `only` the add-on with this claim; None where nothing costs.

    Consumers are told about withdrawing: whoever buys for a company has no such right (§ 312 (1), § 13 BGB).
    """
    event = party.event
    items = [item for item in queries.items_of(party) if item.cancelled_at is None]
    if only is not None:
        items = [item for item in items if item.claim is not None and item.claim.public_id == only]
    if not any(item.gross for item in items):
        return None
    told = instructions.instruction(event, _withdraw_url(party)) if party.billing.get("kind") == "private" else []
    right = bool(told) and instructions.has_right(event)
    page = letters.url("registration.withdrawal_information", event_slug=event.slug)
    return Confirmation(
        lines=_lines(items),
        total=sum(item.gross for item in items),
        currency=items[0].currency,
        contained=_contained(items),
        notes=[note for note in (note_of(kind) for kind in sorted({item.tax_kind for item in items})) if note],
        refunds=refund_sentences(event),
        terms=_terms_of(party),
        terms_url=letters.url("events.terms", event_slug=event.slug),
        withdrawal=told,
        form_url=f"{page}#form" if right else "",
    )


def _withdraw_url(party: Party) -> str:
    return letters.url("registration.withdraw", token=links.token("party", party.public_id, party.generation))


def _lines(items: Sequence[Item]) -> list[Line]:
    grouped: dict[tuple[str, str, str, str, int], list[Item]] = {}
    for whole in bundles.wholes(items):
        item, gross = whole[0], sum(each.gross for each in whole)
        contains = ", ".join(bi(name) for name in bundles.contents_of(whole))
        grouped.setdefault((bi(item.name), bi(item.tier_name), item.code_text, contains, gross), []).append(item)
    return [
        Line(
            sum(item.quantity for item in group),
            name,
            ", ".join(part for part in (tier, _code(code), _contains(contains)) if part),
            gross * len(group),
        )
        for (name, tier, code, contains, gross), group in grouped.items()
    ]


def _code(code: str) -> str:
    return _("with code %(code)s", code=code) if code else ""


def _contains(names: str) -> str:
    return _("contained in the price: %(parts)s", parts=names) if names else ""


def _contained(items: Sequence[Item]) -> list[Contained]:
    sums: dict[int, int] = {}
    for item in items:
        sums[item.vat_rate] = sums.get(item.vat_rate, 0) + item.vat
    return [Contained(percent(rate), cents) for rate, cents in sorted(sums.items()) if cents]


def note_of(tax_kind: str) -> str:
    """Why a line bears another tax than at home, or none."""
    return {
        "reverse_charge": _(
            "Online services for a business elsewhere in the EU: you owe the VAT yourself (reverse charge)."
        ),
        "outside": _("Online services for recipients outside the EU: no German VAT is charged."),
        "small_business": _("No VAT is charged (small business, section 19 UStG)."),
    }.get(tax_kind, "")


def _terms_of(party: Party) -> LegalText | None:
    """The terms that were in force when the party was sent."""
    agreed_at = party.asked_at or party.placed_at
    return db.session.scalars(
        sa.select(LegalText)
        .where(LegalText.event_id == party.event_id, LegalText.kind == "terms", LegalText.published_at <= agreed_at)
        .order_by(LegalText.number.desc())
        .limit(1)
    ).one_or_none()
