"""Organisers who place sessions in one room at once, move one at once, and release what cannot be public together.

A draft may be impossible, so nobody is refused there: every session is where somebody put it, and the warnings name
each pair. Of those who moved the same session one is heard, and the others are told. An exclusive room holds one.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import combinations
from typing import Any

import pytest
import sqlalchemy as sa

from partnering.audit import AuditEntry
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.programme import drafting, queries, releasing, warnings
from partnering.programme.models import ReleasedSession
from tests.factories import make_event, make_organiser
from tests.factories.programme import at, make_room, make_session
from tests.support.servers import Site, running_site

from .test_accepts import Race, deed, drop_referee, run

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

StartSite = Callable[..., AbstractContextManager[Site]]
SITE: dict[str, Any] = {"processes": 4, "threads": 4, "workers": 0}
COUNT = 12


@pytest.fixture(scope="module")
def site(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of four processes without a worker, so that nothing else happens."""
    with running_site(engine, tmp_path_factory.mktemp("race"), **SITE) as running:
        yield running


def into_one_room(site: Site, sessions: int) -> tuple[Race, int]:
    """`COUNT` moves at once into one room, of so many sessions in turn, each by an organiser and to a time of its own
    where one session is moved by all; and the event's id."""
    with site.app.app_context():
        with transaction():
            event = make_event()
            room = make_room(event)
            talks = [make_session(event, released=False) for _ in range(sessions)]
            people = [make_organiser(event) for _n in range(COUNT)]
            day, slug, event_id = event.first_day.isoformat(), event.slug, event.id
            known = [(talks[n % sessions].public_id, talks[n % sessions].version, people[n]) for n in range(COUNT)]
            room_ref = room.public_id
        race: Race = [
            deed(
                site,
                person,
                f"/manage/{slug}/programme/{ref}/place",
                day=day,
                starts="10:00" if sessions > 1 else f"{8 + n // 4:02}:{n % 4 * 15:02}",
                minutes=45,
                room=room_ref,
                version=version,
                back="grid",
            )
            for n, (ref, version, person) in enumerate(known)
        ]
        db.session.remove()
    return race, event_id


def drafted(site: Site, event_id: int) -> tuple[list[int], set[tuple[int, int]]]:
    """The ids of the sessions that have a time, and the pairs that are said to be in one room at once."""
    with site.app.app_context():
        event = db.session.get_one(Event, event_id)
        placed = [each.id for each in queries.sessions_of(event) if each.starts_at is not None]
        found = [each for each in warnings.of(event) if each.code == "room_twice"]
        pairs = {(first, second) for first, second in (sorted(s.id for s in each.sessions) for each in found)}
        db.session.remove()
    return placed, pairs


def test_of_many_who_place_sessions_in_one_room_at_once_none_is_lost_and_every_pair_is_named(site: Site):
    race, event_id = into_one_room(site, COUNT)
    assert Counter(run(site, race)) == {302: COUNT}
    placed, pairs = drafted(site, event_id)
    assert len(placed) == COUNT
    assert pairs == set(combinations(sorted(placed), 2))


def times_moved(site: Site, event_id: int) -> int:
    """How often the sessions of an event were moved, as the log has it."""
    with site.app.app_context():
        ref = db.session.get_one(Event, event_id).public_id
        wanted = (AuditEntry.event_ref == ref, AuditEntry.action == "programme.session_moved")
        found = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(*wanted))
        db.session.remove()
    return found or 0


def test_of_many_who_move_one_session_at_once_one_is_heard_and_the_others_are_told(site: Site):
    race, event_id = into_one_room(site, 1)
    assert Counter(run(site, race)) == {302: 1, 409: COUNT - 1}
    assert times_moved(site, event_id) == 1


def one_exclusive_room(site: Site) -> tuple[Race, int]:
    """`COUNT` sessions drafted in one exclusive room at one time, each released by an organiser who ticks it alone."""
    with site.app.app_context():
        with transaction():
            event = make_event()
            room = make_room(event, exclusive=True)
            talks = [make_session(event, released=False) for _ in range(COUNT)]
            for talk in talks:
                drafting.place(talk, at(event, 10), room)
            people = [make_organiser(event) for _n in range(COUNT)]
            slug, event_id = event.slug, event.id
            refs = [talk.public_id for talk in talks]
        page = f"/manage/{slug}/programme/release"
        stand = releasing.preview(db.session.get_one(Event, event_id)).stand
        race: Race = [
            deed(site, person, page, pick=ref, stand=stand, letters="y") | {"page": site(page)}
            for ref, person in zip(refs, people, strict=True)
        ]
        db.session.remove()
    return race, event_id


def public(site: Site, event_id: int) -> int:
    """How many sessions are public; all of them are at one time in one room."""
    with site.app.app_context():
        found = db.session.scalar(
            sa.select(sa.func.count())
            .select_from(ReleasedSession)
            .where(ReleasedSession.event_id == event_id, ReleasedSession.current, ReleasedSession.state == "live")
        )
        db.session.remove()
    return found or 0


def test_of_many_releases_into_one_exclusive_room_one_is_public(site: Site):
    race, event_id = one_exclusive_room(site)
    answers = Counter(run(site, race))
    assert answers[302] == 1
    assert answers[409] + answers[422] == COUNT - 1
    assert public(site, event_id) == 1


def test_without_the_guards_moves_are_lost_and_the_room_is_public_twice(start_site: StartSite):
    with start_site(**SITE, application="tests.races.unguarded_programme:app", traces_allowed=True) as site:
        race, event_id = into_one_room(site, 1)
        heard = Counter(run(site, race))[302]
        assert heard > 1
        assert times_moved(site, event_id) == heard  # all but the last were overwritten unseen

        race, event_id = one_exclusive_room(site)
        with site.app.app_context():
            drop_referee(db.engine)
            db.session.remove()
        for each in race:
            each["data"] = {**each["data"], "stand": "any"}  # type: ignore[dict-item]  # a form
        assert Counter(run(site, race))[302] > 1
        assert public(site, event_id) > 1
