"""Many appointments rearranged in one deed: what they leave is free for what comes."""

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry, Appointment, Location, ParticipantAtom
from partnering.agenda.rearranging import Move, Outcome, Seat, rearrange
from partnering.db import db, transaction
from partnering.events.models import Event, Participant
from tests.factories import make_event
from tests.factories.programme import at, make_room, make_speaker
from tests.support.counting import statements_of


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


def appointed(event: Event, hour: int, room: Location, who: Participant, role: str = "speaker") -> Appointment:
    with transaction():
        made = agenda.appoint(event, "session", at(event, hour), at(event, hour + 1), room)
        agenda.attend(made, who, role, blocks=True)
    return made


def entry(appointment: Appointment, who: Participant) -> AgendaEntry:
    found = agenda.entry_of(appointment, who)
    assert found is not None
    db.session.refresh(found)
    return found


def held(who: Participant) -> int:
    """Five-minute steps of somebody's time that are taken."""
    taken = sa.select(sa.func.count()).select_from(ParticipantAtom).where(ParticipantAtom.participant_id == who.id)
    return db.session.scalar(taken) or 0


def test_two_appointments_swap_rooms_times_and_people_at_once(event: Event):
    ada, ben = make_speaker(event, "Ada Erst"), make_speaker(event, "Ben Zweit")
    left, right = make_room(event, exclusive=True), make_room(event, exclusive=True)
    first, second = appointed(event, 9, left, ada), appointed(event, 10, right, ben)

    with transaction():
        outcome = rearrange(
            [Move(first, at(event, 10), at(event, 11), right), Move(second, at(event, 9), at(event, 10), left)],
            seats=[Seat(first, ben, "speaker"), Seat(second, ada, "speaker")],
        )
    assert (outcome.busy, len(outcome.joined), len(outcome.gone)) == ([], 2, 2)
    assert [(each.starts_at, each.location, each.sequence) for each in (first, second)] == [
        (at(event, 10), right, 1),
        (at(event, 9), left, 1),
    ]
    assert [(entry(one, who).state, entry(one, who).sequence) for one, who in (
        (first, ada), (first, ben), (second, ada), (second, ben))] == [
        ("cancelled", 1), ("live", 0), ("live", 0), ("cancelled", 1)]  # fmt: skip
    assert (held(ada), held(ben)) == (12, 12)


def test_a_place_that_something_else_keeps_is_refused_and_nothing_moves(event: Event):
    room, other = make_room(event, exclusive=True), make_room(event, exclusive=True)
    moving = appointed(event, 9, room, make_speaker(event, "Ada Erst"))
    appointed(event, 10, other, make_speaker(event, "Ben Zweit"))

    with pytest.raises(agenda.PlaceTaken), transaction():
        rearrange([Move(moving, at(event, 10), at(event, 11), other)], seats=[])
    db.session.expire_all()
    assert (moving.starts_at, moving.location, moving.sequence) == (at(event, 9), room, 0)


def test_what_ends_frees_its_place_and_everybody_for_what_comes_in_the_same_deed(event: Event):
    ada, room = make_speaker(event, "Ada Erst"), make_room(event, exclusive=True)
    gone, coming = appointed(event, 9, room, ada), appointed(event, 14, room, ada)

    with transaction():
        outcome = rearrange(
            [Move(coming, at(event, 9), at(event, 10), room)],
            cancelled=[gone],
            seats=[Seat(coming, ada, "speaker", 10)],
        )
    assert (gone.state, outcome.busy, entry(coming, ada).blocks, held(ada)) == ("cancelled", [], True, 14)
    assert (entry(gone, ada).state, entry(gone, ada).sequence, entry(coming, ada).sequence) == ("cancelled", 1, 1)


def test_who_stands_on_another_stage_then_is_named_and_keeps_that(event: Event):
    ada = make_speaker(event, "Ada Erst")
    stays, moves = (appointed(event, hour, make_room(event), ada) for hour in (9, 14))

    with transaction():
        outcome = rearrange(
            [Move(moves, at(event, 9), at(event, 10), moves.location)], seats=[Seat(moves, ada, "speaker")]
        )
    assert ([each.id for each in outcome.yielding], outcome.busy) == ([entry(moves, ada).id], [ada])
    assert (entry(stays, ada).blocks, entry(moves, ada).blocks, held(ada)) == (True, False, 12)


def test_few_statements_for_each_of_what_moves_and_none_for_what_stays(event: Event):
    places = [appointed(event, 9, make_room(event, exclusive=True), make_speaker(event, f"N Nr{n}")) for n in range(12)]
    people = [db.session.scalars(sa.select(AgendaEntry.participant_id).filter_by(appointment_id=each.id)).one()
              for each in places]  # fmt: skip

    def moved(count: int, hour: int) -> int:
        def deed() -> Outcome:
            with transaction():
                chosen = places[:count]
                return rearrange(
                    [Move(each, at(event, hour), at(event, hour + 1), each.location) for each in chosen],
                    seats=[
                        Seat(each, db.session.get_one(Participant, who), "speaker")
                        for each, who in zip(chosen, people, strict=False)
                    ],
                )

        db.session.expire_all()
        return statements_of(deed)

    moved(12, 11)
    one, ten = moved(1, 13), moved(11, 15)
    assert ten - one <= 10 * 12
