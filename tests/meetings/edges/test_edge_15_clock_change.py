"""Edge 15: instants are right in the page, the file and on paper, in the night the clock changes and after it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import BilingualText, transaction
from partnering.i18n import speaking
from partnering.meetings import queries, setting_up
from partnering.schedule import calendars, printing
from partnering.schedule import queries as schedule
from tests.factories import make_event
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_tables
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
