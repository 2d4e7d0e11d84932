"""What people are told of their requests and meetings, gathered in letters that come over SMTP."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.meetings import mails, queries, services, tasks
from partnering.meetings.models import Meeting, MeetingNews
from partnering.meetings.rules import set_rules
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request, make_slots
from tests.meetings.deeds import all_is_well, at
from tests.meetings.office import Letter, Office
from tests.meetings.test_leaving import leave

Freeze = Callable[[datetime], None]
HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture
def event(office: Office, freeze: Freeze) -> Event:
    """An event with times, and a clock that stands still."""
    made = make_partnering_event(slots=8, tables=4)
    freeze(clock.now())
    return made


@pytest.fixture
def later(freeze: Freeze) -> Callable[..., None]:
    """Lets time pass."""
    return lambda **passed: freeze(clock.now() + timedelta(**passed))


def jana_of(event: Event, **values) -> Delegate:
    """Somebody who reads English."""
    return make_delegate(
        event, given_name="Jana", company="Lumenfold GmbH", email="jana@lumenfold.example", locale="en", **values
    )


def tomas_of(event: Event, **values) -> Delegate:
    """Somebody else who does."""
    return make_delegate(
        event, given_name="Tomáš", company="Vltava Biologics", email="tomas@vltava.example", locale="en", **values
    )


def to(person: str, letters: list[Letter]) -> list[Letter]:
    """Those that went to "jana" or "tomas"."""
    return [letter for letter in letters if letter.to.startswith(person)]


def pair(event: Event) -> tuple[Delegate, Delegate]:
    """Jana and Tomáš."""
    return jana_of(event), tomas_of(event)


def again(meeting: Meeting) -> Meeting:
    """The meeting read anew, after letters have left."""
    return db.session.get_one(Meeting, meeting.id)


# -- what waits for an answer


def test_news_requested(event: Event, office: Office):
    jana, tomas = pair(event)
    meeting = make_request(event, by=jana, to=tomas, message="Peptide?")
    [letter] = office.send()
    assert (letter.kind, letter.to, letter.subject) == (
        "meetings.requested",
        "tomas@vltava.example",
        "Jana Muster would like to meet you",
    )
    assert (letter.meetings, letter.calendar) == ({meeting.public_id}, None)
    assert "One request waits for your answer." in letter.text
    assert "Peptide?" in letter.text
    assert letter.html.count(">Reply</a>") == 1
    assert office.send() == []


def test_news_countered(event: Event, office: Office, later: Callable[..., None]):
    jana, tomas = pair(event)
    meeting = make_request(event, by=jana, to=tomas)
    office.send()
    with transaction():
        services.counter(again(meeting), [at(event, 5)], by=tomas, message="Mittags ginge es.")
    [letter] = office.send()
    assert (letter.kind, letter.to) == ("meetings.requested", "jana@lumenfold.example")
    assert letter.subject == "Another time suggested: Tomáš Muster"
    assert "Mittags ginge es." in letter.text
    assert at(event, 5).public_id in letter.text
    assert at(event, 0).public_id not in letter.text


def test_news_forwarded_goes_to_the_new_host_and_to_whoever_asked(event: Event, office: Office):
    jana, tomas = pair(event)
    eva = make_delegate(event, colleague_of=tomas, given_name="Eva", email="eva@vltava.example", locale="en")
    meeting = make_request(event, by=jana, to=tomas)
    with transaction():
        services.forward(meeting, eva, by=tomas)
    asked, told = sorted(office.send(), key=lambda letter: letter.to)
    assert (asked.to, asked.kind, asked.subject) == (
        "eva@vltava.example",
        "meetings.requested",
        "Jana Muster would like to meet you",
    )
    assert "A colleague passed this request on to you." in asked.text
    assert (told.to, told.kind) == ("jana@lumenfold.example", "meetings.news")
    assert "Your request was passed on to a colleague, who answers it." in told.text


def test_news_revived(event: Event, office: Office, later: Callable[..., None]):
    jana, tomas = pair(event)
    meeting = make_meeting(event, by=jana, to=tomas)
    later(minutes=1)
    office.send()
    with transaction():
        services.cancel(again(meeting), by=tomas)
    later(hours=2)
    office.send()
    with transaction():
        services.revive(again(meeting), by=db.session.get_one(Delegate, tomas.id))
    [letter] = office.send()
    assert (letter.kind, letter.to) == ("meetings.requested", "jana@lumenfold.example")
    assert letter.subject == "After all: Tomáš Muster would like to meet you"
    assert "This meeting was called off. It can take place after all, if you agree." in letter.text


def test_news_proposed_and_refused_and_lapsed(event: Event, office: Office, later: Callable[..., None], freeze: Freeze):
    jana, tomas = pair(event)
    meeting = make_meeting(event, by=jana, to=tomas, slot=at(event, 6), slots=[at(event, 6)])
    later(minutes=1)
    office.send()
    with transaction():
        proposal = services.propose(again(meeting), [at(event, 7)], by=jana, message="Eine Zeit später?")
    [letter] = office.send()
    assert (letter.kind, letter.to) == ("meetings.requested", "tomas@vltava.example")
    assert letter.subject == "Another time suggested: Jana Muster"
    assert "Until you agree it stays on" in letter.text
    assert "Eine Zeit später?" in letter.text
    with transaction():
        services.refuse(db.session.merge(proposal), by=tomas)
    [letter] = office.send()
    assert (letter.kind, letter.to, letter.subject) == (
        "meetings.news",
        "jana@lumenfold.example",
        "Your suggestion: Tomáš Muster",
    )
    assert "Your suggestion does not suit the other side. The meeting stays at its time." in letter.text
    with transaction():
        second = services.propose(again(meeting), [at(event, 7)], by=jana)
        until = second.expires_at
    freeze(until)
    office.send()
    tasks.expire_overdue()
    [letter] = [one for one in office.send() if one.kind == "meetings.news"]
    assert "Your suggestion was not answered in time. The meeting stays at its time." in letter.text


def test_a_refused_time_is_told_no_sooner_than_the_meeting_is_final(
    event: Event, office: Office, later: Callable[..., None]
):
    jana, tomas = pair(event)
    kept = make_request(event, by=jana, to=tomas, slots=[at(event, 2)])
    undone = make_request(event, by=jana, to=make_delegate(event), slots=[at(event, 4)])
    office.send()
    for meeting in (kept, undone):
        with transaction():
            services.accept(again(meeting), queries.offered(again(meeting))[0])
        with transaction():
            proposal = services.propose(again(meeting), [at(event, 7)], by=jana)
        with transaction():
            services.refuse(db.session.merge(proposal), by=again(meeting).invitee)
    later(seconds=29)
    assert to("jana", office.send()) == []
    with transaction():
        services.undo(again(undone), by=again(undone).invitee)
    later(seconds=1)
    [letter] = [one for one in to("jana", office.send()) if one.kind == "meetings.news"]
    assert "The meeting stays at its time." in letter.text
    assert kept.public_id in letter.text
    assert undone.public_id not in letter.text


def test_news_offered_comes_at_once(event: Event, office: Office, later: Callable[..., None]):
    jana, tomas = pair(event)
    with transaction():
        tomas.meeting_limit = 1
    first = make_meeting(event, to=tomas, slots=[at(event, 0)], slot=at(event, 0))
    waiting = make_request(event, by=jana, to=tomas, slots=[at(event, 1)])
    with transaction():
        services.accept(waiting, reserve=True)
    later(minutes=1)
    told = to("jana", office.send())
    assert [letter.kind for letter in told] == ["meetings.news"]
    assert "Your meeting is agreed as reserve: as soon as a time comes free, we offer it." in told[0].text
    with transaction():
        make_request(event, to=jana, slots=[at(event, 3)])
    office.send()
    with transaction():
        services.cancel(again(first), by=tomas)
        proposal = services.propose(again(waiting), [at(event, 1)], kind="time", to=jana)
    assert proposal.by_id is None
    [letter] = to("jana", office.send())
    assert (letter.kind, letter.subject) == ("meetings.requested", "A time has come free: Tomáš Muster")
    assert "waits for your answer" not in letter.text  # the subject has said what this is
    assert "If you agree to it, the meeting is confirmed." in letter.text


# -- what became of it


def test_news_accepted_says_when_the_time_follows(event: Event, office: Office, later: Callable[..., None]):
    jana, tomas = pair(event)
    [slot] = make_slots(event, 1, mode="batch", start=600)
    meeting = make_request(event, by=jana, to=tomas, slots=[slot])
    office.send()
    with transaction():
        set_rules(event, plan_on=date(2027, 10, 4))
        services.accept(again(meeting), db.session.merge(slot))
    later(seconds=29)
    assert office.send() == []
    later(seconds=1)
    letters = office.send()
    assert {(letter.kind, letter.to) for letter in letters} == {
        ("meetings.news", "jana@lumenfold.example"),
        ("meetings.news", "tomas@vltava.example"),
    }
    for letter in letters:
        assert "Your meeting is agreed. Time and table follow on Monday, 4 October 2027." in letter.text
        assert letter.calendar is None


def test_news_accepted_and_undone_is_never_told_unless_the_undo_fails(
    event: Event, office: Office, later: Callable[..., None]
):
    jana, tomas = pair(event)
    [slot] = make_slots(event, 1, mode="batch", start=600)
    meeting = make_request(event, by=jana, to=tomas, slots=[slot])
    office.send()
    with transaction():
        services.accept(again(meeting), db.session.merge(slot))
    later(seconds=10)

    def undo_and_fail() -> None:
        with transaction():
            services.undo(again(meeting), by=tomas)
            raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError):
        undo_and_fail()
    later(minutes=1)
    assert {letter.kind for letter in office.send()} == {"meetings.news"}
    other = make_request(event, by=jana, to=make_delegate(event), slots=[slot])
    later(hours=2)
    office.send()
    with transaction():
        services.accept(again(other), db.session.merge(slot))
    with transaction():
        services.undo(again(other), by=again(other).invitee)
    later(hours=2)
    assert office.send() == []


def test_news_declined(event: Event, office: Office, later: Callable[..., None]):
    jana, tomas = pair(event)
    meeting = make_request(event, by=jana, to=tomas)
    office.send()
    with transaction():
        services.decline(again(meeting), reason="no_fit", text="Vielleicht 2028.")
    later(seconds=29)
    assert office.send() == []
    later(seconds=1)
    [letter] = office.send()
    assert (letter.kind, letter.to, letter.subject) == (
        "meetings.news",
        "jana@lumenfold.example",
        "Your request: Tomáš Muster",
    )
    assert "Your request was not accepted. Unfortunately it does not work this time." in letter.text
    assert "Vielleicht 2028." in letter.text
    assert "fit" not in letter.text


def test_a_refusal_taken_back_is_never_told(event: Event, office: Office, later: Callable[..., None]):
    jana, tomas = pair(event)
    meeting = make_request(event, by=jana, to=tomas)
    office.send()
    with transaction():
        services.decline(again(meeting))
    later(seconds=20)
    with transaction():
        services.undo(again(meeting), by=tomas)
    later(minutes=5)
    assert office.send() == []
    assert db.session.scalars(sa.select(MeetingNews.kind).where(MeetingNews.kind == "declined")).all() == []


def test_news_declined_to_whoever_suggested_another_time(event: Event, office: Office, later: Callable[..., None]):
    jana, tomas = pair(event)
    meeting = make_request(event, by=jana, to=tomas)
    with transaction():
        services.counter(meeting, [at(event, 5)])
    office.send()
    with transaction():
        services.decline(again(meeting), by=jana)
    later(seconds=30)
    [letter] = office.send()
    assert (letter.kind, letter.to) == ("meetings.news", "tomas@vltava.example")
    assert letter.subject == "Your suggestion: Jana Muster"
    assert "Your suggestion does not suit the other side." in letter.text


def test_whoever_leaves_out_of_turn_leaves_nobody_waiting(event: Event, office: Office, later: Callable[..., None]):
    jana, tomas = pair(event)
    meeting = make_request(event, by=jana, to=tomas)
    with transaction():
        services.counter(meeting, [at(event, 5)])
    office.send()
    leave(db.session.get_one(Delegate, tomas.id))
    later(seconds=30)
    [letter] = office.send()
    assert (letter.kind, letter.to) == ("meetings.news", "jana@lumenfold.example")
    assert "Your request was not accepted." in letter.text


def test_news_withdrawn_only_for_who_heard_of_it(event: Event, office: Office, later: Callable[..., None]):
    jana, tomas = pair(event)
    untold = make_request(event, by=jana, to=tomas)
    with transaction():
        services.withdraw(untold, by=jana)
    assert office.send() == []
    told = make_request(event, by=jana, to=tomas)
    assert [letter.kind for letter in office.send()] == ["meetings.requested"]
    with transaction():
        services.withdraw(again(told), by=jana)
    [letter] = office.send()
    assert (letter.kind, letter.to, letter.subject) == (
        "meetings.news",
        "tomas@vltava.example",
        "Request withdrawn: Jana Muster",
    )
    assert "The request to you was withdrawn. You need not do anything." in letter.text


def test_news_expired_in_the_words_of_each_side(event: Event, office: Office, freeze: Freeze):
    jana, tomas = pair(event)
    meeting = make_request(event, by=jana, to=tomas)
    office.send()
    assert meeting.expires_at is not None
    freeze(again(meeting).expires_at or clock.now())
    tasks.expire_overdue()
    letters = {letter.to: letter for letter in office.send()}
    assert {letter.kind for letter in letters.values()} == {"meetings.news"}
    mine, theirs = letters["jana@lumenfold.example"], letters["tomas@vltava.example"]
    assert "Your request was not answered in time and has expired. You can ask again." in mine.text
    assert "The request to you was not answered in time and has expired." in theirs.text


def test_news_unplaced_when_no_place_was_found_until_the_end(event: Event, office: Office, freeze: Freeze):
    jana, tomas = pair(event)
    [slot] = make_slots(event, 1, mode="batch", start=600)
    meeting = make_request(event, by=jana, to=tomas, slots=[slot])
    with transaction():
        services.accept(meeting, slot)
    freeze(slot.ends_at + timedelta(hours=1))
    office.send()
    tasks.close_blocks()
    freeze(clock.now() + timedelta(hours=1))
    letters = [letter for letter in office.send() if letter.meetings == {meeting.public_id}]
    assert {(letter.to[:4], letter.kind) for letter in letters} == {
        ("jana", "meetings.contacts"),
        ("toma", "meetings.contacts"),
    }
    with transaction():
        mails.meeting_unplaced(again(meeting))
    freeze(clock.now() + timedelta(hours=1))
    letters = office.send()
    assert {(letter.to[:4], letter.kind) for letter in letters} == {
        ("jana", "meetings.news"),
        ("toma", "meetings.news"),
    }
    for letter in letters:
        assert "You both said yes, but no time and table were found for your meeting." in letter.text


def test_news_of_a_lost_time_come_once_to_each(event: Event, office: Office, later: Callable[..., None]):
    jana, tomas = pair(event)
    told = make_meeting(event, by=jana, to=tomas, slots=[at(event, 0)], slot=at(event, 0))
    later(minutes=1)
    office.send()
    eva = make_delegate(event, email="eva@other.example", locale="en")
    untold = make_meeting(event, by=jana, to=eva, slots=[at(event, 1)], slot=at(event, 1))
    with transaction():
        services.unplace(again(told), "slot_removed")
        services.unplace(again(untold), "slot_removed")
    later(hours=2)
    letters = office.send()
    found = sorted((letter.to, letter.kind, letter.meetings == {told.public_id}) for letter in letters)
    assert [one for one in found if one[1] != "meetings.requested"] == [
        ("eva@other.example", "meetings.news", False),
        ("jana@lumenfold.example", "meetings.cancelled", True),
        ("jana@lumenfold.example", "meetings.news", False),
        ("tomas@vltava.example", "meetings.cancelled", True),
    ]
    [news] = [letter for letter in letters if letter.kind == "meetings.news" and letter.to.startswith("eva")]
    assert "Your meeting has lost its time. You meet all the same, and another time follows." in news.text
    assert all_is_well()


def test_what_was_agreed_without_a_time_and_called_off_is_plain_news(
    event: Event, office: Office, later: Callable[..., None]
):
    jana, tomas = pair(event)
    [slot] = make_slots(event, 1, mode="batch", start=600)
    meeting = make_request(event, by=jana, to=tomas, slots=[slot])
    with transaction():
        services.accept(meeting, slot)
    later(minutes=1)
    office.send()
    with transaction():
        services.cancel(again(meeting), by=tomas, reason="Krank")
    later(hours=2)
    [letter] = office.send()
    assert (letter.kind, letter.to, letter.calendar) == ("meetings.news", "jana@lumenfold.example", None)
    assert "This meeting does not take place." in letter.text
    assert "Krank" in letter.text


def test_what_was_called_off_before_anybody_was_told_makes_no_letter_for_calendars(
    event: Event, office: Office, later: Callable[..., None]
):
    jana, tomas = pair(event)
    meeting = make_meeting(event, by=jana, to=tomas)
    office.send()
    later(seconds=10)
    with transaction():
        services.cancel(again(meeting), by=tomas)
    later(hours=2)
    [letter] = office.send()
    assert (letter.kind, letter.to, letter.calendar) == ("meetings.news", "jana@lumenfold.example", None)
    assert "Your request was not accepted." in letter.text


# -- when


def test_forty_requests_in_an_hour_are_one_letter(event: Event, office: Office, later: Callable[..., None]):
    tomas = tomas_of(event)
    make_request(event, to=tomas)
    assert len(office.send()) == 1
    for _number in range(40):
        later(seconds=80)
        make_request(event, to=db.session.get_one(Delegate, tomas.id))
        assert office.send() == []
    later(minutes=10)
    [letter] = office.send()
    assert letter.subject == "40 people would like to meet you"
    assert len(letter.meetings) == 20
    assert "And 20 more." in letter.text
    later(hours=2)
    assert office.send() == []


def test_whoever_chose_one_letter_a_day_gets_one(event: Event, office: Office, later: Callable[..., None]):
    tomas = tomas_of(event)
    with transaction():
        tomas.rhythm = "daily"
    make_request(event, to=tomas)
    assert len(office.send()) == 1
    make_request(event, to=db.session.get_one(Delegate, tomas.id))
    later(hours=23)
    assert office.send() == []
    later(hours=1)
    assert [letter.kind for letter in office.send()] == ["meetings.requested"]


def test_what_must_be_answered_sooner_comes_sooner(office: Office, freeze: Freeze):
    event = make_partnering_event(slots=8)
    freeze(at(event, 0).starts_at - timedelta(minutes=70))
    tomas = tomas_of(event)
    make_request(event, to=tomas, slots=[at(event, 7)])
    assert len(office.send()) == 1
    start = clock.now()
    make_request(event, to=db.session.get_one(Delegate, tomas.id), slots=[at(event, 0)])
    freeze(start + timedelta(minutes=29))
    assert office.send() == []
    freeze(start + timedelta(minutes=31))
    assert [letter.kind for letter in office.send()] == ["meetings.requested"]


def test_a_live_request_comes_at_once(event: Event, office: Office):
    jana, tomas = pair(event)
    make_request(event, to=tomas)
    assert len(office.send()) == 1
    with transaction():
        services.request_meeting(
            db.session.get_one(Delegate, jana.id),
            db.session.get_one(Delegate, tomas.id),
            [at(event, 0)],
            origin="live",
        )
    [letter] = office.send()
    assert (letter.kind, letter.subject) == ("meetings.requested", "Jana Muster would like to meet you")


def test_what_is_decided_while_a_letter_leaves_comes_in_the_next_one(
    event: Event, office: Office, later: Callable[..., None]
):
    tomas = tomas_of(event)
    first = make_request(event, to=tomas)
    seconds: list[str] = []

    def asked_meanwhile(_arrived: object) -> None:
        if not seconds:
            with office.app.app_context():
                made = make_request(db.session.get_one(Event, event.id), to=db.session.get_one(Delegate, tomas.id))
                seconds.append(made.public_id)
                db.session.remove()

    with transaction():
        now = clock.now()
    office.sink.before_answer = asked_meanwhile
    with clock.frozen(now):
        [letter] = office.send()
    assert letter.meetings == {first.public_id}
    later(hours=1)
    [letter] = office.send()
    assert letter.meetings == set(seconds)


def test_several_answers_come_as_one_letter(event: Event, office: Office, later: Callable[..., None]):
    jana = jana_of(event)
    meetings = [make_request(event, by=jana, slots=[at(event, number)]) for number in range(3)]
    office.send()
    with transaction():
        services.decline(again(meetings[0]))
    later(seconds=20)
    with transaction():
        services.decline(again(meetings[1]))
    later(seconds=20)
    assert office.send() == []
    later(seconds=10)
    [letter] = office.send()
    assert letter.subject == "2 pieces of news about your meetings"
    assert letter.meetings == {meetings[0].public_id, meetings[1].public_id}


def test_what_may_be_told_now_waits_for_a_letter_that_leaves_soon(
    event: Event, office: Office, later: Callable[..., None]
):
    jana, tomas = pair(event)
    declined = make_request(event, by=jana, to=make_delegate(event), slots=[at(event, 0)])
    handed_on = make_request(event, by=jana, to=tomas, slots=[at(event, 1)])
    eva = make_delegate(event, colleague_of=tomas, locale="en")
    office.send()
    with transaction():
        services.decline(again(declined))
        services.forward(again(handed_on), eva, by=tomas)
    assert to("jana", office.send()) == []
    later(seconds=30)
    [letter] = to("jana", office.send())
    assert letter.meetings == {declined.public_id, handed_on.public_id}


# -- who is named, and in which language


def test_names_are_read_only_where_they_are_shown(event: Event, office: Office, later: Callable[..., None]):
    jana = jana_of(event)
    hidden = make_delegate(
        event,
        given_name="Versteckt",
        company="Vltava Biologics",
        email="tomas@vltava.example",
        visibility="organisation",
    )
    meeting = make_request(event, by=jana, to=hidden)
    office.send()
    with transaction():
        services.counter(again(meeting), [at(event, 5)])
    [letter] = office.send()
    assert letter.subject == "Another time suggested: Vltava Biologics"
    assert "Versteckt" not in letter.text + letter.html
    with transaction():
        services.decline(again(meeting), by=jana)
    other = make_request(event, by=db.session.get_one(Delegate, jana.id), to=make_delegate(event))
    with transaction():
        services.withdraw(other)
    later(hours=1)
    for said in office.send():
        assert "lumenfold.example" not in said.text + said.html


@pytest.mark.parametrize(
    ("locale", "greeting", "day"), [("de", "Guten Tag", "Montag, 4. Oktober"), ("en", "Hello", "Monday, 4 October")]
)
def test_edge_19_letters_speak_the_readers_language(
    event: Event, office: Office, later: Callable[..., None], locale: str, greeting: str, day: str
):
    jana = make_delegate(event, locale=locale, email="jana@lumenfold.example")
    tomas = make_delegate(event, locale="en" if locale == "de" else "de", email="tomas@vltava.example")
    [slot] = make_slots(event, 1, mode="batch", start=600)
    with transaction():
        set_rules(event, plan_on=date(2027, 10, 4))
    agreed = make_request(event, by=jana, to=tomas, slots=[slot])
    declined, asked = make_request(event, by=jana), make_request(event, to=jana)
    with transaction():
        services.accept(agreed, slot)
        services.decline(declined)
    later(minutes=1)
    letters = office.send()
    mine, theirs = to("jana", letters), to("tomas", letters)
    assert {letter.kind for letter in mine} == {"meetings.requested", "meetings.news"}
    assert asked.public_id in {ref for letter in mine for ref in letter.meetings}
    assert all(letter.text.startswith(greeting) for letter in mine)
    assert not any(letter.text.startswith(greeting) for letter in theirs)
    assert any(day in letter.text for letter in mine)
    assert not any(day in letter.text for letter in theirs)


def test_whoever_leads_instead_hears_of_the_request(event: Event, office: Office):
    jana, tomas = pair(event)
    eva = make_delegate(event, colleague_of=tomas, email="eva@vltava.example", locale="en")
    meeting = make_request(event, by=jana, to=tomas)
    with transaction():
        services.join(meeting, eva)
    with transaction():
        services.leave(again(meeting), tomas)
    [letter] = office.send()
    assert (letter.to, letter.kind) == ("eva@vltava.example", "meetings.requested")


def test_nobody_without_an_address_has_a_letter(event: Event, office: Office):
    tomas = tomas_of(event)
    with transaction():
        assert tomas.participant.person is not None
        tomas.participant.person_id = None
    make_request(event, to=db.session.get_one(Delegate, tomas.id))
    assert office.send() == []
    assert db.session.scalars(sa.select(OutboxLetter)).all() == []
