"""Edge case 22: desks without network send their queues late, in any order and twice; the end is the same."""

import itertools
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import on_site, tasks
from partnering.meetings.evidence import DeskScan
from partnering.meetings.models import Meeting, MeetingScan, MeetingSide
from tests.factories.delegates import make_delegate
from tests.factories.events import make_crew, make_organiser
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.meetings.day import minute, signs, text_of
from tests.meetings.deeds import all_is_well, at
from tests.support.signing_in import sign_in

Freeze = Callable[[datetime], None]


@pytest.fixture
def event(ctx: Flask) -> Event:
    """Two tables, eight slots."""
    return make_partnering_event(slots=8)


@pytest.fixture
def people(event: Event) -> list[Delegate]:
    """Three who meet each other."""
    return [make_delegate(event) for _each in range(3)]


@pytest.fixture
def met(event: Event, people: list[Delegate]) -> list[Meeting]:
    """The first with the second and then with the third, in slots one after the other."""
    one, two, three = people
    return [
        make_meeting(event, by=one, to=two, slots=[at(event, 1)]),
        make_meeting(event, by=one, to=three, slots=[at(event, 2)]),
    ]


def state(meetings: Sequence[Meeting]) -> list[Any]:
    """What the signs have led to."""
    db.session.expire_all()
    sides = db.session.scalars(
        sa.select(MeetingSide)
        .where(MeetingSide.meeting_id.in_([meeting.id for meeting in meetings]))
        .order_by(MeetingSide.meeting_id, MeetingSide.side)
    )
    rows = db.session.execute(
        sa.select(MeetingScan.scan_id, MeetingScan.meeting_id, MeetingScan.side, MeetingScan.counted)
        .where(MeetingScan.meeting_id.in_([meeting.id for meeting in meetings]))
        .order_by(MeetingScan.scan_id)
    )
    return [
        [(meeting.placement, meeting.live_at) for meeting in meetings],
        [(side.first_scan_at, side.confirmed_at) for side in sides],
        [tuple(row) for row in rows],
    ]


def queue(people: list[Delegate], met: list[Meeting]) -> list[DeskScan]:
    """Who was seen when: one badge each at the first meeting, one alone at the second, one much too late."""
    one, two, three = (text_of(each) for each in people)
    first, second = met
    return [
        DeskScan("scan-0001", minute(first, -3), code=one),
        DeskScan("scan-0002", minute(first, 4), code=two),
        DeskScan("scan-0003", minute(second, 1), code=one),
        DeskScan("scan-0004", minute(second, 31), code=three),
        DeskScan("scan-0005", minute(first, 5), meeting=first.public_id, side="invitee"),
    ]


def test_any_order_and_any_division_lead_to_the_same_end(
    people: list[Delegate], met: list[Meeting], freeze: Freeze, event: Event
):
    scans = queue(people, met)
    freeze(minute(met[1], 120))
    orders = list(itertools.permutations(scans))
    chance = random.Random(22)
    ends = []
    for order in chance.sample(orders, 40):
        cut, twice = chance.randint(0, len(order)), chance.randint(0, 3)
        with pytest.raises(_Ended) as ended, transaction():
            _upload_and_end(event, met, [order[:cut], order[cut:], order[:twice]])
        ends.append(ended.value.state)
    assert len(ends) == 40
    assert all(end == ends[0] for end in ends)
    assert [placement for placement, _live in ends[0][0]] == ["held", "no_show_invitee"]
    assert [row[3] for row in ends[0][2]] == [True, True, True, False, True]


class _Ended(Exception):
    """Takes back what one order has led to, and says what it was."""

    def __init__(self, state: list[Any]) -> None:
        super().__init__()
        self.state = state


def _upload_and_end(event: Event, met: list[Meeting], parts: Sequence[Sequence[DeskScan]]) -> None:
    for part in parts:
        on_site.upload(event, part, scanner="desk")
    raise _Ended(state(met))


def test_what_comes_in_parts_over_hours_leads_to_the_same_end(
    people: list[Delegate], met: list[Meeting], freeze: Freeze, event: Event
):
    scans = queue(people, met)
    for number, scan in enumerate(reversed(scans)):
        freeze(minute(met[1], 60 + number * 30))
        with transaction():
            on_site.upload(event, [scan], scanner="desk")
        tasks.settle_due()
        tasks.close_blocks()
    db.session.expire_all()
    assert [meeting.placement for meeting in met] == ["held", "no_show_invitee"]
    assert all(meeting.closed_at is not None for meeting in met)
    assert all_is_well()


def test_sent_twice_is_once_and_late_ones_are_kept_and_not_counted(
    people: list[Delegate], met: list[Meeting], freeze: Freeze, event: Event
):
    scans = queue(people, met)
    freeze(minute(met[1], 120))
    for _time in range(2):
        with transaction():
            outcomes = on_site.upload(event, scans, scanner="desk")
        assert outcomes == ["counted", "counted", "counted", "late", "counted"]
    assert signs(met[1]) == [("requester", "desk", True), ("invitee", "desk", False)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MeetingScan)) == 5


