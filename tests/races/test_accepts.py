"""Accepts that race over HTTP from separate processes: for one table, for one person, against a withdrawal.

Each test has its negative control: with the referee away and the guard off, more than one wins.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from partnering.agenda.models import Location, LocationAtom
from partnering.db import db, transaction
from partnering.meetings import queries
from partnering.meetings.models import Meeting
from partnering.verify import results
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event, make_request
from tests.support import crowds
from tests.support.servers import Site, running_site
from tests.support.signing_in import cookie_of, session_token

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

StartSite = Callable[..., AbstractContextManager[Site]]
PROCESSES = 8

Race = list[dict[str, object]]


@pytest.fixture(scope="module")
def site(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of four processes without a worker, so that nothing else happens."""
    with running_site(engine, tmp_path_factory.mktemp("race"), processes=4, threads=4, workers=0) as running:
        yield running


def run(site: Site, race: Race) -> list[int]:
    """Send every request of a race at once, from `PROCESSES` processes; the statuses in the race's order."""
    lanes = [lane for number in range(PROCESSES) if (lane := race[number::PROCESSES])]
    said = crowds.race([["-m", "tests.races.racer"]] * len(lanes), lines=[json.dumps(lane) for lane in lanes])
    answers: list[list[int]] = [json.loads(statuses) for statuses in said]
    return [answers[index % PROCESSES][index // PROCESSES] for index in range(len(race))]


def one_table(site: Site, count: int = 40) -> tuple[Race, int]:
    """`count` requests of as many pairs for the same slot, at an event with a single table; and the event's id."""
    race: Race = []
    with site.app.app_context():
        with transaction():
            event = make_partnering_event(tables=1, slots=6)
            slot = queries.slots_of(event)[0]
            made = [make_request(event, slots=[slot]) for _ in range(count)]
            slug, event_id, slot_ref = event.slug, event.id, slot.public_id
            known = [
                (meeting.public_id, meeting.turn.participant.person, meeting.version)
                for meeting in made
                if meeting.turn
            ]
        for meeting_ref, person, version in known:
            race.append(
                deed(site, person, f"/e/{slug}/me/meetings/{meeting_ref}/accept", slot=slot_ref, version=version)
            )
        db.session.remove()
    return race, event_id


def deed(site: Site, person: object, path: str, **data: object) -> dict[str, object]:
    """One request of a race: who sends which form where."""
    cookie = f"{cookie_of(site.app)}={session_token(site.app, person)}"  # type: ignore[arg-type]  # a stored person
    return {"url": site(path), "page": site(path.rsplit("/", 1)[0]), "cookie": cookie, "data": data}


def outcome(site: Site, event_id: int) -> tuple[Counter[str], int, list[str]]:
    """Request states, how many five-minute steps of tables are taken, and what the house finds wrong."""
    with site.app.app_context():
        states = Counter(db.session.scalars(sa.select(Meeting.request_state).where(Meeting.event_id == event_id)))
        atoms = db.session.scalar(
            sa.select(sa.func.count())
            .select_from(LocationAtom)
            .join(Location, Location.id == LocationAtom.location_id)
            .where(Location.event_id == event_id)
        )
        wrong = [finding for _rule, findings in results("I3") for finding in findings]
        db.session.remove()
    return states, atoms or 0, wrong


def test_of_forty_accepts_for_one_table_and_time_one_wins(site: Site):
    race, event_id = one_table(site)
    answers = Counter(run(site, race))
    states, atoms, wrong = outcome(site, event_id)
    assert answers == {302: 1, 409: 39}
    assert states == {"accepted": 1, "pending": 39}
    assert (atoms, wrong) == (4, [])


def test_without_referee_and_guard_several_win(start_site: StartSite):
    with start_site(processes=4, threads=4, workers=0) as site:
        race, event_id = one_table(site)
        with site.app.app_context():
            drop_referee(db.engine)
            db.session.remove()
        answers = Counter(run(site, race))
        states, _atoms, _wrong = outcome(site, event_id)
    assert answers[302] > 1
    assert states["accepted"] == answers[302]


def drop_referee(engine: sa.Engine) -> None:
    """Take the unique index over tables and time away, and make the look before the leap see only free tables."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE location_atom DROP CONSTRAINT uq_location_atom_location_id_atom")
            connection.exec_driver_sql(
                "CREATE FUNCTION elsewhere() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN NEW.atom := -NEW.atom - NEW.appointment_id * 100000000; RETURN NEW; END $$"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER elsewhere BEFORE INSERT ON location_atom FOR EACH ROW EXECUTE FUNCTION elsewhere()"
            )
            return
        columns = "id INTEGER PRIMARY KEY, appointment_id INTEGER, location_id INTEGER, atom INTEGER"
        connection.exec_driver_sql("DROP TABLE location_atom")
        connection.exec_driver_sql(f"CREATE TABLE location_atom ({columns})")
        connection.exec_driver_sql(
            "CREATE TRIGGER elsewhere AFTER INSERT ON location_atom BEGIN"
            " UPDATE location_atom SET atom = -NEW.atom - NEW.appointment_id * 100000000 WHERE id = NEW.id; END"
        )


def test_nobody_is_accepted_into_two_meetings_at_once(site: Site):
    with site.app.app_context():
        with transaction():
            event = make_partnering_event(tables=12, slots=6)
            slot = queries.slots_of(event)[0]
            jana = make_delegate(event)
            made = [make_request(event, to=jana, slots=[slot]) for _ in range(10)]
            known = [(meeting.public_id, meeting.version) for meeting in made]
            person, slug, slot_ref, event_id = jana.participant.person, event.slug, slot.public_id, event.id
        race = [
            deed(site, person, f"/e/{slug}/me/meetings/{ref}/accept", slot=slot_ref, version=version)
            for ref, version in known
        ]
        db.session.remove()
    answers = Counter(run(site, race))
    states, atoms, wrong = outcome(site, event_id)
    assert answers == {302: 1, 409: 9}
    assert states == {"accepted": 1, "pending": 9}
    assert (atoms, wrong) == (4, [])


def test_accept_against_withdraw_has_one_winner_each_time(site: Site):
    race: Race = []
    with site.app.app_context():
        with transaction():
            event = make_partnering_event(tables=12, slots=6)
            slots = queries.slots_of(event)
            made = [make_request(event, slots=[slots[number % 6]]) for number in range(12)]
            known = [
                (
                    m.public_id,
                    m.version,
                    m.turn.participant.person,
                    m.requester.participant.person,
                    queries.offered(m)[0].public_id,
                )
                for m in made
                if m.turn is not None
            ]
            slug, event_id = event.slug, event.id
        for ref, version, asked, asker, slot_ref in known:
            path = f"/e/{slug}/me/meetings/{ref}"
            race.append(deed(site, asked, f"{path}/accept", slot=slot_ref, version=version))
            race.append(deed(site, asker, f"{path}/withdraw", version=version))
        db.session.remove()
    answers = run(site, race)
    pairs = [sorted(answers[index : index + 2]) for index in range(0, len(answers), 2)]
    assert pairs == [[302, 409]] * 12
    states, atoms, wrong = outcome(site, event_id)
    assert states["accepted"] + states["withdrawn"] == 12
    assert (atoms, wrong) == (4 * states["accepted"], [])


def test_of_two_who_ask_each_other_at_once_one_meeting_comes(site: Site):
    race: Race = []
    with site.app.app_context():
        with transaction():
            event = make_partnering_event(tables=12, slots=6)
            slot_refs = [slot.public_id for slot in queries.slots_of(event)]
            slug, event_id = event.slug, event.id
            pairs = [(make_delegate(event), make_delegate(event)) for _ in range(8)]
            known = [
                (one.public_id, one.participant.person, two.public_id, two.participant.person) for one, two in pairs
            ]
        for number, (one_ref, one, two_ref, two) in enumerate(known):
            slots = [slot_refs[number % 6]]
            race.append(deed(site, one, f"/e/{slug}/me/partners/{two_ref}/request", slots=slots))
            race.append(deed(site, two, f"/e/{slug}/me/partners/{one_ref}/request", slots=slots))
        db.session.remove()
    answers = Counter(run(site, race))
    states, atoms, wrong = outcome(site, event_id)
    assert answers == {302: 16}
    assert states == {"accepted": 8}
    assert (atoms, wrong) == (32, [])
