"""Who may change what about a registration, and until when. A secret link stands for its holder or buyer.

Answers, details and extras: until the date the organiser set, else until the event opens; organisers may set another
date for a single person. Naming somebody, passing on and cancelling: until the event opens, whatever that date is; what
it costs is said by the refund rules alone.
"""

from datetime import date, datetime, timedelta

from .. import clock
from ..events.models import Event
from . import lacking
from .models import Item, Party, Place, Registration

WITHDRAWAL_DAYS = 14
"""Days in which consumers may withdraw, from the day after the contract: § 355 (2) BGB, article 9 (1) of directive
2011/83/EU. A term that ends on a Saturday or Sunday ends on the Monday after: § 193 BGB."""


def may_change(event: Event) -> bool:
    """Whether what belongs to nobody in particular may still be changed at an event."""
    return _until(event, event.change_until or event.opens_at)


def changes_until(registration: Registration) -> datetime:
    """Until when the holder, or whoever bought the place, may change it: an organiser's exception, or as for all."""
    event = registration.participant.event
    return registration.changes_until or event.change_until or event.opens_at


def place_changes_until(place: Place) -> datetime:
    """The same for a place, whether or not somebody holds it."""
    event, held = place.party.event, place.registration
    return (held.changes_until if held is not None else None) or event.change_until or event.opens_at


def may_change_ticket(registration: Registration) -> bool:
    """Whether the holder of a ticket may still book extras or give them up, and change what they said."""
    return registration.state == "live" and _until(registration.participant.event, changes_until(registration))


def may_change_place(place: Place) -> bool:
    """Whether the buyer may still book extras for a place or give them up."""
    return place.cancelled_at is None and _until(place.party.event, place_changes_until(place))


def may_answer(registration: Registration) -> bool:
    """Whether the holder may still say what is printed and answer questions: after the date until both are done."""
    if may_change_ticket(registration):
        return True
    return may_pass_on(registration) and (registration.confirmed_at is None or bool(lacking.of(registration)))


def passes_until(registration: Registration) -> datetime:
    """Until when a ticket may be passed on or cancelled: until the event opens, or an organiser's later exception."""
    opens_at = registration.participant.event.opens_at
    return max(opens_at, registration.changes_until or opens_at)


def place_passes_until(place: Place) -> datetime:
    """The same for a place, whether or not somebody holds it."""
    held = place.registration
    return passes_until(held) if held is not None else place.party.event.opens_at


def may_pass_on(registration: Registration) -> bool:
    """Whether the holder of a ticket may still pass it on or cancel it."""
    return registration.state == "live" and _until(registration.participant.event, passes_until(registration))


def may_name(place: Place) -> bool:
    """Whether the buyer may still name somebody for a place, or give it back."""
    return place.cancelled_at is None and _until(place.party.event, place_passes_until(place))


def may_cancel_party(party: Party) -> bool:
    """Whether the buyer may still give back everything."""
    return party.cancelled_at is None and _until(party.event, party.event.opens_at)


def may_change_orders(party: Party) -> bool:
    """Whether the buyer may still change what they answered about the order."""
    return party.cancelled_at is None and may_change(party.event)


def _until(event: Event, moment: datetime) -> bool:
    return event.state == "published" and clock.now() < moment


def withdrawal_day(party: Party) -> date | None:
    """The last day, in the event's zone, on which a consumer may withdraw; None where there is no such right.

    The event's organiser says whether there is one; whoever buys for a company has none (§ 312 (1), § 13 BGB).
    """
    return _term(party, party.placed_at)


def _term(party: Party, concluded_at: datetime | None) -> date | None:
    event = party.event
    if event.withdrawal != "button" or party.billing.get("kind") != "private" or concluded_at is None:
        return None
    last = clock.in_zone(concluded_at, event.zone).date() + timedelta(days=WITHDRAWAL_DAYS)
    return last + timedelta(days={5: 2, 6: 1}.get(last.weekday(), 0))


def may_withdraw(party: Party) -> bool:
    """Whether a consumer may withdraw now: also from what was cancelled for a fee, which is paid back then.

    What has taken place is over.
    """
    owed = party.cancelled_at is None or any(item.gross and item.cancelled_at is None for item in party.items)
    return owed and party.withdrawn_at is None and _runs(party, withdrawal_day(party))


def _runs(party: Party, last: date | None) -> bool:
    event = party.event
    today = clock.in_zone(clock.now(), event.zone).date()
    return last is not None and today <= last and clock.now() < event.closes_at


def add_on_withdrawal_day(item: Item) -> date | None:
    """The same for an add-on that was booked after the party was placed: a contract with a term of its own."""
    party, claim = item.party, item.claim
    if item.kind != "add_on" or claim is None or party.placed_at is None or claim.created_at <= party.placed_at:
        return None
    return _term(party, claim.created_at)


def may_withdraw_add_on(item: Item) -> bool:
    """Whether a consumer may withdraw now from an add-on that was booked later, and costs something."""
    return item.cancelled_at is None and item.gross > 0 and _runs(item.party, add_on_withdrawal_day(item))


def may_spend(registration: Registration) -> bool:
    """Whether what the holder of a ticket books goes to their own bill: whether they bought it themselves."""
    return registration.participant.person_id == registration.place.party.contact_person_id
