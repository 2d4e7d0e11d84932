"""Who came to the doors of a sample event: the mornings of one that is over, or this morning's dress rehearsal.

Nobody comes to an event that lies ahead. So that its live view, log and open scans have something to tell, its crew has
rehearsed all morning up to now with the guests' own tickets, at a list that is open today alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from .. import clock
from ..checkin import devices, queries, redeeming, services, uploading
from ..checkin.models import CheckinList, Device
from ..checkin.services import browser_device, make_list
from ..checkin.uploading import Brought
from ..contacts import cards, leads
from ..db import BilingualText, db
from ..delegates.models import Delegate
from ..events.models import Event, TeamRole
from ..registration import codes
from ..registration.models import Registration
from .reading import Sheet

STEP = timedelta(minutes=10)
MORNING = (1, 2, 3, 5, 8, 10, 13, 12, 11, 9, 8, 6, 5, 4, 5, 6, 7, 8)
"""Guests in each ten minutes of three hours: most at nine, and once more after the first talk."""

REHEARSAL = BilingualText("Generalprobe", "Dress rehearsal")


def arrive(event: Event, sheet: Sheet, delegates: dict[str, Delegate]) -> None:
    """Guests at the doors, and what they gave each other and exhibitors."""
    if event.closes_at < clock.now():
        for number, door in enumerate(_doors_of_days(event)):
            start = sheet.at(number + 1, "08:00")
            _Morning(event, door, start, _crew(event, start)).let_in(_guests(event)[number::2] + _guests(event)[:12])
    elif sheet.partnering:
        _rehearse(event)
        _meet(sheet, delegates)


def _doors_of_days(event: Event) -> list[CheckinList]:
    return [each for each in queries.lists_of(event) if each.kind == "door"]


def _guests(event: Event, state: str = "live") -> list[Registration]:
    """Guests in no order that anybody would see."""
    found = db.session.scalars(
        sa.select(Registration).where(Registration.event_id == event.id, Registration.state == state)
    )
    return sorted(found, key=lambda one: (one.id * 7919) % 1009)


def _crew(event: Event, start: datetime) -> list[Device]:
    """The browsers of everybody in the team who may stand at a door."""
    roles = db.session.scalars(
        sa.select(TeamRole).where(TeamRole.event_id == event.id, TeamRole.area == "crew").order_by(TeamRole.id)
    )
    with clock.frozen(start):
        return [browser_device(event, person) for person in dict.fromkeys(role.person for role in roles)]


def _phone(event: Event, name: str, start: datetime) -> Device:
    """A phone that was enrolled before the doors opened."""
    with clock.frozen(start - timedelta(minutes=20)):
        made = devices.make(event, name, by=None, may_force=True, may_add=True)
        enrolled, _token = devices.enrol(devices.offer(made, None))
    return enrolled


@dataclass(frozen=True)
class _Morning:
    """Three hours at one door from `start` on, with these devices side by side."""

    event: Event
    door: CheckinList
    start: datetime
    devices: Sequence[Device]

    def moments(self) -> Iterator[tuple[datetime, Device]]:
        """When each guest comes, and at which device."""
        for number, guests in enumerate(MORNING):
            for nth in range(guests):
                at = self.start + number * STEP + (nth + 0.5) * STEP / guests
                yield at, self.devices[(number + nth * nth) % len(self.devices)]

    def let_in(self, guests: Sequence[Registration]) -> list[tuple[Registration, datetime]]:
        """One guest after the other, by their tickets, as long as there are any; who came, and when."""
        came = []
        for (at, device), guest in zip(self.moments(), guests, strict=False):
            with clock.frozen(at):
                self.show(device, codes.code_text(guest.code) if guest.code is not None else "")
            came.append((guest, at))
        return came

    def show(self, device: Device, text: str) -> None:
        """Hold a code before the camera of a device."""
        redeeming.redeem_code(self.event, self.door, device, text)


def _rehearse(event: Event) -> None:
    now = clock.now()
    start = now - len(MORNING) * STEP
    door = make_list(  # soon after midnight the rehearsal has begun on the day before
        event,
        REHEARSAL,
        window_kind="event",
        opens_at=_midnight(event, start),
        closes_at=_midnight(event, now + timedelta(days=1)),
    )
    north, south = _phone(event, "Telefon Nord", start), _phone(event, "Telefon Süd", start)
    desk = _crew(event, start)[:1]
    morning = _Morning(event, door, start, [north, south, *desk])
    guests = _guests(event)
    came = morning.let_in(guests[14:])
    _turn_away(morning, came, _guests(event, "cancelled"))
    _without_network(event, door, [north, south], guests[:14], _guests(event, "cancelled"))


def _midnight(event: Event, moment: datetime) -> datetime:
    """When the day of a moment begins where the event is."""
    return clock.from_zone(datetime.combine(clock.in_zone(moment, event.zone), time()), event.zone)


def _turn_away(morning: _Morning, came: Sequence[tuple[Registration, datetime]], gone: Sequence[Registration]) -> None:
    """Who was refused: tickets that were in already, given back, or are none; one that was taken back, one exit."""
    device = morning.devices[0]
    for guest, at in came[9::24]:
        with clock.frozen(at + timedelta(minutes=16)):
            morning.show(device, codes.code_text(guest.code) if guest.code is not None else "")
    for number, guest in enumerate(gone[:2]):
        with clock.frozen(came[40 + number][1] + timedelta(seconds=20)):
            redeeming.redeem_registration(morning.event, morning.door, device, guest)
    for number, text in enumerate(("https://www.leipzig.example/stadtplan", "WIFI:S:Foyer;T:WPA;P:gast;;")):
        with clock.frozen(came[30 + 20 * number][1] + timedelta(seconds=40)):
            morning.show(morning.devices[1], text)
    guest, at = came[-8]
    with clock.frozen(at + timedelta(minutes=2)):
        redeeming.redeem_registration(morning.event, morning.door, device, guest, type="exit")
    scan = queries.last_counted(morning.event)
    assert scan is not None  # somebody came
    with clock.frozen(scan.received_at + timedelta(seconds=5)):
        services.undo(morning.event, scan, scan.device)


def _without_network(
    event: Event,
    door: CheckinList,
    phones: Sequence[Device],
    guests: Sequence[Registration],
    gone: Sequence[Registration],
) -> None:
    """Two phones lost their network for a while: two guests came in at both, and one whose ticket was given back."""
    lost = clock.now() - timedelta(minutes=35)
    for number, phone in enumerate(phones):
        own = [*guests[:2], *guests[2 + number :: 2], *gone[:1][number:]]
        contact = devices.stamp(phone, lost)
        brought = [
            Brought(
                f"probe-{number}-{nth:02}",
                door.public_id,
                "ok",
                (nth * 97 + number * 31) * 1_000,
                contact,
                guest=guest.public_id,
            )
            for nth, guest in enumerate(own)
        ]
        with clock.frozen(clock.now() - timedelta(minutes=8 - number)):
            uploading.receive(event, phone, brought, waiting=0)


# -- who gave whom their details

LEADS = (
    (4, "Will im Frühjahr ein Angebot für Stabilitätsdaten; hat Budget bis Juni.", 3),
    (11, "Kommt mit der Einkaufsleiterin noch einmal an den Stand.", 2),
    (23, "", 0),
    (37, "Sucht einen zweiten Lieferanten für Einwegbeutel, 50 Liter.", 3),
    (52, "Interessiert sich für das Praktikum, kein Geschäft.", 1),
    (64, "Bitte die englische Broschüre schicken.", 2),
)
"""Which guest (in the order of the profiles), what the exhibitor noted of them, and how many stars they gave."""

EXHIBITOR, ATTENDEE, FOUNDER = (
    "paul.nguyen@tessera.example",
    "katrin.voss@uni-elsteraue.example",
    "jana.wittkowski@lumenfold.example",
)


def _meet(sheet: Sheet, delegates: dict[str, Delegate]) -> None:
    """Leads at a stand, one of them taken back, and cards that guests exchanged or would like to."""
    paul = delegates[EXHIBITOR]
    personas = {EXHIBITOR, ATTENDEE, FOUNDER}
    others = [
        each
        for email, each in delegates.items()
        if email not in personas and each.left_at is None and each.profile_id != paul.profile_id
    ]
    for number, (nth, note, rating) in enumerate(LEADS):
        with clock.frozen(clock.now() - timedelta(minutes=150 - 22 * number)):
            lead = leads.take(paul.profile, paul.participant, others[nth].participant, scan_id=f"{nth:032x}")
            leads.describe(lead, note, rating)
            if number == 2:
                leads.withdraw(lead)
    for number, email in enumerate((ATTENDEE, FOUNDER)):
        me = delegates[email].participant
        for nth, answered in ((7, True), (19, True), (31, False)):
            other = others[nth + number].participant
            with clock.frozen(clock.now() - timedelta(minutes=80 - nth)):
                exchange = cards.ask(other, me)
                if answered:
                    cards.agree(exchange, me)
