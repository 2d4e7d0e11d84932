"""What can be asked about doors, scans and who is in."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from .. import clock, qr
from ..accounts.models import Person
from ..db import db
from ..events.models import Event, Participant
from ..registration.models import Item, Party, Place, Registration, TicketCode
from ..text import clean, fold
from ..tickets.models import Claim, Product
from ..tickets.queries import admits_on
from . import zones
from .knowing import door_of
from .models import Admission, CheckinList, Device, Scan
from .rules import window_of

WITH_GUEST = (
    joinedload(Scan.device),
    joinedload(Scan.list),
    joinedload(Scan.place).joinedload(Place.product),
    joinedload(Scan.registration).joinedload(Registration.participant),
)
"""What lists of scans show, in one query."""


LOG = 100
"""So many attempts stand on a page of the log."""


# -- lists and devices


def lists_of(event: Event) -> Sequence[CheckinList]:
    """The event's check-in lists in their order."""
    return db.session.scalars(
        sa.select(CheckinList).where(CheckinList.event_id == event.id).order_by(CheckinList.position, CheckinList.id)
    ).all()


def list_at(event: Event, public_id: str) -> CheckinList | None:
    """One of the event's lists."""
    return db.session.scalars(
        sa.select(CheckinList).where(CheckinList.event_id == event.id, CheckinList.public_id == public_id)
    ).one_or_none()


def lets_in(checkin_list: CheckinList, product: Product) -> bool:
    """Whether a ticket type is among those of a list; a list that names neither these nor add-ons lets all in."""
    allowed = checkin_list.rules.get("products")
    if allowed is None:
        return "addons" not in checkin_list.rules
    return product.public_id in allowed


def notes_exits(checkin_list: CheckinList) -> bool:
    """Whether crew note at a list who goes out: where a ticket lets in once, that changes nothing."""
    return checkin_list.entries != "single"


def window_key(checkin_list: CheckinList, event: Event, moment: datetime) -> str:
    """What one admission covers at a moment: the whole event, or a day in the event's zone."""
    return window_of(door_of(event, checkin_list, ()), zones.to_ms(moment))


def device_of(event: Event, person: Person) -> Device | None:
    """The device that stands for a person's browsers at this event."""
    return db.session.scalars(
        sa.select(Device).where(Device.event_id == event.id, Device.person_id == person.id)
    ).one_or_none()


# -- codes, guests


def code_printed_as(text: str) -> TicketCode | None:
    """The code that people read out or typed: the short form on a badge."""
    code_id = qr.read_printed(text)
    if code_id is None:
        return None
    return db.session.scalars(sa.select(TicketCode).where(TicketCode.code_id == code_id.hex())).one_or_none()


def owes(place: Place) -> bool:
    """Whether something the party bought is not paid yet."""
    if place.party.settled_at is not None:
        return False
    due = sa.select(Item.id).where(Item.party_id == place.party_id, Item.cancelled_at.is_(None), Item.gross > 0)
    return db.session.scalar(sa.select(due.exists())) or False


def guest_at(event: Event, public_id: str) -> Registration | None:
    """One of the event's registrations, with what a door shows of it."""
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.event_id == event.id, Registration.public_id == public_id)
        .options(
            joinedload(Registration.participant),
            joinedload(Registration.place).options(joinedload(Place.product), joinedload(Place.party)),
        )
    ).one_or_none()


def guests_named(event: Event, words: str, most: int = 20) -> Sequence[Registration]:
    """Live registrations whose name or company contains every word, folded; two letters at least."""
    parts = fold(clean(words)).split()
    if len("".join(parts)) < 2:
        return []
    statement = (
        sa.select(Registration)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(Registration.event_id == event.id, Registration.state == "live")
    )
    for part in parts[:6]:
        statement = statement.where(Participant.search_name.contains(part, autoescape=True))
    return db.session.scalars(
        statement.options(
            joinedload(Registration.participant),
            joinedload(Registration.place).options(joinedload(Place.product), joinedload(Place.party)),
        )
        .order_by(Participant.sort_name, Registration.id)
        .limit(most)
    ).all()


def group_of(party: Party) -> Sequence[Registration]:
    """Everybody named on a party's places, in the order of the places."""
    return db.session.scalars(
        sa.select(Registration)
        .join(Place, Place.id == Registration.place_id)
        .where(Place.party_id == party.id, Place.cancelled_at.is_(None), Registration.state == "live")
        .options(joinedload(Registration.participant), joinedload(Registration.place).joinedload(Place.product))
        .order_by(Place.position, Place.id)
    ).all()


