"""The news about registrations, and what the letters say when they leave."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .. import clock, links, qr
from ..agenda import calendars
from ..db import BilingualText
from ..events.mails import to_participant
from ..i18n import bi, money
from ..mail import letters, outbox
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import codes, confirming, lacking, queries
from .models import Item, Party, Place, Registration


def ticket_url(registration: Registration) -> str:
    """The secret address of a ticket."""
    token = links.token("ticket", registration.public_id, registration.generation)
    return letters.url("registration.ticket_page", token=token)


def party_url(party: Party) -> str:
    """The secret address of everything a buyer booked."""
    return letters.url("registration.manage", token=links.token("party", party.public_id, party.generation))


def invoice_address(party: Party) -> str:
    """Where its invoices go, if not to the buyer: empty then."""
    address = str(party.billing.get("email") or "")
    return "" if address == party.contact_email else address


# -- news


def registered(registration: Registration) -> None:
    """A person holds a place: their ticket, and its calendar entry."""
    to_holder("registration.confirmed", registration, f"registration:{registration.public_id}:confirmed")


def reminded(registration: Registration) -> None:
    """The ticket once more, for somebody who has not confirmed it; one letter a day."""
    today = clock.now().date().isoformat()
    to_holder("registration.confirmed", registration, f"registration:{registration.public_id}:again:{today}")


def data_notice(registration: Registration, source: str) -> bool:
    """Somebody was entered by the organiser without a letter: what is kept of them, and where it comes from, once."""
    key = f"registration:{registration.public_id}:data_notice"
    return to_holder("registration.data_notice", registration, key, source=source)


def registration_ended(registration: Registration, told: Mapping[str, Any] | None = None) -> None:
    """A person no longer holds a place; their calendar forgets it. `told` is the money, for the buyer alone."""
    entry = queries.attendance_entry(registration)
    to_holder(
        "registration.ended",
        registration,
        f"registration:{registration.public_id}:ended",
        topic=calendars.topic(entry) if entry else "",
        topic_version=entry.sequence if entry else 0,
        **({"sums": dict(told)} if told else {}),
    )


def event_news(registration: Registration, news: str) -> None:
    """The event has "moved" or was "called_off"; the calendar follows."""
    entry = queries.attendance_entry(registration)
    if entry is None:
        return
    to_holder(
        "registration.event_news",
        registration,
        f"registration:{registration.public_id}:{news}:{calendars.edition(entry)}",
        topic=calendars.topic(entry),
        topic_version=entry.sequence,
        news=news,
    )


def already_registered(held: Registration, asked: Place | Party, *, again: bool = False) -> None:
    """Somebody wanted to register a person who has a ticket: told to that person alone, with the ticket's address."""
    today = f":{clock.now().date().isoformat()}" if again else ""
    to_holder(
        "registration.already",
        held,
        f"registration:{held.public_id}:already:{asked.public_id}{today}",
        by_other=isinstance(asked, Place),
    )


def places_given_back(party: Party, places: Sequence[Place], names: Sequence[str], told: Mapping[str, Any]) -> None:
    """A buyer's places were given back: whose, and what that means in money."""
    key = f"given_back:{places[0].public_id}"
    party_changed(party, key, sums=dict(told), names=[name for name in names if name], count=len(places))


def add_on_changed(party: Party, item: Item, news: str, who: str, told: Mapping[str, Any]) -> None:
    """An add-on that costs something was "booked" or "given_up" for one of a buyer's places."""
    name = {"de": item.name.de, "en": item.name.en}
    claim = {"claim": item.claim.public_id} if item.claim is not None else {}
    party_changed(party, f"{news}:{item.id}", what=name, names=[who] if who else [], sums=dict(told), **claim)


def withdrawn(party: Party, told: Mapping[str, Any]) -> None:
    """The receipt for a withdrawal: what was withdrawn from, and when it arrived (§ 356a BGB)."""
    to_buyer("registration.withdrawn", party, "withdrawn", sums=dict(told))


def add_on_withdrawn(item: Item, told: Mapping[str, Any]) -> None:
    """The same for an add-on that was booked later."""
    name, at = {"de": item.name.de, "en": item.name.en}, clock.now().isoformat()
    to_buyer("registration.withdrawn", item.party, f"withdrawn:{item.id}", sums=dict(told), what=name, at=at)


