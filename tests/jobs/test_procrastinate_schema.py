"""Procrastinate's tables come and go with ours on PostgreSQL, and are no business of SQLite's."""

import pytest
import sqlalchemy as sa

from partnering.db import db
from partnering.jobs import procrastinate_schema


def things(connection: sa.Connection) -> list[str]:
    """Tables, functions and types of procrastinate's in this schema."""
    return sorted(
        connection.execute(
            sa.text(
                "SELECT relname FROM pg_class WHERE starts_with(relname, 'procrastinate_') AND relkind = 'r'"
                " UNION ALL SELECT proname FROM pg_proc WHERE starts_with(proname, 'procrastinate_')"
                " UNION ALL SELECT typname FROM pg_type WHERE starts_with(typname, 'procrastinate_')"
            )
        ).scalars()
    )


@pytest.mark.engine("postgresql")
def test_they_are_removed_whole_and_made_again(make_app):
    with make_app().app_context(), db.engine.connect() as connection:
        before = things(connection)
        procrastinate_schema.drop(connection)
        assert things(connection) == []
        procrastinate_schema.create(connection)
        procrastinate_schema.create(connection)
        assert things(connection) == before
        connection.rollback()


@pytest.mark.engine("sqlite")
def test_sqlite_knows_nothing_of_them(ctx):
    with db.engine.connect() as connection:
        procrastinate_schema.create(connection)
        procrastinate_schema.drop(connection)
        names = sa.inspect(connection).get_table_names()

    assert [name for name in names if procrastinate_schema.is_procrastinate(name)] == []