def sizes_of_groups(party_ids: Sequence[int]) -> dict[int, int]:
    """How many guests each of these parties (ids) holds; a party without any is left out."""
    if not party_ids:
        return {}
    rows = db.session.execute(
        sa.select(Place.party_id, sa.func.count())
        .join(Registration, Registration.place_id == Place.id)
        .where(Place.party_id.in_(party_ids), Place.cancelled_at.is_(None), Registration.state == "live")
        .group_by(Place.party_id)
    )
    return {row[0]: row[1] for row in rows}


def size_of_group(guest: Registration) -> int:
    """How many could come together with a guest, themselves included: of their party, or of their company."""
    together = sizes_of_groups([guest.place.party_id]).get(guest.place.party_id, 0)
    return max(together, len(colleagues_of(guest, 2)))


def colleagues_of(guest: Registration, most: int = 100) -> Sequence[Registration]:
    """Everybody who comes from a guest's organisation, by name; nobody where they named none."""
    if guest.organisation_id is None:
        return []
    return db.session.scalars(
        sa.select(Registration)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(
            Registration.event_id == guest.event_id,
            Registration.organisation_id == guest.organisation_id,
            Registration.state == "live",
        )
        .options(joinedload(Registration.participant), joinedload(Registration.place).joinedload(Place.product))
        .order_by(Participant.sort_name, Registration.id)
        .limit(most)
    ).all()


# -- scans and admissions


def admitted(event: Event, checkin_list: CheckinList, places: Sequence[int]) -> dict[int, Admission]:
    """Which of these places (ids) are in for the window that runs now, with their admission."""
    if not places:
        return {}
    key = window_key(checkin_list, event, clock.now())
    found = db.session.scalars(
        sa.select(Admission)
        .where(Admission.list_id == checkin_list.id, Admission.place_id.in_(places), Admission.window_key == key)
        .options(joinedload(Admission.scan).joinedload(Scan.device))
    )
    return {row.place_id: row for row in found}


def inside(event: Event, registration_ids: Sequence[int]) -> set[int]:
    """Which of these registrations (ids) are in now by any door: let in today, or for the event, and not out since."""
    if not registration_ids:
        return set()
    today = clock.in_zone(clock.now(), event.zone).date().isoformat()
    found = db.session.scalars(
        sa.select(Scan.registration_id)
        .join(Admission, Admission.scan_row_id == Scan.id)
        .where(
            Admission.event_id == event.id,
            Scan.registration_id.in_(registration_ids),
            Admission.window_key.in_(("event", today)),
            Admission.inside,
        )
    )
    return {each for each in found if each is not None}


def scan_at(event: Event, public_id: str) -> Scan | None:
    """One of the event's scans."""
    return db.session.scalars(
        sa.select(Scan).where(Scan.event_id == event.id, Scan.public_id == public_id).options(*WITH_GUEST)
    ).one_or_none()


def last_of(device: Device | None, checkin_list: CheckinList, most: int = 3) -> Sequence[Scan]:
    """The guests this device let in or out last, newest first."""
    if device is None:
        return []
    return db.session.scalars(
        sa.select(Scan)
        .where(Scan.device_id == device.id, Scan.list_id == checkin_list.id, Scan.state == "counted")
        .options(*WITH_GUEST)
        .order_by(Scan.received_at.desc(), Scan.id.desc())
        .limit(most)
    ).all()


def log(
    event: Event,
    checkin_list: CheckinList | None = None,
    most: int = LOG,
    *,
    words: str = "",
    before: Scan | None = None,
) -> Sequence[Scan]:
    """The last attempts at one door or all, refused ones too, newest first; those made known before another one.

    With `words` only of guests whose name or company contains each of them.
    """
    statement = sa.select(Scan).where(Scan.event_id == event.id)
    if checkin_list is not None:
        statement = statement.where(Scan.list_id == checkin_list.id)
    if before is not None:
        statement = statement.where(sa.tuple_(Scan.received_at, Scan.id) < (before.received_at, before.id))
    parts = fold(clean(words)).split()[:6]
    if parts:
        statement = statement.join(Registration, Registration.id == Scan.registration_id).join(
            Participant, Participant.id == Registration.participant_id
        )
        statement = statement.where(*(Participant.search_name.contains(part, autoescape=True) for part in parts))
    return db.session.scalars(
        statement.options(*WITH_GUEST).order_by(Scan.received_at.desc(), Scan.id.desc()).limit(most)
    ).all()


