"""The news about workshops: booked, given up, and what becomes of their time: moved, called off, fixed no longer.

Each letter brings one calendar entry, and one thing has one topic: of several pieces of news the newest leaves.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ..agenda import calendars
from ..agenda.models import AgendaEntry, Appointment
from ..db import BilingualText
from ..events.mails import to_participant
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from ..tickets.models import Product
from . import describing, mails, queries
from .models import Registration

CALLED_OFF, NO_TIME, OTHER_TIME = "called_off", "no_time", "other_time"
"""Why a time goes out of somebody's calendar while they have it booked."""

NOTHING = BilingualText()


def shown(appointment: Appointment) -> dict[str, str]:
    """When and where something is, as JSON, for a letter to say what it was."""
    place = appointment.location
    return {
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
        "room_de": place.name.de if place is not None else "",
        "room_en": place.name.en if place is not None else "",
    }


class News(NamedTuple):
    """A letter of these as it goes into the outbox."""

    kind: str
    key: str
    topic: str
    topic_version: int
    payload: dict[str, Any]


def booked(registration: Registration, product: Product, entry: AgendaEntry) -> None:
    """A workshop is in somebody's agenda: its own letter with its own calendar entry."""
    _post(registration, _news("registration.workshop", registration, product.public_id, entry))


def given_up(registration: Registration, product: Product, entry: AgendaEntry) -> None:
    """A workshop is no longer in somebody's agenda; their calendar forgets it."""
    _post(registration, _news("registration.workshop_ended", registration, product.public_id, entry))


def moved(registration: Registration, product_ref: str, entry: AgendaEntry, was: Mapping[str, Any]) -> None:
    """What somebody has booked has another time or place, or takes place after all; their calendar follows."""
    _post(registration, of_move(registration, product_ref, entry, was))


def gone(registration: Registration, product_ref: str, entry: AgendaEntry, reason: str) -> None:
    """What somebody has booked does not take place, or not at this time; their calendar forgets it."""
    _post(registration, of_end(registration, product_ref, entry, reason))


def of_move(
    registration: Registration,
    product_ref: str,
    entry: AgendaEntry,
    was: Mapping[str, Any],
    words: BilingualText = NOTHING,
) -> News:
    """What `moved` posts, with the organisers' own words below if they have any."""
    more = {"was": dict(was), **_own(words)}
    return _news("registration.workshop_moved", registration, product_ref, entry, **more)


def of_end(
    registration: Registration, product_ref: str, entry: AgendaEntry, reason: str, words: BilingualText = NOTHING
) -> News:
    """What `gone` posts, likewise."""
    return _news("registration.workshop_gone", registration, product_ref, entry, reason=reason, **_own(words))


def _own(words: BilingualText) -> dict[str, Any]:
    return {"words": {"de": words.de, "en": words.en}} if words else {}


def _news(kind: str, registration: Registration, product_ref: str, entry: AgendaEntry, **more: Any) -> News:
    return News(
        kind,
        f"workshop:{entry.public_id}:{calendars.edition(entry)}:{entry.state}:{registration.public_id}",
        calendars.topic(entry),
        entry.sequence,
        {"registration": registration.public_id, "entry": entry.public_id, "product": product_ref, **more},
    )


def _post(registration: Registration, news: News) -> None:
    to_participant(
        news.kind,
        registration.participant,
        key=news.key,
        payload=news.payload,
        topic=news.topic,
        topic_version=news.topic_version,
    )


# -- letters


@letters.kind("registration.workshop")
def render_booked(letter: OutboxLetter) -> Letter | None:
    """A workshop is booked: when and where, what else takes that time, and its calendar entry."""
    return _render(letter, "registration/mail/workshop", "live")


@letters.kind("registration.workshop_ended")
def render_given_up(letter: OutboxLetter) -> Letter | None:
    """A workshop is given up or went with the place, with the calendar's CANCEL where it had heard of it."""
    return _render(letter, "registration/mail/workshop_ended", "cancelled")


@letters.kind("registration.workshop_moved")
def render_moved(letter: OutboxLetter) -> Letter | None:
    """When and where it is now, and was; what else takes that time; the calendar's change."""
    return _render(letter, "registration/mail/workshop_moved", "live")


@letters.kind("registration.workshop_gone")
def render_gone(letter: OutboxLetter) -> Letter | None:
    """That it does not take place, or has no such time any more, with the calendar's CANCEL."""
    return _render(letter, "registration/mail/workshop_gone", "cancelled")


def _render(letter: OutboxLetter, template: str, state: str) -> Letter | None:
    registration = queries.registration_at(letter.payload["registration"])
    entry = queries.entry_at(letter.payload["entry"])
    if registration is None or entry is None or entry.state != state:
        return None
    product = queries.product_by_id(registration.event_id, letter.payload["product"])
    if product is None:
        return None
    composed = letters.compose(
        template,
        **mails.about(registration) | {"product": product},
        appointment=entry.appointment,
        place=calendars.place_of(entry),
        was=_was(letter.payload.get("was") or {}, entry.appointment),
        reason=letter.payload.get("reason", ""),
        words=BilingualText(**letter.payload.get("words", {})),
        clashes=state == "live" and not entry.blocks and entry.role == "attendee",
        ticket_url=mails.ticket_url(registration) if registration.state == "live" else "",
    )
    return calendars.attach(composed, entry, describing.workshop(registration.participant.event, product.name))


def _was(payload: Mapping[str, str], now: Appointment) -> dict[str, Any]:
    """What was different before, read back; nothing when it is as it was."""
    if not payload or payload == shown(now):
        return {}
    return {
        "starts_at": datetime.fromisoformat(payload["starts_at"]),
        "ends_at": datetime.fromisoformat(payload["ends_at"]),
        "room": BilingualText(payload["room_de"], payload["room_en"]),
    }
