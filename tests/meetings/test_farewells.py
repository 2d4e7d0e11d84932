"""The letters when somebody leaves, and those for calendars around the half minute in which an answer is taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import services
from partnering.meetings.models import Meeting
from partnering.registration.models import Party
from partnering.registration.signals import registration_begun
from tests.factories.delegates import make_delegate, make_party
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.meetings.deeds import all_is_well, at
from tests.meetings.office import Letter, Office
from tests.meetings.test_leaving import leave, vacancy_of

Freeze = Callable[[datetime], None]
Later = Callable[..., None]


@pytest.fixture
def event(office: Office, freeze: Freeze) -> Event:
    """An event with times, and a clock that stands still."""
    made = make_partnering_event(slots=8, tables=4)
    freeze(clock.now())
    return made


@pytest.fixture
def later(freeze: Freeze) -> Later:
    """Lets time pass."""
    return lambda **passed: freeze(clock.now() + timedelta(**passed))


def guest(event: Event, name: str, company: str, **values) -> Delegate:
    """Somebody of a company who reads English."""
    return make_delegate(
        event, given_name=name, company=company, email=f"{name.lower()}@people.example", locale="en", **values
    )


def again(meeting: Meeting) -> Meeting:
    """The meeting read anew, after letters have left."""
    return db.session.get_one(Meeting, meeting.id)


def kinds(letters: list[Letter]) -> list[tuple[str, str]]:
    """To whom which letters went, in the order in which each gets them."""
    return [(letter.to.partition("@")[0], letter.kind.partition(".")[2]) for letter in letters]


def test_who_loses_meetings_reads_one_letter_and_each_calendar_a_short_one(event: Event, office: Office, later: Later):
    jana, tomas = guest(event, "Jana", "Lumenfold GmbH"), guest(event, "Tomas", "Vltava Biologics")
    eva = guest(event, "Eva", "Peptidwerk")
    told = make_meeting(event, by=jana, to=tomas, slots=[at(event, 0)], slot=at(event, 0))
    later(minutes=1)
    office.send()
    make_meeting(event, by=jana, to=eva, slots=[at(event, 1)], slot=at(event, 1))
    leave(db.session.get_one(Delegate, jana.id))
    letters = [letter for letter in office.send() if not letter.to.startswith("jana")]
    assert kinds(letters) == [("tomas", "partner_left"), ("eva", "partner_left"), ("tomas", "cancelled")]
    for letter in letters[:2]:
        assert letter.subject == "Your meeting with Lumenfold GmbH does not take place"
        assert "Jana Muster (Lumenfold GmbH) no longer takes part in" in letter.text
        assert letter.calendar is None
    follows = "A short letter for your calendar follows for each."
    assert [follows in letter.text for letter in letters[:2]] == [True, False]
    assert letters[2].calendar is not None
    assert letters[2].calendar[0] == "CANCEL"
    assert letters[2].meetings == {told.public_id}
    later(hours=2)
    assert office.send() == []


def test_colleagues_and_buyer_are_asked_once_who_takes_over(event: Event, office: Office, later: Later):
    with transaction():
        party = make_party(event)
        party.contact_email, party.locale = "buyer@people.example", "en"
    jana = guest(event, "Jana", "Lumenfold GmbH", party=db.session.get_one(Party, party.id))
    guest(event, "Ben", "Lumenfold GmbH", party=db.session.get_one(Party, party.id))
    tomas = guest(event, "Tomas", "Vltava Biologics")
    make_meeting(event, by=jana, to=tomas, slots=[at(event, 0)], slot=at(event, 0))
    later(minutes=1)
    office.send()
    leave(db.session.get_one(Delegate, jana.id))
    letters = office.send()
    assert sorted(kinds(letters)) == [("ben", "substitute"), ("buyer", "substitute"), ("jana", "cancelled")]
    said = {letter.to.partition("@")[0]: letter for letter in letters}
    assert said["ben"].subject == "A meeting of Jana Muster needs a substitute"
    assert "Tomas Muster (Vltava Biologics): " in said["ben"].text
    assert "One of you can take them over." in said["ben"].text
    assert "Meetings that nobody has taken over by" in said["ben"].text
    assert "Vltava Biologics: " in said["buyer"].text
    assert "Tomas" not in said["buyer"].text
    assert "/r/" in said["buyer"].text
    later(hours=1)
    assert office.send() == []


def test_whoever_follows_on_the_place_is_asked_instead(event: Event, office: Office, later: Later):
    jana, tomas = guest(event, "Jana", "Lumenfold GmbH"), guest(event, "Tomas", "Vltava Biologics")
    guest(event, "Ben", "Lumenfold GmbH", party=jana.registration.place.party)
    make_meeting(event, by=jana, to=tomas, slots=[at(event, 0)], slot=at(event, 0))
    later(minutes=1)
    office.send()
    leave(db.session.get_one(Delegate, jana.id), "substituted")
    heir = guest(event, "Clara", "Lumenfold GmbH")
    with transaction():
        registration = heir.registration
        registration.place_id = jana.registration.place_id
        db.session.flush()
        db.session.refresh(registration)
        registration_begun.send(registration)
    letters = office.send()
    assert sorted(kinds(letters)) == [("clara", "substitute"), ("jana", "cancelled")]
    [asked] = [letter for letter in letters if letter.kind == "meetings.substitute"]
    assert asked.subject == "Take over a meeting from Jana Muster"
    assert "you choose which of them you take over" in asked.text
    vacancy = vacancy_of(jana)
    assert vacancy is not None
    with transaction():
        services.take_over(vacancy, db.session.get_one(Delegate, heir.id))
    found = {letter.to.partition("@")[0]: letter.calendar for letter in office.send()}
    assert [(who, what[0], what[2]) for who, what in sorted(found.items()) if what is not None] == [
        ("clara", "REQUEST", 0),
        ("tomas", "REQUEST", 1),
    ]
    assert all_is_well()


def test_nobody_hears_of_a_meeting_before_it_is_final_even_when_it_moves(event: Event, office: Office, later: Later):
    jana, tomas = guest(event, "Jana", "Lumenfold GmbH"), guest(event, "Tomas", "Vltava Biologics")
    ben = guest(event, "Ben", "Lumenfold GmbH", party=jana.registration.place.party)
    meeting = make_meeting(event, by=jana, to=tomas, slots=[at(event, 0)], slot=at(event, 0))
    later(seconds=10)
    with transaction():
        services.move(again(meeting), at(event, 1), at_desk=True)
        services.join(again(meeting), db.session.get_one(Delegate, ben.id))
    later(seconds=19)
    assert [letter.kind for letter in office.send() if letter.calendar is not None] == []
    later(seconds=1)
    letters = office.send()
    assert {letter.to.partition("@")[0] for letter in letters} == {"jana", "tomas", "ben"}
    assert {letter.subject.partition(":")[0] for letter in letters} == {"Meeting confirmed"}
    uids = {letter.calendar[1] for letter in letters if letter.calendar is not None}
    assert len(uids) == 3


def test_what_moved_and_was_undone_is_never_told(event: Event, office: Office, later: Later):
    jana, tomas = guest(event, "Jana", "Lumenfold GmbH"), guest(event, "Tomas", "Vltava Biologics")
    meeting = make_meeting(event, by=jana, to=tomas, slots=[at(event, 0)], slot=at(event, 0))
    office.send()
    with transaction():
        services.move(again(meeting), at(event, 1), at_desk=True)
    with transaction():
        services.undo(again(meeting), by=db.session.get_one(Delegate, tomas.id))
    later(minutes=5)
    assert [letter.kind for letter in office.send() if letter.calendar is not None] == []
    assert all_is_well()
