"""Deeds on meetings that meet in the same instant, from separate processes, and what each of them is told.

Two ask each other; accept against withdraw; two accepts for the last table; somebody is swapped while the meeting
moves; block against request. Each has its negative control: with guard and index off, more win than may.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda.models import AgendaEntry, Appointment
from partnering.db import db, transaction
from partnering.delegates import queries as partnering
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.i18n import speaking
from partnering.mail.models import OutboxLetter
from partnering.meetings import errors, queries, services
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.meetings.deeds import all_is_well, at, counted
from tests.meetings.meetings_walk import read
from tests.races.test_accepts import drop_referee
from tests.support import crowds, databases
from tests.support.letters import calendar_of, deliver_all
from tests.support.there import there

PROCESSES, PAIRS = 2, 4
"""In each round `PAIRS` races are run at once; the two deeds of each come from two processes."""

ROUNDS = max(2, crowds.ROUNDS // 8)
"""How often; `make soak` asks for more."""

pytestmark = [pytest.mark.race, pytest.mark.timeout(120 + 20 * ROUNDS)]

Deed = tuple[str | int, ...]
Told = dict[str, object]
Race = Callable[[Sequence[tuple[Deed, Deed]]], list[tuple[Told, Told]]]
DONE: Told = {"told": "done"}


@pytest.fixture(scope="module")
def site(engine: str) -> Iterator[tuple[Flask, Race]]:
    """An application on a database of its own, and people who do deeds on its meetings."""
    with databases.on_database(engine) as app, people(app, "tests.races.meeters") as race:
        yield app, race


@pytest.fixture(scope="module")
def careless_site(engine: str) -> Iterator[tuple[Flask, Race]]:
    """The same without guards, and without the indexes that would still refuse."""
    with databases.on_database(engine) as app:
        with app.app_context():
            drop_referee(db.engine)
            with db.engine.begin() as connection:
                connection.exec_driver_sql("DROP INDEX uq_meeting_open_pair")
        with people(app, "tests.races.unguarded_meetings") as race:
            yield app, race


@contextmanager
def people(app: Flask, module: str, *flags: str) -> Iterator[Race]:
    """A function that races pairs of deeds, and says what both of each pair were told."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    with crowds.crowd([["-m", module, url, str(PAIRS), *flags]] * PROCESSES) as crowd:

        def race(pairs: Sequence[tuple[Deed, Deed]]) -> list[tuple[Told, Told]]:
            db.session.rollback()
            lanes = [[pair[(number + lane) % 2] for number, pair in enumerate(pairs)] for lane in range(PROCESSES)]
            told = [json.loads(said) for said in crowds.play(crowd, [json.dumps(lane) for lane in lanes])]
            db.session.rollback()
            db.session.expire_all()
            turned = [(told[number % 2][number], told[1 - number % 2][number]) for number in range(len(pairs))]
            return turned

        yield race


@pytest.fixture
def race(site: tuple[Flask, Race]) -> Iterator[Race]:
    """A function that plays one round, within the context of its application."""
    app, play = site
    with app.app_context():
        yield play
        db.session.remove()


@pytest.fixture
def careless(careless_site: tuple[Flask, Race]) -> Iterator[Race]:
    """The same with people who look, and write a moment later."""
    app, play = careless_site
    with app.app_context():
        yield play
        db.session.remove()


# -- two ask each other


def who_ask_each_other(event: Event) -> list[tuple[Deed, Deed]]:
    """Pairs who ask each other for the same time, the younger of the two first."""
    asked: list[tuple[Deed, Deed]] = []
    for number in range(PAIRS):
        one, other, slot = make_delegate(event), make_delegate(event), at(event, number).id
        asked.append((("ask", other.id, one.id, slot), ("ask", one.id, other.id, slot)))
    return asked


def between(pair: tuple[Deed, Deed]) -> Sequence[Meeting]:
    """Everything there ever was between the two of a pair who ask each other."""
    low, high = sorted((int(pair[0][1]), int(pair[0][2])))
    return db.session.scalars(sa.select(Meeting).where(Meeting.low_id == low, Meeting.high_id == high)).all()


def test_two_who_ask_each_other_in_one_instant_have_one_meeting_that_is_accepted_once(race: Race):
    for _round in range(ROUNDS):
        event = make_partnering_event(tables=PAIRS)
        pairs = who_ask_each_other(event)

        assert race(pairs) == [(DONE, DONE)] * PAIRS

        for pair in pairs:
            [meeting] = between(pair)
            assert (meeting.request_state, meeting.placement) == ("accepted", "published")
            first, second = meeting.requester, meeting.invitee
            assert meeting.message == f"From {first.id}"
            assert [note.text for note in meeting.messages] == [f"From {second.id}"]
            assert (counted(first), counted(second)) == (0, 0)
            assert confirmed(meeting) == {first.public_id: 1, second.public_id: 1}
    assert all_is_well()


