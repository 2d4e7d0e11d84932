"""Drafts that nobody sees, releases that everybody sees, and what calendars and agendas make of them."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.agenda import services as agenda
from partnering.agenda.models import AgendaEntry
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event, Participant
from partnering.mail.models import OutboxLetter
from partnering.programme import changes, drafting, queries, releasing, services, shortcuts
from partnering.programme.facts import KEEP, EventCalledOff, MovedOn, NothingToRelease, RoomTaken, Stale, Time
from partnering.programme.invariants import (
    appointments_match_releases,
    letters_name_what_is_public,
    releases_are_numbered,
    stages_match_agendas,
)
from partnering.programme.models import ProgrammeSession, ReleaseLetter
from partnering.programme.services import Part
from tests.factories import make_event, make_participant
from tests.factories.programme import at, make_room, make_session, make_speaker, make_track
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Iterator[Event]:
    """An event of whose programme every rule holds afterwards, too."""
    event = make_event("probe")
    yield event
    db.session.rollback()
    rules = (appointments_match_releases, stages_match_agendas, releases_are_numbered, letters_name_what_is_public)
    assert [broken for rule in rules for broken in rule()] == []


def entry(session: ProgrammeSession, participant: Participant) -> AgendaEntry:
    assert session.appointment is not None
    found = agenda.entry_of(session.appointment, participant)
    assert found is not None
    return found


def edit(session: ProgrammeSession, *, time: Time | None = None, people: list[Part] | None = None, **values: object):
    with transaction():
        return drafting.edit(session, values, people=people, time=time if time is not None else KEEP)


def release(event: Event, **options: object) -> releasing.Done:
    with transaction():
        return releasing.release(event, **options)  # type: ignore[arg-type] # the tests name its keywords


def letters() -> list[str]:
    return [letter.kind for letter in db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id))]


def drafts() -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(ReleaseLetter.state == "draft")) or 0


def test_nothing_public_shows_a_draft_whatever_it_changes(client: FlaskClient, event: Event):
    jana = make_participant(event, email="jana@example.org")
    session = make_session(
        event,
        "Öffentlich",
        room=make_room(event, "Saal"),
        track=make_track(event, "Strang"),
        people=[Part(jana)],
        capacity=40,
    )
    addresses = [
        "/e/probe/",
        "/e/probe/programme",
        f"/e/probe/programme/{session.public_id}",
        "/e/probe/speakers",
        "/e/probe/programme.ics",
        "/e/probe/me",
        "/e/probe/me/talks",
        "/e/probe/me/schedule.ics",
    ]
    assert jana.person is not None
    sign_in(client, jana.person)
    before = {address: client.get(address, follow_redirects=True).text for address in addresses}
    hidden = make_room(event, "Geheimraum"), make_track(event, "Geheimstrang"), make_speaker(event, "Gero Geheim")
    with transaction():
        drafting.draft(
            event, title=BilingualText(de="Geheim"), people=[Part(hidden[2])], time=Time(at(event, 8), at(event, 9))
        )
        drafting.edit(
            session,
            {
                "title": BilingualText(de="Geheimtitel"),
                "subtitle": BilingualText(de="Geheimzeile"),
                "abstract": BilingualText(de="Geheimtext"),
                "kind": "keynote",
                "language": "en",
                "capacity": 7777,
                "track_id": hidden[1].id,
                "note": "Geheimnotiz",
            },
            people=[Part(hidden[2])],
            time=Time(at(event, 15, 35), at(event, 16, 40), hidden[0]),
        )
    with transaction():
        drafting.call_off(session)

    after = {address: client.get(address, follow_redirects=True).text for address in addresses}
    for address in addresses:
        text = after[address]
        assert ("eheim" in text, "15:35" in text, "7777" in text, "T153500" in text) == (False,) * 4, address
        assert len(text) == pytest.approx(len(before[address]), abs=60), address
    assert (entry(session, jana).sequence, letters(), drafts()) == (0, [], 0)


def test_moved_there_and_back_before_any_release_is_nothing(event: Event):
    henrike = make_speaker(event)
    session = make_session(event, speakers=[henrike])
    edit(session, time=Time(at(event, 14), at(event, 15)))
    assert [change.codes for change in changes.drafted(event)] == [("moved",)]
    edit(session, time=Time(at(event, 10), at(event, 10, 45)))

    with pytest.raises(NothingToRelease):
        release(event)
    assert (entry(session, henrike).sequence, len(queries.releases_of(event))) == (0, 1)


def test_what_is_drafted_long_after_its_release_is_found_and_what_nobody_touched_is_not(
    event: Event, freeze: Callable[[datetime], None]
):
    first, second = make_session(event, "Eins"), make_session(event, "Zwei", starts_at=at(event, 12))
    for hours, session in ((2, first), (4, second), (6, second)):
        freeze(clock.now() + timedelta(hours=2))
        assert changes.drafted(event) == []
        edit(session, title=BilingualText(de=f"Nach {hours} Stunden"))
        assert [(each.session, each.codes) for each in changes.drafted(event)] == [(session, ("title",))]
        release(event)
    freeze(clock.now() + timedelta(hours=2))
    with transaction():
        drafting.call_off(first)
    assert [each.codes for each in changes.drafted(event)] == [("cancelled",)]
    with transaction():
        drafting.undo(first)
    assert changes.drafted(event) == []


def test_two_talks_change_rooms_times_and_speakers_in_one_release(event: Event):
    ada, ben = make_speaker(event, "Ada Erst"), make_speaker(event, "Ben Zweit")
    first_room, second_room = make_room(event, exclusive=True), make_room(event, exclusive=True)
    first = make_session(event, room=first_room, speakers=[ada])
    second = make_session(event, room=second_room, speakers=[ben])
    edit(first, time=Time(at(event), at(event, 10, 45), second_room))
    with pytest.raises(RoomTaken) as refused:
        release(event)
    assert refused.value.pairs == [(first, second)]

    edit(second, time=Time(at(event), at(event, 10, 45), first_room), people=[Part(ada)])
    edit(first, people=[Part(ben)])
    release(event)
    assert [(each.session.session, each.room) for each in queries.released(event)] == [
        (first, second_room),
        (second, first_room),
    ]
    assert [(entry(one, who).state, entry(one, who).sequence, entry(one, who).blocks) for one, who in (
        (first, ben), (second, ada))] == [("live", 0, True), ("live", 0, True)]  # fmt: skip
    assert [(entry(one, who).state, entry(one, who).sequence) for one, who in ((first, ada), (second, ben))] == [
        ("cancelled", 1),
        ("cancelled", 1),
    ]


def test_however_much_changes_a_sequence_rises_once(event: Event):
    stays, leaves = make_speaker(event, "Ada Bleibt"), make_speaker(event, "Ben Geht")
    session = make_session(event, speakers=[stays, leaves])
    edit(session, time=Time(at(event, 14), at(event, 15)), title=BilingualText(de="Neu"))
    edit(session, people=[Part(stays)])
    edit(session, time=Time(at(event, 16), at(event, 17), make_room(event)))
    release(event)

    assert session.appointment is not None
    assert (session.appointment.sequence, entry(session, stays).sequence, entry(session, leaves).sequence) == (1, 1, 1)


def test_texts_alone_raise_no_sequence_and_only_a_title_is_told_to_the_stage(event: Event):
    jana, other = make_participant(event, email="jana@example.org"), make_participant(event, email="b@example.org")
    session = make_session(event, people=[Part(jana)])
    with transaction():
        services.bookmark(session, other)
    edit(session, abstract=BilingualText(de="Anders"))
    release(event)
    assert (entry(session, jana).sequence, drafts()) == (0, 0)

    edit(session, title=BilingualText(de="Neuer Titel"))
    release(event)
    assert (entry(session, jana).sequence, entry(session, other).sequence) == (0, 0)
    assert [letter.participant for letter in db.session.scalars(sa.select(ReleaseLetter))] == [jana]


def test_the_minutes_for_setting_up_are_taken_without_a_rise(event: Event):
    henrike = make_speaker(event)
    session = make_session(event, speakers=[henrike])
    edit(session, people=[Part(henrike, "speaker", 20)])
    release(event)

    assert (entry(session, henrike).lead_minutes, entry(session, henrike).sequence) == (20, 0)
    with pytest.raises(agenda.TimeTaken), transaction():
        agenda.block(henrike, event, at(event, 9, 45), at(event, 9, 50))


def test_a_release_in_part_leaves_the_rest_in_the_draft(event: Event):
    first, second = make_session(event, "Eins"), make_session(event, "Zwei", starts_at=at(event, 12))
    for session in (first, second):
        edit(session, title=BilingualText(de="Neu"))
    seen = releasing.preview(event)
    done = release(event, only={first.id}, stand=seen.stand)

    assert (done.release.partial, [change.session for change in changes.drafted(event)]) == (True, [second])
    assert sorted(each.session.title.de for each in queries.released(event)) == ["Neu", "Zwei"]


def test_what_moved_on_since_it_was_looked_at_is_not_released(event: Event):
    session = make_session(event)
    edit(session, title=BilingualText(de="Neu"))
    stand = releasing.preview(event).stand
    edit(session, title=BilingualText(de="Neuer"))

    with pytest.raises(MovedOn):
        release(event, stand=stand)
    with pytest.raises(Stale) as refused, transaction():
        drafting.place(session, at(event, 12), None, version=session.version - 1)
    assert refused.value.newest is session


def test_what_is_taken_out_and_comes_back_keeps_its_uid(event: Event):
    henrike = make_speaker(event)
    session = make_session(event, speakers=[henrike])
    uid = entry(session, henrike).uid
    with transaction():
        drafting.unplace(session)
    release(event)
    assert (queries.released(event, cancelled=True), queries.shown(event, session.public_id)) == ([], None)
    assert (entry(session, henrike).state, len(queries.still_told(event))) == ("cancelled", 1)

    with transaction():
        drafting.place(session, at(event, 16), None, minutes=30)
    release(event)
    back = entry(session, henrike)
    assert (back.uid, back.state, back.sequence, back.blocks) == (uid, "live", 2, True)


def test_nothing_is_released_at_a_conference_that_was_called_off(event: Event):
    session = make_session(event)
    edit(session, title=BilingualText(de="Neu"))
    with transaction():
        event.state = "cancelled"

    with pytest.raises(EventCalledOff):
        release(event)


def asked_by_a_release(event_id: int) -> int:
    db.session.remove()
    return statements_of(lambda: release(db.session.get_one(Event, event_id)))


def test_a_release_asks_as_often_for_one_change_among_many_sessions(event: Event):
    id = event.id
    session_id = make_session(event, room=make_room(event), speakers=[make_speaker(event)]).id

    def once(minute: int) -> int:
        session, now = db.session.get_one(ProgrammeSession, session_id), db.session.get_one(Event, id)
        edit(session, time=Time(at(now, 14, minute), at(now, 15), session.room))
        return asked_by_a_release(id)

    once(5)
    few = once(10)
    event = db.session.get_one(Event, id)
    for n in range(8):
        make_session(event, room=make_room(event), speakers=[make_speaker(event, f"N Nr{n}")])
    assert once(15) == few


def test_a_first_release_asks_little_for_each_of_many_sessions(event: Event):
    id = event.id
    for n in range(12):
        make_speaker(event, f"Ada Nr{n}")

    def plan(day: int, count: int) -> int:
        now = db.session.get_one(Event, id)
        people = db.session.scalars(sa.select(Participant).order_by(Participant.id)).all()
        with transaction():
            for n in range(count):
                start = at(now, 8, day=day) + timedelta(minutes=30 * n)
                time = Time(start, start + timedelta(minutes=30))
                drafting.draft(now, title=BilingualText(de=f"T{n}"), people=[Part(people[n % 12])], time=time)
        return asked_by_a_release(id)

    plan(1, 2)
    assert plan(2, 22) - plan(3, 2) <= 20 * 6


def test_released_at_once_it_is_public_and_told_in_one_deed(event: Event):
    jana = make_participant(event, email="jana@example.org")
    session = make_session(event, people=[Part(jana)], released=False)
    with transaction():
        drafting.place(session, at(event, 9), None)
        shortcuts.now(event, session)

    assert ([each.session.session for each in queries.released(event)], letters(), drafts()) == (
        [session],
        ["programme.session_told"],
        0,
    )
