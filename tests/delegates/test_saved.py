"""People and searches to come back to, and the letter when somebody new fits."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates import directory, saved, saved_tasks, services
from partnering.delegates.directory import Wish
from partnering.delegates.models import Delegate, SavedSearch
from partnering.events.models import Event
from partnering.mail import letters as mail
from partnering.mail.models import OutboxLetter
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def letters() -> list[OutboxLetter]:
    """The letters about new people."""
    return list(
        db.session.scalars(
            sa.select(OutboxLetter).where(OutboxLetter.kind == "delegates.new_partners").order_by(OutboxLetter.id)
        )
    )


def people(me: Delegate) -> list[int]:
    """The ids of whom somebody has saved."""
    return [card.delegate.id for card in saved.people(me)]


def test_saved_people_stand_newest_first_and_once(event: Event):
    me, one, two = make_delegate(event), make_delegate(event), make_delegate(event)
    for other in (one, two, one, me):
        with transaction():
            saved.keep_person(me, other)
    assert people(me) == [two.id, one.id]
    assert [directory.card(me, other).saved for other in (one, two, me)] == [True, True, False]
    with transaction():
        saved.forget_person(me, two)
        services.show(one, "hidden")
    assert people(me) == []
    with transaction():
        services.show(one, "organisation")
    assert people(me) == [one.id]


def test_nobody_saves_without_end(event: Event, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(saved, "MOST_PEOPLE", 1)
    monkeypatch.setattr(saved, "MOST_SEARCHES", 1)
    me, one, two = make_delegate(event), make_delegate(event), make_delegate(event)
    with transaction():
        saved.keep_person(me, one)
        saved.keep_search(me, "DE", Wish(country=("DE",)))
    with pytest.raises(saved.TooManySaved), transaction():
        saved.keep_person(me, two)
    with pytest.raises(saved.TooManySearches), transaction():
        saved.keep_search(me, "CZ", Wish(country=("CZ",)))


def test_a_saved_search_finds_what_it_found(event: Event):
    me, other = make_delegate(event), make_delegate(event, country="DE", offers=["licence"], company="Müller")
    wish = Wish(words="müll", country=("DE", "CZ"), offers=("licence",), free=True, sort="name", page=3)
    with transaction():
        saved.keep_search(me, "Lizenzen", wish)
    [search] = saved.searches(me)
    assert search.wish == wish.but(page=1)
    assert (search.saved.name, search.number, search.new) == ("Lizenzen", 1, 0)
    assert saved.search_by_ref(me, search.saved.public_id) is search.saved
    assert saved.search_by_ref(other, search.saved.public_id) is None


def test_one_letter_a_day_names_all_searches_with_somebody_new(event: Event, freeze):
    start = clock.now()
    freeze(start)
    me = make_delegate(event, locale="en")
    make_delegate(event, country="DE")
    with transaction():
        saved.keep_search(me, "Germany", Wish(country=("DE",)))
        saved.keep_search(me, "Poland", Wish(country=("PL",)))
        quiet = saved.keep_search(me, "Quiet", Wish(country=("CZ",)))
        saved.set_letters(quiet, False)
    freeze(start + timedelta(hours=2))
    for country in ("CZ", "PL", "PL"):
        make_delegate(event, country=country)
    assert [(each.saved.name, each.new) for each in saved.searches(me)] == [("Germany", 0), ("Poland", 2), ("Quiet", 1)]
    saved_tasks.tell_about_new_partners()
    assert letters() == []
    freeze(start + timedelta(hours=24))
    saved_tasks.tell_about_new_partners()
    saved_tasks.tell_about_new_partners()
    [letter] = letters()
    said = mail.render(letter)
    assert said is not None
    assert said.subject == "2 new people fit your searches"
    assert "- Poland: 2 new" in said.text.splitlines()
    assert "Germany" not in said.text
    assert f"/e/{event.slug}/me/saved" in said.text
    freeze(start + timedelta(hours=49))
    saved_tasks.tell_about_new_partners()
    assert len(letters()) == 1
    freeze(start + timedelta(hours=50))
    make_delegate(event, country="DE")
    freeze(start + timedelta(hours=74))
    saved_tasks.tell_about_new_partners()
    assert len(letters()) == 2


def test_no_letter_once_switched_off_or_gone(event: Event, freeze):
    start = clock.now()
    freeze(start)
    me = make_delegate(event)
    with transaction():
        search = saved.keep_search(me, "Alle", Wish(country=("DE",)))
    make_delegate(event, country="DE")
    freeze(start + timedelta(days=1, hours=1))
    make_delegate(event, country="DE")
    saved_tasks.tell_about_new_partners()
    [letter] = letters()
    with transaction():
        saved.set_letters(db.session.merge(search), False)
    assert mail.render(letter) is None
    with transaction():
        saved.set_letters(db.session.merge(search), True)
        services.leave(me)
    assert mail.render(letter) is None
    freeze(start + timedelta(days=3))
    saved_tasks.tell_about_new_partners()
    assert len(letters()) == 1


def test_saving_by_the_pages(client: FlaskClient, event: Event):
    me, other = make_delegate(event, locale="en"), make_delegate(event, country="DE", given_name="Zofie")
    assert me.participant.person is not None
    sign_in(client, me.participant.person)
    base, one = f"/e/{event.slug}/me", other.public_id
    assert client.post(f"{base}/partners/{one}/save").location == f"{base}/partners/{one}"
    assert "Zofie" in client.get(f"{base}/saved?lang=en").text
    assert f"{base}/partners/{one}/unsave" in client.get(f"{base}/partners/{one}").text
    assert client.post(f"{base}/partners/{one}/unsave").location == f"{base}/saved"
    assert client.post(f"{base}/saved/searches").location == f"{base}/partners"
    assert client.post(f"{base}/saved/searches?country=DE&q=zof").location == f"{base}/saved"
    page = client.get(f"{base}/saved?lang=en").text
    assert "Germany, zof" in page
    assert f"{base}/partners?country=DE&amp;q=zof" in page
    ref = db.session.scalars(sa.select(SavedSearch.public_id)).one()
    assert client.post(f"{base}/saved/searches/{ref}/letters/off").location == f"{base}/saved"
    assert "No letters about this search." in client.get(f"{base}/saved?lang=en").text
    assert client.post(f"{base}/saved/searches/{ref}/delete").location == f"{base}/saved"
    assert client.post(f"{base}/saved/searches/{ref}/delete").status_code == 404