def confirmed(meeting: Meeting) -> Counter[str]:
    """How often whom a letter confirms this meeting."""
    letters = db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.kind == "meetings.confirmed"))
    return Counter(letter.recipient_ref for letter in letters if letter.payload["meeting"] == meeting.public_id)


def test_without_index_and_guard_two_who_ask_each_other_have_two_requests(careless: Race):
    def two_requests(pair: tuple[Deed, Deed]) -> bool:
        return [meeting.request_state for meeting in between(pair)] == ["pending", "pending"]

    assert goes_wrong(careless, lambda: who_ask_each_other(make_partnering_event(tables=PAIRS)), two_requests)


# -- accept against withdraw


def accepts_and_withdrawals(event: Event) -> list[tuple[Deed, Deed]]:
    """Requests that one side accepts and the other takes back."""
    made = [(make_request(event, slots=[at(event, number)]), at(event, number)) for number in range(PAIRS)]
    return [(("accept", meeting.id, slot.id), ("withdraw", meeting.id)) for meeting, slot in made]


def test_accept_against_withdraw_goes_to_the_first_and_the_other_reads_why(race: Race):
    won: Counter[str] = Counter()
    for _round in range(ROUNDS):
        pairs = accepts_and_withdrawals(make_partnering_event(tables=PAIRS))

        for pair, told in zip(pairs, race(pairs), strict=True):
            assert DONE in told
            meeting = db.session.get_one(Meeting, pair[0][1])
            accepted = told[0] == DONE
            assert meeting.request_state == ("accepted" if accepted else "withdrawn")
            assert meeting.placement == ("published" if accepted else "none")
            assert told[accepted] == refused(errors.RequestNotOpen)
            assert counted(meeting.requester) == 0
            won[meeting.request_state] += 1
    assert won.total() == ROUNDS * PAIRS
    assert all_is_well()


def test_without_guard_what_was_withdrawn_is_accepted_all_the_same(careless: Race):
    def both_won(pair: tuple[Deed, Deed]) -> bool:
        meeting = db.session.get_one(Meeting, pair[0][1])
        held = (meeting.request_state, meeting.placement, meeting.closed_at is not None)
        return held == ("accepted", "published", True)

    assert goes_wrong(careless, lambda: accepts_and_withdrawals(make_partnering_event(tables=PAIRS)), both_won)


def goes_wrong(
    careless: Race, arrange: Callable[[], Sequence[tuple[Deed, Deed]]], wrong: Callable[[tuple[Deed, Deed]], bool]
) -> bool:
    """Whether without guards both of a pair are told that it is done, and the database holds what must not be."""
    for _round in range(ROUNDS):
        pairs = arrange()
        told = careless(pairs)
        if any(each == (DONE, DONE) and wrong(pair) for pair, each in zip(pairs, told, strict=True)):
            return True
    return False


def refused(error: type[errors.DomainError]) -> Told:
    """What somebody is told whom the rules refuse."""
    with speaking("en"):
        return {"told": error().code, "said": str(error.message), "left": []}


# -- two accepts for the last table


def accepts_for_one_table() -> tuple[list[tuple[Deed, Deed]], list[list[int]]]:
    """At events with a single table, two who accept for the same time; and each event's times."""
    pairs: list[tuple[Deed, Deed]] = []
    times: list[list[int]] = []
    for _number in range(PAIRS):
        event = make_partnering_event(tables=1)
        slots = list(queries.slots_of(event))
        one, other = (make_request(event, slots=slots[:1]).id for _request in range(2))
        pairs.append((("accept", one, slots[0].id), ("accept", other, slots[0].id)))
        times.append([slot.id for slot in slots])
    return pairs, times


def test_of_two_accepts_for_the_last_table_the_second_reads_which_times_are_left(race: Race):
    for _round in range(ROUNDS):
        pairs, times = accepts_for_one_table()

        for pair, slots, told in zip(pairs, times, race(pairs), strict=True):
            assert DONE in told
            late = 1 - told.index(DONE)
            assert told[late] == {**refused(errors.SlotTaken), "left": slots[1:4]}
            loser = db.session.get_one(Meeting, pair[late][1])
            assert (loser.request_state, loser.placement) == ("pending", "none")
            with transaction():
                services.accept(loser, at(event_of(loser), 1))
            assert (loser.placement, begins(loser)) == ("published", at(event_of(loser), 1).starts_at)
    assert all_is_well()


