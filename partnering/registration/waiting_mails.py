"""The news about the waiting list, and what the letters say when they leave."""

from typing import Any

from .. import clock, links
from ..i18n import bi
from ..mail import letters, outbox
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries, waiting_queries
from .mails import ticket_url, to_holder
from .models import Registration, WaitingEntry

AGAIN_MINUTES = 10
"""Somebody who joins twice within this time clicked twice: one letter says it all."""


def waiting_url(entry: WaitingEntry) -> str:
    """The secret address of an entry of the waiting list."""
    return letters.url("registration.waiting", event_slug=entry.event.slug, token=waiting_token(entry))


def waiting_token(entry: WaitingEntry) -> str:
    """The secret in that address."""
    return links.token("waiting", entry.public_id, entry.generation)


# -- news


def joined(entry: WaitingEntry, *, again: bool = False) -> None:
    """Somebody waits; with `again` they asked once more, and learn that their entry stands."""
    if again and clock.now() - entry.created_at < clock.minutes(AGAIN_MINUTES):
        return
    suffix = f":{clock.now().date().isoformat()}" if again else ""
    _post("registration.waiting_joined", entry, f"joined{suffix}", again=again)


def offered(entry: WaitingEntry) -> None:
    """Places are held for somebody who waited."""
    _post("registration.waiting_offered", entry, f"offered:{len(entry.steps)}")


def expired(entry: WaitingEntry, *, last: bool) -> None:
    """An offer ran out unanswered; with `last` that was one too many."""
    _post("registration.waiting_expired", entry, f"expired:{len(entry.steps)}", last=last)


def left(entry: WaitingEntry, why: str) -> None:
    """Somebody is off the list: "left" by themselves, "removed" by an organiser, or the event was "called_off"."""
    _post("registration.waiting_left", entry, "left", why=why)


def link_renewed(entry: WaitingEntry) -> None:
    """The secret link of an entry was taken back: here is the new one."""
    _post("registration.waiting_joined", entry, f"link:{entry.generation}", renewed=True)


def link_again(entry: WaitingEntry) -> None:
    """Somebody has asked for the link to their entry: the same one, in the letter that says how things stand."""
    kind = "registration.waiting_offered" if entry.state == "offered" else "registration.waiting_joined"
    _post(kind, entry, f"asked:{clock.now():%Y-%m-%dT%H:%M}", asked=True)


def has_ticket(held: Registration) -> None:
    """Somebody with a ticket was put on the waiting list: told to them alone."""
    today = clock.now().date().isoformat()
    to_holder("registration.waiting_needless", held, f"registration:{held.public_id}:needless:{today}")


def _post(kind: str, entry: WaitingEntry, deed: str, **more: Any) -> None:
    outbox.post(
        kind,
        key=f"waiting:{entry.public_id}:{deed}",
        address=entry.email,
        locale=entry.locale,
        payload={"entry": entry.public_id, **more},
        event_ref=entry.event.public_id,
        recipient_ref=entry.public_id,
    )


# -- letters


@letters.kind("registration.waiting_joined")
def render_joined(letter: OutboxLetter) -> Letter | None:
    """You are on the list: for what, and the way to your entry."""
    entry = waiting_queries.entry_at(letter.payload["entry"])
    if entry is None or entry.closed_at is not None:
        return None
    return letters.compose(
        "registration/mail/waiting_joined",
        **_about(entry),
        again=letter.payload.get("again", False),
        renewed=letter.payload.get("renewed", False),
        asked=letter.payload.get("asked", False),
    )


@letters.kind("registration.waiting_offered")
def render_offered(letter: OutboxLetter) -> Letter | None:
    """Places are held for you, until when, and where to answer; nothing once it was answered or is over."""
    entry = waiting_queries.entry_at(letter.payload["entry"])
    if entry is None or entry.state != "offered":
        return None
    return letters.compose("registration/mail/waiting_offered", **_about(entry), **offered_facts(entry))


@letters.kind("registration.waiting_expired")
def render_expired(letter: OutboxLetter) -> Letter | None:
    """The offer is over: you keep your place, or were taken off the list."""
    entry = waiting_queries.entry_at(letter.payload["entry"])
    if entry is None:
        return None
    return letters.compose("registration/mail/waiting_expired", **_about(entry), last=letter.payload["last"])


@letters.kind("registration.waiting_left")
def render_left(letter: OutboxLetter) -> Letter | None:
    """You are off the list."""
    entry = waiting_queries.entry_at(letter.payload["entry"])
    if entry is None:
        return None
    return letters.compose("registration/mail/waiting_left", **_about(entry), why=letter.payload["why"])


@letters.kind("registration.waiting_needless")
def render_needless(letter: OutboxLetter) -> Letter | None:
    """You have a ticket already and need not wait."""
    registration = queries.live_registration_at(letter.payload["registration"])
    if registration is None:
        return None
    return letters.compose(
        "registration/mail/waiting_needless",
        event=registration.participant.event,
        participant=registration.participant,
        ticket_url=ticket_url(registration),
    )


def offered_facts(entry: WaitingEntry) -> dict[str, Any]:
    """What is offered: the ticket's name, how many, and whether that is all that was wanted."""
    product = entry.party.product if entry.party is not None and entry.party.product is not None else entry.product
    units = len(queries.items_of(entry.party)) if entry.party is not None else 1
    return {"offered_name": bi(product.name), "units": units, "partly": units < entry.quantity}


def _about(entry: WaitingEntry) -> dict[str, Any]:
    return {
        "event": entry.event,
        "entry": entry,
        "product": entry.product,
        "others": [other.product for other in entry.others],
        "waiting_url": waiting_url(entry),
        "event_url": letters.url("events.show", event_slug=entry.event.slug),
    }
