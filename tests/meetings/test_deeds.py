"""What pages offer somebody is what the services do for them, and nothing else is."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.delegates.queries import colleagues
from partnering.errors import DomainError
from partnering.events.models import Event
from partnering.meetings import deeds, proposing, queries, services
from partnering.meetings.errors import ProposalOver
from partnering.meetings.models import Meeting, MeetingProposal, MeetingSide
from partnering.meetings.rules import set_rules
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_block, make_meeting, make_partnering_event, make_request

Do = Callable[[Meeting, Delegate], object]


class UndoneError(Exception):
    """Ends the transaction in which a deed was tried, so that the next one finds everything as it was."""


def _accept(meeting: Meeting, by: Delegate) -> object:
    choices = queries.choices(meeting)
    return services.accept(meeting, choices[0] if choices else None, by=by)


def _counter(meeting: Meeting, by: Delegate) -> object:
    others = deeds.other_times(meeting)
    if others:
        return services.counter(meeting, others[:1], by=by)
    team = [each for each in colleagues(by) if queries.side_of(meeting, each) is None]
    return services.counter(meeting, by=by, companions=team)


def _bring(meeting: Meeting, by: Delegate) -> object:
    side = _side(meeting, by)
    new = deeds.newcomers(meeting, by, side)
    return services.join(meeting, new[0], by=by)


def _side(meeting: Meeting, by: Delegate) -> MeetingSide:
    return next(each for each in meeting.sides if each.profile_id == by.profile_id)


def _replace(meeting: Meeting, by: Delegate) -> object:
    """Whoever can be replaced by whomever: one of the pairs must do."""
    side = _side(meeting, by)
    refused: DomainError | None = None
    for old in queries.seats_of(meeting, side.side):
        for new in [by, *colleagues(by)]:
            if queries.side_of(meeting, new) is not None:
                continue
            try:
                return services.replace(meeting, old, new, by=by)
            except DomainError as error:
                refused = error
    raise refused or AssertionError("nobody to sit in anybody's stead")


def _propose(meeting: Meeting, by: Delegate) -> object:
    slots = deeds.times_to_propose(meeting) or list(queries.slots_of(_event(meeting)))
    kind = "move" if meeting.placement != "none" else "time"
    return services.propose(meeting, slots[:2], by=by, kind=kind)


def _event(meeting: Meeting) -> Event:
    return db.session.get_one(Event, meeting.event_id)


def _proposal(meeting: Meeting) -> MeetingProposal:
    found = proposing.open_of(meeting)
    if found is None:
        raise ProposalOver
    return found


def _agree(meeting: Meeting, by: Delegate) -> object:
    proposal = _proposal(meeting)
    return services.agree(proposal, (deeds.times_to_agree(proposal) or services.slots_of(proposal))[0], by=by)


def _forward(meeting: Meeting, by: Delegate) -> object:
    found = deeds.heirs(meeting)
    return services.forward(meeting, found[0] if found else meeting.requester, by=by)


DO: dict[str, Do] = {
    "send": lambda meeting, by: services.send(meeting, by=by),
    "discard": lambda meeting, by: services.discard(meeting, by=by),
    "accept": _accept,
    "reserve": lambda meeting, by: services.accept(meeting, by=by, reserve=True),
    "counter": _counter,
    "decline": lambda meeting, by: services.decline(meeting, by=by),
    "forward": _forward,
    "withdraw": lambda meeting, by: services.withdraw(meeting, by=by),
    "cancel": lambda meeting, by: services.cancel(meeting, by=by),
    "revive": lambda meeting, by: services.revive(meeting, by=by),
    "undo": lambda meeting, by: services.undo(meeting, by=by),
    "propose": _propose,
    "agree": _agree,
    "refuse": lambda meeting, by: services.refuse(_proposal(meeting), by=by),
    "take_back": lambda meeting, by: services.take_back(_proposal(meeting), by=by),
    "join": lambda meeting, by: services.join(meeting, by, by=by),
    "bring": _bring,
    "leave": lambda meeting, by: services.leave(meeting, by, by=by),
    "replace": _replace,
}

LESS = {"reserve", "bring", "join"}
"""What services would do and pages do not offer: a place in the queue while there is a time; `join` is also `bring`,
and does nothing for who sits there already."""


class Company:
    """Jana and Ben of one firm, Tomáš and Klára of another, and a stranger."""

    def __init__(self, event: Event, *, acts: bool) -> None:
        self.event = event
        self.jana, self.tomas = make_delegate(event), make_delegate(event)
        self.ben = make_delegate(event, colleague_of=self.jana)
        self.klara = make_delegate(event, colleague_of=self.tomas)
        self.stranger = make_delegate(event)
        with transaction():
            for one in (self.jana, self.tomas):
                one.profile.team_acts = acts
        self.everybody = (self.jana, self.ben, self.tomas, self.klara, self.stranger)

    def asked(self, **values) -> Meeting:
        """Jana has asked Tomáš."""
        return make_request(self.event, by=self.jana, to=self.tomas, **values)

    def met(self) -> Meeting:
        """Jana and Tomáš have a time."""
        return make_meeting(self.event, by=self.jana, to=self.tomas)


def _pending(company: Company) -> Meeting:
    return company.asked()


def _draft(company: Company) -> Meeting:
    with transaction():
        return services.save_draft(company.jana, company.tomas, queries.slots_of(company.event)[:2], "Guten Tag")


def _countered(company: Company) -> Meeting:
    meeting = company.asked(slots=queries.slots_of(company.event)[:1])
    with transaction():
        return services.counter(meeting, queries.slots_of(company.event)[3:5], by=company.tomas)


def _just_accepted(company: Company) -> Meeting:
    return company.met()


def _accepted(company: Company) -> Meeting:
    return company.met()


def _with_klara(company: Company) -> Meeting:
    meeting = company.met()
    with transaction():
        return services.join(meeting, company.klara, by=company.tomas)


def _proposed(company: Company) -> Meeting:
    meeting = company.met()
    with transaction():
        services.propose(meeting, queries.slots_of(company.event)[3:5], by=company.jana)
    return meeting


def _reserved(company: Company) -> Meeting:
    meeting = company.asked()
    with transaction():
        return services.accept(meeting, by=company.tomas, reserve=True)


def _full(company: Company) -> Meeting:
    with transaction():
        set_rules(company.event, meeting_limit=1)
    make_meeting(company.event, by=company.stranger, to=company.tomas, slot=None)
    return company.asked()


def _busy(company: Company) -> Meeting:
    """Klára and Ben have something else when Jana and Tomáš meet."""
    meeting = company.met()
    slot = queries.slots_of(company.event)[0]
    make_meeting(company.event, by=company.ben, to=company.klara, slots=[slot], slot=slot)
    return meeting


def _declined(company: Company) -> Meeting:
    meeting = company.asked()
    with transaction():
        return services.decline(meeting, by=company.tomas)


def _withdrawn(company: Company) -> Meeting:
    meeting = company.asked()
    with transaction():
        return services.withdraw(meeting, by=company.jana)


def _cancelled(company: Company) -> Meeting:
    meeting = company.met()
    with transaction():
        return services.cancel(meeting, by=company.jana)


def _planned(company: Company) -> Meeting:
    """Accepted at an event whose organisers plan all times."""
    with transaction():
        for block in queries.blocks_of(company.event):
            block.mode = "batch"
    meeting = company.asked(slots=[])
    with transaction():
        return services.accept(meeting, by=company.tomas)


CASES: dict[str, tuple[Callable[[Company], Meeting], timedelta]] = {
    "draft": (_draft, timedelta()),
    "pending": (_pending, timedelta()),
    "countered": (_countered, timedelta()),
    "just accepted": (_just_accepted, timedelta()),
    "accepted": (_accepted, timedelta(minutes=1)),
    "with a colleague": (_with_klara, timedelta(minutes=1)),
    "proposed": (_proposed, timedelta(minutes=1)),
    "reserve": (_reserved, timedelta(minutes=1)),
    "full": (_full, timedelta()),
    "colleagues are busy": (_busy, timedelta(minutes=1)),
    "just declined": (_declined, timedelta()),
    "declined": (_declined, timedelta(minutes=1)),
    "withdrawn": (_withdrawn, timedelta()),
    "cancelled": (_cancelled, timedelta(minutes=1)),
    "time follows": (_planned, timedelta(minutes=1)),
}


def _does(name: str, meeting_id: int, by_id: int) -> bool:
    """Whether the services do a deed; nothing of it stays."""
    done = False
    with suppress(UndoneError), transaction():
        meeting, by = db.session.get_one(Meeting, meeting_id), db.session.get_one(Delegate, by_id)
        try:
            DO[name](meeting, by)
            done = True
        except (DomainError, StopIteration, IndexError, AssertionError):
            done = False
        raise UndoneError
    return done


@pytest.mark.parametrize("acts", [False, True], ids=["for themselves", "for each other"])
@pytest.mark.parametrize("case", CASES)
def test_pages_offer_what_the_services_do(ctx: Flask, case: str, acts: bool):
    make, later = CASES[case]
    company = Company(make_partnering_event(tables=3), acts=acts)
    meeting_id = make(company).id
    ids = [one.id for one in company.everybody]
    with clock.frozen(clock.now() + later):
        for by_id in ids:
            with transaction():
                meeting, by = db.session.get_one(Meeting, meeting_id), db.session.get_one(Delegate, by_id)
                offered = deeds.open_to(meeting, by)
            done = {name for name in DO if _does(name, meeting_id, by_id)}
            assert offered <= done, (by_id - ids[0], offered - done)
            assert done - offered <= LESS, (by_id - ids[0], done - offered)


def test_a_stranger_is_offered_nothing(ctx: Flask):
    company = Company(make_partnering_event(), acts=True)
    assert deeds.open_to(company.asked(), company.stranger) == frozenset()


def test_answers_are_offered_to_who_has_the_turn(ctx: Flask):
    company = Company(make_partnering_event(), acts=False)
    meeting = company.asked()
    assert deeds.open_to(meeting, company.tomas) == {"accept", "counter", "decline", "forward", "bring", "replace"}
    assert deeds.open_to(meeting, company.jana) == {"withdraw", "bring", "replace"}
    assert deeds.open_to(meeting, company.klara) == {"join"}


def test_who_has_all_meetings_is_offered_the_queue_with_their_place(ctx: Flask):
    company = Company(make_partnering_event(), acts=False)
    meeting = _full(company)
    assert "reserve" in deeds.open_to(meeting, company.tomas)
    assert "accept" not in deeds.open_to(meeting, company.tomas)
    assert deeds.next_place(meeting) == 1
    with transaction():
        services.accept(meeting, by=company.tomas, reserve=True)
    other = make_request(company.event, to=company.tomas)
    assert (deeds.reserve_place(meeting), deeds.next_place(other)) == (1, 2)


def test_times_that_organisers_plan_are_not_proposed(ctx: Flask):
    company = Company(make_partnering_event(), acts=False)
    meeting = _planned(company)
    assert deeds.times_to_propose(meeting) == []
    make_block(company.event, slots=2, start=300)
    assert len(deeds.times_to_propose(meeting)) == 2


def test_only_colleagues_who_share_their_agenda_are_named(ctx: Flask):
    company = Company(make_partnering_event(), acts=False)
    meeting = company.met()
    assert deeds.joinable(company.ben, company.klara) == [meeting]
    with transaction():
        company.jana.shares_agenda = False
    assert deeds.joinable(company.ben, company.klara) == []