def test_without_referee_two_have_the_last_table_at_once(careless: Race):
    def one_table(pair: tuple[Deed, Deed]) -> bool:
        held = [there(db.session.get_one(Meeting, deed[1]).appointment) for deed in pair]
        return len({(each.location_id, each.starts_at) for each in held}) == 1

    assert goes_wrong(careless, lambda: accepts_for_one_table()[0], one_table)


def event_of(meeting: Meeting) -> Event:
    """The event of a meeting."""
    return db.session.get_one(Event, meeting.event_id)


def begins(meeting: Meeting) -> datetime | None:
    """When a meeting is held."""
    return meeting.appointment.starts_at if meeting.appointment is not None else None


# -- somebody is swapped while the meeting moves


def swaps_and_moves(event: Event, *, busy: bool) -> list[tuple[Deed, Deed]]:
    """Meetings that move to another time while a colleague takes over, who may be `busy` then."""
    pairs: list[tuple[Deed, Deed]] = []
    for number in range(PAIRS):
        old = make_delegate(event)
        new = make_delegate(event, colleague_of=old)
        meeting = make_meeting(event, by=old, slots=[at(event, number)])
        goal = at(event, number + 1)
        if busy:
            make_meeting(event, by=new, slots=[goal])
        pairs.append((("replace", meeting.id, old.id, new.id), ("move", meeting.id, goal.id)))
    return pairs


@pytest.mark.parametrize("busy", [False, True])
def test_whoever_takes_over_while_the_meeting_moves_is_never_booked_twice(
    site: tuple[Flask, Race], race: Race, busy: bool
):
    calendars: dict[str, dict[str, tuple[int, str, datetime]]] = {}
    for _round in range(ROUNDS):
        with clock.frozen(clock.now() - timedelta(hours=1)):
            event = make_partnering_event(tables=4 * PAIRS, slots=PAIRS + 2)
            pairs = swaps_and_moves(event, busy=busy)
        hear(site[0], calendars)

        for (replace, move), told in zip(pairs, race(pairs), strict=True):
            assert DONE in told
            assert told != (DONE, DONE) or not busy
            assert all(each["told"] in ("done", "slot_taken", "request_not_open") for each in told)
            meeting = db.session.get_one(Meeting, replace[1])
            swapped, moved = (each == DONE for each in told)
            [asker] = queries.seats_of(meeting, "requester")
            assert asker.id == meeting.requester_id == (replace[3] if swapped else replace[2])
            goal = next(slot for slot in queries.slots_of(event) if slot.id == move[2])
            assert (begins(meeting) == goal.starts_at) == moved
            assert sorted(present(meeting)) == sorted(seat.delegate.participant_id for seat in meeting.delegates)
        hear(site[0], calendars)
        assert_calendars_hold(event, calendars)
    assert all_is_well()


def test_without_guard_whoever_takes_over_is_booked_twice(careless: Race):
    def arrange() -> list[tuple[Deed, Deed]]:
        with clock.frozen(clock.now() - timedelta(hours=1)):
            event = make_partnering_event(tables=4 * PAIRS, slots=PAIRS + 2)
            return swaps_and_moves(event, busy=True)

    def two_at_once(pair: tuple[Deed, Deed]) -> bool:
        new = db.session.get_one(Delegate, pair[0][3])
        held = db.session.scalars(
            sa.select(Appointment.starts_at)
            .join(AgendaEntry, AgendaEntry.appointment_id == Appointment.id)
            .where(AgendaEntry.participant_id == new.participant_id, AgendaEntry.state == "live")
        ).all()
        return len(held) == 2 and len(set(held)) == 1

    assert goes_wrong(careless, arrange, two_at_once)


def present(meeting: Meeting) -> Sequence[int]:
    """The participants in whose agenda a meeting stands."""
    return db.session.scalars(
        sa.select(AgendaEntry.participant_id).where(
            AgendaEntry.appointment_id == meeting.appointment_id, AgendaEntry.state == "live"
        )
    ).all()