def last_counted(event: Event) -> Scan | None:
    """The last guest let in or out anywhere."""
    return db.session.scalars(
        sa.select(Scan)
        .where(Scan.event_id == event.id, Scan.state == "counted")
        .options(*WITH_GUEST)
        .order_by(Scan.received_at.desc(), Scan.id.desc())
        .limit(1)
    ).one_or_none()


# -- numbers


def counts(event: Event, lists: Sequence[CheckinList]) -> dict[int, tuple[int, int]]:
    """By list id: (guests admitted, on a daily list today; guests expected). At most three queries for all lists.

    Expected are those whose ticket, or an add-on, lets them in and admits on a day that counts, see `_days_counted`.
    """
    arrived = {
        (list_id, key): number
        for list_id, key, number in db.session.execute(
            sa.select(Admission.list_id, Admission.window_key, sa.func.count())
            .where(Admission.event_id == event.id, Admission.list_id.in_([each.id for each in lists]))
            .group_by(Admission.list_id, Admission.window_key)
        )
    }
    expected = db.session.execute(
        sa.select(Product, sa.func.count(Registration.id))
        .select_from(Registration)
        .join(Place, Place.id == Registration.place_id)
        .join(Product, Product.id == Place.product_id)
        .where(Registration.event_id == event.id, Registration.state == "live")
        .group_by(Product.id)
    ).all()
    products = {product.id: product for product, _number in expected}
    booked = _booked(event, {ref for each in lists for ref in each.rules.get("addons", ())})
    now = clock.now()
    answer = {}
    for each in lists:
        days = _days_counted(each, event, now)
        awaited = sum(
            number
            for product, number in expected
            if lets_in(each, product) and any(admits_on(product, day) for day in days)
        )
        awaited += sum(
            not lets_in(each, products[product_id]) and any(admits_on(products[product_id], day) for day in days)
            for product_id, held in booked
            if held & set(each.rules.get("addons", ()))
        )
        answer[each.id] = (arrived.get((each.id, window_key(each, event, now)), 0), awaited)
    return answer


def _booked(event: Event, addons: Collection[str]) -> list[tuple[int, frozenset[str]]]:
    """Who has booked any of these add-ons (public ids): the id of their ticket type, and which of them."""
    if not addons:
        return []
    held: dict[tuple[int, int], set[str]] = {}
    addon = aliased(Product)
    found = db.session.execute(
        sa.select(Place.id, Place.product_id, addon.public_id)
        .join(Registration, sa.and_(Registration.place_id == Place.id, Registration.state == "live"))
        .join(Item, sa.and_(Item.place_id == Place.id, Item.kind == "add_on", Item.cancelled_at.is_(None)))
        .join(Claim, Claim.id == Item.claim_id)
        .join(addon, addon.id == Claim.product_id)
        .where(Place.event_id == event.id, addon.public_id.in_(addons))
    )
    for place_id, product_id, ref in found:
        held.setdefault((place_id, product_id), set()).add(ref)
    return [(product_id, frozenset(refs)) for (_place_id, product_id), refs in held.items()]


def _days_counted(checkin_list: CheckinList, event: Event, moment: datetime) -> list[date]:
    """The days whose guests a list awaits: of a daily one today, between its days the next, after them the last."""
    rule = checkin_list.rules.get("days")
    own = sorted(date.fromisoformat(day) for day in rule) if rule is not None else _days_of(event)
    if checkin_list.window_kind == "event" or not own:
        return own
    today = clock.in_zone(moment, event.zone).date()
    return [next((day for day in own if day >= today), own[-1])]


def _days_of(event: Event) -> list[date]:
    return [event.first_day + timedelta(days=n) for n in range((event.last_day - event.first_day).days + 1)]


def refusals(event: Event, since: datetime) -> list[tuple[str, int]]:
    """How often each reason was given since then, the most frequent first."""
    return [
        (answer, number)
        for answer, number in db.session.execute(
            sa.select(Scan.answer, sa.func.count())
            .where(Scan.event_id == event.id, Scan.state == "refused", Scan.received_at >= since)
            .group_by(Scan.answer)
            .order_by(sa.func.count().desc(), Scan.answer)
        )
    ]
