"""`flask verify` passes on a sound house and finds every fault that is planted in it."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import audit, verify
from partnering.agenda import services as agenda
from partnering.agenda.models import Location
from partnering.audit import AuditDetail, AuditEntry
from partnering.db import BilingualText, append_only_statements, db, transaction
from tests.factories import make_event, make_host, make_participant, make_party, make_product

MakeApp = Callable[..., Flask]
BEGIN = datetime(2027, 10, 13, 8, tzinfo=UTC)


def findings() -> dict[str, list[str]]:
    """What is wrong, by the code of the rule that it breaks."""
    db.session.rollback()
    found = {rule.code: list(wrong) for rule, wrong in verify.results() if wrong}
    db.session.rollback()
    return found


def run(statement: str) -> None:
    """One statement past all models, as somebody at the database's own console would."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def rewrite(table: str, pattern: str, by: str) -> None:
    """Change the SQLite definition of a table in place, which no ALTER can."""
    db.session.remove()
    db.engine.dispose()
    file = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    before = file.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
    after = re.sub(pattern, by, before)
    assert after != before
    file.execute("PRAGMA writable_schema=ON")
    file.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", [after, table])
    file.execute("PRAGMA writable_schema=RESET")
    file.close()


def test_an_empty_house_is_sound(ctx):
    assert findings() == {}


def test_the_command_says_pass_for_every_rule(app):
    done = app.test_cli_runner().invoke(args=["verify"])

    assert done.exit_code == 0
    assert len(done.output.splitlines()) > 8
    assert {line.split()[0] for line in done.output.splitlines()} == {"pass"}


# -- the schema


@pytest.fixture
def own(make_app: MakeApp) -> Iterator[Flask]:
    """A site on a database of its own, whose schema a test may spoil."""
    app = make_app()
    with app.app_context():
        assert findings() == {}
        yield app


ON_BOTH = {
    "DROP INDEX ix_team_role_event_id": "team_role: index ix_team_role_event_id (event_id) is missing",
    "DROP TABLE audit_detail": "table audit_detail is missing",
    "ALTER TABLE host ADD COLUMN surprise INTEGER": "host: column surprise is unknown",
    "ALTER TABLE host RENAME COLUMN city TO town": "host: column city NOT NULL is missing",
    "CREATE INDEX ix_surprise ON host (name)": "host: index ix_surprise (name) is unknown",
}


@pytest.mark.parametrize("fault", ON_BOTH)
def test_a_spoilt_schema_is_found(own, fault):
    run(fault)

    found = findings()
    assert set(found) == {"S1"}  # the other rules are not asked of tables that may not be there
    assert ON_BOTH[fault] in found["S1"]


def test_an_index_that_forbids_less_is_found(own):
    run("DROP INDEX uq_email_address_primary")
    run("CREATE INDEX uq_email_address_primary ON email_address (person_id) WHERE is_primary")

    assert findings() == {
        "S1": [
            "email_address: index uq_email_address_primary (person_id) unique partial is missing",
            "email_address: index uq_email_address_primary (person_id) partial is unknown",
        ]
    }


@pytest.mark.parametrize("deed", ["UPDATE", "DELETE"])
def test_a_missing_trigger_is_found(own, engine, deed):
    name = f"audit_entry_no_{deed.lower()}" if engine == "sqlite" else "audit_entry_append_only"
    run(f"DROP TRIGGER {name}" if engine == "sqlite" else f"DROP TRIGGER {name} ON audit_entry")

    assert findings() == {"S1": [f"trigger {name} is missing"]}


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize(
    ("fault", "missing"),
    [
        ("ALTER TABLE person DROP CONSTRAINT ck_person_locale_known", "person: check ck_person_locale_known"),
        (
            "ALTER TABLE email_address DROP CONSTRAINT uq_email_address_canonical",
            "email_address: unique uq_email_address_canonical",
        ),
        ("ALTER TABLE event DROP CONSTRAINT fk_event_host_id", "event: foreign key fk_event_host_id"),
        ("ALTER TABLE host ALTER COLUMN name DROP NOT NULL", "host: column name NOT NULL"),
    ],
)
def test_a_missing_constraint_is_found(own, fault, missing):
    run(fault)

    assert f"{missing} is missing" in findings()["S1"]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    ("table", "part", "missing"),
    [
        (
            "person",
            r"\s*CONSTRAINT ck_person_locale_known CHECK \([^)]*\)\s*\),",
            "person: check ck_person_locale_known",
        ),
        (
            "event",
            r"\s*CONSTRAINT fk_event_host_id FOREIGN KEY\(host_id\) REFERENCES host \(id\),",
            "event: foreign key fk_event_host_id",
        ),
        ("host", r"name TEXT NOT NULL", "host: column name NOT NULL"),
    ],
)
def test_a_missing_constraint_is_found_in_a_file(own, table, part, missing):
    rewrite(table, part, "name TEXT" if "NOT NULL" in missing else "")

    assert f"{missing} is missing" in findings()["S1"]


