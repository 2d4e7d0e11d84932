"""The tables of procrastinate, made together with ours on PostgreSQL, as the installed package says."""

from typing import Any

import sqlalchemy as sa
from procrastinate.schema import SchemaManager
from sqlalchemy import event
from sqlalchemy.engine import Connection

from ..db import Model

PREFIX = "procrastinate_"

DROP = f"""
DO $$
DECLARE thing record;
BEGIN
    FOR thing IN SELECT oid::regclass AS name FROM pg_class
        WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND starts_with(relname, '{PREFIX}')
    LOOP EXECUTE 'DROP TABLE ' || thing.name || ' CASCADE'; END LOOP;
    FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND starts_with(proname, '{PREFIX}')
    LOOP EXECUTE 'DROP FUNCTION ' || thing.name || ' CASCADE'; END LOOP;
    FOR thing IN SELECT oid::regtype AS name FROM pg_type
        WHERE typnamespace = current_schema()::regnamespace AND starts_with(typname, '{PREFIX}')
        AND typtype IN ('c', 'e') AND (typrelid = 0 OR (SELECT relkind FROM pg_class WHERE oid = typrelid) = 'c')
    LOOP EXECUTE 'DROP TYPE ' || thing.name || ' CASCADE'; END LOOP;
END $$
"""  # noqa: S608 -- a constant of ours


def is_procrastinate(name: str | None) -> bool:
    """Whether a table belongs to procrastinate, so that migrations leave it alone."""
    return (name or "").startswith(PREFIX)


def create(connection: Connection) -> None:
    """Make procrastinate's tables, types and functions unless they are there; nothing on SQLite."""
    if connection.dialect.name != "postgresql" or exists(connection):
        return
    # without parameters psycopg sends the many statements as they are
    connection.exec_driver_sql(SchemaManager.get_schema(), execution_options={"no_parameters": True})


def drop(connection: Connection) -> None:
    """Remove procrastinate's tables, types and functions; nothing on SQLite."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(DROP, execution_options={"no_parameters": True})


def exists(connection: Connection) -> bool:
    """Whether procrastinate's tables are there."""
    return connection.execute(sa.text("SELECT to_regclass('procrastinate_jobs')")).scalar() is not None


@event.listens_for(Model.metadata, "after_create")
def _create_with_ours(metadata: sa.MetaData, connection: Connection, **options: Any) -> None:
    create(connection)


@event.listens_for(Model.metadata, "after_drop")
def _drop_with_ours(metadata: sa.MetaData, connection: Connection, **options: Any) -> None:
    drop(connection)
