"""The day itself, by the numbers of its transitions: live, held, did not come; and asking for the next free slot."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda.models import AgendaEntry, LocationAtom
from partnering.audit import AuditEntry
from partnering.db import db, transaction
from partnering.delegates.directory import card
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.meetings import errors, on_site, queries, services, tasks
from partnering.meetings.models import Meeting
from partnering.meetings.states import label
from partnering.registration.codes import printed, revoke
from tests.factories.delegates import make_delegate
from tests.factories.meetings import after_letters, make_meeting, make_partnering_event
from tests.meetings.day import code_of, let_in, minute, person_of, side, signs, starts_at, text_of
from tests.meetings.deeds import all_is_well, at, letters_to, taken
from tests.support.letters import deliver_all
from tests.support.letters import text_of as said

pytestmark = pytest.mark.usefixtures("ctx")
Freeze = Callable[[datetime], None]


@pytest.fixture
def event() -> Event:
    """Two tables, eight slots."""
    return make_partnering_event(slots=8)


@pytest.fixture
def pair(event: Event) -> tuple[Delegate, Delegate]:
    """Who asked and who was asked, each of an organisation of their own."""
    return make_delegate(event, given_name="Jana"), make_delegate(event, given_name="Tomáš")


@pytest.fixture
def met(event: Event, pair: tuple[Delegate, Delegate]) -> Meeting:
    """The confirmed meeting of the two, in the second slot."""
    return make_meeting(event, by=pair[0], to=pair[1], slots=[at(event, 1)])


def shows(meeting: Meeting, by: Delegate, kind: str = "button", scan_id: str = "") -> None:
    """A sign of one side, in a transaction of its own."""
    with transaction():
        on_site.confirm(meeting, by, kind, scan_id=scan_id or f"{kind}-{by.public_id}-{clock.now().timestamp()}")


def all_told(app: Flask, freeze: Freeze) -> None:
    """Everything decided on so far has left."""
    freeze(clock.now() + after_letters())
    deliver_all(app)


def label_of(meeting: Meeting) -> str:
    db.session.refresh(meeting)
    return label(meeting).code


@pytest.mark.parametrize("kind", ["button", "table"])
def test_transition_19_live(met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze, kind: str):
    freeze(minute(met, -5))
    shows(met, pair[1], kind)
    assert (label_of(met), met.live_at) == ("live", minute(met, -5))
    mine = side(met, pair[1])
    assert (mine.first_scan_at is None, mine.confirmed_at is None) == (kind == "button", kind == "table")
    assert taken() == (8, 4)
    assert met.closed_at is None
    assert all_is_well()


def test_transition_19_not_outside_the_window(met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze):
    for moment in (-6, 31):
        freeze(minute(met, moment))
        with pytest.raises(errors.NotInTime):
            shows(met, pair[0])
    assert (label_of(met), signs(met)) == ("confirmed", [])
    freeze(minute(met, 30))
    shows(met, pair[0])
    assert label_of(met) == "live"


def test_transition_19_not_by_others_and_not_without_a_time(
    event: Event, met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    freeze(minute(met, 0))
    with pytest.raises(errors.NotYours):
        shows(met, make_delegate(event))
    with transaction():
        services.cancel(met, by=pair[0])
    with pytest.raises(errors.RequestNotOpen):
        shows(met, pair[1])
    assert all_is_well()


def test_transition_20_held_when_both_have_shown_themselves(
    met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    freeze(minute(met, -2))
    shows(met, pair[0], "table")
    freeze(minute(met, 1))
    shows(met, pair[1])
    assert (label_of(met), met.live_at) == ("held", minute(met, -2))
    assert signs(met) == [("requester", "table", True), ("invitee", "button", True)]
    shows(met, pair[1], scan_id="again")
    assert (label_of(met), len(signs(met))) == ("held", 3)
    assert taken() == (8, 4)
    assert all_is_well()


def test_transition_20_one_badge_proves_both(met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze):
    jana, tomas = pair
    freeze(minute(met, 0))
    assert on_site.read_badge(jana, text_of(tomas)) == met
    shows(met, jana, "badge")
    assert label_of(met) == "held"


def test_transition_20_a_sign_sent_twice_is_one(met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze):
    freeze(minute(met, 0))
    shows(met, pair[0], scan_id="the-same")
    shows(met, pair[0], scan_id="the-same")
    assert (label_of(met), signs(met)) == ("live", [("requester", "button", True)])


def test_transition_20_only_the_code_across_the_table_is_read(
    event: Event, met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    jana, tomas = pair
    colleague, stranger = make_delegate(event, colleague_of=tomas), make_delegate(event)
    right, short = text_of(tomas), code_of(tomas)
    texts = [text_of(stranger), text_of(colleague), text_of(jana), tomas.public_id, met.public_id, "EV1:NONSENSE", ""]
    freeze(minute(met, -6))
    assert on_site.read_badge(jana, right) is None
    freeze(minute(met, 0))
    assert [on_site.read_badge(jana, text) for text in texts] == [None] * len(texts)
    assert on_site.read_badge(jana, printed(short)) == met
    with transaction():
        revoke(tomas.registration)
    assert on_site.read_badge(jana, right) is None
    assert label_of(met) == "confirmed"


def test_transition_20_who_pressed_alone_has_met_when_the_block_closes(
    met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    freeze(minute(met, 3))
    shows(met, pair[0])
    freeze(minute(met, 31))
    tasks.settle_due()
    assert label_of(met) == "live"
    freeze(queries.slots_of(pair[0].participant.event)[0].block.ends_at + timedelta(minutes=10))
    tasks.close_blocks()
    assert (label_of(met), met.closed_at) == ("held", clock.now())
    assert all_is_well()


def test_transition_21_no_show(app: Flask, met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze):
    jana, tomas = pair
    all_told(app, freeze)
    freeze(minute(met, 2))
    shows(met, jana)
    with pytest.raises(errors.NotInTime), transaction():
        on_site.missing(met, jana)
    freeze(minute(met, 5))
    with pytest.raises(errors.NotShown), transaction():
        on_site.missing(met, tomas)
    with transaction():
        on_site.missing(met, jana)
    assert (label_of(met), met.placement, taken()) == ("missed", "no_show_invitee", (8, 4))
    tasks.settle_due()
    assert taken() == (8, 4)
    freeze(minute(met, 10))
    tasks.settle_due()
    assert taken() == (0, 0)
    assert met.placement == "no_show_invitee"
    entries = db.session.scalars(sa.select(AgendaEntry).where(AgendaEntry.appointment_id == met.appointment_id)).all()
    assert [(entry.state, entry.blocks, entry.sequence) for entry in entries] == [("live", False, 0)] * 2
    assert "meetings.missed" in letters_to(tomas)
    assert "meetings.missed" not in letters_to(jana)
    assert all_is_well()


def test_transition_21_the_letter_is_polite_and_says_how_to_correct_it(
    app: Flask, met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    all_told(app, freeze)
    freeze(minute(met, 5))
    shows(met, pair[0], "table")
    with transaction():
        on_site.missing(met, pair[0])
    [letter] = [each for each in deliver_all(app) if person_of(pair[1]).email in str(each["To"])]
    assert "Das kann vorkommen." in said(letter)
    assert f"/me/meetings/{met.public_id}#missed" in said(letter)
    assert "Sonst sieht es niemand" in said(letter)


def test_transition_21_nobody_is_told_what_is_not_true_any_more(
    app: Flask, met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    all_told(app, freeze)
    freeze(minute(met, 6))
    shows(met, pair[0])
    with transaction():
        on_site.missing(met, pair[0])
    shows(met, pair[1])
    assert label_of(met) == "held"
    assert deliver_all(app) == []
    with pytest.raises(errors.RequestNotOpen), transaction():
        on_site.missing(met, pair[0])


def test_transition_21_at_the_end_who_sat_there_alone_was_let_down(
    met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    freeze(minute(met, 0))
    shows(met, pair[1], "table")
    freeze(minute(met, 29))
    tasks.settle_due()
    assert label_of(met) == "live"
    freeze(minute(met, 30))
    tasks.settle_due()
    assert (label_of(met), met.placement) == ("missed", "no_show_requester")
    assert letters_to(pair[0]).count("meetings.missed") == 1
    tasks.settle_due()
    freeze(queries.slots_of(pair[0].participant.event)[0].block.ends_at + timedelta(minutes=10))
    tasks.close_blocks()
    assert (met.placement, letters_to(pair[0]).count("meetings.missed")) == ("no_show_requester", 1)
    assert all_is_well()


def test_transition_21_dispute(app: Flask, met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze):
    jana, tomas = pair
    freeze(minute(met, 5))
    shows(met, jana)
    with transaction():
        on_site.missing(met, jana)
    all_told(app, freeze)
    for stranger in (jana, make_delegate(tomas.participant.event)):
        with pytest.raises(errors.NotYours), transaction():
            on_site.dispute(met, stranger)
    freeze(minute(met, 5) + timedelta(hours=24))
    with transaction():
        on_site.dispute(met, tomas)
    assert label_of(met) == "held"
    assert deliver_all(app) == []
    with pytest.raises(errors.RequestNotOpen), transaction():
        on_site.dispute(met, tomas)
    assert all_is_well()


def test_transition_21_a_day_later_only_organisers_correct_it(
    met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    freeze(minute(met, 5))
    shows(met, pair[0])
    with transaction():
        on_site.missing(met, pair[0])
    freeze(minute(met, 6) + timedelta(hours=24))
    with pytest.raises(errors.TooLateToDispute), transaction():
        on_site.dispute(met, pair[1])
    with transaction():
        on_site.dispute(met)
    assert label_of(met) == "held"
    assert db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action == "meeting.disputed")).all() == [
        "meeting.disputed"
    ]


def test_who_did_not_come_never_stands_on_a_card(
    event: Event, met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    jana, tomas = pair
    other = make_delegate(event)
    freeze(minute(met, 5))
    before = {viewer.id: (card(viewer, tomas).standing, card(viewer, tomas).shown) for viewer in (jana, other)}
    shows(met, jana)
    with transaction():
        on_site.missing(met, jana)
    after = {viewer.id: (card(viewer, tomas).standing, card(viewer, tomas).shown) for viewer in (jana, other)}
    assert after == before


# -- asking on the day


def test_both_must_be_let_in_and_not_gone(event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze):
    freeze(event.opens_at)
    jana, tomas = pair
    assert on_site.here(pair) == set()
    let_in(jana)
    assert on_site.here(pair) == {jana.id}
    with pytest.raises(errors.NotHere), transaction():
        on_site.ask_live(jana, tomas)
    let_in(tomas)
    assert on_site.here(pair) == {jana.id, tomas.id}
    freeze(event.opens_at + timedelta(minutes=30))
    let_in(jana, kind="exit")
    assert on_site.here(pair) == {tomas.id}


def test_whoever_cannot_be_asked_cannot_be_asked_on_the_day_either(
    event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    freeze(event.opens_at)
    let_in(*pair)
    with transaction():
        pair[1].takes_requests = False
    with pytest.raises(errors.NotBookable) as refused, transaction():
        on_site.ask_live(*pair)
    assert type(refused.value) is errors.NotBookable


def test_two_who_ask_each_other_on_the_day_meet(event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze):
    freeze(event.opens_at)
    let_in(*pair)
    with transaction():
        first = on_site.ask_live(*pair)
    with transaction():
        second = on_site.ask_live(pair[1], pair[0])
    assert (second.id, label_of(first)) == (first.id, "confirmed")
    assert starts_at(first) == at(event, 0).starts_at
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LocationAtom)) == 4


def test_what_organisers_plan_is_not_asked_for_on_the_day(
    event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    freeze(event.opens_at)
    let_in(*pair)
    with transaction():
        at(event, 0).block.mode = "batch"
    with pytest.raises(errors.NothingFree), transaction():
        on_site.ask_live(*pair)


# -- notes and the morning after


def test_notes_and_ratings_are_kept_by_each_side_for_itself(
    event: Event, met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    jana, tomas = pair
    ben = make_delegate(event, colleague_of=jana)
    with pytest.raises(errors.TooEarlyToRate), transaction():
        on_site.keep_note(met, jana, note="Fragen", rating=5)
    with pytest.raises(errors.NotYours), transaction():
        on_site.keep_note(met, ben, note="Fragen", rating=None)
    with transaction():
        on_site.keep_note(met, jana, note="Fragen", rating=None)
    freeze(minute(met, 1))
    with transaction():
        on_site.keep_note(met, tomas, note="Nachfassen", rating=4)
    assert (side(met, jana).note, side(met, jana).rating) == ("Fragen", None)
    assert (side(met, tomas).note, side(met, tomas).rating) == ("Nachfassen", 4)


def test_the_morning_after_everybody_who_met_gets_one_letter(app: Flask, event: Event, freeze: Freeze):
    jana, tomas, paul = (make_delegate(event, given_name=name) for name in ("Jana", "Tomáš", "Paul"))
    first = make_meeting(event, by=jana, to=tomas, slots=[at(event, 1)])
    second = make_meeting(event, by=jana, to=paul, slots=[at(event, 3)])
    unknown = make_meeting(event, by=tomas, to=paul, slots=[at(event, 5)])
    all_told(app, freeze)
    for meeting, one, other in ((first, jana, tomas), (second, jana, paul)):
        freeze(minute(meeting, 0))
        shows(meeting, one, "table")
        shows(meeting, other)
    morning = clock.from_zone(
        datetime.combine(event.first_day + timedelta(days=1), datetime.min.time()), event.zone
    ) + timedelta(hours=7, minutes=30)
    freeze(morning - timedelta(minutes=1))
    tasks.ask_for_feedback()
    assert deliver_all(app) == []
    freeze(morning)
    tasks.ask_for_feedback()
    tasks.ask_for_feedback()
    letters = {letter.recipient_ref: letter for letter in _asked()}
    assert set(letters) == {jana.public_id, tomas.public_id, paul.public_id}
    [mine] = [each for each in deliver_all(app) if person_of(jana).email in str(each["To"])]
    text = said(mine)
    assert [text.index(f"/meetings/{each.public_id}/note") for each in (first, second)] == sorted(
        text.index(f"/meetings/{each.public_id}/note") for each in (first, second)
    )
    assert unknown.public_id not in text
    assert mine["Subject"] == "Wie waren Ihre Gespräche gestern?"
    freeze(morning + timedelta(hours=6))
    tasks.ask_for_feedback()
    assert len(_asked()) == 3


def _asked() -> list[OutboxLetter]:
    return list(db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.kind == "meetings.feedback")))
