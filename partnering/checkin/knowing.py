"""What a door has to know of a list and of a ticket, read in few small questions, as plain values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from .. import clock, qr
from ..consents.models import Consent
from ..db import db, table_of
from ..errors import NotFound
from ..events.models import Event, Participant
from ..i18n import _l
from ..registration import codes
from ..registration.models import Item, Party, Place, Registration, TicketCode
from ..rows import ask
from ..tickets.models import Claim, Product
from . import zones
from .models import CheckinList, CheckinQuestion, DoorNote
from .rules import Door, Question, Ticket
from .verdicts import Asked, Guest

GIVEN_BACK = ("cancelled", "declined", "rejected")
"""How a registration ends without anybody in its guest's stead: its code says so at the door."""

_code, _registration, _place = table_of(TicketCode), table_of(Registration), table_of(Place)
_party, _product, _participant = table_of(Party), table_of(Product), table_of(Participant)
_item, _claim, _consent = table_of(Item), table_of(Claim), table_of(Consent)
_note, _question = table_of(DoorNote), table_of(CheckinQuestion)


# -- lists


def door_of(event: Event, checkin_list: CheckinList, asked: Sequence[Asked] | None = None) -> Door:
    """A list as the judge takes it; `asked` are its questions where they are known."""
    rules = checkin_list.rules
    return Door(
        id=checkin_list.public_id,
        zone=zones.table(event.zone, event.first_day, event.last_day),
        window=checkin_list.window_kind,
        entries=checkin_list.entries,
        unpaid=checkin_list.unpaid,
        opens=_ms(checkin_list.opens_at),
        closes=_ms(checkin_list.closes_at),
        daily_from=zones.minute_of(checkin_list.daily_from),
        daily_until=zones.minute_of(checkin_list.daily_until),
        most=checkin_list.most_entries,
        least=checkin_list.least_minutes,
        exit_all=zones.minute_of(checkin_list.exit_all_at),
        closed=checkin_list.closed_at is not None,
        products=rules.get("products"),
        addons=rules.get("addons"),
        days=rules.get("days"),
        after=rules.get("after"),
        questions=tuple(
            Question(each.public_id, each.kind, each.required, tuple(one["key"] for one in each.options))
            for each in (asked if asked is not None else asked_at(checkin_list))
        ),
    )


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else zones.to_ms(moment)


def asked_at(checkin_list: CheckinList) -> list[Asked]:
    """The questions of a list in their order, without those that were retired."""
    return [Asked(*row) for row in ask(_ASKED, {"list_id": checkin_list.id})]


_ASKED = (
    sa.select(_question.c.public_id, _question.c.label, _question.c.kind, _question.c.required, _question.c.options)
    .where(_question.c.list_id == sa.bindparam("list_id"), _question.c.retired_at.is_(None))
    .order_by(_question.c.position, _question.c.id)
)


# -- tickets


@dataclass(frozen=True, slots=True)
class Known:
    """A ticket as the house knows it: whose it is, and how it stands. Nothing is said of guests of other events."""

    row: Any
    event_id: int
    addons: tuple[str, ...] = ()

    @property
    def here(self) -> bool:
        """Whether it is of this event."""
        return bool(self.row.event_id == self.event_id)

    def ticket(self, at: datetime | None = None) -> Ticket:
        """What the judge takes; `at`: as it stood then, for what was scanned before somebody cancelled it."""
        row = self.row
        revoked = _since(row.revoked_at, at)
        if not self.here:
            return Ticket(here=False, revoked=revoked)
        ended = row.state != "live" and _since(row.ended_at or row.revoked_at or clock.now(), at)
        cancelled = _since(row.place_cancelled_at, at) or (ended and (row.state in GIVEN_BACK or not revoked))
        return Ticket(
            product=row.product_id,
            addons=self.addons,
            days=tuple(row.days),
            revoked=revoked,
            cancelled=cancelled,
            approved=row.approval not in ("waiting", "rejected"),
            owes=row.owes,
            blocked=_since(row.blocked_at, at),
        )

    def guest(self, shown: Sequence[str] = ()) -> Guest | None:
        """What crew are shown; `shown` are the extras of the list: public ids of add-ons, and "photo"."""
        row = self.row
        if not self.here:
            return None
        name = " ".join(part for part in (row.title, row.given_name, row.family_name) if part)
        return Guest(
            public_id=row.public_id,
            live=row.state == "live",
            name=name,
            organisation=row.company,
            ticket=row.ticket_name,
            days=tuple(row.days),
            ended_at=row.ended_at,
            owes=row.owes,
            note=row.note or "",
            attention=bool(row.attention),
            extras=_names_of(self.addons, shown),
            no_photos="photo" in shown and not _may_photograph(row.participant_id),
        )


def _since(moment: datetime | None, at: datetime | None) -> bool:
    return moment is not None and (at is None or moment <= at)


def by_text(event: Event, text: str, *, typed: bool = False) -> Known | None:
    """The ticket that a QR code holds, or with `typed` a short code that people read out; None for anything else.

    On PostgreSQL its place is locked until the transaction ends: of those who scan one ticket at once, each sees what
    the one before has done.
    """
    signed = codes.signed(text)
    if signed is not None:
        return _known(event, _by_code(), {"code_id": signed[0], "key_number": signed[1]})
    code_id = qr.read_printed(text) if typed else None
    return _known(event, _by_printed(), {"code_id": code_id.hex()}) if code_id is not None else None


