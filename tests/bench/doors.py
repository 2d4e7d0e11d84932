"""Many tickets at a door: letting them in, one ticket shown everywhere at once, and what a device is told of all."""

import gzip
import http.client
import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask

from partnering import clock, qr
from partnering.agenda.models import AgendaEntry
from partnering.agenda.services import new_uid
from partnering.checkin import devices, syncing
from partnering.checkin.models import DoorRow
from partnering.db import Model, db, new_public_id, table_of, transaction
from partnering.events.models import Event
from partnering.registration.codes import text_of
from partnering.registration.models import Item, Registration
from partnering.rows import new_row, write
from partnering.text import fold, folds
from partnering.tickets.models import Claim, ClaimDraw, Pool
from tests.factories import make_event, make_product
from tests.factories.checkin import code_of, make_attendee, make_door

from .visitor import Visitor

TICKETS = 20_000
SCANNERS = (1, 4, 16)
CHANGED = 100
FAMILY = ("Wittkowski", "Łęcki-Żółć", "von Trotha", "Weiß", "Dvořáčková", "Kőszegi", "Großschönauer", "Nguyen")
GIVEN = ("Jana", "Łukasz", "Maximiliane", "Jürgen", "Žofie", "Gyöngyvér", "Wolfgang", "Ștefan", "Hoa", "Anneliese")
COMPANIES = ("Lumenfold GmbH", "Uniwersytet Przyrodniczy we Wrocławiu", "TU Dresden", "Freiberger Sensorik AG", "")
AT_ONCE = 1_000
"""So many rows of a kind are written together."""

Thing = TypeVar("Thing", bound=Model)


@dataclass
class Doors:
    """An event with a door: its slug, the door's id, what its tickets say, and the tokens of enrolled devices."""

    slug: str
    door: str
    texts: list[str]
    tokens: list[str]

    def take(self, number: int) -> list[str]:
        """Tickets that nobody has shown yet."""
        taken, self.texts = self.texts[:number], self.texts[number:]
        assert len(taken) == number, "too few tickets"
        return taken


def fill(app: Flask, tickets: int = TICKETS) -> Doors:
    """An event on its first day with so many guests, and sixteen devices."""
    with app.app_context():
        event = make_event(days=0)
        first = make_attendee(event, make_product(event, capacity=tickets, partnering=False))
        slug, event_id, first_id, door = event.slug, event.id, first.id, make_door(event).public_id
        texts: list[str] = []
        for start in range(1, tickets, AT_ONCE):
            with transaction():
                like = db.session.get_one(Registration, first_id)
                texts += _guests(like, range(start, min(start + AT_ONCE, tickets)))
            db.session.expunge_all()
        tokens = []
        with transaction():
            event = db.session.get_one(Event, event_id)
            for number in range(max(SCANNERS)):
                made = devices.make(event, f"Telefon {number + 1}", by=None)
                tokens.append(devices.enrol(devices.offer(made, None))[1])
        made_doors = Doors(slug, door, texts, tokens)
        db.session.remove()
    return made_doors


def _guests(like: Registration, numbers: Sequence[int]) -> list[str]:
    """Guests who registered as this one did, row by row; what their tickets say."""
    place, participant, code = like.place, like.participant, code_of(like)
    item = db.session.scalars(sa.select(Item).where(Item.place_id == place.id)).one()
    claim = db.session.get_one(Claim, item.claim_id)
    draw = db.session.scalars(sa.select(ClaimDraw).where(ClaimDraw.claim_id == claim.id)).one()
    entry = db.session.scalars(sa.select(AgendaEntry).where(AgendaEntry.participant_id == participant.id)).one()
    db.session.execute(sa.update(Pool).where(Pool.id == draw.pool_id).values(used=Pool.used + len(numbers)))
    names = [(GIVEN[one % len(GIVEN)], f"{FAMILY[one % len(FAMILY)]}-{one}", COMPANIES[one % 5]) for one in numbers]
    people = _like(
        participant,
        [
            {
                "person_id": None,
                "given_name": given,
                "family_name": family,
                "company": company,
                "sort_name": fold(f"{family} {given}"),
                "search_name": folds(f"{given} {family} {company}"),
            }
            for given, family, company in names
        ],
    )
    _like(entry, [{"participant_id": each.id, "uid": new_uid()} for each in people])
    parties = _like(place.party, [{"reference": f"B{one:07}", "contact_name": "Jana"} for one in numbers])
    claims = _like(claim, [{} for _one in numbers])
    _like(draw, [{"claim_id": each.id} for each in claims])
    places = _like(place, [{"party_id": each.id} for each in parties])
    _like(
        item,
        [
            {"party_id": party.id, "place_id": each.id, "claim_id": claimed.id}
            for party, each, claimed in zip(parties, places, claims, strict=True)
        ],
    )
    registrations = _like(
        like,
        [
            {
                "place_id": each.id,
                "participant_id": person.id,
                "badge_name": f"{person.given_name} {person.family_name}",
            }
            for each, person in zip(places, people, strict=True)
        ],
    )
    codes = _like(code, [{"registration_id": each.id, "code_id": qr.new_code_id().hex()} for each in registrations])
    return [text_of(each.code_id, each.key_number) for each in codes]


def _like(thing: Thing, differing: Sequence[Mapping[str, Any]]) -> list[Thing]:
    """Rows that say what `thing` says but for these columns, and public ids of their own."""
    said = {column.name: getattr(thing, column.name) for column in table_of(type(thing)).columns if column.name != "id"}
    rows = []
    for each in differing:
        own = {"public_id": new_public_id()} if "public_id" in said else {}
        rows.append(new_row(type(thing), **{**said, **own, **each}))
    write(*rows)
    return rows


