"""Edge 4: a talk that moves onto a meeting wins; the meeting stays as it is until somebody decides."""

import pytest
from flask import Flask

from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry
from partnering.db import transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import queries, repair, services
from partnering.meetings.models import Meeting
from partnering.programme import services as programme
from partnering.programme.models import ProgrammeSession
from partnering.programme.services import Time
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.factories.programme import make_session
from tests.factories.timing import starts
from tests.support.letters import deliver_all


class Clash:
    """Jana's talk, after all slots, and her meeting with Tomáš in the third of five."""

    def __init__(self) -> None:
        self.event: Event = make_partnering_event(slots=5, tables=1)
        self.jana: Delegate = make_delegate(self.event)
        self.tomas: Delegate = make_delegate(self.event)
        self.slots = list(queries.slots_of(self.event))
        self.talk: ProgrammeSession = make_session(
            self.event, starts_at=self.slots[4].ends_at, minutes=20, speakers=[self.jana.participant]
        )
        self.meeting: Meeting = make_meeting(self.event, by=self.tomas, to=self.jana, slots=[self.slots[2]])

    def move_talk(self) -> None:
        slot = self.slots[2]
        with transaction():
            programme.change(self.event, self.talk, time=Time(slot.starts_at, slot.ends_at, None))

    @property
    def entries(self) -> list[AgendaEntry]:
        assert self.meeting.appointment is not None
        return agenda.live_entries(self.meeting.appointment)


@pytest.fixture
def clash(ctx: Flask) -> Clash:
    return Clash()


def test_edge_04_the_meeting_stays_unchanged_and_is_listed_with_ways_out(app: Flask, clash: Clash, freeze):
    freeze(clash.slots[0].starts_at.replace(hour=0))
    deliver_all(app)
    version = clash.meeting.version

    clash.move_talk()

    (conflict,) = repair.conflicts(clash.event)
    assert (conflict.meeting, conflict.reason, conflict.people) == (clash.meeting, "talk", (clash.jana.participant,))
    assert (clash.meeting.version, clash.meeting.placement) == (version, "published")
    assert [entry.sequence for entry in clash.entries] == [0, 0]
    assert [message["Subject"] for message in deliver_all(app)] == []
    found = repair.ways(conflict)
    assert starts([way.slot for way in found]) == starts([clash.slots[1], clash.slots[3], clash.slots[0]])


def test_edge_04_a_way_out_moves_the_meeting_once_and_the_list_is_empty(clash: Clash):
    clash.move_talk()
    (conflict,) = repair.conflicts(clash.event)

    with transaction():
        repair.apply(conflict, repair.ways(conflict)[1])

    assert clash.meeting.appointment is not None
    assert clash.meeting.appointment.starts_at == clash.slots[3].starts_at
    assert ([entry.sequence for entry in clash.entries], repair.conflicts(clash.event)) == ([1, 1], [])


def test_edge_04_asked_first_nothing_moves_until_they_agree(clash: Clash):
    clash.move_talk()
    (conflict,) = repair.conflicts(clash.event)

    with transaction():
        proposal = repair.ask(conflict, repair.ways(conflict))
    assert clash.meeting.appointment is not None
    assert clash.meeting.appointment.starts_at == clash.slots[2].starts_at
    assert (proposal.kind, proposal.to_id) == ("repair", clash.jana.id)
    with transaction():
        services.agree(proposal, clash.slots[1], by=clash.jana)

    assert (clash.meeting.appointment.starts_at, repair.conflicts(clash.event)) == (clash.slots[1].starts_at, [])


def test_edge_04_when_the_talk_moves_away_again_all_is_as_before(clash: Clash):
    clash.move_talk()
    with transaction():
        programme.cancel(clash.event, clash.talk)

    assert repair.conflicts(clash.event) == []
    assert [entry.sequence for entry in clash.entries] == [0, 0]
