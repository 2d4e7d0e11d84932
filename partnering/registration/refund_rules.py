"""When how much of a fee is paid back: an event's rules, and the sentences in which buyers read them.

A rule holds until the end of the day that lies `days_before` days before the event's first day, in the event's zone:
the day on which a cancellation is received counts.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from .. import audit, clock
from ..db import db
from ..events.models import Event
from ..i18n import _, _n, day, locale, money
from .models import RefundRule


class Terms(NamedTuple):
    """A rule as plain values: days, basis points, cents."""

    days_before: int
    percent: int
    fee: int


def rules_of(event: Event) -> Sequence[RefundRule]:
    """The event's rules, the one that ends first before the others."""
    return db.session.scalars(
        sa.select(RefundRule).where(RefundRule.event_id == event.id).order_by(RefundRule.days_before.desc())
    ).all()


def last_day(event: Event, rule: RefundRule | Terms) -> date:
    """The last day on which a rule holds, in the event's zone."""
    return event.first_day - timedelta(days=rule.days_before)


def ends_at(event: Event, rule: RefundRule | Terms) -> datetime:
    """The instant at which a rule no longer holds: midnight after its last day."""
    return clock.from_zone(datetime.combine(last_day(event, rule) + timedelta(days=1), time()), event.zone)


def refund_sentences(event: Event, rules: Sequence[RefundRule | Terms] | None = None) -> list[str]:
    """What a buyer gets back and until when, one sentence for each rule, in the language in force.

    `rules` may be others than those that are stored.
    """
    given = sorted(rules_of(event) if rules is None else rules, key=lambda rule: -rule.days_before)
    if not given:
        return [_("Fees are not paid back.")]
    sentences = [
        _("Until %(day)s (%(before)s): %(refund)s.", day=day(last_day(event, rule)), before=_before(rule), refund=paid)
        for rule, paid in ((rule, _refund(rule)) for rule in given)
    ]
    if given[-1].percent:
        sentences.append(_("After that: nothing."))
    return [*sentences, _("The day on which we receive your cancellation counts.")]


def set_rules(event: Event, rules: Sequence[Terms]) -> bool:
    """Let these rules hold from now on; returns whether anything changed. Each number of days at most once."""
    held = {rule.days_before: rule for rule in rules_of(event)}
    before = [Terms(rule.days_before, rule.percent, rule.fee) for rule in held.values()]
    after = sorted(rules, reverse=True)
    if before == after:
        return False
    for terms in after:
        rule = held.pop(terms.days_before, None)
        if rule is None:
            db.session.add(RefundRule(event_id=event.id, **terms._asdict()))
        else:
            rule.percent, rule.fee = terms.percent, terms.fee
    for rule in held.values():
        db.session.delete(rule)
    db.session.flush()
    audit.record(
        "refund_rules.changed",
        event,
        event=event,
        before={"rules": [list(terms) for terms in before]},
        after={"rules": [list(terms) for terms in after]},
    )
    return True


def _before(rule: RefundRule | Terms) -> str:
    days = rule.days_before
    if days == 0:
        return _("the day on which the conference begins")
    if days % 7 == 0:
        return _n("%(num)s week before", "%(num)s weeks before", days // 7)
    return _n("%(num)s day before", "%(num)s days before", days)


def _refund(rule: RefundRule | Terms) -> str:
    fee = money(rule.fee)
    if not rule.percent:
        return _("nothing")
    if rule.percent == 10_000:
        return _("the fee less %(amount)s", amount=fee) if rule.fee else _("the whole fee")
    words = {"percent": percent(rule.percent), "amount": fee}
    return _("%(percent)s of the fee less %(amount)s", **words) if rule.fee else _("%(percent)s of the fee", **words)


def percent(basis_points: int) -> str:
    """ "50 %" / "50%", "7,5 %" / "7.5%"."""
    text = f"{basis_points // 100}.{basis_points % 100:02d}".rstrip("0").rstrip(".")
    return f"{text.replace('.', ',')}\xa0%" if locale() == "de" else f"{text}%"
