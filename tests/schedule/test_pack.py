"""The papers of an event: what stands on them, read back from the file by other programs."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from partnering import clock
from partnering.agenda.models import Location
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.jobs import worker
from partnering.jobs.models import Job
from partnering.jobs.queries import file_of
from partnering.meetings import queries, setting_up
from partnering.schedule import pack_queries
from partnering.schedule.pack_tasks import address_of, draw, gather
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser, make_person
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.readers import codes, pages
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in
from tests.support.there import there


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_partnering_event(tables=2, languages="de,en")


def words(content: bytes) -> list[str]:
    """The text of each page on one line, as pypdf reads it."""
    return [" ".join((page.extract_text() or "").split()) for page in pages.reader(content).pages]


def printed(event: Event, *parts: str) -> bytes:
    """The file with these parts."""
    return draw(event, parts, *gather(event, parts)).bytes()


def at_half(event: Event) -> tuple[str, str]:
    """When the first slot is, as papers say it in German and English."""
    slot = queries.slots_of(event)[0]
    begin, end = (
        f"{clock.in_zone(each, event.zone):%H:%M}".removeprefix("0") for each in (slot.starts_at, slot.ends_at)
    )
    return f"{begin}–{end} Uhr", f"{begin}–{end}"


def test_everybody_has_a_page_from_a_to_z_in_their_language(event: Event):
    zoe = make_delegate(event, given_name="Zoë", family_name="Žák", locale="en")
    anna = make_delegate(event, given_name="Anna", family_name="Ähre", locale="de")
    make_delegate(event, family_name="Ohnetermin")
    make_request(event)
    meeting = make_meeting(event, by=zoe, to=anna, slot=queries.slots_of(event)[0])
    first, second = words(printed(event, "schedules"))
    german, english = at_half(event)
    assert first.startswith("Anna Ähre")
    assert german in first
    assert "Zoë Žák" in first
    assert "Tisch A1" in first
    assert second.startswith("Zoë Žák")
    assert english in second
    assert "Table A1" in second
    assert there(meeting.invitee.participant).name in second


def test_each_table_has_a_sign_with_organisations_but_no_names(event: Event):
    meeting = make_meeting(event, slot=queries.slots_of(event)[0])
    used, unused = words(printed(event, "signs"))
    assert used.startswith("Tisch A1 / Table A1")
    for delegate in (meeting.requester, meeting.invitee):
        assert delegate.profile.organisation.name in used
        assert delegate.participant.family_name not in used.replace(delegate.profile.organisation.name, "")
    assert at_half(event)[0] in used
    assert unused.startswith("Tisch A2 / Table A2")
    assert "Hier ist noch nichts gebucht." in unused


@pytest.mark.parametrize("read", [codes.zbar, codes.zxing])
def test_the_code_on_a_sign_opens_the_page_of_its_table(event: Event, read):
    content = printed(event, "signs")
    for number, table in enumerate(queries.tables_of(event), start=1):
        picture: Image.Image = pages.picture(content, page=number)
        assert read(picture) == [address_of(event, table)]
        assert address_of(event, table).endswith(f"/e/{event.slug}/me/at/{table.public_id}")


def test_a_list_has_everybody_who_comes_to_a_table(event: Event):
    slots = queries.slots_of(event)
    one, other = make_meeting(event, slot=slots[0]), make_meeting(event, slot=slots[2])
    (page,) = words(printed(event, "lists"))
    names = [each.participant.name for meeting in (one, other) for each in (meeting.requester, meeting.invitee)]
    at = [page.index(name) for name in names]
    assert at == sorted(at)
    assert page.startswith("Tisch A1")


def test_a_long_list_goes_on_with_its_head_on_every_page(ctx: Flask):
    event = make_partnering_event(tables=1, slots=30)
    for slot in queries.slots_of(event):
        make_meeting(event, slot=slot)
    found = words(printed(event, "lists"))
    assert len(found) == 2
    assert all(page.startswith("Tisch A1") for page in found)
    assert "Fortsetzung" in found[1]
    assert sum(page.count(" Uhr ") for page in found) >= 30


def test_a_full_sign_goes_on_with_its_code_on_every_page(ctx: Flask):
    event = make_partnering_event(tables=1, slots=30)
    for slot in queries.slots_of(event):
        make_meeting(event, slot=slot)
    content = printed(event, "signs")
    assert len(words(content)) == 2
    address = address_of(event, queries.tables_of(event)[0])
    assert [codes.zbar(pages.picture(content, page=number)) for number in (1, 2)] == [[address], [address]]


def test_stands_are_there_with_their_meetings(event: Event):
    jana = make_delegate(event)
    with transaction():
        stand = Location(event_id=event.id, kind="stand", name=BilingualText("Stand 7", "Stand 7"), exclusive=True)
        db.session.add(stand)
        db.session.flush()
        setting_up.set_stand(jana.profile, stand)
    make_meeting(event, to=jana)
    assert any(page.startswith("Stand 7") for page in words(printed(event, "signs")))


def test_the_file_is_tagged_in_the_language_of_the_event(event: Event):
    make_meeting(event)
    read = pages.reader(printed(event, "schedules", "signs", "lists"))
    catalogue: Any = read.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "de"
    parts = [each.get_object() for each in catalogue["/StructTreeRoot"]["/K"][0]["/K"]]
    assert [part["/S"] for part in parts].count("/H1") == len(read.pages) == 5
    assert {part["/Alt"] for part in parts if part["/S"] == "/Figure"} == {
        "Code, der die Seite dieses Tisches öffnet / Code that opens the page of this table"
    }


def test_organisers_have_the_papers_made_and_download_them(app: Flask, event: Event):
    make_meeting(event)
    client = app.test_client()
    sign_in(client, make_organiser(event, make_person(locale="en")))
    path = f"/manage/{event.slug}/meetings/paper"
    assert "2 people have something in their schedule." in client.get(path).text
    assert client.post(path, data={}).status_code == 422
    answer = client.post(path, data={"parts": ["schedules", "lists"]})
    waiting = client.get(answer.location).text
    assert "data-waiting" in waiting
    worker.run_once(app)
    db.session.rollback()
    done = client.get(answer.location).text
    assert "Download the PDF" in done
    file = client.get(f"{answer.location}/papers.pdf")
    assert file.headers["Content-Disposition"] == f"attachment; filename=papers-{event.slug}.pdf"
    assert len(words(file.data)) == 3
    db.session.rollback()
    job = db.session.scalars(sa.select(Job).where(Job.task == pack_queries.TASK)).one()
    assert (job.state, job.result) == ("done", {"pages": 3})
    assert there(file_of(job)).content == file.data


def test_nothing_to_print_is_said(app: Flask, ctx: Flask):
    event = make_partnering_event(tables=0, slots=0)
    client = app.test_client()
    sign_in(client, make_organiser(event, make_person(locale="en")))
    assert "There is nothing to print yet" in client.get(f"/manage/{event.slug}/meetings/paper").text


def test_all_papers_take_as_many_questions_for_twenty_meetings_as_for_two(ctx: Flask):
    event = make_partnering_event(tables=20, slots=6)
    for _number in range(2):
        make_meeting(event)

    def gathered() -> None:
        pack_queries.plans_of(event)
        pack_queries.seatings_of(event)

    few = statements_of(gathered)
    for _number in range(18):
        make_meeting(event)
    assert statements_of(gathered) == few


def test_what_was_called_off_or_lost_its_time_is_not_printed(event: Event):
    slots = queries.slots_of(event)
    make_meeting(event, slot=slots[1])
    with transaction():
        setting_up.remove_slots([slots[1]])
    assert pack_queries.plans_of(event) == []
    assert [seating.meetings for seating in pack_queries.seatings_of(event)] == [[], []]
    assert slots[1].ends_at - slots[1].starts_at == timedelta(minutes=20)