def hear(app: Flask, calendars: dict[str, dict[str, tuple[int, str, datetime]]]) -> None:
    """Deliver all letters, and let calendars do what these say."""
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        letters = deliver_all(app)
    for letter in letters:
        content = calendar_of(letter)
        if content is None:
            continue
        calendar = calendars.setdefault(str(letter["To"]), {})
        uid, sequence, method, begin, _table = read(content)
        known = calendar.get(uid)
        assert known is None or sequence > known[0], f"sequence {sequence} after {known}"
        assert method == "REQUEST" or (known is not None and known[1] == "REQUEST"), "called off what was never told"
        calendar[uid] = (sequence, method, begin)


def assert_calendars_hold(event: Event, calendars: dict[str, dict[str, tuple[int, str, datetime]]]) -> None:
    """Everybody's calendar is what their agenda is."""
    for delegate in db.session.scalars(sa.select(Delegate).where(Delegate.event_id == event.id)):
        entries = db.session.scalars(
            sa.select(AgendaEntry)
            .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
            .where(
                AgendaEntry.participant_id == delegate.participant_id,
                AgendaEntry.state == "live",
                Appointment.kind == "meeting",
            )
        )
        known = calendars.get(there(delegate.participant.person).email, {})
        held = {uid: begin for uid, (_sequence, method, begin) in known.items() if method == "REQUEST"}
        assert held == {entry.uid: entry.appointment.starts_at for entry in entries}


# -- block against request


def blocks_and_requests(event: Event, deed: str) -> list[tuple[Deed, Deed]]:
    """Somebody asks whoever blocks them; or whom they block themselves, in another browser."""
    pairs: list[tuple[Deed, Deed]] = []
    for number in range(PAIRS):
        one, other = make_delegate(event), make_delegate(event)
        if number % 2:
            one, other = other, one
        asks = (one, other) if number % 4 < 2 else (other, one)
        pairs.append((("ask", asks[0].id, asks[1].id, at(event, number).id), (deed, other.id, one.id)))
    return pairs


@pytest.mark.parametrize("deed", ["block", "block firm"])
def test_after_a_block_no_request_is_open(race: Race, deed: str):
    for _round in range(ROUNDS):
        pairs = blocks_and_requests(make_partnering_event(tables=PAIRS), deed)

        for pair, told in zip(pairs, race(pairs), strict=True):
            assert told[1] == DONE
            found = [meeting.request_state for meeting in between(pair[::-1])]
            asker = db.session.get_one(Delegate, pair[0][1])
            ended = "declined" if pair[1][2] == asker.id else "withdrawn"
            assert (told[0], found) in [(DONE, [ended]), (refused(errors.NotBookable), [])]
            assert counted(asker) == 0
    assert all_is_well()


@pytest.mark.parametrize("deed", ["block", "block firm"])
def test_without_guard_a_request_is_open_after_the_block(careless: Race, deed: str):
    def open_and_blocked(pair: tuple[Deed, Deed]) -> bool:
        [meeting] = between(pair[::-1])
        return meeting.is_open and partnering.blocked(meeting.requester, meeting.invitee)

    assert goes_wrong(
        careless, lambda: blocks_and_requests(make_partnering_event(tables=PAIRS), deed), open_and_blocked
    )


def blocks_and_withdrawals(event: Event, deed: str) -> list[tuple[Deed, Deed]]:
    """Requests that are taken back while whoever was asked blocks whoever asks, and has the higher id."""
    made = [make_request(event, slots=[at(event, number)]) for number in range(PAIRS)]
    return [(("withdraw", each.id), (deed, each.invitee.id, each.requester_id)) for each in made]


@pytest.mark.parametrize("deed", ["block", "block firm"])
def test_who_blocks_and_who_withdraws_never_wait_crosswise(race: Race, deed: str):
    for _round in range(ROUNDS):
        pairs = blocks_and_withdrawals(make_partnering_event(tables=PAIRS), deed)

        for pair, told in zip(pairs, race(pairs), strict=True):
            assert told[1] == DONE
            state = db.session.get_one(Meeting, pair[0][1]).request_state
            assert (told[0], state) in [(DONE, "withdrawn"), (refused(errors.RequestNotOpen), "declined")]
    assert all_is_well()


@pytest.mark.engine("postgresql")  # SQLite has one writer at a time
def test_who_is_locked_out_of_order_waits_crosswise(site: tuple[Flask, Race]):
    app, _play = site
    with app.app_context(), people(app, "tests.races.unguarded_meetings", "--crosswise") as race:
        told: list[str] = []
        for _round in range(ROUNDS):
            pairs = blocks_and_withdrawals(make_partnering_event(tables=PAIRS), "block")
            told += [str(each["told"]) for both in race(pairs) for each in both]
        db.session.remove()
    assert [each for each in told if "deadlock" in each]
