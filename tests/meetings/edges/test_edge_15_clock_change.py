"""Edge 15: instants are right in the page, the file and on paper, in the night the clock changes and after it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import BilingualText, db, transaction
from partnering.i18n import speaking
from partnering.mail.models import OutboxLetter
from partnering.meetings import queries, setting_up
from partnering.schedule import calendars, printing, tasks
from partnering.schedule import queries as schedule
from tests.factories import make_event, make_participant
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_tables
from tests.factories.programme import make_session
from tests.readers import pages
from tests.readers.calendars import ical_js, libical
from tests.support.signing_in import sign_in

CASES = [
    ("2023-03-28", datetime(2023, 3, 28, 12, tzinfo=UTC), "14:00", "14:30"),
    ("2023-03-29", datetime(2023, 3, 29, 7, tzinfo=UTC), "9:00", "9:30"),
    ("2023-03-26", datetime(2023, 3, 26, 0, 30, tzinfo=UTC), "1:30", "3:00"),
    ("2023-03-26", datetime(2023, 3, 26, 1, tzinfo=UTC), "3:00", "3:30"),
]
"""A day, an instant of it, and what the clocks in Berlin show then and half an hour later."""


@pytest.mark.parametrize(("day", "begins", "first", "last"), CASES)
def test_edge_15_the_page_the_file_and_the_print_show_the_same_instant(
    ctx: Flask, client: FlaskClient, freeze, day: str, begins: datetime, first: str, last: str
):
    freeze(datetime(2023, 3, 20, 12, tzinfo=UTC))
    until = (datetime.fromisoformat(day).date() - clock.now().date()).days
    event = make_event("probe", days=until)
    ends = begins + timedelta(minutes=30)
    make_tables(event)
    with transaction():
        setting_up.make_block(event, BilingualText("Nacht", "Night"), begins, ends, slot_minutes=30, break_minutes=0)
    jana = make_delegate(event)
    meeting = make_meeting(event, to=jana, slots=queries.slots_of(event))
    assert meeting.appointment is not None

    with speaking("en"):
        plan = schedule.plan_of(jana.participant)
        content = calendars.calendar(plan)
        paper = " ".join(pages.text(printing.sheet(plan, clock.now())).split())
    [entry] = ical_js(content)[0]["events"]
    assert (entry["start"], entry["end"]) == (int(begins.timestamp()), int(ends.timestamp()))
    assert [(int(each["start"]), int(each["end"])) for each in libical(content).events] == [
        (entry["start"], entry["end"])
    ]

    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)
    page = client.get(f"/e/probe/me/schedule?lang=en&day={day}").text
    assert re.findall(r'<tr><th scope="row">([^<]+)</th>', page) == [first]
    assert f"{first}–{last}" in paper


def test_edge_15_the_night_of_the_change_belongs_to_the_letter_of_its_eve(ctx: Flask, freeze):
    freeze(datetime(2023, 3, 20, 12, tzinfo=UTC))
    event = make_event("probe", days=6, length=2)
    assert event.first_day.isoformat() == "2023-03-26"
    early, late, next_day = (make_participant(event) for _each in range(3))
    for participant, begins in (
        (early, datetime(2023, 3, 25, 23, tzinfo=UTC)),
        (late, datetime(2023, 3, 26, 21, 45, tzinfo=UTC)),
        (next_day, datetime(2023, 3, 26, 22, tzinfo=UTC)),
    ):
        make_session(event, starts_at=begins, minutes=10, speakers=[participant])
    written = {}
    for evening in (datetime(2023, 3, 25, 17, tzinfo=UTC), datetime(2023, 3, 26, 16, tzinfo=UTC)):
        freeze(evening - timedelta(minutes=1))
        tasks.tell_about_tomorrow()
        before = set(letters_of_the_evening())
        freeze(evening)
        tasks.tell_about_tomorrow()
        written[evening.day] = sorted(set(letters_of_the_evening()) - before)

    assert written == {25: sorted([early.public_id, late.public_id]), 26: [next_day.public_id]}


def letters_of_the_evening() -> list[str]:
    db.session.rollback()
    kind = OutboxLetter.kind == "schedule.tomorrow"
    return list(db.session.scalars(sa.select(OutboxLetter.recipient_ref).where(kind)))
