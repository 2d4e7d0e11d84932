"""How meetings are asked for and answered at an event, as its organisers have set it."""

import pytest
import sqlalchemy as sa

from partnering.audit import AuditEntry
from partnering.db import db, table_of, transaction
from partnering.meetings.models import MeetingRules
from partnering.meetings.rules import NAMES, Rules, rules_of, set_rules
from tests.factories.events import make_event

pytestmark = pytest.mark.usefixtures("ctx")


def test_what_nobody_has_set_is_as_the_row_would_begin():
    event = make_event()
    with transaction():
        db.session.add(MeetingRules(event_id=event.id))
        db.session.flush()
    assert rules_of(event) == Rules() == rules_of(make_event())
    columns = table_of(MeetingRules).columns.keys()
    assert set(NAMES) == set(columns) - {"id", "event_id"}


def test_organisers_set_some_and_the_others_stay():
    event, other = make_event(), make_event()
    with transaction():
        set_rules(event, late_hours=24)
    with transaction():
        assert set_rules(event, meeting_limit=4) == Rules(late_hours=24, meeting_limit=4)
    assert rules_of(event) == Rules(late_hours=24, meeting_limit=4)
    assert rules_of(other) == Rules()


def test_the_log_says_so_once_for_each_change():
    event = make_event()
    with transaction():
        set_rules(event, late_hours=24)
        set_rules(event, late_hours=24)
    actions = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.event_ref == event.public_id)).all()
    assert actions.count("meetings.rules_set") == 1


def test_a_rule_there_is_not_is_refused():
    event = make_event()
    with pytest.raises(TypeError), transaction():
        set_rules(event, hours=3)
