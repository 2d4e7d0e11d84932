"""A speaker who is also a guest with meetings: one agenda without overlap, and at most one A4 page for each day."""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import BilingualText, db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.i18n import day as in_words
from partnering.i18n import speaking
from partnering.meetings import queries as meetings
from partnering.meetings import services
from partnering.meetings.errors import SlotTaken
from partnering.programme import services as programme
from partnering.programme.models import ProgrammeSession
from partnering.schedule.queries import day_of, plan_of
from tests.factories import make_product
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request, make_slots
from tests.factories.programme import at, make_room, make_session
from tests.readers import pages
from tests.support.signing_in import sign_in
from tests.support.there import there


class Block(NamedTuple):
    """A block as paper says it."""

    day: date
    begins: datetime
    ends: datetime


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(slug="probe", tables=4, slots=8)


@pytest.fixture
def ewa(client: FlaskClient, event: Event) -> Delegate:
    """She speaks on both days, meets five people on the first and two on the second, and is signed in."""
    ewa = make_delegate(event, given_name="Ewa", family_name="Łęcka", company="Saale AG", locale="de")
    for day in (1, 2):
        make_session(event, f"Vortrag am Tag {day}", starts_at=at(event, 14, day=day), speakers=[ewa.participant])
    second = make_slots(event, 2, start=minutes_until(event, at(event, 10, day=2)), name="Tag 2")
    for slot in [*meetings.slots_of(event)[:5], *second]:
        make_meeting(event, by=ewa, to=make_delegate(event), slots=[slot], slot=slot)
    sign_in(client, there(ewa.participant.person))
    return ewa


