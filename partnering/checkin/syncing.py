"""What a device keeps for the time without network: lists, and of each ticket a hash, a short name, and how it stands.

A device is told in whole once, and from then on what has changed since the cursor that the server gave it. The cursor
is the database's clock (see `touching`), never the device's; a minute is read again, since who writes takes a while.

A row of `Told.rows` is a list: [hash of the code in base64, public id of the registration, name, organisation, number
of its ticket type in `tickets`, state, [numbers of its add-ons in `addons`], stories]. The state is a sum of `BITS`. A
story is [number of the list in `lists`, key of the window, entries, inside (0 or 1), first entry, last entry, device],
milliseconds, the device by its name. Codes that were revoked are rows too. Nothing else of anybody leaves the house:
no address, no number, no answer, no note.
"""

import base64
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import clock, i18n, links, qr
from ..consents import services as consents
from ..db import db, table_of
from ..events.models import Event, Participant
from ..registration.models import Item, Party, Place, Registration, TicketCode
from ..tickets.models import Claim, Product
from . import devices, knowing, touching, zones
from .models import Admission, CheckinList, CheckinQuestion, Device, DoorNote, DoorRow
from .verdicts import Asked

AGAIN = timedelta(minutes=1)

BITS = {
    "revoked": 1,
    "cancelled": 2,
    "not_approved": 4,
    "owes": 8,
    "blocked": 16,
    "attention": 32,
    "no_photos": 64,
}

_code, _registration, _place = table_of(TicketCode), table_of(Registration), table_of(Place)
_party, _product, _participant = table_of(Party), table_of(Product), table_of(Participant)
_item, _claim, _row = table_of(Item), table_of(Claim), table_of(DoorRow)
_note, _admission, _device = table_of(DoorNote), table_of(Admission), table_of(Device)


@dataclass(frozen=True)
class Told:
    """Everything that a device is told at a contact; see above for `rows`.

    `whole`: forget what was known before. `stamp` is that of this contact, `now` and `lease_until` are milliseconds,
    `salt` is in hex. `lists` are the fields of `rules.Door` with "name", "extras" and the questions in words, and after
    them those, {"id", "name"}, of which only is known who was there, as a list asks for it; `tickets` and `addons` are
    {"id", "name", "days"}.
    """

    whole: bool
    cursor: str
    stamp: str
    now: int
    lease_until: int
    salt: str
    event: dict[str, Any]
    may: dict[str, bool]
    lists: list[dict[str, Any]]
    tickets: list[dict[str, Any]]
    addons: list[dict[str, Any]]
    rows: list[list[Any]]


def told(event: Event, device: Device, cursor: str = "") -> Told:
    """What a device is told that knows everything up to `cursor` ("" or one that is none of ours: nothing yet)."""
    now = clock.now()
    since = _since(cursor)
    upto = _clock_of_rows()
    lists = devices.lists_for(event, device)
    before = _asked_for(event, lists)
    products = db.session.scalars(
        sa.select(Product).where(Product.event_id == event.id).order_by(Product.position, Product.id)
    ).all()
    wanted = {addon for each in lists for name in ("addons", "extras") for addon in each.rules.get(name, ())}
    addons = [each for each in products if each.public_id in wanted]
    photos = any("photo" in each.rules.get("extras", ()) for each in lists)
    lease_until = device.lease_until or now + devices.LEASE
    return Told(
        whole=since is None,
        cursor=upto.isoformat(),
        stamp=devices.stamp(device, now),
        now=zones.to_ms(now),
        lease_until=zones.to_ms(lease_until),
        salt=devices.salt(device).hex(),
        event={"id": event.public_id, "name": i18n.bi(event.name), "device": device.name},
        may={"force": device.may_force, "add": device.may_add},
        lists=[*_lists(event, lists), *({"id": each.public_id, "name": i18n.bi(each.name)} for each in before)],
        tickets=[_named(each) for each in products],
        addons=[_named(each) for each in addons],
        rows=_rows(event, device, [*lists, *before], products, addons, since, photos=photos),
    )


