"""Deeds on meetings done twice, with the product and with the model, compared after each."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry, Appointment
from partnering.db import db, transaction
from partnering.delegates import services as partnering
from partnering.delegates.models import Delegate
from partnering.errors import DomainError
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.meetings import queries, services
from partnering.meetings.models import Meeting, MeetingSlot, MeetingVacancy
from partnering.schedule.queries import plan_of
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.meetings.deeds import all_is_well
from tests.meetings.meetings_model import MOST_OPEN, OPEN, SLOTS, TABLES, UNDO_SECONDS, Met, Model
from tests.support.letters import calendar_of, deliver_all, text_of

FIRMS = "LLLMMN"
MOST_PEOPLE = 9

HAPPENED: Counter[str] = Counter()
"""How often each deed was allowed, over all walks."""

LINK = re.compile(r"/me/meetings/([a-z2-7]{16})")
HOUR = 3600
CALENDAR = ("meetings.confirmed", "meetings.changed", "meetings.cancelled")
GATHERED = ("meetings.requested", "meetings.news")

OVER = {
    "left": "nehmen an diesem Gespräch nicht mehr teil",
    "own": "Sie haben dieses Gespräch abgesagt",
    "lost": "dieses Gespräch hat seine Zeit verloren",
    "off": "dieses Gespräch findet nicht statt",
}
"""What a letter says that takes a meeting out of a calendar."""

Calendar = dict[str, tuple[int, str, datetime, str]]


class Walk:
    """One event with six people of three organisations, five slots and two tables."""

    def __init__(self, app: Flask, stack: ExitStack) -> None:
        self.app, self.stack = app, stack
        self.start = clock.now()
        self.model = Model(FIRMS)
        self.event_id = make_partnering_event(tables=TABLES, slots=len(SLOTS), open_request_limit=MOST_OPEN).id
        self.people: list[int] = []
        self.done: list[str] = []
        self.addresses: dict[str, int] = {}
        self.buyers: set[str] = set()
        self.calendars: dict[int, Calendar] = {}
        self.letters: list[tuple[int, str, int, set[int]]] = []
        self.parties: dict[str, int] = {}
        for firm in FIRMS:
            self._arrive(firm)
        self.set_clock()

    def set_clock(self) -> None:
        """Stop the clock where the model is."""
        self.stack.close()
        self.stack.enter_context(clock.frozen(self.start + timedelta(seconds=self.model.now)))

    def _arrive(self, firm: str) -> None:
        event = db.session.get_one(Event, self.event_id)
        first = self.parties.get(firm)
        delegate = make_delegate(event, colleague_of=self._delegate(first) if first is not None else None)
        self.parties.setdefault(firm, len(self.people))
        person = delegate.participant.person
        assert person is not None
        self.addresses[person.email] = len(self.people)
        self.buyers.add(delegate.registration.place.party.contact_email)
        self.calendars[len(self.people)] = {}
        self.people.append(delegate.id)

    # -- what stands behind the numbers

    def _delegate(self, person: int) -> Delegate:
        return db.session.get_one(Delegate, self.people[person])

    def _slots(self, numbers: Sequence[int]) -> list[MeetingSlot]:
        slots = queries.slots_of(db.session.get_one(Event, self.event_id))
        return [slots[number] for number in numbers]

    def _stored(self) -> list[Meeting]:
        return list(db.session.scalars(sa.select(Meeting).order_by(Meeting.id)))

    def _both(self, which: int) -> tuple[Met, int] | None:
        if not self.model.meetings:
            return None
        number = which % len(self.model.meetings)
        return self.model.meetings[number], number

    def do(self, name: str, allowed: bool, deed: Callable[[], object]) -> None:
        """Do a deed of which the model has said whether it is allowed, and compare."""
        try:
            with transaction():
                deed()
            done = True
        except DomainError as refused:
            db.session.rollback()
            done, why = False, type(refused).__name__
            assert not allowed, f"{name}: the product refused with {why}"
        assert done == allowed, f"{name}: the model refused"
        self.model.end_idle()
        HAPPENED[name] += done
        self.done += [name] if done else []
        self.compare(name)

    def compare(self, name: str) -> None:
        """Every meeting as it is stored against the model's."""
        db.session.rollback()
        numbers = {public: number for number, public in enumerate(self.people)}
        slots = [slot.id for slot in self._slots(list(SLOTS))]
        starts = {slot.starts_at: number for number, slot in enumerate(self._slots(list(SLOTS)))}
        stored = self._stored()
        assert len(stored) == len(self.model.meetings), name
        for meeting, met in zip(stored, self.model.meetings, strict=True):
            appointment = meeting.appointment if meeting.placement == "published" else None
            held = meeting.request_state == "accepted" and appointment is not None
            proposal = services.open_of(meeting)
            found = Met(
                state=meeting.request_state,
                requester=numbers[meeting.requester_id],
                invitee=numbers[meeting.invitee.id],
                turn=numbers[meeting.turn_id] if meeting.turn_id is not None else None,
                seats={numbers[seat.delegate_id]: seat.side for seat in meeting.delegates},
                offers=[slots.index(slot.id) for slot in queries.offered(meeting)],
                round=met.round,
                slot=starts[appointment.starts_at] if held and appointment is not None else None,
                old=met.old,
                answered=met.answered,
                cancelled_by=numbers[meeting.cancelled_by_id] if meeting.cancelled_by_id is not None else None,
                vacant={numbers[seat.delegate_id] for seat in meeting.delegates if seat.vacant_since is not None},
                proposal=(
                    (numbers[proposal.to_id], [slots.index(slot.id) for slot in services.slots_of(proposal)])
                    if proposal is not None
                    else None
                ),
            )
            assert found == met, f"{name}: {found} is stored, {met} expected"

    # -- deeds

    def ask(self, one: int, other: int, slots: Sequence[int], companions: Sequence[int]) -> None:
        """Somebody asks somebody."""
        one, other = one % len(self.people), other % len(self.people)
        if one == other:
            return
        companions = [number for number in companions if number < len(self.people)]
        slots = sorted(set(slots))
        self.do(
            "ask",
            self.model.ask(one, other, slots, companions),
            lambda: services.request_meeting(
                self._delegate(one),
                self._delegate(other),
                self._slots(slots),
                companions=[self._delegate(number) for number in companions],
            ),
        )

    def answer(self, deed: str, which: int, slots: Sequence[int]) -> None:
        """Whoever has the turn accepts, counters or declines; the other side withdraws; time is over."""
        found = self._both(which)
        if found is None:
            return
        met, number = found
        chosen = met.offers[slots[0] % len(met.offers)] if met.offers and slots[-1] % 2 else slots[0]
        slots = sorted(set(slots))
        allowed = {
            "accept": lambda: self.model.accept(met, chosen),
            "counter": lambda: self.model.counter(met, slots),
            "decline": lambda: self.model.end(met, "declined"),
            "withdraw": lambda: self.model.end(met, "withdrawn"),
            "expire": lambda: self.model.end(met, "expired"),
        }[deed]()
        doing: dict[str, Callable[[Meeting], object]] = {
            "accept": lambda meeting: services.accept(meeting, self._slots([chosen])[0]),
            "counter": lambda meeting: services.counter(meeting, self._slots(slots)),
            "decline": lambda meeting: services.decline(meeting, reason="no_time"),
            "withdraw": lambda meeting: services.withdraw(meeting, by=meeting.requester),
            "expire": services.expire,
        }
        self.do(deed, allowed, lambda: doing[deed](self._stored()[number]))

    def forward(self, which: int, to: int) -> None:
        """To a colleague."""
        found = self._both(which)
        if found is None:
            return
        met, number = found
        by, mates = met.invitee, self.model.mates(met.invitee)
        to = mates[to % len(mates)] if mates and to % 4 else to % len(self.people)
        self.do(
            "forward",
            self.model.forward(met, to),
            lambda: services.forward(self._stored()[number], self._delegate(to), by=self._delegate(by)),
        )

    def cancel(self, which: int, who: int) -> None:
        """One of the two sides, or the organisers."""
        found = self._both(which)
        if found is None:
            return
        met, number = found
        by = (met.requester, met.invitee, None)[who % 3]
        self.do(
            "cancel",
            self.model.cancel(met, by),
            lambda: services.cancel(self._stored()[number], by=self._delegate(by) if by is not None else None),
        )

    def again(self, deed: str, which: int) -> None:
        """An answer is taken back, or a cancellation."""
        found = self._both(which)
        if found is None:
            return
        met, number = found
        by = met.turn if deed == "undo" else met.cancelled_by
        by = by if by is not None else met.requester
        if deed == "undo":
            allowed = self.model.undo(met)
            self.do("undo", allowed, lambda: services.undo(self._stored()[number], by=self._delegate(by)))
        else:
            allowed = self.model.revive(met)
            self.do("revive", allowed, lambda: services.revive(self._stored()[number], by=self._delegate(by)))

    def time(self, deed: str, which: int, slot: int) -> None:
        """Organisers move a meeting, take its time or give it one."""
        found = self._both(which)
        if found is None:
            return
        met, number = found
        allowed = {
            "move": lambda: self.model.move(met, slot),
            "place": lambda: self.model.place(met, slot),
            "unplace": lambda: self.model.unplace(met),
        }[deed]()
        doing: dict[str, Callable[[Meeting], object]] = {
            "move": lambda meeting: services.move(meeting, self._slots([slot])[0]),
            "place": lambda meeting: services.place(meeting, self._slots([slot])[0]),
            "unplace": lambda meeting: services.unplace(meeting, "slot_removed"),
        }
        self.do(deed, allowed, lambda: doing[deed](self._stored()[number]))

    def propose(self, which: int, who: int, slots: Sequence[int]) -> None:
        """A side proposes other times."""
        found = self._both(which)
        if found is None:
            return
        met, number = found
        by, slots = (met.requester, met.invitee)[who % 2], sorted(set(slots))
        kind = "move" if met.slot is not None else "time"
        self.do(
            "propose",
            self.model.propose(met, by, slots),
            lambda: services.propose(self._stored()[number], self._slots(slots), by=self._delegate(by), kind=kind),
        )

    def reply(self, which: int, slot: int, yes: bool) -> None:
        """A proposal is agreed to, or refused."""
        found = self._both(which)
        if found is None or found[0].proposal is None:
            return
        met, number = found
        assert met.proposal is not None
        to, slots = met.proposal
        chosen = slots[slot % len(slots)]

        def agree() -> None:
            proposal = services.open_of(self._stored()[number])
            assert proposal is not None
            services.agree(proposal, self._slots([chosen])[0], by=self._delegate(to))

        def refuse() -> None:
            proposal = services.open_of(self._stored()[number])
            assert proposal is not None
            services.refuse(proposal, by=self._delegate(to))

        if yes:
            self.do("agree", self.model.agree(met, chosen), agree)
        else:
            self.do("refuse", self.model.refuse(met), refuse)

    def sit(self, deed: str, which: int, one: int, other: int) -> None:
        """People join, leave, and sit in another's stead."""
        found = self._both(which)
        if found is None:
            return
        met, number = found
        one, other = one % len(self.people), other % len(self.people)
        if deed == "replace":
            seated = sorted(met.seats)
            one = seated[one % len(seated)]
        allowed = {
            "join": lambda: self.model.join(met, one),
            "leave": lambda: self.model.leave(met, one),
            "replace": lambda: self.model.replace(met, one, other),
        }[deed]()
        doing: dict[str, Callable[[Meeting], object]] = {
            "join": lambda meeting: services.join(meeting, self._delegate(one)),
            "leave": lambda meeting: services.leave(meeting, self._delegate(one)),
            "replace": lambda meeting: services.replace(meeting, self._delegate(one), self._delegate(other)),
        }
        self.do(deed, allowed, lambda: doing[deed](self._stored()[number]))

    def block(self, one: int, slot: int) -> None:
        """Somebody keeps a time free, or frees it again."""
        one = one % len(self.people)
        if (one, slot) in self.model.blocks:
            self.model.blocks.discard((one, slot))
            self.do("unblock", True, lambda: agenda.cancel(self._block_of(one, slot)))
            return
        event = db.session.get_one(Event, self.event_id)

        def deed() -> None:
            (chosen,) = self._slots([slot])
            agenda.block(self._delegate(one).participant, event, chosen.starts_at, chosen.ends_at)

        self.do("block", self.model.block(one, slot), deed)

    def _block_of(self, one: int, slot: int) -> Appointment:
        (chosen,) = self._slots([slot])
        entry = db.session.scalars(
            sa.select(AgendaEntry)
            .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
            .where(
                AgendaEntry.participant_id == self._delegate(one).participant_id,
                AgendaEntry.state == "live",
                Appointment.kind == "block",
                Appointment.starts_at == chosen.starts_at,
            )
        ).one()
        return entry.appointment

    def quit(self, one: int) -> None:
        """Somebody leaves the event, for good."""
        one = one % len(self.people)
        if len(self.model.left) >= 3 or not self.model.quit(one):
            return

        def deed() -> None:
            delegate = self._delegate(one)
            delegate.registration.state, delegate.registration.ended_at = "cancelled", clock.now()
            db.session.flush()
            partnering.leave(delegate)

        self.do("quit", True, deed)

    def arrive(self, one: int) -> None:
        """Somebody new comes for an organisation."""
        if len(self.people) >= MOST_PEOPLE:
            return
        firm = FIRMS[one % len(FIRMS)]
        self.model.firms.append(firm)
        self._arrive(firm)

    def substitute(self, one: int, heir: int, yes: bool) -> None:
        """A colleague takes over what somebody left, or nobody does."""
        if not self.model.vacancies:
            return
        waiting = [one for one, is_open in sorted(self.model.vacancies.items()) if is_open]
        leaver = (waiting or sorted(self.model.vacancies))[one % len(waiting or self.model.vacancies)]
        mates = self.model.mates(leaver)
        heir = mates[heir % len(mates)] if mates and heir % 4 else heir % len(self.people)

        def vacancy() -> MeetingVacancy:
            return db.session.scalars(
                sa.select(MeetingVacancy).where(MeetingVacancy.leaver_id == self.people[leaver])
            ).one()

        if yes:
            allowed = self.model.take_over(leaver, heir)
            self.do("take over", allowed, lambda: services.take_over(vacancy(), self._delegate(heir)))
        else:
            self.do("lapse", self.model.lapse(leaver), lambda: services.lapse(vacancy()))

    def time_passes(self, seconds: int) -> None:
        """Some seconds, and all letters that are due leave."""
        self.model.now += seconds
        self.set_clock()
        letters = deliver_all(self.app)
        if not letters:
            return
        numbers = {meeting.public_id: number for number, meeting in enumerate(self._stored())}
        kinds = {row.message_id: row.kind for row in db.session.scalars(sa.select(OutboxLetter))}
        starts = [slot.starts_at for slot in self._slots(list(SLOTS))]
        for message in letters:
            kind = kinds[str(message["Message-ID"])]
            if str(message["To"]) in self.buyers:
                assert kind == "meetings.substitute", f"{kind} to whoever bought the places"
                continue
            person = self.addresses[str(message["To"])]
            about = {numbers[ref] for ref in LINK.findall(text_of(message))}
            content = calendar_of(message)
            assert (content is not None) == (kind in CALENDAR), f"{kind} with calendar: {content is not None}"
            if content is not None:
                self._check_calendar(kind, person, str(message["Subject"]), *read(content), starts)
                if kind == "meetings.cancelled":
                    self._check_over(person, about, text_of(message))
            else:
                self._check_gathered(kind, person, about)
            self.letters.append((self.model.now, kind, person, about))

    def _check_calendar(
        self,
        kind: str,
        person: int,
        subject: str,
        uid: str,
        sequence: int,
        method: str,
        begin: datetime,
        place: str,
        starts: Sequence[datetime],
    ) -> None:
        """A letter for a calendar fits what that calendar holds, and what is so now."""
        calendar = self.calendars[person]
        known = calendar.get(uid)
        assert method == ("CANCEL" if kind == "meetings.cancelled" else "REQUEST"), kind
        knew = known is not None and known[1] == "REQUEST"
        assert knew if method == "CANCEL" else knew != ("bestätigt" in subject), f"{subject} after {known}"
        assert known is None or sequence > known[0], f"sequence {sequence} after {known[0] if known else None}"
        if method == "REQUEST":
            held = [
                met
                for met in self.model.meetings
                if met.slot is not None and starts[met.slot] == begin and person in self.model.sitting(met)
            ]
            assert len(held) == 1, f"{person} is told of a time that they do not have"
            answered = held[0].answered
            assert answered is None or self.model.now - answered >= UNDO_SECONDS, f"{kind} before it was final"
        calendar[uid] = (sequence, method, begin, place)

    def _check_over(self, person: int, about: set[int], text: str) -> None:
        """A letter that takes a meeting out of a calendar says what became of it for this reader, and nothing else."""
        [number] = about
        met = self.model.meetings[number]
        if person not in self.model.sitting(met):
            wanted = "left"
        elif met.state == "accepted":
            wanted = "lost"
        else:
            wanted = "off"
        said = [word for word, sentence in OVER.items() if sentence in text]
        who = met.cancelled_by if met.state == "cancelled" else met.requester  # who revives it asks for it anew
        did_it = wanted == "off" and who == person
        assert said == [wanted] or (did_it and said == ["own"]), f"{person} reads {said} of {met}, not {wanted}"

    def _check_gathered(self, kind: str, person: int, about: set[int]) -> None:
        """A letter without a calendar comes once an hour, to who is there, about what is so now."""
        assert person not in self.model.left, f"{kind} to somebody who left"
        before = [moment for moment, of, to, _about in self.letters if (of, to) == (kind, person)]
        if kind not in GATHERED:
            assert kind in ("meetings.partner_left", "meetings.substitute"), kind
            return
        mets = [self.model.meetings[number] for number in about]
        at_once = any(met.proposal is not None and met.slot is None for met in mets)  # a time is offered
        assert not before or at_once or self.model.now - before[-1] >= HOUR, f"{kind} twice in an hour"
        assert about, f"{kind} about nothing"
        for number in about:
            met = self.model.meetings[number]
            assert person in met.seats, f"{kind} about another's meeting"
            side = met.seats[person]
            if kind == "meetings.requested":
                turn = met.turn is not None and met.state in OPEN and met.seats[met.turn] == side
                asked = met.proposal is not None and met.seats[met.proposal[0]] == side
                assert turn or asked, f"{kind}, but nobody waits for {person}: {met}"
            elif met.answered is not None and met.state in ("accepted", "declined"):
                assert self.model.now - met.answered >= UNDO_SECONDS, f"{kind} before it was final"

    def _check_complete(self) -> None:
        """Whoever has to answer was asked by letter, and whoever asked in vain was told."""
        for number, met in enumerate(self.model.meetings):
            if met.state in OPEN:
                kind, person = "meetings.requested", met.turn
            elif met.state == "expired":
                kind, person = "meetings.news", met.requester
            elif met.state == "declined":
                gone = met.turn is None or met.invitee in self.model.left
                kind, person = "meetings.news", met.requester if gone else met.across(met.seats[met.turn or 0])
            else:
                continue
            told = any((of, to) == (kind, person) and number in about for _at, of, to, about in self.letters)
            assert told or person in self.model.left, f"{person} was never told that {number} is {met.state}"

    def _held(self, person: int) -> list[tuple[datetime, str]]:
        """When and where the calendar of a person has meetings, after all the letters that it got."""
        entries = self.calendars[person].values()
        return sorted((begin, place) for _sequence, method, begin, place in entries if method == "REQUEST")

    def finish(self) -> None:
        """When every letter has left, calendars, agendas and model say the same."""
        self.time_passes(31)
        self.time_passes(HOUR)
        self.time_passes(HOUR)
        db.session.rollback()
        self._check_complete()
        starts = [slot.starts_at for slot in self._slots(list(SLOTS))]
        for person in range(len(self.people)):
            expected = sorted(
                starts[met.slot]
                for met in self.model.meetings
                if met.slot is not None and person in met.seats and person not in met.vacant
            )
            known = sorted(begin for begin, _place in self._held(person))
            assert known == expected, f"the calendar of {person} has {known}, not {expected}"
            if person not in self.model.left:
                items = plan_of(self._delegate(person).participant).items
                agreed = [(item.starts_at, item.place) for item in items if item.kind == "met"]
                assert sorted(begin for begin, _place in agreed) == expected
                tables = sorted((begin, f"Tisch {place.name.de}") for begin, place in agreed if place is not None)
                shown = self._held(person)
                assert shown == tables, f"the calendar of {person} has {shown}, the agenda {tables}"
        assert all_is_well()


def read(content: bytes) -> tuple[str, int, str, datetime, str]:
    """UID, sequence, METHOD, start and table of what a letter brings to a calendar."""
    text = content.decode().replace("\r\n ", "").replace("\n ", "")
    lines = [line.partition(":") for line in text.splitlines()]
    event = lines[next(number for number, line in enumerate(lines) if line[2] == "VEVENT") :]
    said = {name.partition(";")[0]: value for name, _colon, value in event}
    zone = next(name.partition("TZID=")[2] for name, _colon, _value in event if name.startswith("DTSTART;TZID="))
    method = next(value for name, _colon, value in lines if name == "METHOD")
    uid, sequence = said["UID"], int(said["SEQUENCE"])
    table = said.get("LOCATION", "").partition("\\,")[0]
    return uid, sequence, method, clock.from_zone(datetime.fromisoformat(said["DTSTART"]), zone), table
