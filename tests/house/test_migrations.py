"""The schema by migrations: from nothing to the models and back, and refused where it does not fit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import check, downgrade, upgrade

from partnering import verify
from partnering.app import create_app
from partnering.db import Model, belongs_to_search, db
from partnering.indexes import whole_indexes
from partnering.jobs.procrastinate_schema import is_procrastinate
from tests.support import databases
from tests.support.there import there


@pytest.fixture
def nothing(engine: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database without any table."""
    name = f"nothing_{tmp_path.name}".lower().replace("-", "_")[:60]
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path}/nothing.db"
    else:
        databases.administer("DROP DATABASE IF EXISTS {}", name)
        databases.administer("CREATE DATABASE {}", name)
        url = databases.postgres_url(name)
    app = create_app({"TESTING": True}, databases.settings_for(url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    databases.drop_database(url)


@pytest.fixture
def built(make_app) -> Iterator[Flask]:
    """An application on a database that migrations have built."""
    app = make_app()
    with app.app_context():
        yield app


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def left_over() -> set[str]:
    """Tables, functions, types and triggers of a database, by name."""
    found = tables()
    if db.engine.dialect.name == "postgresql":
        for statement in (
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
            "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace",
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        ):
            found |= set(db.session.execute(sa.text(statement)).scalars())
        db.session.rollback()
    else:
        found |= set(db.session.execute(sa.text("SELECT name FROM sqlite_master")).scalars())
        db.session.rollback()
    return {name for name in found if "alembic_version" not in name and not name.startswith("sqlite_")}


def test_migrations_lead_from_nothing_to_the_models_and_back(nothing):
    upgrade()
    made = tables()
    differences = list(verify.schema_as_in_models())
    findings = {rule.code: found for rule, found in verify.results() if found}
    db.session.rollback()
    check()  # ends the process when Alembic would write another migration

    downgrade(revision="base")
    after = left_over()

    upgrade()
    verify.refuse_mismatch(nothing)

    ours = {name for name in made if not (is_procrastinate(name) or belongs_to_search(name))}
    assert ours == {"alembic_version", *Model.metadata.tables}
    assert differences == []
    assert findings == {}
    assert after == set()
    assert tables() == made
    assert list(verify.schema_as_in_models()) == []


def test_alembic_sees_no_difference_and_would_see_one(built):
    assert differences() == []
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE host ADD COLUMN surprise INTEGER")
    assert [(difference[0], difference[3].name) for difference in differences()] == [("remove_column", "surprise")]


def differences() -> list[tuple]:
    """What Alembic would migrate, without what procrastinate keeps for itself."""

    def ours(thing: object, name: str | None, kind: str, *rest: object) -> bool:
        table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", "")
        return not is_procrastinate(table) and not belongs_to_search(name)

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": ours})
        return compare_metadata(context, db.metadata)


def test_upgrading_twice_changes_nothing(built):
    before = tables()
    upgrade()

    assert tables() == before
    verify.refuse_mismatch(built)


@pytest.mark.engine("sqlite")
def test_a_migration_that_leaves_broken_keys_is_refused(built, caplog):
    with db.engine.connect() as connection:
        there(connection.connection.driver_connection).execute("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql(
            "INSERT INTO organisation (public_id, version, host_id, name, folded_name, kind, city, country, website,"
            " region, description, language, public_refusal,"
            " domains) VALUES ('a', 1, 99, 'x', 'x', '', '', '', '', '', '', 'de', '', '[]')"
        )
        connection.commit()
        there(connection.connection.driver_connection).execute("PRAGMA foreign_keys=ON")

    with pytest.raises(SystemExit):  # how the command ends
        upgrade()

    assert "foreign keys broken after migration: [('organisation', 1, 'host', 0)]" in caplog.text


@pytest.mark.engine("sqlite")
def test_foreign_keys_are_on_again_after_a_migration(built):
    upgrade()

    assert db.session.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1
    assert db.session.execute(sa.text("PRAGMA foreign_key_check")).all() == []


def test_a_database_without_schema_is_refused(nothing):
    with pytest.raises(verify.SchemaMismatch, match=r"at revision none, this version needs \w+"):
        verify.refuse_mismatch(nothing)


@pytest.mark.parametrize("revision", ["0000", "9999"], ids=["older", "newer"])
def test_a_database_of_another_version_is_refused(built, revision):
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :to"), {"to": revision})

    with pytest.raises(verify.SchemaMismatch, match=f"at revision {revision}") as caught:
        verify.refuse_mismatch(built)

    assert "flask db upgrade" in str(caught.value)


def test_no_index_stands_where_a_key_or_another_index_begins_with_its_columns(app: Flask):
    assert ["event_id", "id"] in whole_indexes(Model.metadata.tables["party"])

    twice = [
        index.name
        for table in Model.metadata.sorted_tables
        for index in table.indexes
        if not index.unique and index.dialect_options["sqlite"]["where"] is None
        if sum(found[: len(index.columns)] == list(index.columns.keys()) for found in whole_indexes(table)) > 1
    ]
    assert twice == []
