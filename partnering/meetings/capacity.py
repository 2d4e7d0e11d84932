"""Whether an event's meetings can fit into its times and tables, and by how much each limit holds or fails.

Meetings are lines between people, slots are colours: k slots are enough if nobody has more than k - 1 meetings (Vizing
1964), and k - 1 may be k where two kinds of guests meet and nobody meets their own kind (König 1916). Meetings can then
be spread over the slots so that no two slots differ by more than one (de Werra 1971), so m meetings need no more than
m / k tables, rounded up.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..agenda.models import AgendaEntry, Appointment, ParticipantAtom
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event
from ..i18n import _, _n
from .models import Meeting, MeetingDelegate, MeetingSlot
from .times import slots_of, tables_of, there


@dataclass(frozen=True)
class Numbers:
    """What a plan has to deal with. `busiest`: the most meetings that one person has. `online` meetings need no table.

    `two_sided`: two kinds of guests meet, and nobody meets their own kind. `larger`: meetings of more than two people,
    and `largest`: how many people sit in the largest.
    `open_in`: how many tables are open in each slot, where some close early. `short`: pairs of how many meetings too
    many somebody has for the slots in which they are there and free, and how many people that is.
    """

    people: int = 0
    meetings: int = 0
    slots: int = 0
    tables: int = 0
    busiest: int = 0
    two_sided: bool = False
    online: int = 0
    larger: int = 0
    largest: int = 2
    open_in: tuple[int, ...] | None = None
    short: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Limit:
    """One limit: whether it holds ("ok"), cannot hold ("bad") or may ("warn"), by how much, and that in a sentence.

    `spare` counts what its code names (slots, tables, places of people); below nought so many are missing.
    """

    code: str
    tone: str
    spare: int
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """What all limits come to: the worst tone among them, the sentence of it, and each limit."""

    tone: str
    sentence: str
    limits: tuple[Limit, ...]

    def limit(self, code: str) -> Limit:
        """The limit of this code. Raises `KeyError`."""
        return {limit.code: limit for limit in self.limits}[code]


def check(
    people: int,
    meetings: int,
    slots: int,
    tables: int,
    *,
    busiest: int,
    two_sided: bool,
    online: int = 0,
    larger: int = 0,
    largest: int = 2,
    open_in: Sequence[int] | None = None,
    short: Sequence[tuple[int, int]] = (),
) -> Verdict:
    """Whether so many meetings fit, limit by limit; see `Numbers` for what each number is.

    Says of people's own absences only what `short` knows: all else takes everybody for present and free.
    """
    fewest = tables if open_in is None else min(open_in, default=0)
    certain = not larger or is_roomy(meetings, slots, fewest, busiest, largest)
    limits = [
        _slots(slots, busiest, two_sided, 0 if certain else larger),
        _tables(meetings - online, slots, tables, open_in),
        _people(people, meetings, slots),
    ]
    if short:
        limits.append(_absent(short))
    tones = {limit.tone for limit in limits}
    tone = next((tone for tone in ("bad", "warn") if tone in tones), "ok")
    sentences = {
        "ok": _("All meetings fit."),
        "warn": _("The meetings may fit, but nobody can promise it."),
        "bad": _("The meetings do not all fit."),
    }
    return Verdict(tone, sentences[tone], tuple(limits))


def check_numbers(numbers: Numbers) -> Verdict:
    """The same for an event's numbers."""
    return check(**vars(numbers))


def is_roomy(meetings: int, slots: int, tables: int, busiest: int, largest: int) -> bool:
    """Whether meetings of up to `largest` people can be placed one after the other, and each still finds a slot.

    Each shares people with at most `largest` * (`busiest` - 1) others, and no more slots are full than can be filled.
    """
    return tables > 0 and slots > largest * max(busiest - 1, 0) + max(meetings - 1, 0) // tables