# -- what is in it


def test_a_pool_that_counts_wrongly_is_found(ctx):
    event = make_event()
    make_party(event=event, product=make_product(event))
    assert findings() == {}

    run("UPDATE pool SET used = used + 1")

    assert list(findings()) == ["I1"]


@pytest.fixture
def talk(ctx) -> None:
    """A talk of twenty minutes that takes a participant's time and a room."""
    event = make_event()
    with transaction() as session:
        room = Location(event_id=event.id, kind="room", name=BilingualText("Saal", "Hall"), exclusive=True)
        session.add(room)
        session.flush()
        appointment = agenda.appoint(event, "session", BEGIN, BEGIN + timedelta(minutes=20), room)
        agenda.attend(appointment, make_participant(event), "speaker", blocks=True)


STEP = int(BEGIN.timestamp()) // 300


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        ("DELETE FROM participant_atom", "I2", "blocks but does not hold its time"),
        (f"DELETE FROM participant_atom WHERE atom = {STEP + 1}", "I2", "blocks but does not hold its time"),  # noqa: S608 -- a number of ours
        ("UPDATE participant_atom SET atom = atom + 1000", "I2", "blocks but does not hold its time"),
        ("UPDATE agenda_entry SET state = 'cancelled'", "I2", "holds time but does not block"),
        (f"DELETE FROM location_atom WHERE atom = {STEP}", "I2", "holds its place at another time than its own"),  # noqa: S608 -- a number of ours
        ("UPDATE appointment SET location_id = NULL", "I2", "holds a place that is not its own"),
        ("UPDATE participant_atom SET contested = true", "I2b", "is contested by nobody"),
        ("UPDATE agenda_entry SET uid = (SELECT uid FROM appointment)", "I5", "is used twice"),
    ],
)
def test_time_held_wrongly_is_found(talk, fault, code, told):
    assert findings() == {}

    run(fault)

    found = findings()
    assert set(found) == {code}
    assert {re.sub(r"^(UID )?\S+ (\d+ )?", "", line) for line in found[code]} == {told}


def test_a_forged_detail_is_found(ctx):
    with transaction():
        audit.record("host.renamed", make_host(), before={"name": "a"}, after={"name": "b"})
    assert findings() == {}

    run('UPDATE audit_detail SET after = \'{"name": "c"}\'')

    entry = db.session.scalars(sa.select(AuditEntry.id)).one()
    assert findings() == {"A1": [f"entry {entry} has another detail than was recorded"]}


def test_an_erased_detail_is_no_fault(ctx):
    with transaction() as session:
        audit.record("host.renamed", make_host(), before={"name": "a"}, after={"name": "b"})
        session.flush()
        session.execute(sa.delete(AuditDetail))

    assert findings() == {}


def test_the_command_ends_with_one_and_names_the_fault(ctx, app):
    make_product(make_event())
    run("UPDATE pool SET used = 1")

    done = app.test_cli_runner().invoke(args=["verify"])

    assert done.exit_code == 1
    assert [line.split()[:2] for line in done.output.splitlines() if line.startswith("FAIL")] == [["FAIL", "I1"]]
    assert re.search(r"pool \d+: used 1, claims draw 0", done.output)


def test_an_entry_forged_behind_the_triggers_is_a_fault_of_the_schema(own, engine):
    with transaction():
        audit.record("host.renamed", make_host(), before={"name": "a"}, after={"name": "b"})
    drop = {
        "sqlite": ["DROP TRIGGER audit_entry_no_update"],
        "postgresql": ["DROP TRIGGER audit_entry_append_only ON audit_entry"],
    }[engine]
    make_again = [
        text for text in append_only_statements("audit_entry", engine) if "TRIGGER" in text.split("BEFORE")[0]
    ]
    for statement in [*drop, "UPDATE audit_entry SET detail_hash = 'x'"]:
        run(statement)
    assert set(findings()) == {"S1"}

    run(next(text for text in make_again if drop[0].split()[2] in text))

    assert set(findings()) == {"A1"}  # which the triggers do not hide
