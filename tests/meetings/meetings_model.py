"""What meetings should be after any sequence of deeds: plain values, written down a second time, without the product.

People, slots and meetings are numbers. Each deed says whether it is allowed, and happens if so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

OPEN = ("pending", "countered")
FINAL = ("declined", "withdrawn", "expired", "cancelled")
UNDO_SECONDS = 30
TABLES = 2
SLOTS = range(5)
MOST_OPEN = 3


@dataclass
class Met:
    """A request or meeting: `seats` are people by side, `slot` the time it has, `old` the one it had."""

    state: str
    requester: int
    invitee: int
    turn: int | None
    seats: dict[int, str]
    offers: list[int]
    round: int = 1
    slot: int | None = None
    old: int | None = None
    answered: int | None = None
    cancelled_by: int | None = None
    vacant: set[int] = field(default_factory=set)
    proposal: tuple[int, list[int]] | None = None

    def lead(self, side: str) -> int:
        """Who leads a side."""
        return self.requester if side == "requester" else self.invitee

    def across(self, side: str) -> int:
        """Who leads the other side."""
        return self.invitee if side == "requester" else self.requester


class Model:
    """Everybody's meetings and own blocks; `firms` is where each person works, `now` seconds since the start."""

    def __init__(self, firms: Sequence[str]) -> None:
        self.firms = list(firms)
        self.left: set[int] = set()
        self.blocks: set[tuple[int, int]] = set()
        self.meetings: list[Met] = []
        self.vacancies: dict[int, bool] = {}
        self.now = 0

    # -- what can be asked

    def mates(self, person: int) -> list[int]:
        """Colleagues who are still there."""
        firm = self.firms[person]
        return [one for one, of in enumerate(self.firms) if of == firm and one != person and one not in self.left]

    def busy(self, person: int, slot: int, besides: Met | None = None) -> bool:
        """Whether a person's time is taken in a slot."""
        return (person, slot) in self.blocks or any(
            met is not besides and met.slot == slot and person in met.seats and person not in met.vacant
            for met in self.meetings
        )

    def has_table(self, slot: int, besides: Met | None = None) -> bool:
        """Whether a table is free in a slot."""
        return sum(met.slot == slot for met in self.meetings if met is not besides) < TABLES

    def sitting(self, met: Met) -> list[int]:
        """Who comes."""
        return [person for person in met.seats if person not in met.vacant]

    def fits(self, met: Met, slot: int) -> bool:
        """Whether all who come, and a table, are free."""
        return self.has_table(slot, met) and not any(self.busy(one, slot, met) for one in self.sitting(met))

    def shared(self, met: Met) -> list[int]:
        """All slots that suit."""
        return [slot for slot in SLOTS if self.fits(met, slot)]

    def between(self, one: int, other: int, besides: Met | None = None) -> Met | None:
        """What two leads have open."""
        for met in self.meetings:
            if met is besides or met.state == "draft" or met.state in FINAL:
                continue
            if {met.requester, met.invitee} == {one, other}:
                return met
        return None

    def asked_by(self, person: int) -> int:
        """How many requests of a person are open."""
        return sum(met.state in OPEN and met.requester == person for met in self.meetings)

    def rest(self, met: Met, person: int) -> list[int]:
        """Who stays on a side when a person goes, the lead first."""
        side = met.seats[person]
        stay = [
            one
            for one, of in met.seats.items()
            if of == side and one != person and one not in self.left and one not in met.vacant
        ]
        return sorted(stay, key=lambda one: (one != met.lead(side), one))

    def heir(self, met: Met, person: int, first: int | None = None) -> int | None:
        """Who leads when a lead goes."""
        across = met.across(met.seats[person])
        for one in sorted(self.rest(met, person), key=lambda one: one != first):
            if self.between(one, across, met) is None:
                return one
        return None

    # -- deeds

    def ask(self, one: int, other: int, slots: Sequence[int], companions: Sequence[int]) -> bool:
        """A request, or the answer to one."""
        if self.firms[one] == self.firms[other] or {one, other} & self.left:
            return False
        team = [mate for mate in self.mates(one) if mate in companions]
        known = self.between(one, other)
        if known is not None:
            if known.state not in OPEN or known.turn != one:
                return False
            for mate in team:
                known.seats.setdefault(mate, known.seats[one])
            free = self.shared(known)
            wishes = [set(known.offers) & set(slots), set(known.offers), set(slots), set(free)]
            self.accepted(known, next((slot for wish in wishes for slot in free if slot in wish), None))
            return True
        if self.asked_by(one) >= MOST_OPEN:
            return False
        seats = {other: "invitee"} | dict.fromkeys([one, *team], "requester")
        self.meetings.append(Met("pending", one, other, other, seats, sorted(slots)))
        return True

    def accepted(self, met: Met, slot: int | None) -> None:
        """What acceptance does."""
        met.state, met.slot, met.answered = "accepted", slot, self.now

    def accept(self, met: Met, slot: int) -> bool:
        """Whoever has the turn takes a slot."""
        if met.state not in OPEN:
            return False
        free = self.shared(met)
        choices = [one for one in free if one in met.offers] or free[:3]
        if (slot not in met.offers and slot not in choices) or slot not in free:
            return False
        self.accepted(met, slot)
        return True

    def counter(self, met: Met, slots: Sequence[int]) -> bool:
        """Other times."""
        if met.state not in OPEN or met.turn is None or set(slots) <= set(met.offers):
            return False
        met.turn = met.across(met.seats[met.turn])
        met.state, met.round, met.offers = "countered", met.round + 1, sorted(slots)
        return True

    def forward(self, met: Met, to: int) -> bool:
        """A colleague instead."""
        if met.state != "pending" or met.turn != met.invitee:
            return False
        if to not in self.mates(met.invitee) or to in met.seats or self.between(met.requester, to) is not None:
            return False
        del met.seats[met.invitee]
        met.seats[to] = "invitee"
        met.invitee = met.turn = to
        met.offers = [slot for slot in met.offers if not self.busy(to, slot)]
        return True

    def end(self, met: Met, state: str) -> bool:
        """Declined, withdrawn or expired."""
        if met.state not in OPEN:
            return False
        met.state = state
        met.answered = self.now if state == "declined" else met.answered
        return True

    def cancel(self, met: Met, by: int | None) -> bool:
        """Called off."""
        if met.state != "accepted":
            return False
        met.state, met.old, met.slot, met.cancelled_by, met.proposal = "cancelled", met.slot, None, by, None
        return True

    def undo(self, met: Met) -> bool:
        """Within half a minute, by whoever answered."""
        if met.state not in ("accepted", "declined") or met.answered is None:
            return False
        if self.now - met.answered >= UNDO_SECONDS or {met.requester, met.invitee} & self.left:
            return False
        if met.state == "declined" and self.between(met.requester, met.invitee) is not None:
            return False
        met.state, met.slot, met.proposal = "countered" if met.round > 1 else "pending", None, None
        met.answered = None
        return True

    def revive(self, met: Met) -> bool:
        """Once more, at the old time."""
        if met.state != "cancelled" or met.cancelled_by is None or met.old is None:
            return False
        if {met.requester, met.invitee} & self.left or self.between(met.requester, met.invitee) is not None:
            return False
        met.turn = met.across("requester" if met.cancelled_by == met.requester else "invitee")
        met.state, met.round, met.offers = "pending", met.round + 1, [met.old]
        met.old, met.cancelled_by, met.answered = None, None, None
        return True

    def move(self, met: Met, slot: int) -> bool:
        """Another time."""
        if met.state != "accepted" or met.slot is None or not self.fits(met, slot):
            return False
        met.slot, met.proposal = slot, None
        return True

    def place(self, met: Met, slot: int) -> bool:
        """A time for one that had none."""
        if met.state != "accepted" or met.slot is not None or not self.fits(met, slot):
            return False
        met.slot, met.proposal = slot, None
        return True

    def unplace(self, met: Met) -> bool:
        """Its time is lost."""
        if met.state != "accepted" or met.slot is None:
            return False
        met.slot, met.proposal = None, None
        return True

    def propose(self, met: Met, by: int, slots: Sequence[int]) -> bool:
        """Other times, while the old one stays."""
        slots = [slot for slot in slots if slot != met.slot]
        if met.state != "accepted" or met.proposal is not None or not slots:
            return False
        met.proposal = (met.across(met.seats[by]), sorted(slots))
        return True

    def agree(self, met: Met, slot: int) -> bool:
        """To a proposed time."""
        if met.proposal is None or slot not in met.proposal[1]:
            return False
        return self.move(met, slot) if met.slot is not None else self.place(met, slot)

    def refuse(self, met: Met) -> bool:
        """A proposal."""
        if met.proposal is None:
            return False
        met.proposal = None
        return True

    def join(self, met: Met, person: int) -> bool:
        """A colleague comes along."""
        side = next((of for of in ("requester", "invitee") if self.firms[met.lead(of)] == self.firms[person]), None)
        if side is None or person in self.left:
            return False
        if person in met.seats:
            return True
        if met.state not in (*OPEN, "accepted") or (met.slot is not None and self.busy(person, met.slot)):
            return False
        met.seats[person] = side
        return True

    def leave(self, met: Met, person: int) -> bool:
        """One of several goes."""
        if met.state not in (*OPEN, "accepted") or person not in met.seats:
            return False
        return self.drop(met, person)

    def drop(self, met: Met, person: int, first: int | None = None) -> bool:
        """A seat is given up, if somebody stays who can lead."""
        if not self.rest(met, person):
            return False
        if person in (met.requester, met.invitee):
            heir = self.heir(met, person, first)
            if heir is None:
                return False
            met.requester = heir if met.requester == person else met.requester
            met.invitee = heir if met.invitee == person else met.invitee
            met.turn = heir if met.turn == person else met.turn
            if met.proposal is not None and met.proposal[0] == person:
                met.proposal = (heir, met.proposal[1])
        del met.seats[person]
        met.vacant.discard(person)
        return True

    def replace(self, met: Met, old: int, new: int) -> bool:
        """A colleague instead of one."""
        if met.state not in (*OPEN, "accepted") or old not in met.seats or new == old:
            return False
        if self.firms[new] != self.firms[old] or new in self.left:
            return False
        fresh = new not in met.seats
        if fresh and met.slot is not None and self.busy(new, met.slot):
            return False
        if fresh:
            met.seats[new] = met.seats[old]
        if self.drop(met, old, new):
            return True
        if fresh:
            del met.seats[new]
        return False

    def block(self, person: int, slot: int) -> bool:
        """Time for oneself."""
        if self.busy(person, slot):
            return False
        self.blocks.add((person, slot))
        return True

    def quit(self, person: int) -> bool:
        """Somebody leaves the event."""
        if person in self.left:
            return False
        self.left.add(person)
        vacant = []
        for met in self.meetings:
            if person not in met.seats or met.state in FINAL:
                continue
            if met.state in OPEN:
                if met.requester == person:
                    self.end(met, "withdrawn")
                elif met.invitee == person:
                    self.end(met, "declined")
                else:
                    self.drop(met, person)
            elif not self.drop(met, person):
                vacant.append(met)
        for met in vacant:
            if self.mates(person):
                met.vacant.add(person)
                met.proposal = None
                self.vacancies[person] = True
            else:
                self.cancel(met, met.lead(met.seats[person]))
        return True

    def waiting(self, leaver: int) -> list[Met]:
        """What counts on somebody who left."""
        return [met for met in self.meetings if met.state == "accepted" and leaver in met.vacant]

    def take_over(self, leaver: int, heir: int) -> bool:
        """A colleague takes what they have time for."""
        if not self.vacancies.get(leaver) or self.firms[heir] != self.firms[leaver] or heir in self.left:
            return False
        left = []
        for met in self.waiting(leaver):
            across = met.across(met.seats[leaver])
            free = met.slot is None or not self.busy(heir, met.slot)
            if not free or self.between(heir, across, met) is not None or not self.replace(met, leaver, heir):
                left.append(met)
        self.give_up(left, leaver)
        self.vacancies[leaver] = False
        return True

    def lapse(self, leaver: int) -> bool:
        """Nobody came."""
        if not self.vacancies.get(leaver):
            return False
        self.give_up(self.waiting(leaver), leaver)
        self.vacancies[leaver] = False
        return True

    def end_idle(self) -> None:
        """Vacancies end with the last meeting that counts on whoever left."""
        for leaver, is_open in self.vacancies.items():
            self.vacancies[leaver] = is_open and bool(self.waiting(leaver))

    def give_up(self, mets: Sequence[Met], leaver: int) -> None:
        """A colleague stays, or it is called off."""
        for met in [met for met in mets if not self.drop(met, leaver)]:
            self.cancel(met, met.lead(met.seats[leaver]))
