"""People you should meet: who is suggested to whom, that nobody is left out, and how to set somebody aside."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.consents import services as consents
from partnering.db import db, transaction
from partnering.delegates import blocking, directory, services, suggestion_tasks, suggestions, visibility
from partnering.delegates.models import Delegate, DismissedReason, Suggestion
from partnering.events.models import Event
from partnering.jobs import worker
from partnering.meetings import services as meetings
from tests.factories.delegates import make_delegate
from tests.factories.ground import deed
from tests.factories.meetings import make_partnering_event, make_request
from tests.support.counting import statements
from tests.support.signing_in import sign_in

NOON = datetime(2027, 1, 11, 11, tzinfo=UTC)
"""Suggestions are made once a day: the tests begin at noon in Berlin, not a minute before midnight."""


@pytest.fixture
def event(ctx: Flask, freeze: Callable[[datetime], None]) -> Event:
    """An event with tables and times, at noon."""
    freeze(NOON)
    return make_partnering_event()


def somebody(event: Event, *, agrees: bool = True, **values) -> Delegate:
    """Somebody who partners and lets themselves be suggested."""
    with deed():
        delegate = make_delegate(event, **values)
        if agrees:
            visibility.agree(delegate, "matchmaking", channel="test")
    return delegate


def seeker(event: Event, **values) -> Delegate:
    """Somebody who seeks a licence."""
    return somebody(event, seeks=["licence"], **values)


def provider(event: Event, **values) -> Delegate:
    """Somebody who offers one."""
    return somebody(event, offers=["licence"], **values)


def enter(client: FlaskClient, me: Delegate) -> None:
    """Sign somebody in."""
    assert me.participant.person is not None
    sign_in(client, me.participant.person)


def made(me: Delegate) -> list[int]:
    """The ids of whom is suggested, in order."""
    return [one.other_id for one in suggestions.make(me)]


def test_the_best_reasons_come_first_and_whoever_has_none_never(event: Event):
    me = somebody(event, seeks=["licence", "investment"], fields=[("sector", "bioinformatics")])
    somebody(event, offers=["supply"])
    one = provider(event)
    three = somebody(event, offers=["licence", "investment"], fields=[("sector", "bioinformatics")])
    two = somebody(event, offers=["licence", "investment"])
    assert made(me) == [three.id, two.id, one.id]


def test_who_is_asked_met_blocked_dismissed_hidden_gone_or_not_willing_is_left_out(event: Event):
    me, fits = seeker(event), provider(event)
    provider(event, agrees=False)
    provider(event, visibility="hidden")
    somebody(event, offers=["licence"], seeks=["licence"], colleague_of=me)
    gone, blocked, dismissed, asked, met, beside = (provider(event) for _number in range(6))
    make_request(event, by=me, to=asked)
    make_request(event, by=somebody(event, colleague_of=me), to=beside, companions=[me])
    declined = make_request(event, by=met, to=me)
    with transaction():
        services.leave(gone)
        blocking.block(blocked, other=me)
        suggestions.dismiss(me, dismissed)
        meetings.decline(declined, by=me, reason="no_fit")
    assert made(me) == [fits.id]


def test_nobody_is_suggested_to_whoever_does_not_agree(event: Event):
    me = seeker(event, agrees=False)
    provider(event)
    assert made(me) == []
    assert suggestions.suggested(me) == []


def test_four_are_the_best_and_two_have_their_turn(event: Event):
    me = somebody(event, seeks=["licence", "investment"])
    best = {somebody(event, offers=["licence", "investment"]).id for _number in range(6)}
    often, seldom = provider(event), [provider(event) for _number in range(2)]
    with transaction():
        these = Delegate.id.in_([*best, often.id])
        db.session.execute(sa.update(Delegate).where(these).values(shown_often=5, shown_last_at=clock.now()))
    db.session.expire_all()
    found = suggestions.make(me)
    assert {one.other_id for one in found[:4]} <= best
    assert {one.other_id for one in found[4:]} == {one.id for one in seldom}
    assert [one.in_turn for one in found] == [False] * 4 + [True] * 2


def test_everybody_with_any_reason_is_suggested_to_somebody_within_three_days(event: Event):
    chance = random.Random(20230328)
    goals = ["licence", "investment", "supply", "distribution", "co_development", "staff", "lab_space"]
    people: list[Delegate] = []
    with deed():
        for number in range(300):
            popular = number < 20  # a few whom nearly everybody would meet
            offers = goals[:5] if popular else chance.sample(goals, chance.randint(0, 2))
            people.append(
                somebody(
                    event,
                    offers=offers,
                    seeks=chance.sample(goals, chance.randint(0, 2)),
                    fields=[("sector", "bioinformatics")] if chance.random() < 0.3 else [],
                )
            )
    some = set()
    for me in people[::10]:
        reasons = directory.reasons_for(me, people)
        some |= {other.id for other in people if reasons[other.id] and other.profile_id != me.profile_id}
    often: Counter[int] = Counter()
    for day in range(3):
        with clock.frozen(clock.now() + timedelta(days=day)):
            suggestion_tasks.suggest_at(event)
            often.update(db.session.scalars(sa.select(Suggestion.other_id)))
            assert not [number for number in suggestions.lacking(event) if number in some and number in often]
    assert len(some) > 250
    assert some <= set(often)
    db.session.expire_all()
    assert {one.id: one.shown_often for one in people if one.shown_often} == dict(often)


def test_equals_are_shown_equally_often_whoever_came_first_or_paid(event: Event):
    equals, seekers = [provider(event) for _number in range(12)], [seeker(event) for _number in range(12)]
    paid = {one.id: number % 2 for number, one in enumerate(equals)}
    for day in range(4):
        with clock.frozen(clock.now() + timedelta(days=day)):
            suggestion_tasks.suggest_at(event)
    db.session.expire_all()
    often = [one.shown_often for one in equals]
    assert sum(often) == 4 * 6 * len(seekers)
    assert max(often) - min(often) <= 6
    halves = [sum(one.shown_often for one in equals if paid[one.id] == half) for half in (0, 1)]
    assert abs(halves[0] - halves[1]) <= 18


def test_suggestions_are_made_once_a_day_and_no_profile_becomes_older_by_it(event: Event):
    me, other = seeker(event), provider(event)
    before = {one.id: one.version for one in (me, other)}
    suggestion_tasks.suggest_to_all()
    rows = db.session.execute(sa.select(Suggestion.delegate_id, Suggestion.other_id, Suggestion.made_at)).all()
    assert {(row.delegate_id, row.other_id) for row in rows} == {(me.id, other.id), (other.id, me.id)}
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        suggestion_tasks.suggest_to_all()
    assert db.session.scalars(sa.select(Suggestion.made_at)).all() == [row.made_at for row in rows]
    with clock.frozen(clock.now() + timedelta(days=1)):
        suggestion_tasks.suggest_to_all()
    assert db.session.scalars(sa.select(Suggestion.made_at)).all() != [row.made_at for row in rows]
    db.session.expire_all()
    assert {one.id: one.version for one in (me, other)} == before


def test_after_an_update_the_command_makes_them_anew_for_whoever_has_some(event: Event, app: Flask):
    me, other = seeker(event), provider(event)
    gone = somebody(event)
    with transaction():  # as an older version would have suggested, today
        suggestions.keep(event, {me.id: [suggestions.Proposed(gone.id)]})
    suggestion_tasks.suggest_to_all()
    assert stored(me) == [gone.id]
    assert stored(other) == [me.id]
    done = app.test_cli_runner().invoke(args=["reindex"])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    assert (stored(me), stored(other)) == ([other.id], [me.id])


def stored(me: Delegate) -> list[int]:
    """The ids of whom the start page suggests, in order."""
    rows = sa.select(Suggestion.other_id).where(Suggestion.delegate_id == me.id).order_by(Suggestion.position)
    return list(db.session.scalars(rows))


def test_the_start_page_shows_them_and_leaves_out_what_holds_no_longer(event: Event, client: FlaskClient):
    me, one, two = seeker(event), provider(event, company="Phagen GmbH"), provider(event, company="Licensa AG")
    suggestion_tasks.suggest_at(event)
    enter(client, me)
    page = client.get(f"/e/{event.slug}/me/?lang=de").text
    assert "Diese Gespräche könnten sich lohnen" in page
    assert "Sie suchen <b>Lizenz (Nahme)</b>, das wird dort angeboten." in page
    assert "Phagen GmbH" in page
    assert "Licensa AG" in page
    with transaction():
        visibility.show(one, "hidden")
        consents.take_back(two.participant, "matchmaking")
    page = client.get(f"/e/{event.slug}/me/?lang=de").text
    assert "Phagen GmbH" not in page
    assert "Licensa AG" not in page


def test_the_start_page_asks_no_more_questions_for_more_suggestions(event: Event):
    ref, own = event.id, seeker(event).id

    def asked(expected: int) -> int:
        assert len(suggestions.suggested(db.session.get_one(Delegate, own))) == expected  # the index is made
        numbers = []
        for _time in range(5):  # while others write, even in another database of the cluster, the index looks again
            db.session.remove()  # whatever is still remembered of earlier questions
            me = db.session.get_one(Delegate, own)
            with statements() as questions:
                suggestions.suggested(me)
            numbers.append(len(questions))
        return min(numbers)

    provider(event)
    suggestion_tasks.suggest_at(event)
    few = asked(1)
    event = db.session.get_one(Event, ref)
    for _number in range(4):
        provider(event)
    with transaction():
        suggestions.keep(event, {own: suggestions.make(db.session.get_one(Delegate, own))})
    assert asked(5) == few


def test_whoever_has_not_agreed_reads_how_to(event: Event, client: FlaskClient):
    me = seeker(event, agrees=False)
    enter(client, me)
    page = client.get(f"/e/{event.slug}/me/?lang=de").text
    assert "Lesen und entscheiden" in page
    client.post(f"/e/{event.slug}/me/privacy/consents", data={"purpose": "matchmaking", "agreed": "yes"})
    provider(event)
    while worker.run_jobs():
        continue
    page = client.get(f"/e/{event.slug}/me/?lang=de").text
    assert "Lesen und entscheiden" not in page
    assert "Sie suchen <b>Lizenz (Nahme)</b>" in page


def test_a_suggestion_that_was_set_aside_does_not_come_back(event: Event, client: FlaskClient):
    me, other = seeker(event), provider(event)
    suggestion_tasks.suggest_at(event)
    enter(client, me)
    path = f"/e/{event.slug}/me/suggestions/{other.public_id}/dismiss"
    for _twice in range(2):
        assert client.post(path).status_code == 303
    assert suggestions.suggested(me) == []
    with clock.frozen(clock.now() + timedelta(days=1)):
        suggestion_tasks.suggest_at(event)
    assert db.session.scalars(sa.select(Suggestion.other_id).where(Suggestion.delegate_id == me.id)).all() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DismissedReason)) == 1


def test_a_reason_can_be_set_aside_and_fetched_back(event: Event, client: FlaskClient):
    me, other = seeker(event), provider(event)
    enter(client, me)
    page = f"/e/{event.slug}/me/partners/{other.public_id}"
    assert "Sie suchen <b>Lizenz (Nahme)</b>" in client.get(f"{page}?lang=de").text
    assert client.post(f"{page}/reasons/dismiss", data={"code": "offer.goal.licence"}).status_code == 303
    shown = client.get(f"{page}?lang=de").text
    assert "Sie suchen <b>Lizenz (Nahme)</b>" not in shown
    assert "Alle Gründe wieder zeigen" in shown
    assert made(me) == []
    assert directory.reasons_for(other, [me])[me.id] != [], "they still read it"
    assert client.post(f"{page}/reasons/restore").status_code == 303
    assert "Sie suchen <b>Lizenz (Nahme)</b>" in client.get(f"{page}?lang=de").text
    assert made(me) == [other.id]


@pytest.mark.parametrize("code", ["", "a b", "<b>", "x" * 121])
def test_what_is_no_reason_cannot_be_set_aside(event: Event, client: FlaskClient, code: str):
    me, other = seeker(event), provider(event)
    enter(client, me)
    path = f"/e/{event.slug}/me/partners/{other.public_id}/reasons/dismiss"
    assert client.post(path, data={"code": code}).status_code == 404


def test_nothing_can_be_set_aside_about_whoever_is_hidden(event: Event, client: FlaskClient):
    me, other = seeker(event), provider(event, visibility="hidden")
    enter(client, me)
    for path in (f"suggestions/{other.public_id}/dismiss", f"partners/{other.public_id}/reasons/restore"):
        assert client.post(f"/e/{event.slug}/me/{path}").status_code == 404
