"""The log says who did what, cannot be changed, and lets its details be erased."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import g
from sqlalchemy.exc import DatabaseError

from partnering import audit
from partnering.audit import AuditDetail, AuditEntry
from partnering.db import BilingualText, db, transaction
from tests.factories import make_event, make_host, make_person


def entry() -> AuditEntry:
    return db.session.scalars(sa.select(AuditEntry)).one()


def detail() -> AuditDetail:
    return db.session.scalars(sa.select(AuditDetail)).one()


def test_an_entry_names_who_did_what_to_which_thing(ctx, freeze):
    moment = datetime(2027, 10, 13, 9, tzinfo=UTC)
    event = make_event()
    freeze(moment)
    with transaction():
        audit.record("event.renamed", event, event=event, actor=("person", "abc"))

    kept = entry()

    assert (kept.at, kept.actor_kind, kept.actor_ref, kept.action) == (moment, "person", "abc", "event.renamed")
    assert (kept.object_kind, kept.object_ref, kept.event_ref) == ("event", event.public_id, event.public_id)
    assert (kept.detail_hash, kept.request_id) == (None, None)


def test_outside_a_request_the_system_acts(ctx):
    assert audit.current_actor() == ("system", "")


def test_in_a_request_the_person_the_device_or_nobody_acts(ctx):
    person = make_person()
    seen = []
    with ctx.test_request_context():
        seen.append(audit.current_actor())
        g.device = person  # anything with a public id
        seen.append(audit.current_actor())
        g.person = person
        seen.append(audit.current_actor())

    assert seen == [("anonymous", ""), ("device", person.public_id), ("person", person.public_id)]


def test_details_are_kept_beside_the_entry_and_hashed(ctx):
    host = make_host()
    with transaction():
        audit.record("host.renamed", host, before={"name": "a"}, after={"name": "ä"})

    kept = detail()

    assert (kept.entry_id, kept.before, kept.after) == (entry().id, {"name": "a"}, {"name": "ä"})
    assert entry().detail_hash == audit.detail_hash(kept.salt, {"name": "a"}, {"name": "ä"})


def test_the_hash_depends_on_every_part_and_on_no_order():
    known = audit.detail_hash("s", {"a": 1, "b": 2}, None)

    assert known == audit.detail_hash("s", {"b": 2, "a": 1}, None)
    assert known not in {
        audit.detail_hash("t", {"a": 1, "b": 2}, None),
        audit.detail_hash("s", {"a": 1, "b": 3}, None),
        audit.detail_hash("s", None, {"a": 1, "b": 2}),
        audit.detail_hash("s", {"a": 1, "b": 2}, {}),
    }


def test_equal_details_have_unequal_hashes(ctx):
    host = make_host()
    with transaction():
        for _ in range(2):
            audit.record("host.renamed", host, after={"name": "a"})

    hashes = db.session.scalars(sa.select(AuditEntry.detail_hash)).all()

    assert len(set(hashes)) == 2  # nobody learns a detail by trying


def test_every_value_becomes_what_json_can_hold(ctx):
    values = {
        "moment": datetime(2027, 10, 13, 9, tzinfo=UTC),
        "day": date(2027, 10, 13),
        "text": BilingualText(de="Halle", en="Hall"),
        "number": 5,
        "nothing": None,
        "list": [1, 2],
        "other": frozenset(),
    }
    with transaction():
        audit.record("host.renamed", make_host(), after=values)

    assert detail().after == {
        "moment": "2027-10-13T09:00:00+00:00",
        "day": "2027-10-13",
        "text": {"de": "Halle", "en": "Hall"},
        "number": 5,
        "nothing": None,
        "list": [1, 2],
        "other": "frozenset()",
    }
    assert list(audit.details_untouched()) == []


def test_erasing_a_detail_leaves_the_entry_as_it_was(ctx):
    with transaction():
        audit.record("host.renamed", make_host(), before={"name": "a"}, after={"name": "b"})
    before = entry().detail_hash

    with transaction() as session:
        session.execute(sa.delete(AuditDetail))

    assert entry().detail_hash == before
    assert db.session.scalars(sa.select(AuditDetail)).all() == []


def test_an_entry_goes_with_the_deed_that_was_undone(ctx):
    host = make_host()

    def fail() -> None:
        with transaction():
            audit.record("host.renamed", host, after={"name": "b"})
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert db.session.scalars(sa.select(AuditEntry)).all() == []


def test_the_models_cannot_change_an_entry_either(ctx):
    with transaction():
        audit.record("host.renamed", make_host())

    def forge() -> None:
        with transaction():
            entry().action = "host.deleted"

    with pytest.raises(DatabaseError, match="append-only"):
        forge()

    assert entry().action == "host.renamed"