# -- scanning


class Scanner:
    """A device on one kept-alive connection that shows tickets."""

    def __init__(self, base: str, path: str, headers: Mapping[str, str]) -> None:
        at = urlsplit(base)
        self.connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
        self.path, self.headers = path, {**headers, "Content-Type": "application/json", "Accept": "application/json"}

    def ask(self, body: str) -> dict[str, Any]:
        """Send what was scanned, and read the answer."""
        try:
            status, said = self._send(body)
        except ConnectionError:  # kept alive as long as the server keeps it
            self.connection.close()
            status, said = self._send(body)
        assert status == 200, (status, said[:2000])
        answer: dict[str, Any] = json.loads(said)
        return answer

    def _send(self, body: str) -> tuple[int, bytes]:
        self.connection.request("POST", self.path, body, self.headers)
        response = self.connection.getresponse()
        return response.status, response.read()


def scanners(base: str, doors: Doors, number: int) -> list[Scanner]:
    """Devices that have their page open."""
    found = []
    for token in doors.tokens[:number]:
        visitor = Visitor(base)
        visitor.cookies["door"] = token
        at = f"/e/{doors.slug}/door/{doors.door}"
        assert visitor.get(f"{at}/scan") == 200, (visitor.status, visitor.page[:500])
        cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        headers = {"Cookie": cookies, "X-CSRFToken": visitor.hidden()["csrf_token"]}
        found.append(Scanner(base, f"{at}/redeem", headers))
    return found


def floor_scanners(base: str, number: int) -> list[Scanner]:
    """The same for the floor."""
    return [Scanner(base, "/redeem", {"Cookie": "door=floor"}) for _ in range(number)]


def shown(crowd: Sequence[Scanner], texts: Sequence[str]) -> tuple[float, list[float]]:
    """Show each of the tickets once, evenly by all scanners at once: seconds, and the milliseconds of each, sorted."""
    taken: list[list[float]] = [[] for _ in crowd]
    wrong: list[BaseException] = []
    start = threading.Barrier(len(crowd) + 1)

    def run(lane: int) -> None:
        try:
            bodies = [body_of(text) for text in texts[lane :: len(crowd)]]
            start.wait(60)
            for body in bodies:
                begun = time.perf_counter()
                answer = crowd[lane].ask(body)
                taken[lane].append(1000 * (time.perf_counter() - begun))
                assert answer["answer"] == "ok", answer
        except BaseException as error:  # told to whoever waits
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(lane,)) for lane in range(len(crowd))]
    for thread in threads:
        thread.start()
    start.wait(60)
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    for error in wrong:
        raise error
    return seconds, sorted(each for lane in taken for each in lane)


def body_of(text: str) -> str:
    """What a scanner sends of a ticket."""
    return json.dumps({"code": text, "scan_id": new_public_id() * 2, "type": "entry", "force": False})


def at_once(crowd: Sequence[Scanner], text: str) -> list[dict[str, Any]]:
    """What all scanners are told who are shown one ticket at the same moment."""
    answers: list[dict[str, Any]] = []
    start = threading.Barrier(len(crowd))

    def run(scanner: Scanner) -> None:
        body = body_of(text)
        start.wait(60)
        answers.append(scanner.ask(body))

    threads = [threading.Thread(target=run, args=(scanner,)) for scanner in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def one_came_in(answers: Sequence[Mapping[str, Any]], scanners: int) -> bool:
    """Whether exactly one was let in, and all others know when and at which door."""
    refused = [each for each in answers if each["answer"] == "already_in"]
    told = all(each["first_at"] and each["first_door"] for each in refused)
    return (
        len(answers) == scanners
        and sum(each["answer"] == "ok" for each in answers) == 1
        and told
        and (len(refused) == scanners - 1)
    )


# -- what a device is told


@dataclass
class Told:
    """A sync: seconds from asking to the last octet, kilobytes on the wire, and what it says."""

    seconds: float
    kilobytes: float
    said: dict[str, Any]


def synced(base: str, doors: Doors, cursor: str = "") -> Told:
    """What the first device is told since `cursor`."""
    at = urlsplit(base)
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
    begun = time.perf_counter()
    asked = f"/e/{doors.slug}/door/sync?cursor={cursor.replace('+', '%2B')}"
    connection.request("GET", asked, headers={"Cookie": f"door={doors.tokens[0]}"})
    response = connection.getresponse()
    octets = response.read()
    seconds = time.perf_counter() - begun
    assert response.status == 200, response.status
    connection.close()
    return Told(seconds, len(octets) / 1024, json.loads(gzip.decompress(octets)))


def change(app: Flask, doors: Doors, number: int) -> set[str]:
    """Change what doors say of so many guests, once what they are told of is older than what is read again."""
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == doors.slug)).one()
        with transaction():
            past = clock.now() - 2 * syncing.AGAIN
            db.session.execute(sa.update(DoorRow).where(DoorRow.event_id == event.id).values(changed_at=past))
        with transaction():
            guests = db.session.scalars(
                sa.select(Registration).where(Registration.event_id == event.id).order_by(Registration.id).limit(number)
            ).all()
            for guest in guests:
                guest.participant.company = "Neu GmbH"
            changed = {guest.public_id for guest in guests}
        db.session.remove()
    return changed
