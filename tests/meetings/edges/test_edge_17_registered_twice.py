"""Somebody registered twice: meetings move, the same pair's become one, clashes are listed, nothing is lost."""

import pytest

from partnering.db import transaction
from partnering.meetings import errors, queries, services
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.meetings.deeds import all_is_well, at

pytestmark = pytest.mark.usefixtures("ctx")


def test_meetings_move_merge_or_are_listed():
    event = make_partnering_event(slots=8, tables=4)
    kept = make_delegate(event)
    gone = make_delegate(event, colleague_of=kept)
    tomas, petra = make_delegate(event), make_delegate(event)
    own = make_meeting(event, by=kept, slots=[at(event, 0)], slot=at(event, 0))
    moves = make_meeting(event, by=gone, slots=[at(event, 1)], slot=at(event, 1))
    clashes = make_meeting(event, to=gone, slots=[at(event, 0)], slot=at(event, 0))
    request = make_request(event, to=gone, slots=[at(event, 2)])
    twice_asked = make_request(event, by=kept, to=tomas, slots=[at(event, 3)], message="Eins")
    twice_met = make_meeting(event, by=gone, to=tomas, slots=[at(event, 4)], slot=at(event, 4), message="Zwei")
    older = make_request(event, by=kept, to=petra, slots=[at(event, 5)], message="Drei")
    newer = make_request(event, by=gone, to=petra, slots=[at(event, 6)], message="Vier")

    with transaction():
        merged = services.merge_delegates(kept, gone)

    assert {one.id for one in merged.moved} == {moves.id, request.id}
    assert {one.id for one in merged.closed} == {twice_asked.id, newer.id}
    assert [one.id for one in merged.clashes] == [clashes.id]
    assert {kept.id, gone.id} & {seat.delegate_id for seat in moves.delegates} == {kept.id}
    assert request.turn_id == kept.id
    assert (twice_met.requester_id, twice_met.placement) == (kept.id, "published")
    assert [note.text for note in twice_met.messages] == ["Eins"]
    assert [note.text for note in older.messages] == ["Vier"]
    assert (own.placement, clashes.placement) == ("published", "published")
    assert queries.open_between(gone, petra) is None
    assert all_is_well()


def test_people_of_two_events_are_not_one():
    one, other = make_delegate(make_partnering_event()), make_delegate(make_partnering_event())
    with pytest.raises(errors.NotBookable), transaction():
        services.merge_delegates(one, other)
