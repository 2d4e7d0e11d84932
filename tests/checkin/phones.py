"""Phones at doors without network, played: each with a clock of its own that is wrong, and what it scanned."""

import base64
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from partnering.checkin import zones
from partnering.checkin.deciding import Attempt, Decision, decide
from partnering.checkin.devices import hashed
from partnering.checkin.rules import Door, Question, Ticket
from partnering.checkin.story import Passage, Window, told
from partnering.checkin.syncing import BITS
from partnering.checkin.uploading import Brought

HALF_AN_HOUR = 30 * 60_000


@dataclass
class Phone:
    """A phone whose clock shows `offset` milliseconds more than it is and runs at `rate`; it knows its own scans alone.

    `queue` holds (milliseconds by its clock, ticket, type, what it said, forced, how it calls the scan).
    """

    number: int
    offset: int
    rate: float
    queue: list[tuple[int, str, str, str, bool, str]] = field(default_factory=list)
    passed: dict[str, list[Passage]] = field(default_factory=dict)

    def clock(self, true: int) -> int:
        """What it shows at a true moment, in milliseconds."""
        return int(true * self.rate) + self.offset

    def scan(
        self, door: Door, true: int, name: str, ticket: Ticket | None, *, out: bool = False, force: bool = False
    ) -> str:
        """Decide about a ticket by itself, and keep what it said."""
        kind, own = ("exit" if out else "entry"), self.passed.setdefault(name, [])
        at = self.clock(true)
        decision = decide(door, ticket, told(door, own).windows, {}, Attempt(at, kind, force))
        scan_id = f"{self.number:02}-{len(self.queue):06}"
        if decision.answer == "ok":
            own.append(Passage(at, self.number, scan_id, kind, decision.forced))
        self.queue.append((at, name, kind, decision.answer, decision.forced, scan_id))
        return decision.answer

    def batch(self, contact: str, contact_at: int, texts: dict[str, str], list_id: str) -> list[Brought]:
        """What it brings: each scan with how long it was after the contact, by its own clock."""
        since = self.clock(contact_at)
        return [
            Brought(
                scan_id=scan_id,
                list=list_id,
                said=said,
                since=at - since,
                contact=contact,
                code=texts[name],
                type=kind,
                forced=forced,
            )
            for at, name, kind, said, forced, scan_id in self.queue
        ]


def phones(lot: random.Random, number: int) -> list[Phone]:
    """Phones with clocks that are wrong by up to years, and a little fast or slow."""
    years = 3 * 365 * zones.DAY
    return [Phone(n, lot.randrange(-years, years), 1 + lot.uniform(-0.01, 0.01)) for n in range(1, number + 1)]


def half_an_hour(
    lot: random.Random, door: Door, doors: list[Phone], tickets: dict[str, Ticket | None], start: datetime, scans: int
) -> None:
    """Let every phone scan for thirty minutes, tickets drawn from all of them, some out again and some by force."""
    begin = zones.to_ms(start)
    names = sorted(tickets)
    for phone in doors:
        for true in sorted(begin + lot.randrange(HALF_AN_HOUR) for _ in range(scans)):
            name = lot.choice(names)
            phone.scan(door, true, name, tickets[name], out=lot.random() < 0.1, force=lot.random() < 0.05)


def later(start: datetime) -> datetime:
    """When networks are back."""
    return start + timedelta(minutes=45)


@dataclass
class Snapshot:
    """What a phone keeps of what it was told, as JSON, and how it decides by that alone."""

    told: dict[str, Any]

    def row(self, text: str) -> list[Any] | None:
        """The row of a code that was read, found by its hash."""
        wanted = hashed(bytes.fromhex(self.told["salt"]), text)
        found = [row for row in self.told["rows"] if base64.b64decode(row[0] + "==") == wanted]
        return found[0] if found else None

    def door(self, list_id: str) -> Door:
        """A list that it may scan at."""
        each = next(each for each in self.told["lists"] if each["id"] == list_id)
        questions = tuple(Question(q["id"], q["kind"], q["required"], q["options"]) for q in each["questions"])
        names = Door.__dataclass_fields__.keys() - {"questions"}
        return Door(**{name: each[name] for name in names}, questions=questions)

    def ticket(self, row: list[Any] | None) -> Ticket | None:
        """The ticket of a row, for the judge."""
        if row is None:
            return None
        sold, state = self.told["tickets"][row[4]], row[5]
        return Ticket(
            product=sold["id"],
            addons=[self.told["addons"][number]["id"] for number in row[6]],
            days=sold["days"],
            revoked=bool(state & BITS["revoked"]),
            cancelled=bool(state & BITS["cancelled"]),
            approved=not state & BITS["not_approved"],
            owes=bool(state & BITS["owes"]),
            blocked=bool(state & BITS["blocked"]),
        )

    def decide(self, list_id: str, text: str, attempt: Attempt) -> Decision:
        """Its verdict about a code at a list."""
        row = self.row(text)
        windows: dict[str, Window] = {}
        elsewhere: dict[str, list[str]] = {}
        for number, key, entries, inside, first, entered, _device in row[7] if row is not None else ():
            at = self.told["lists"][number]["id"]
            if at == list_id:
                windows[key] = Window(key, first, 0, "", entries, bool(inside), entered)
            elsewhere.setdefault(at, []).append(key)
        return decide(self.door(list_id), self.ticket(row), windows, elsewhere, attempt)