def withdrawal_link(party: Party) -> None:
    """The address at which a contract can be withdrawn from, for whoever asked for it with its reference; hourly."""
    hour = clock.now().strftime("%Y-%m-%dT%H")
    to_buyer("registration.withdrawal_link", party, f"withdrawal_link:{hour}")


def party_changed(party: Party, news: str, **more: Any) -> bool:
    """What has become of a buyer's places. `news` names the deed, so that it is told once; False if it was told."""
    return to_buyer("registration.party", party, news, news=news.partition(":")[0], **more)


def to_buyer(kind: str, party: Party, deed: str, **more: Any) -> bool:
    """Write to the buyer of a party, once for each `deed`; `more` goes into the letter. False if it was written."""
    return outbox.post(
        kind,
        key=f"party:{party.public_id}:{deed}",
        address=party.contact_email,
        locale=party.locale,
        payload={"party": party.public_id, **more},
        event_ref=party.event.public_id,
        recipient_ref=party.public_id,
    )


def to_holder(
    kind: str, registration: Registration, key: str, *, topic: str = "", topic_version: int = 0, **more: Any
) -> bool:
    """Write to whoever holds a ticket; `more` goes into the letter. False if nothing new is to be sent."""
    posted = to_participant(
        kind,
        registration.participant,
        key=key,
        payload={"registration": registration.public_id, **more},
        topic=topic,
        topic_version=topic_version,
    )
    if posted and registration.silent_since is not None and kind == "registration.confirmed":
        registration.silent_since = None  # the ticket and its links tell them
    return posted


# -- letters


@letters.kind("registration.confirmed")
def render_confirmed(letter: OutboxLetter) -> Letter | None:
    """The ticket: code as picture and as text, day and place, links, calendar entry."""
    registration = queries.live_registration_at(letter.payload["registration"])
    if registration is None or registration.code is None:
        return None
    party, event = registration.place.party, registration.participant.event
    buyer = registration.participant.person_id == party.contact_person_id
    items = [item for item in queries.items_of(party) if item.cancelled_at is None] if buyer else []
    owed = sum(item.gross for item in items)
    composed = letters.compose(
        "registration/mail/confirmed",
        **about(registration),
        printed=codes.printed(registration.code),
        ticket_url=ticket_url(registration),
        change_url=party_url(party) if buyer else ticket_url(registration),
        privacy_url=letters.url("events.privacy", event_slug=event.slug),
        invited_by=queries.named_by(registration),
        unconfirmed=registration.confirmed_at is None,
        lacks=bool(lacking.of(registration)),
        owed=money(owed, items[0].currency) if owed else "",
        invoice_to=invoice_address(party),
        order=confirming.confirmation_of(party) if owed and len(queries.places_of(party)) == 1 else None,
    )
    images = {"ticket-code": qr.png(codes.code_text(registration.code))}
    return calendars.attach(composed.with_(images=images), queries.attendance_entry(registration))


@letters.kind("registration.data_notice")
def render_data_notice(letter: OutboxLetter) -> Letter | None:
    """That the organiser entered somebody, from which source, with the links to notice and ticket."""
    registration = queries.registration_at(letter.payload["registration"])
    if registration is None or registration.state != "live" or registration.code is None:
        return None
    return letters.compose(
        "registration/mail/data_notice",
        **about(registration),
        source=letter.payload["source"].rstrip(". "),
        ticket_url=ticket_url(registration),
        privacy_url=letters.url("events.privacy", event_slug=registration.participant.event.slug),
    )


@letters.kind("registration.ended")
def render_ended(letter: OutboxLetter) -> Letter | None:
    """Cancelled, passed on or declined, with the calendar's CANCEL where it had heard of it."""
    registration = queries.registration_at(letter.payload["registration"])
    if registration is None or registration.state == "live":
        return None
    event = registration.participant.event
    composed = letters.compose(
        "registration/mail/ended",
        **about(registration),
        sums=letter.payload.get("sums"),
        party_url=party_url(registration.place.party) if letter.payload.get("sums") else "",
        register_url=letters.url("events.show", event_slug=event.slug),
    )
    entry = queries.attendance_entry(registration)
    return calendars.attach(composed, entry if entry is not None and entry.state == "cancelled" else None)


