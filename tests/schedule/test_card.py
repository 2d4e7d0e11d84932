"""The card for the pocket, and the page that its code opens; days on paper, one page each at most."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import BilingualText, transaction
from partnering.events.models import Event, Participant
from partnering.i18n import speaking
from partnering.meetings import queries as meetings
from partnering.programme import drafting, file_types, files, needs, profiles, releasing
from partnering.programme import services as programme
from partnering.programme.services import Part
from partnering.schedule import queries, services, tasks
from partnering.schedule.views import page_address
from tests.factories import make_participant
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.factories.programme import at, make_room, make_session
from tests.factories.slides import make_pdf
from tests.readers import codes, pages
from tests.support.letters import deliver_all, text_of
from tests.support.signing_in import sign_in

from .test_evening import the_evening_before


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(slug="probe", tables=4, slots=10)


@pytest.fixture
def henrike(event: Event) -> Participant:
    return make_participant(
        event, given_name="Henrike", family_name="Oelsner", company="Pleiße-Institut", email="henrike@uni.example"
    )


def test_the_code_on_the_card_opens_ones_days_until_the_address_is_renewed(
    client: FlaskClient, app: Flask, event: Event, henrike: Participant
):
    make_session(event, "Mein Vortrag", room=make_room(event, "Saal Elster"), speakers=[henrike])
    assert henrike.person is not None
    sign_in(client, henrike.person)
    answer = client.get("/e/probe/me/schedule/card.pdf")
    [paper] = pages.reader(answer.data).pages
    address = page_address(henrike)

    assert [round(float(side) * 25.4 / 72) for side in paper.mediabox[2:]] == [105, 148]
    assert codes.zbar(pages.picture(answer.data, dpi=200, page=1)) == [address]
    for said in ("Henrike Oelsner", "Mein Vortrag", "Saal Elster"):
        assert said in " ".join(pages.text(answer.data).split())
    guest, path = app.test_client(), re.sub(r"^https?://[^/]+", "", address)
    page = guest.get(path)
    assert (page.status_code, "Mein Vortrag" in page.text, "Saal Elster" in page.text) == (200, True, True)
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert "/me/" not in re.sub(r'action="[^"]*"', "", page.text)
    with transaction():
        services.renew_feed(event, henrike)
    assert (guest.get(path).status_code, guest.get(f"{path}.ics").status_code) == (410, 410)


def test_the_card_signs_nobody_in_but_sends_its_owner_a_link(app: Flask, event: Event, henrike: Participant):
    guest, path = app.test_client(), re.sub(r"^https?://[^/]+", "", page_address(henrike))
    answer = guest.post(f"{path}/sign-in")

    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    [letter] = deliver_all(app)
    assert (letter["To"], "/login/" in text_of(letter)) == ("henrike@uni.example", True)
    assert guest.get("/e/probe/me/").status_code == 302


@pytest.mark.engine("sqlite")  # what fits on paper does not depend on the database
def test_days_full_of_talks_meetings_and_choices_take_a_page_each_at_most(client: FlaskClient, event: Event):
    jana = make_delegate(event, given_name="Jana", family_name="Wittkowski", company="Lumenfold GmbH")
    for slot in meetings.slots_of(event):
        make_meeting(event, by=jana, to=make_delegate(event), slots=[slot], slot=slot)
    with transaction():
        for day in (1, 2):
            for n in range(10):
                begins = at(event, 17, day=day) + timedelta(minutes=15 * n)
                programme.add(
                    event,
                    title=BilingualText(de=f"Tag {day}, Vortrag {n} mit einem Titel, der zwei Zeilen braucht"),
                    people=[Part(jana.participant, "chair" if n == 2 else "speaker", 5 * (n % 2))],
                    time=programme.Time(begins, begins + timedelta(minutes=10)),
                )
    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)
    plan = queries.plan_of(jana.participant)
    taken = sorted((item.starts_at, item.ends_at) for item in plan.items if item.kind in ("talk", "met"))
    assert all(first[1] <= second[0] for first, second in pairwise(taken))

    content = client.get("/e/probe/me/schedule.pdf").data
    said = [" ".join((page.extract_text() or "").split()) for page in pages.reader(content).pages]
    days = queries.days_of(event, plan.items)
    assert len(said) <= len(days)
    assert all(any(f"Tag {day}, Vortrag {n}" in page for page in said) for day in (1, 2) for n in range(10))
    alone = client.get(f"/e/probe/me/schedule.pdf?day={days[1].isoformat()}").data
    text = " ".join(pages.text(alone).split())
    assert (len(pages.reader(alone).pages), "Tag 2, Vortrag 3" in text, "Tag 1, Vortrag" in text) == (1, True, False)


def test_the_evening_before_a_talk_its_people_read_what_the_stage_has_and_lacks(
    app: Flask, event: Event, henrike: Participant, freeze
):
    chair = make_participant(event, given_name="Wanda", family_name="Leiterin", email="wanda@uni.example")
    people = [Part(henrike, set_up=20), Part(chair, "chair")]
    two = make_session(event, "Zwei Fassungen")
    with transaction():
        drafting.edit(two, {"title": BilingualText(de="Nun die zweite")})
        releasing.release(event)
    first = make_session(event, "Mit Folien", people=people, room=make_room(event))
    make_session(event, "Ohne Folien", starts_at=at(event, 15), speakers=[henrike])
    with transaction():
        needs.say(event, first, ["hdmi", "headset"], "")
        files.upload(first, henrike, file_types.in_memory(make_pdf(), "a.pdf"), kind="slides")
        profiles.ask_for(
            event,
            profiles.settings_for(event),
            availability_until=None,
            slides_until=None,
            contact=BilingualText(de="Regie, 0341 1"),
            equipment=BilingualText(),
        )
    freeze(the_evening_before(event))
    tasks.tell_about_tomorrow()
    letters = {str(each["To"]): text_of(each) for each in deliver_all(app)}
    hers = letters["henrike@uni.example"]

    with speaking("de"):
        for line in ("Aufbau ab 9:40\xa0Uhr", "Moderation: Wanda Leiterin", "HDMI-Anschluss, Headset", "Regie, 0341 1"):
            assert line in hers
    assert hers.count("Ihre Folien sind noch nicht da") == 1
    assert hers.index("Ohne Folien") < hers.index("Ihre Folien sind noch nicht da")
    assert "Mit Ihnen: Henrike Oelsner" in letters["wanda@uni.example"]