def minutes_until(event: Event, moment: datetime) -> int:
    return int((moment - event.opens_at).total_seconds() // 60)


def make_workshop(event: Event, title: str, starts_at: datetime) -> ProgrammeSession:
    session = make_session(event, title, kind="workshop", starts_at=starts_at, minutes=60, room=make_room(event))
    make_product(event, kind="add_on", appointment_id=session.appointment_id, gross=0, capacity=5, name=session.title)
    return session


def chosen_in_a_row(ewa: Delegate, begins: datetime, count: int) -> list[ProgrammeSession]:
    """Sessions of five minutes, one after the other, that she has chosen."""
    event, sessions = ewa.participant.event, []
    with transaction():
        for number in range(count):
            title = f"Kurzes Nr. {number} mit einem Titel, der länger ist als eine schmale Spalte"
            starts_at = begins + timedelta(minutes=5 * number)
            when = programme.Time(starts_at, starts_at + timedelta(minutes=5))
            session, _busy = programme.add(event, title=BilingualText(de=title), people=[], time=when)
            programme.bookmark(session, ewa.participant)
            sessions.append(session)
    return sessions


def sent(client: FlaskClient, session: ProgrammeSession, deed: str) -> str:
    """What the session's page says after booking or choosing it."""
    answer = client.post(f"/e/probe/programme/{session.public_id}/{deed}", follow_redirects=True)
    assert answer.status_code == 200
    db.session.rollback()
    return answer.text


def printed(client: FlaskClient, event: Event) -> tuple[list[list[Block]], str]:
    """The blocks of each page of the paper, in their order, and all of its words."""
    answer = client.get("/e/probe/me/schedule.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    read = pages.reader(answer.data)
    assert {tuple(round(float(side) * 25.4 / 72) for side in each.mediabox[2:]) for each in read.pages} == {(210, 297)}
    with speaking("de"):
        days = {in_words(each, "weekday"): each for each in days_of(event)}
    spoken = "|".join(map(re.escape, days))
    found = []
    for page in read.pages:
        blocks, current = [], event.first_day
        text = " ".join(page.extract_text().split())
        for heading, begins, ends in re.findall(rf"({spoken})|(\d\d?:\d\d)–(\d\d?:\d\d) Uhr", text):
            current = days.get(heading, current)
            if begins:
                blocks.append(Block(current, at_wall(event, current, begins), at_wall(event, current, ends)))
        found.append(blocks)
    return found, " ".join(pages.text(answer.data).split())


def days_of(event: Event) -> list[date]:
    return [event.first_day + timedelta(days=n) for n in range((event.last_day - event.first_day).days + 1)]


def at_wall(event: Event, day: date, said: str) -> datetime:
    """The instant of a time as it stands on paper, "9:40"."""
    hour, minute = map(int, said.split(":"))
    return clock.from_zone(datetime.combine(day, time(hour, minute)), event.zone)


def overlaps(blocks: list[Block]) -> list[tuple[Block, Block]]:
    """Pairs of blocks of which one begins before the other has ended."""
    ordered = sorted(blocks, key=lambda block: block.begins)
    return [
        (one, other) for number, one in enumerate(ordered) for other in ordered[number + 1 :] if other.begins < one.ends
    ]


def planned(ewa: Delegate, event: Event) -> list[Block]:
    """The same from her plan."""
    return [Block(day_of(item, event), item.starts_at, item.ends_at) for item in plan_of(ewa.participant).items]


@pytest.mark.parametrize("more", [0, 60])
def test_her_days_are_one_agenda_without_overlap_and_a_page_each_at_most(
    client: FlaskClient, event: Event, ewa: Delegate, more: int
):
    workshop = make_workshop(event, "Werkstatt Fermentation", at(event, 15))
    assert "ist gebucht" in sent(client, workshop, "book")
    chosen = [make_session(event, "Was ich hören will", starts_at=at(event, 16, 15))]
    for session in chosen:
        assert "steht in Ihrem Plan" in sent(client, session, "choose")
    chosen += [session for day in (1, 2) for session in chosen_in_a_row(ewa, at(event, 17, 30, day=day), more)]

    paper, words = printed(client, event)

    days = days_of(event)[:2]
    assert len(paper) <= len(days)
    assert len(paper) == (len(days) if more else 1)
    blocks = [block for page in paper for block in page]
    assert sorted(blocks) == sorted(planned(ewa, event))
    assert len(blocks) == 2 + 7 + 1 + len(chosen)
    assert overlaps(blocks) == []
    if more:
        assert [{block.day for block in page} for page in paper] == [{day} for day in days]
    for said in ("Vortrag am Tag 1", "Vortrag am Tag 2", "Werkstatt Fermentation", "Was ich hören will", "Tisch A1"):
        assert said in words
    listed = "".join(client.get(f"/e/probe/me/schedule?day={day}").text for day in days)
    assert all(str(session.title) in listed for session in (workshop, *chosen))


def test_nothing_that_takes_her_time_comes_over_what_she_has(client: FlaskClient, event: Event, ewa: Delegate):
    during = make_workshop(event, "Werkstatt zur Redezeit", at(event, 14))
    assert "ist gebucht" not in sent(client, during, "book")
    asked = make_request(event, by=make_delegate(event), to=ewa, slots=meetings.slots_of(event)[4:6])
    with pytest.raises(SlotTaken), transaction():
        services.accept(asked, meetings.slots_of(event)[4], by=ewa)

    paper, words = printed(client, event)
    assert overlaps([block for page in paper for block in page]) == []
    assert "Werkstatt zur Redezeit" not in words
    asks = [item for item in plan_of(ewa.participant, open_too=True).items if item.kind == "ask"]
    assert [item.slot for item in asks] == [meetings.slots_of(event)[5]]


def test_what_she_chooses_over_something_is_told_and_seen_on_paper(client: FlaskClient, event: Event, ewa: Delegate):
    """The control: choosing blocks nothing, and the paper would show an overlap if there were one."""
    beside = make_session(event, "Zur selben Zeit", starts_at=at(event, 14, 15))
    assert "Zur selben Zeit haben Sie: Vortrag am Tag 1" in sent(client, beside, "choose")

    paper, _words = printed(client, event)
    assert len(overlaps([block for page in paper for block in page])) == 1