def _clock_of_rows() -> datetime:
    """What the clock shows by which changes are noted."""
    shown = sa.literal_column(touching.NOW[db.session.get_bind().dialect.name], type_=_row.c.changed_at.type)
    return db.session.execute(sa.select(shown)).scalar_one()


def _since(cursor: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(cursor)
    except ValueError:
        return None
    return moment - AGAIN if moment.tzinfo is not None and 2000 <= moment.year <= 2100 else None


def _named(product: Product) -> dict[str, Any]:
    return {"id": product.public_id, "name": i18n.bi(product.name), "days": list(product.days)}


def _asked_for(event: Event, lists: Sequence[CheckinList]) -> Sequence[CheckinList]:
    """The lists beside these at which somebody has to have been before."""
    names = {name for each in lists for name in each.rules.get("after", ())} - {each.public_id for each in lists}
    statement = sa.select(CheckinList).where(CheckinList.event_id == event.id, CheckinList.public_id.in_(names))
    return db.session.scalars(statement.order_by(CheckinList.id)).all() if names else []


def _lists(event: Event, lists: Sequence[CheckinList]) -> list[dict[str, Any]]:
    asked = defaultdict(list)
    for row in db.session.execute(
        sa.select(CheckinQuestion)
        .where(CheckinQuestion.event_id == event.id, CheckinQuestion.retired_at.is_(None))
        .order_by(CheckinQuestion.position, CheckinQuestion.id)
    ).scalars():
        asked[row.list_id].append(Asked(row.public_id, row.label, row.kind, row.required, tuple(row.options)))
    return [_list(event, each, asked[each.id]) for each in lists]


def _list(event: Event, checkin_list: CheckinList, asked: Sequence[Asked]) -> dict[str, Any]:
    door = knowing.door_of(event, checkin_list, asked)
    plain: dict[str, Any] = {
        name: getattr(door, name) for name in door.__dataclass_fields__ if name not in ("zone", "questions")
    }
    return plain | {
        "zone": [list(each) for each in door.zone],
        "name": i18n.bi(checkin_list.name),
        "kind": checkin_list.kind,
        "extras": list(checkin_list.rules.get("extras", ())),
        "questions": [
            {
                "id": each.public_id,
                "kind": each.kind,
                "required": each.required,
                "label": i18n.bi(each.label),
                "options": [option["key"] for option in each.options],
                "names": [
                    option.get(i18n.locale()) or option.get("de") or option.get("en", "") for option in each.options
                ],
            }
            for each in asked
        ],
    }


# -- rows


def _rows(
    event: Event,
    device: Device,
    lists: Sequence[CheckinList],
    products: Sequence[Product],
    addons: Sequence[Product],
    since: datetime | None,
    *,
    photos: bool,
) -> list[list[Any]]:
    place_of = {each.id: n for n, each in enumerate(products)}
    carried = _carried(event, addons, since)
    stories = _stories(event, lists, since)
    agreed = consents.agreed(event, "photo") if photos else None
    salt, keys = devices.salt(device), links.keys()
    rows = []
    for row in db.session.execute(_changed(_select(event), since)):
        text = qr.encode_code(bytes.fromhex(row.code_id), keys[row.key_number])
        rows.append(
            [
                base64.b64encode(devices.hashed(salt, text)).decode().rstrip("="),
                row.public_id,
                " ".join(part for part in (row.title, row.given_name, row.family_name) if part),
                row.company,
                place_of[row.product_id],
                _state(row, agreed),
                carried.get(row.place_id, []),
                stories.get(row.place_id, []),
            ]
        )
    return rows


def _state(row: Any, agreed: frozenset[int] | None) -> int:
    ended = row.state != "live" and (row.state in knowing.GIVEN_BACK or row.revoked_at is None)
    holds = {
        "revoked": row.revoked_at is not None,
        "cancelled": row.place_cancelled_at is not None or ended,
        "not_approved": row.approval in ("waiting", "rejected"),
        "owes": row.owes,
        "blocked": row.blocked_at is not None,
        "attention": bool(row.attention),
        "no_photos": agreed is not None and row.participant_id not in agreed,
    }
    return sum(bit for name, bit in BITS.items() if holds[name])


def _select(event: Event) -> Any:
    return (
        sa.select(
            _code.c.code_id,
            _code.c.key_number,
            _code.c.revoked_at,
            _registration.c.public_id,
            _registration.c.state,
            _registration.c.place_id,
            _registration.c.participant_id,
            _place.c.product_id,
            _place.c.cancelled_at.label("place_cancelled_at"),
            _party.c.approval,
            knowing.OWES.label("owes"),
            _participant.c.title,
            _participant.c.given_name,
            _participant.c.family_name,
            _participant.c.company,
            _note.c.attention,
            _note.c.blocked_at,
        )
        .join(_registration, _registration.c.id == _code.c.registration_id)
        .join(_place, _place.c.id == _registration.c.place_id)
        .join(_party, _party.c.id == _place.c.party_id)
        .join(_participant, _participant.c.id == _registration.c.participant_id)
        .outerjoin(_note, _note.c.registration_id == _registration.c.id)
        .where(_code.c.event_id == event.id)
        .order_by(_code.c.id)
    )


def _changed(statement: Any, since: datetime | None) -> Any:
    """Only what is about registrations that have changed since then."""
    if since is None:
        return statement
    touched = sa.select(_row.c.registration_id).where(_row.c.changed_at >= since)
    return statement.where(_registration.c.id.in_(touched))


def _of_places(statement: Any, column: Any, event: Event, since: datetime | None) -> Any:
    if since is None:
        return statement
    touched = (
        sa.select(_registration.c.place_id)
        .join(_row, _row.c.registration_id == _registration.c.id)
        .where(_row.c.event_id == event.id, _row.c.changed_at >= since)
    )
    return statement.where(column.in_(touched))


def _carried(event: Event, addons: Sequence[Product], since: datetime | None) -> dict[int, list[int]]:
    """By place (id): which of these add-ons it has."""
    if not addons:
        return {}
    number = {each.id: n for n, each in enumerate(addons)}
    statement = (
        sa.select(_item.c.place_id, _claim.c.product_id)
        .join(_claim, _claim.c.id == _item.c.claim_id)
        .where(
            _item.c.event_id == event.id,
            _item.c.kind == "add_on",
            _item.c.cancelled_at.is_(None),
            _item.c.place_id.is_not(None),
            _claim.c.product_id.in_(number),
        )
    )
    found: dict[int, list[int]] = defaultdict(list)
    for place_id, product_id in db.session.execute(_of_places(statement, _item.c.place_id, event, since)):
        found[place_id].append(number[product_id])
    return found


def _stories(event: Event, lists: Sequence[CheckinList], since: datetime | None) -> dict[int, list[list[Any]]]:
    """By place (id): its admissions at these lists."""
    number = {each.id: n for n, each in enumerate(lists)}
    statement = (
        sa.select(
            _admission.c.place_id,
            _admission.c.list_id,
            _admission.c.window_key,
            _admission.c.entries,
            _admission.c.inside,
            _admission.c.at,
            _admission.c.entered_at,
            _device.c.name,
        )
        .join(_device, _device.c.id == _admission.c.device_id)
        .where(_admission.c.event_id == event.id, _admission.c.list_id.in_(number))
        .order_by(_admission.c.id)
    )
    found: dict[int, list[list[Any]]] = defaultdict(list)
    for place_id, list_id, key, entries, inside, at, entered_at, name in db.session.execute(
        _of_places(statement, _admission.c.place_id, event, since)
    ):
        story = [number[list_id], key, entries, int(inside), zones.to_ms(at), zones.to_ms(entered_at), name]
        found[place_id].append(story)
    return found
