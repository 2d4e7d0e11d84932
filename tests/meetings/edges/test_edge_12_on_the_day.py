"""Edge case 12: asked on the day, for the earliest slot ten minutes ahead, while both are there; the desk books too."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.audit import AuditDetail, AuditEntry
from partnering.db import BilingualText, db, transaction
from partnering.delegates import blocking, booking, groups
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import errors, on_site, queries, services, tasks
from partnering.meetings.states import label
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_tables
from tests.meetings.day import let_in, person_of
from tests.meetings.deeds import all_is_well, at, table_of_meeting
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in

pytestmark = pytest.mark.usefixtures("ctx")
Freeze = Callable[[datetime], None]


@pytest.fixture
def event() -> Event:
    """One table, eight slots."""
    return make_partnering_event(slots=8, tables=1)


@pytest.fixture
def both(event: Event, freeze: Freeze) -> tuple[Delegate, Delegate]:
    """Two who are let in, five past before the first slot."""
    freeze(at(event, 1).starts_at - timedelta(minutes=12))
    one = make_delegate(event, given_name="Jana", offers=["licence"], seeks=["licence"])
    other = make_delegate(event, given_name="Tomáš")
    let_in(one, other)
    return one, other


def test_the_earliest_slot_with_a_table_is_asked_for_and_answered_in_half_an_hour(
    event: Event, both: tuple[Delegate, Delegate], freeze: Freeze
):
    make_meeting(event, slots=[at(event, 2)])  # the only table is taken then
    with transaction():
        meeting = on_site.ask_live(*both, "Jetzt gleich?")
    assert (meeting.origin, meeting.turn_id) == ("live", both[1].id)
    assert [slot.id for slot in queries.offered(meeting)] == [at(event, n).id for n in (1, 3, 4)]
    assert meeting.expires_at == clock.now() + timedelta(minutes=30)
    freeze(clock.now() + timedelta(minutes=1))
    with transaction():
        services.accept(meeting, at(event, 1), by=both[1])
    assert (label(meeting).code, table_of_meeting(meeting)) == ("confirmed", "A1")
    assert all_is_well()


def test_whoever_is_there_is_asked_on_the_spot_when_asking_ahead_has_ended(
    event: Event, both: tuple[Delegate, Delegate], client: FlaskClient
):
    with transaction():
        db.session.get_one(Event, event.id).partnering_until = clock.now() - timedelta(hours=12)
    with transaction(), pytest.raises(errors.PartneringClosed):
        services.request_meeting(both[0], both[1], [at(event, 3)])
    sign_in(client, person_of(both[0]))
    base = f"/e/{event.slug}/me/partners"
    live = f"{base}/{both[1].public_id}/live"
    page = client.get(f"{base}/{both[1].public_id}?lang=en").text
    assert (live in page, "Not bookable." in page) == (True, False)
    cards = client.get(f"{base}?lang=en").text
    assert "Whoever is here as well can still be asked" in cards
    assert (live in cards, "Not bookable." in cards) == (True, False)
    today = client.get(f"/e/{event.slug}/me/?lang=en").text
    assert "Ask somebody who is here for the next free slot" in today
    assert "Find partners and ask for meetings" not in today
    answer = client.post(live, data={"message": "Jetzt gleich?", "once": "a" * 32})
    assert answer.status_code == 302
    db.session.rollback()
    meeting = queries.open_between(*both)
    assert meeting is not None
    assert (meeting.origin, label(meeting).code) == ("live", "requested")
    with transaction():
        blocking.block(both[1], other=both[0])
    assert live not in client.get(f"{base}/{both[1].public_id}?lang=en").text
    assert all_is_well()


def test_cards_offer_the_next_free_slot_only_among_those_who_are_there_and_may_ask(
    event: Event, both: tuple[Delegate, Delegate]
):
    def kinds(me: Delegate, *others: Delegate) -> list[str]:
        found = booking.bookings().standings(me, others)
        return [found[other.id].kind for other in others]

    jana, tomas = both
    outside = make_delegate(event, given_name="Ada")
    assert kinds(jana, tomas, outside) == ["bookable", "bookable"]
    with transaction():
        db.session.get_one(Event, event.id).partnering_until = clock.now() - timedelta(hours=12)
    assert kinds(jana, tomas, outside) == ["here", "closed"]
    assert kinds(outside, jana, tomas) == ["closed", "closed"]
    assert "Sobald Sie eingecheckt sind" in booking.bookings().outlook(outside)
    with transaction():
        tomas.takes_requests = False
    assert (kinds(jana, tomas), kinds(tomas, jana)) == (["closed"], ["here"])
    with transaction():
        tomas.takes_requests = True
        for one, kind in ((jana, "start_up"), (tomas, "investor")):
            one.profile.organisation_type = kind
        asker, asked = (
            groups.keep(event, None, name=BilingualText(kind, kind), organisation_types=[kind])
            for kind in ("start_up", "investor")
        )
        groups.set_matrix(event, [(asker.id, asked.id)])
    assert (kinds(jana, tomas), kinds(tomas, jana)) == (["closed"], ["here"])


def test_what_begins_within_ten_minutes_is_not_asked_for(event: Event, both: tuple[Delegate, Delegate], freeze: Freeze):
    freeze(at(event, 1).starts_at - timedelta(minutes=9))
    with transaction():
        meeting = on_site.ask_live(*both)
    assert [slot.id for slot in queries.offered(meeting)] == [at(event, n).id for n in (2, 3, 4)]


def test_the_request_ends_by_itself(event: Event, both: tuple[Delegate, Delegate], freeze: Freeze):
    with transaction():
        meeting = on_site.ask_live(*both)
    freeze(clock.now() + timedelta(minutes=30))
    tasks.expire_overdue()
    db.session.refresh(meeting)
    assert label(meeting).code == "expired"


def test_both_must_be_there(event: Event, freeze: Freeze):
    freeze(at(event, 1).starts_at - timedelta(minutes=12))
    jana, tomas = make_delegate(event), make_delegate(event)
    let_in(jana)
    for one, other in ((jana, tomas), (tomas, jana)):
        with pytest.raises(errors.NotHere), transaction():
            on_site.ask_live(one, other)


def test_the_invitee_is_told_at_once_whatever_came_within_the_hour(
    app: Flask, event: Event, both: tuple[Delegate, Delegate], freeze: Freeze
):
    with transaction():
        services.request_meeting(make_delegate(event), both[1], [at(event, 6)])
    assert len(deliver_all(app)) == 1
    freeze(clock.now() + timedelta(minutes=5))
    with transaction():
        services.request_meeting(make_delegate(event), both[1], [at(event, 7)])
    assert deliver_all(app) == []
    with transaction():
        on_site.ask_live(*both)
    assert len(deliver_all(app)) == 1


def test_the_desk_books_with_spoken_consent_which_the_log_keeps(event: Event, both: tuple[Delegate, Delegate]):
    make_tables(event, 1)
    slot = on_site.next_slots(*both)[0]
    with transaction():
        meeting = services.book(event, *both, slot, consent="Beide haben am Schalter zugesagt.")
    assert (meeting.origin, label(meeting).code) == ("desk", "confirmed")
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "meeting.booked")).one()
    detail = db.session.scalars(sa.select(AuditDetail).where(AuditDetail.entry_id == entry.id)).one()
    assert detail.after == {"consent": "Beide haben am Schalter zugesagt."}
    assert all_is_well()
