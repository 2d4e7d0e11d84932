"""Two registrations of one person become one: shown first, done when somebody is sure."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.meetings import desk_queries, plate, queries
from partnering.meetings.desk_queries import Wanted
from partnering.meetings.merging import merged_into
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser
from tests.factories.meetings import after_letters, make_meeting, make_partnering_event, make_request
from tests.meetings.deeds import all_is_well, at
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in


class Twice:
    """Jana registered twice: one meeting moves, a request too, one clashes."""

    def __init__(self) -> None:
        self.event: Event = make_partnering_event(tables=3, slots=6)
        self.kept: Delegate = make_delegate(self.event, given_name="Jana", family_name="Bleibt", company="Lumenfold")
        self.gone: Delegate = make_delegate(self.event, given_name="Jana", family_name="Doppelt", company="Lumen fold")
        make_meeting(self.event, by=self.kept, slots=[at(self.event, 0)])
        self.clash = make_meeting(self.event, by=self.gone, slots=[at(self.event, 0)])
        self.moves = make_meeting(self.event, by=self.gone, slots=[at(self.event, 1)])
        self.request = make_request(self.event, to=self.gone, slots=[at(self.event, 2)])

    @property
    def pair(self) -> dict[str, str]:
        """Both, as the page sends them."""
        return {"kept": self.kept.public_id, "gone": self.gone.public_id}

    def sits(self, meeting: Meeting) -> str:
        """The family name of Jana's seat in a meeting."""
        db.session.rollback()
        stored = db.session.get_one(Meeting, meeting.id, populate_existing=True)
        janas = {self.kept.id, self.gone.id}
        return next(s.delegate.participant.family_name for s in stored.delegates if s.delegate_id in janas)


@pytest.fixture
def twice(ctx: Flask) -> Twice:
    return Twice()


@pytest.fixture
def client(app: Flask, twice: Twice) -> FlaskClient:
    """An organiser's browser."""
    client = app.test_client()
    sign_in(client, make_organiser(twice.event))
    return client


def letters() -> int:
    """How many letters there are."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(OutboxLetter)) or 0


def test_what_would_happen_is_shown_and_nothing_of_it_stays(client: FlaskClient, twice: Twice):
    before = letters()
    path = f"/manage/{twice.event.slug}/meetings/merge"
    assert "Show what would happen" in client.get(f"{path}?lang=en&kept_q=bleibt&gone_q=doppelt").text
    page = client.post(f"{path}?lang=en", data=twice.pair)
    assert page.status_code == 200
    assert "These move (2)" in page.text
    assert "These clash (1)" in page.text
    assert [twice.sits(one) for one in (twice.moves, twice.request, twice.clash)] == ["Doppelt"] * 3
    assert (letters(), merged_into(twice.event)) == (before, {})
    assert all_is_well()


def test_sure_it_is_done_and_what_clashes_leads_to_the_conflicts(client: FlaskClient, twice: Twice):
    path = f"/manage/{twice.event.slug}/meetings/merge"
    answer = client.post(f"{path}?lang=en", data={**twice.pair, "sure": "1"})
    assert answer.headers["Location"].partition("?")[0].endswith("/meetings/conflicts")
    assert [twice.sits(one) for one in (twice.moves, twice.request, twice.clash)] == ["Bleibt", "Bleibt", "Doppelt"]
    assert {each.id for each in merged_into(twice.event).values()} == {twice.kept.id}
    page = client.get(answer.headers["Location"]).text
    assert "2 meetings moved" in page
    assert "registered twice" in page
    assert all_is_well()


def test_what_clashes_is_found_among_the_meetings_in_conflict_and_on_the_plan(client: FlaskClient, twice: Twice):
    path = f"/manage/{twice.event.slug}/meetings"
    client.post(f"{path}/merge?lang=en", data={**twice.pair, "sure": "1"})
    wanted = Wanted(state="contested")
    assert [each.id for each in desk_queries.page(twice.event, wanted).meetings] == [twice.clash.id]
    assert desk_queries.numbers(twice.event, Wanted())["contested"] == 1
    assert "See what can be done" in client.get(f"{path}?state=contested&lang=en").text
    [well] = [each for each in plate.wells(twice.event, at(twice.event, 0)) if each.state == "conflict"]
    assert (well.meeting and well.meeting.id, well.why) == (twice.clash.id, "merged")
    with transaction():
        twice.gone.left_at = clock.now()
    assert desk_queries.numbers(twice.event, Wanted())["contested"] == 0


def test_a_clash_without_a_time_is_listed_too_until_it_is_ended(client: FlaskClient, twice: Twice):
    between = make_request(twice.event, by=twice.gone, to=twice.kept, slots=[at(twice.event, 3)])
    path = f"/manage/{twice.event.slug}/meetings"
    client.post(f"{path}/merge?lang=en", data={**twice.pair, "sure": "1"})
    assert twice.sits(twice.moves) == "Bleibt"
    listed = [each.id for each in desk_queries.page(twice.event, Wanted(state="contested")).meetings]
    assert set(listed) == {twice.clash.id, between.id}
    page = client.get(f"{path}/conflicts?lang=en").text
    assert "this could not move to the registration that is kept" in page
    assert "See what can be done" in client.get(f"{path}/{between.public_id}?lang=en").text
    field = f"behind-{between.public_id}-way"
    assert f'name="{field}" value="end"' in page
    for way, status in (("ask", 422), ("end", 302)):
        answer = client.post(f"{path}/conflicts/{between.public_id}", data={"reason": "behind", field: way})
        assert answer.status_code == status
    db.session.rollback()
    assert db.session.get_one(Meeting, between.id).request_state == "withdrawn"
    assert "this could not move" not in client.get(f"{path}/conflicts?lang=en").text
    assert all_is_well()


def test_a_day_without_a_ticket_is_a_clash_and_no_refusal(client: FlaskClient, twice: Twice):
    with transaction():
        twice.kept.days = ["2099-01-01"]
    answer = client.post(f"/manage/{twice.event.slug}/meetings/merge", data={**twice.pair, "sure": "1"})
    assert answer.status_code == 302
    assert [twice.sits(one) for one in (twice.moves, twice.request)] == ["Doppelt", "Bleibt"]
    assert all_is_well()


def test_one_registration_twice_or_none_is_refused(client: FlaskClient, twice: Twice):
    path = f"/manage/{twice.event.slug}/meetings/merge?lang=en"
    same = client.post(path, data={"kept": twice.kept.public_id, "gone": twice.kept.public_id, "sure": "1"})
    assert (same.status_code, "same registration twice" in same.text) == (409, True)
    none = client.post(path, data={"kept": twice.kept.public_id})
    assert (none.status_code, "Choose both registrations." in none.text) == (422, True)
    stranger = make_delegate(make_partnering_event())
    foreign = client.post(path, data={"kept": twice.kept.public_id, "gone": stranger.public_id})
    assert foreign.status_code == 404
    assert queries.open_between(twice.moves.low, twice.moves.high) is not None


def test_letters_to_the_registration_that_was_given_up_are_still_written(
    app: Flask, client: FlaskClient, twice: Twice, freeze
):
    freeze(clock.now() + after_letters())
    deliver_all(app)
    client.post(f"/manage/{twice.event.slug}/meetings/merge", data={**twice.pair, "sure": "1"})
    told = [str(letter["To"]) for letter in deliver_all(app)]
    kept, gone = twice.kept.participant.person, twice.gone.participant.person
    assert kept is not None
    assert gone is not None
    assert told.count(gone.email) == 1  # their calendar forgets what moved
    assert kept.email in told
