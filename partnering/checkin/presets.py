"""What a new list begins with: an entrance, a workshop from a session, a dinner from an add-on, exhibitors' set-up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock, i18n
from ..db import BilingualText, db
from ..events.models import Event
from ..i18n import LazyText, _l, speaking
from ..programme.models import ProgrammeSession
from ..tickets.models import Product
from .models import CheckinList
from .services import DEFAULT_LIST

EARLY = timedelta(minutes=30)
"""So long before a session or dinner begins its list opens."""

SET_UP_HOUR = 8
"""At this hour of the day before the event set-up begins."""


@dataclass(frozen=True)
class Offers:
    """What lists of an event can name: ticket types, add-ons, and sessions that take place, each in their order."""

    tickets: Sequence[Product]
    addons: Sequence[Product]
    sessions: Sequence[ProgrammeSession]

    def session_at(self, public_id: str) -> ProgrammeSession | None:
        """A session by public id."""
        return next((each for each in self.sessions if each.public_id == public_id), None)

    def booked_for(self, session: ProgrammeSession | None) -> Product | None:
        """The add-on by which places in a session are booked: its own, or the one at its time."""
        if session is None:
            return None
        own = (each for each in self.addons if each.id == session.product_id)
        at_its_time = (
            each
            for each in self.addons
            if each.appointment_id is not None and each.appointment_id == session.appointment_id
        )
        return next(own, None) or next(at_its_time, None)

    def open_to_all(self, lists: Sequence[CheckinList]) -> frozenset[int]:
        """Of these lists (ids) those of a session whose places are booked, but which let in every ticket."""
        booked = {each.id for each in self.sessions if self.booked_for(each) is not None}
        asks_nothing = (each for each in lists if not each.rules.keys() & {"products", "addons"})
        return frozenset(each.id for each in asks_nothing if each.session_id in booked)


def offers_of(event: Event) -> Offers:
    """What lists of this event can name, in two queries."""
    products = db.session.scalars(
        sa.select(Product)
        .where(Product.event_id == event.id)
        .options(joinedload(Product.appointment))
        .order_by(Product.position, Product.id)
    ).all()
    sessions = db.session.scalars(
        sa.select(ProgrammeSession)
        .where(ProgrammeSession.event_id == event.id, ProgrammeSession.cancelled_at.is_(None))
        .order_by(sa.nulls_last(ProgrammeSession.starts_at), ProgrammeSession.id)
    ).all()
    tickets = [each for each in products if each.kind == "ticket"]
    return Offers(tickets, [each for each in products if each.kind == "add_on"], sessions)


@dataclass
class Preset:
    """Columns of a list that is not there yet, with the public id of its session."""

    name: BilingualText
    values: dict[str, Any] = field(default_factory=dict)
    session: str = ""


def preset(event: Event, offers: Offers, kind: str, source: str) -> Preset:
    """What a new list of a kind begins with; `source` is the public id of the session or add-on that it is for."""
    if kind == "workshop":
        session = offers.session_at(source)
        return _workshop(session, offers) if session is not None else Preset(BilingualText(), {"certificate": True})
    if kind == "dinner":
        addon = next((each for each in offers.addons if each.public_id == source), None)
        return _dinner(addon)
    if kind == "setup":
        return _set_up(event, offers)
    several = event.last_day > event.first_day
    return Preset(DEFAULT_LIST, {"window_kind": "day" if several else "event"})


def _workshop(session: ProgrammeSession, offers: Offers) -> Preset:
    values: dict[str, Any] = {"certificate": True, **_around(session.starts_at, session.ends_at)}
    booked = offers.booked_for(session)
    if booked is not None:
        values["rules"] = {"addons": [booked.public_id]}
    return Preset(_short(session.title), values, session.public_id)


def _dinner(addon: Product | None) -> Preset:
    values: dict[str, Any] = {"entries": "single"}
    if addon is None:
        return Preset(BilingualText(), values)
    values["rules"] = {"addons": [addon.public_id]}
    at = addon.appointment
    return Preset(_short(addon.name), {**values, **(_around(at.starts_at, at.ends_at) if at is not None else {})})


def _set_up(event: Event, offers: Offers) -> Preset:
    day_before = datetime.combine(event.first_day - timedelta(days=1), datetime.min.time())
    opens = clock.from_zone(day_before.replace(hour=SET_UP_HOUR), event.zone)
    exhibitors = [each.public_id for each in offers.tickets if each.role == "exhibitor"]
    return Preset(
        _both(_l("Set-up of the stands")),
        {
            "entries": "multiple",
            "opens_at": opens,
            "closes_at": event.opens_at,
            **({"rules": {"products": exhibitors}} if exhibitors else {}),
        },
    )


def _around(starts_at: datetime | None, ends_at: datetime | None) -> dict[str, datetime]:
    if starts_at is None or ends_at is None:
        return {}
    return {"opens_at": starts_at - EARLY, "closes_at": ends_at}


def _both(sentence: LazyText) -> BilingualText:
    """A sentence of ours in both languages."""
    words = {}
    for language in ("de", "en"):
        with speaking(language):
            words[language] = str(sentence)
    return BilingualText(**words)


def _short(name: BilingualText) -> BilingualText:
    return BilingualText(name.de[:60].strip(), name.en[:60].strip())


def shown_days(event: Event) -> dict[str, str]:
    """The event's days to choose from, by ISO day."""
    return {day.isoformat(): i18n.day(day, "weekday") for day in i18n.days_between(event.first_day, event.last_day)}