@letters.kind("registration.event_news")
def render_event_news(letter: OutboxLetter) -> Letter | None:
    """New days or another place, with the calendar's change; or called off, with its CANCEL."""
    registration = queries.registration_at(letter.payload["registration"])
    called_off = letter.payload["news"] == "called_off"
    if registration is None or (registration.state != "live" and not called_off):
        return None
    event = registration.participant.event
    composed = letters.compose(
        "registration/mail/event_news",
        **about(registration),
        called_off=called_off,
        event_url=letters.url("events.show", event_slug=event.slug),
    )
    return calendars.attach(composed, queries.attendance_entry(registration))


@letters.kind("registration.already")
def render_already(letter: OutboxLetter) -> Letter | None:
    """You have a ticket already: here it is."""
    registration = queries.live_registration_at(letter.payload["registration"])
    if registration is None:
        return None
    return letters.compose(
        "registration/mail/already",
        **about(registration),
        ticket_url=ticket_url(registration),
        by_other=letter.payload.get("by_other", False),
    )


@letters.kind("registration.party")
def render_party(letter: OutboxLetter) -> Letter | None:
    """All places of a buyer, what they cost, and where to change them."""
    party = queries.party_at(letter.payload["party"])
    if party is None or party.placed_at is None:
        return None
    places = [place for place in queries.places_of(party) if place.cancelled_at is None]
    items = [item for item in queries.items_of(party) if item.cancelled_at is None]
    return letters.compose(
        "registration/mail/party",
        event=party.event,
        party=party,
        news=letter.payload["news"],
        what=bi(BilingualText(**letter.payload["what"])) if "what" in letter.payload else "",
        names=letter.payload.get("names", []),
        count=letter.payload.get("count", 1),
        sums=letter.payload.get("sums"),
        places=places,
        holder=holder_name,
        total=sum(item.gross for item in items),
        contains_vat=any(item.vat for item in items),
        order=_ordered(letter, party),
        invoice_to=invoice_address(party),
        currency=items[0].currency if items else "EUR",
        party_url=party_url(party),
    )


def _ordered(letter: OutboxLetter, party: Party) -> confirming.Confirmation | None:
    """What the letter confirms: the order that was placed, or what was booked later."""
    news = letter.payload["news"]
    if news == "placed":
        return confirming.confirmation_of(party)
    return confirming.confirmation_of(party, letter.payload.get("claim", "")) if news == "booked" else None


@letters.kind("registration.withdrawn")
def render_withdrawn(letter: OutboxLetter) -> Letter | None:
    """The receipt for a withdrawal, with the moment at which it arrived and what it was about."""
    party = queries.party_at(letter.payload["party"])
    if party is None:
        return None
    part, at = letter.payload.get("what"), letter.payload.get("at")
    moment = datetime.fromisoformat(at) if at else party.withdrawn_at
    if moment is None:
        return None
    return letters.compose(
        "registration/mail/withdrawn",
        event=party.event,
        party=party,
        moment=moment,
        what=bi(BilingualText(**part)) if part else "",
        places=[] if part else queries.places_of(party),
        holder=holder_name,
        sums=letter.payload["sums"],
        party_url=party_url(party),
    )


@letters.kind("registration.withdrawal_link")
def render_withdrawal_link(letter: OutboxLetter) -> Letter | None:
    """Where to withdraw from a contract."""
    party = queries.party_at(letter.payload["party"])
    if party is None or party.placed_at is None:
        return None
    token = links.token("party", party.public_id, party.generation)
    url = letters.url("registration.withdraw", token=token)
    return letters.compose("registration/mail/withdrawal_link", event=party.event, party=party, withdraw_url=url)


def holder_name(place: Place) -> str:
    """Who holds a place or was asked to, as the buyer sees it: the same whether or not the person had a ticket."""
    if place.registration is not None and place.registration.confirmed_at is not None:
        return place.registration.participant.name
    return place.invited_name


def about(registration: Registration) -> dict[str, Any]:
    """What every letter to a holder shows: event, registration, participant, ticket, party."""
    return {
        "event": registration.participant.event,
        "registration": registration,
        "participant": registration.participant,
        "product": registration.place.product,
        "party": registration.place.party,
    }