def test_clocks_that_are_wrong_count_within_twelve_hours_and_not_ahead(
    people: list[Delegate], met: list[Meeting], freeze: Freeze, event: Event
):
    one = text_of(people[0])
    freeze(minute(met[0], 2))
    with transaction():
        answers = on_site.upload(
            event,
            [
                DeskScan("scan-ahead", minute(met[0], 500), code=one),
                DeskScan("scan-years", clock.now() - timedelta(days=400), code=one),
            ],
            scanner="desk",
        )
    assert answers == ["counted", "unknown"]
    assert db.session.scalars(sa.select(MeetingScan.bounded_at)).all() == [clock.now()]


def test_codes_of_nobody_are_unknown_and_leave_nothing(event: Event, met: list[Meeting], freeze: Freeze):
    freeze(minute(met[0], 2))
    stranger = text_of(make_delegate(event))
    scans = [
        DeskScan("scan-0001", clock.now(), code="EV1:NOTHING"),
        DeskScan("scan-0002", clock.now(), code=stranger),
        DeskScan("scan-0003", clock.now(), meeting="aaaaaaaaaaaaaaaa", side="invitee"),
    ]
    with transaction():
        assert on_site.upload(event, scans, scanner="desk") == ["unknown"] * 3
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MeetingScan)) == 0


# -- over the wire


def body(scans: Sequence[DeskScan]) -> dict[str, Any]:
    """The same as a desk sends it."""
    rows = []
    for scan in scans:
        row = {"scan_id": scan.scan_id, "scanned_at": scan.claimed_at.isoformat()}
        rows.append(row | ({"code": scan.code} if scan.code else {"meeting": scan.meeting, "side": scan.side}))
    return {"scans": rows}


@pytest.mark.parametrize("make", [make_crew, make_organiser])
def test_crew_and_organisers_upload_a_queue(
    client: FlaskClient,
    people: list[Delegate],
    met: list[Meeting],
    freeze: Freeze,
    event: Event,
    make: Callable[..., Any],
):
    person, scans = make(event), queue(people, met)
    freeze(minute(met[1], 120))
    sign_in(client, person)
    for _time in range(2):
        answer = client.post(f"/manage/{event.slug}/meetings/scans", json=body(scans))
        assert answer.status_code == 200
        assert [row["outcome"] for row in answer.get_json()["scans"]] == [
            "counted",
            "counted",
            "counted",
            "late",
            "counted",
        ]
        assert [row["scan_id"] for row in answer.get_json()["scans"]] == [scan.scan_id for scan in scans]
    db.session.expire_all()
    assert [meeting.placement for meeting in met] == ["held", "no_show_invitee"]


WRONG: list[Any] = [
    {},
    [],
    {"scans": []},
    {"scans": [{}]},
    {"scans": [{"scan_id": "scan-0001", "scanned_at": "2027-10-13T08:00:00Z", "code": ""}]},
    {"scans": [{"scan_id": "scan-0001", "scanned_at": "2027-10-13T08:00:00", "code": "EV1:A"}]},
    {"scans": [{"scan_id": "scan-0001", "scanned_at": "gestern", "code": "EV1:A"}]},
    {"scans": [{"scan_id": "a", "scanned_at": "2027-10-13T08:00:00Z", "code": "EV1:A"}]},
    {"scans": [{"scan_id": "scan-0001", "scanned_at": "2027-10-13T08:00:00Z", "code": "EV1:A", "more": "1"}]},
    {"scans": [{"scan_id": "scan-0001", "scanned_at": "2027-10-13T08:00:00Z", "code": 1}]},
    {"scans": [{"scan_id": "scan-0001", "scanned_at": "2027-10-13T08:00:00Z", "meeting": "x", "side": "host"}]},
    {"scans": [{"scan_id": f"scan-{n:04}", "scanned_at": "2027-10-13T08:00:00Z", "code": "E"} for n in range(101)]},
]


def test_what_is_no_queue_is_refused_whole(client: FlaskClient, event: Event):
    sign_in(client, make_crew(event))
    address = f"/manage/{event.slug}/meetings/scans"
    assert [client.post(address, json=wrong).status_code for wrong in WRONG] == [422] * len(WRONG)
    doubled = b'{"scans": [], "scans": []}'
    assert client.post(address, data=doubled, content_type="application/json").status_code == 422
    assert client.post(address, data=b"{}", content_type="text/plain").status_code == 415
    assert client.post(address, data=b"x" * 40_000, content_type="application/json").status_code == 413


@pytest.mark.parametrize("make", [make_crew, make_organiser])
def test_a_badge_is_noted_from_the_page_without_script(
    client: FlaskClient,
    people: list[Delegate],
    met: list[Meeting],
    freeze: Freeze,
    event: Event,
    make: Callable[..., Any],
):
    person, address = make(event), f"/manage/{event.slug}/meetings/seen?lang=en"
    freeze(minute(met[0], 1))
    sign_in(client, person)
    for number, code, words in (
        (0, text_of(people[0]), "Noted."),
        (1, text_of(people[1]), "Noted."),
        (2, "EV1:NOTHING", "No meeting found for this code at this time."),
    ):
        answer = client.post(address, data={"code": code, "once": f"{number:032}"}, follow_redirects=True)
        assert words in answer.text
    empty = client.post(address, data={"code": ""})
    assert (empty.status_code, "Enter or scan a code" in empty.text) == (422, True)
    db.session.expire_all()
    assert met[0].placement == "held"
    sign_in(client, make_delegate(event).participant.person or person)
    assert client.get(address).status_code == 404