def by_registration(event: Event, registration_id: int) -> Known | None:
    """The same for a guest who was found by name: by the id of a registration, whatever its codes are."""
    return _known(event, _by_registration(), {"registration_id": registration_id})


def _known(event: Event, question: Any, values: dict[str, Any]) -> Known | None:
    row = ask(question, values).first()
    return None if row is None else Known(row, event.id)


def with_addons(known: Known) -> Known:
    """The same with the add-ons of its place."""
    held = ask(_ADDONS, {"place_id": known.row.place_id})
    return Known(known.row, known.event_id, tuple(row[0] for row in held))


_ADDONS = (
    sa.select(_product.c.public_id)
    .join(_claim, _claim.c.product_id == _product.c.id)
    .join(_item, _item.c.claim_id == _claim.c.id)
    .where(_item.c.place_id == sa.bindparam("place_id"), _item.c.kind == "add_on", _item.c.cancelled_at.is_(None))
    .order_by(_product.c.position, _product.c.id)
)


def _names_of(addons: Sequence[str], shown: Sequence[str]) -> tuple[Any, ...]:
    named = [addon for addon in addons if addon in shown]
    return tuple(row[0] for row in ask(_NAMES, {"addons": named})) if named else ()


_NAMES = (
    sa.select(_product.c.name)
    .where(_product.c.public_id.in_(sa.bindparam("addons", expanding=True)))
    .order_by(_product.c.position, _product.c.id)
)


def _may_photograph(participant_id: int) -> bool:
    return bool(ask(_PHOTO, {"participant_id": participant_id}))


_PHOTO = sa.select(_consent.c.id).where(
    _consent.c.participant_id == sa.bindparam("participant_id"),
    _consent.c.purpose == "photo",
    _consent.c.recipient == "",
    _consent.c.withdrawn_at.is_(None),
)

OWES = sa.case(
    (_party.c.settled_at.is_not(None), sa.false()),
    else_=sa.exists().where(_item.c.party_id == _party.c.id, _item.c.cancelled_at.is_(None), _item.c.gross > 0),
)
"""Whether something that a party bought is not paid yet."""


def _select(revoked: Any, source: Any) -> Any:
    return (
        sa.select(
            revoked.label("revoked_at"),
            _registration.c.id.label("registration_id"),
            _registration.c.event_id,
            _registration.c.public_id,
            _registration.c.state,
            _registration.c.ended_at,
            _place.c.id.label("place_id"),
            _place.c.cancelled_at.label("place_cancelled_at"),
            _product.c.public_id.label("product_id"),
            _product.c.name.label("ticket_name"),
            _product.c.days,
            _party.c.approval,
            OWES.label("owes"),
            _participant.c.id.label("participant_id"),
            _participant.c.title,
            _participant.c.given_name,
            _participant.c.family_name,
            _participant.c.company,
            _note.c.text.label("note"),
            _note.c.attention,
            _note.c.blocked_at,
        )
        .select_from(source)
        .join(_place, _place.c.id == _registration.c.place_id)
        .join(_party, _party.c.id == _place.c.party_id)
        .join(_product, _product.c.id == _place.c.product_id)
        .join(_participant, _participant.c.id == _registration.c.participant_id)
        .outerjoin(_note, _note.c.registration_id == _registration.c.id)
    )


def _held(question: Any) -> Any:
    """The same question by somebody who holds the place from then on."""
    return question.with_for_update(of=_place, key_share=True)


def _of_code() -> Any:
    source = _code.join(_registration, _registration.c.id == _code.c.registration_id)
    return _select(_code.c.revoked_at, source).where(_code.c.code_id == sa.bindparam("code_id"))


@cache
def _by_printed() -> Any:
    return _held(_of_code())


@cache
def _by_code() -> Any:
    return _held(_of_code().where(_code.c.key_number == sa.bindparam("key_number")))


@cache
def _by_registration() -> Any:
    nothing = sa.null().cast(_code.c.revoked_at.type)
    return _held(_select(nothing, _registration).where(_registration.c.id == sa.bindparam("registration_id")))


class DoorGone(NotFound):
    """An organiser deleted the list while somebody stood at its door."""

    message = _l("This door is no longer there. Please choose another one.")


def hold_lists(list_ids: Collection[int]) -> frozenset[int]:
    """Those of these lists that are still there; none of them is deleted until the transaction ends."""
    if not list_ids:
        return frozenset()
    held = sa.select(CheckinList.id).where(CheckinList.id.in_(list_ids)).order_by(CheckinList.id)
    return frozenset(db.session.scalars(held.with_for_update(read=True, key_share=True)))


def lock_place(place_id: int) -> None:
    """Keep others from what is told of a place until the transaction ends."""
    lock_places([place_id])


def lock_places(place_ids: Sequence[int]) -> None:
    """The same for several, in their order, so that two who do so do not wait for each other."""
    if place_ids:
        held = sa.select(_place.c.id).where(_place.c.id.in_(place_ids)).order_by(_place.c.id)
        db.session.execute(held.with_for_update(key_share=True))