def _slots(slots: int, busiest: int, two_sided: bool, larger: int) -> Limit:
    spare = slots - busiest
    has = _n("The busiest person has one meeting", "The busiest person has %(num)s meetings", busiest)
    there_are = _n("and there is one slot", "and there are %(num)s slots", slots)
    begin = f"{has}, {there_are}: "
    if spare < 0:
        return Limit("slots", "bad", spare, begin + _n("one slot is missing.", "%(num)s slots are missing.", -spare))
    if busiest and larger:
        many = _n(
            "one meeting of more than two people makes it uncertain.",
            "%(num)s meetings of more than two people make it uncertain.",
            larger,
        )
        return Limit("slots", "warn", spare, begin + many)
    if busiest and not spare and not two_sided:
        sentence = _("that may be enough. With one slot more it is certain, since everybody may meet everybody.")
        return Limit("slots", "warn", spare, begin + sentence)
    if not spare:
        return Limit("slots", "ok", spare, begin + _("exactly enough."))
    return Limit("slots", "ok", spare, begin + _n("one slot to spare.", "%(num)s slots to spare.", spare))


def _tables(meetings: int, slots: int, tables: int, open_in: Sequence[int] | None) -> Limit:
    times = slots * tables if open_in is None else sum(open_in)
    need = -(-meetings // slots) if slots else meetings
    needed = _n("At tables there is one meeting", "At tables there are %(num)s meetings", meetings)
    spread = _n("in one slot", "in %(num)s slots", slots)
    takes = _n("that takes one table", "that takes %(num)s tables", need)
    begin = f"{needed} {spread}; {takes}: "
    if times < meetings:
        lack = -(-(meetings - times) // slots) if slots else meetings
        return Limit("tables", "bad", -lack, begin + _n("one table is missing.", "%(num)s tables are missing.", lack))
    spare = min(open_in, default=0) - need if open_in is not None else tables - need
    if spare < 0:
        sentence = _("some tables close early, so that it depends on which meetings are held when.")
        return Limit("tables", "warn", spare, begin + sentence)
    if not spare:
        return Limit("tables", "ok", spare, begin + _("exactly enough."))
    return Limit("tables", "ok", spare, begin + _n("one table to spare.", "%(num)s tables to spare.", spare))


def _people(people: int, meetings: int, slots: int) -> Limit:
    at_once = people // 2
    spare = at_once * slots - meetings
    begin = _n(
        "At most one meeting can be held at once by these guests",
        "At most %(num)s meetings can be held at once by these guests",
        at_once,
    )
    if spare < 0:
        missing = _n("one meeting is too many.", "%(num)s meetings are too many.", -spare)
        return Limit("people", "bad", spare, f"{begin}: {missing}")
    return Limit(
        "people", "ok", spare, f"{begin}: " + _n("room for one more.", "room for %(num)s more meetings.", spare)
    )


def _absent(short: Sequence[tuple[int, int]]) -> Limit:
    number, worst = sum(count for _lack, count in short), max(lack for lack, _count in short)
    who = _n(
        "One person has more meetings than slots in which they are there and free",
        "%(num)s people have more meetings than slots in which they are there and free",
        number,
    )
    return Limit("absent", "bad", -worst, f"{who}: " + _n("by one slot.", "by up to %(num)s slots.", worst))


# -- an event's numbers


def measure(event: Event, *, asked_too: bool = False) -> Numbers:
    """The numbers of an event's agreed meetings, or, `asked_too`, as if every open request were accepted as well."""
    delegates = db.session.scalars(
        sa.select(Delegate)
        .where(Delegate.event_id == event.id, Delegate.left_at.is_(None))
        .options(joinedload(Delegate.participant))
    ).all()
    seats = _seats(event, asked_too)
    online = _virtual(event, seats)
    slots = apart([slot for slot in slots_of(event) if slot.removed_at is None])
    tables = tables_of(event)
    open_in = tuple(
        sum(table.closed_from is None or slot.ends_at <= table.closed_from for table in tables) for slot in slots
    )
    often = Counter(delegate_id for sitting in seats.values() for delegate_id in sitting)
    pairs = [sitting for sitting in seats.values() if len(sitting) == 2]
    return Numbers(
        people=len(delegates),
        meetings=len(seats),
        slots=len(slots),
        tables=len(tables),
        busiest=max(often.values(), default=0),
        two_sided=len(pairs) == len(seats) and is_two_sided(pairs),
        online=online,
        larger=sum(len(sitting) > 2 for sitting in seats.values()),
        largest=max((len(sitting) for sitting in seats.values()), default=2),
        open_in=open_in,
        short=_short(event, delegates, slots, often),
    )


def apart(slots: Iterable[MeetingSlot]) -> list[MeetingSlot]:
    """As many slots as possible of which no two overlap, in their order of time."""
    found: list[MeetingSlot] = []
    for slot in sorted(slots, key=lambda slot: (slot.last_atom, slot.first_atom)):
        if not found or slot.first_atom > found[-1].last_atom:
            found.append(slot)
    return found


def is_two_sided(pairs: Iterable[Sequence[int]]) -> bool:
    """Whether people fall into two kinds so that every pair is of both."""
    meets: dict[int, list[int]] = defaultdict(list)
    for one, other in pairs:
        meets[one].append(other)
        meets[other].append(one)
    kind: dict[int, bool] = {}
    for first in meets:
        if first in kind:
            continue
        kind[first], waiting = True, [first]
        while waiting:
            one = waiting.pop()
            for other in meets[one]:
                if other not in kind:
                    kind[other] = not kind[one]
                    waiting.append(other)
                elif kind[other] == kind[one]:
                    return False
    return True


def _seats(event: Event, asked_too: bool) -> dict[int, list[int]]:
    states = ("accepted", "pending", "countered") if asked_too else ("accepted",)
    rows = db.session.execute(
        sa.select(MeetingDelegate.meeting_id, MeetingDelegate.delegate_id)
        .join(Meeting, Meeting.id == MeetingDelegate.meeting_id)
        .where(Meeting.event_id == event.id, Meeting.request_state.in_(states), _counts())
        .order_by(MeetingDelegate.meeting_id, MeetingDelegate.id)
    )
    seats: dict[int, list[int]] = defaultdict(list)
    for meeting_id, delegate_id in rows:
        seats[meeting_id].append(delegate_id)
    return dict(seats)


def _counts() -> sa.ColumnElement[bool]:
    """Meetings that are to be held or were: all but those that found no place until the end."""
    return sa.or_(Meeting.closed_at.is_(None), Meeting.placement != "none")


def _virtual(event: Event, seats: Mapping[int, object]) -> int:
    found = db.session.scalars(sa.select(Meeting.id).where(Meeting.event_id == event.id, Meeting.virtual))
    return sum(meeting_id in seats for meeting_id in found)


def _short(
    event: Event, delegates: Sequence[Delegate], slots: Sequence[MeetingSlot], often: Mapping[int, int]
) -> tuple[tuple[int, int], ...]:
    """How many meetings too many people have for the slots in which they are there and nothing else takes them."""
    if not slots or not often:
        return ()
    first, last = slots[0].first_atom, slots[-1].last_atom
    taken: dict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(
        sa.select(ParticipantAtom.participant_id, ParticipantAtom.atom)
        .join(AgendaEntry, AgendaEntry.id == ParticipantAtom.entry_id)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(
            Appointment.event_id == event.id, Appointment.kind != "meeting", ParticipantAtom.atom.between(first, last)
        )
    )
    for participant_id, atom in rows:
        taken[participant_id].add(atom)
    lacks: Counter[int] = Counter()
    for delegate in delegates:
        wanted = often.get(delegate.id, 0)
        busy = taken.get(delegate.participant_id, set())
        if not wanted:
            continue
        free = sum(
            there(slot, delegate) and busy.isdisjoint(range(slot.first_atom, slot.last_atom + 1)) for slot in slots
        )
        if wanted > free and wanted <= len(slots):
            lacks[wanted - free] += 1
    return tuple(sorted(lacks.items()))
