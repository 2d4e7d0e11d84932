"""How migrations run: on the application's own engine, on SQLite with foreign keys off while tables are rebuilt."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from partnering.db import Bilingual, UtcDateTime, belongs_to_search, db
from partnering.jobs.procrastinate_schema import is_procrastinate

engine = db.engine
target = db.metadata


def include(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Leave out what procrastinate and the search keep for themselves."""
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", "")
    return not is_procrastinate(table) and not belongs_to_search(name)


def render(kind: str, thing: object, autogen: object) -> str | bool:
    """Write our column types as the plain ones below them, so that old migrations outlive the classes."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, Bilingual):
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def set_foreign_keys(connection: Connection, to: str) -> None:
    """Switch SQLite's foreign keys; only the driver's own connection can, since it must be outside a transaction."""
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute(f"PRAGMA foreign_keys={to}")


def run() -> None:
    """Run the migrations in one transaction where the database can, and check foreign keys afterwards."""
    options = current_app.extensions["migrate"].configure_args
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            set_foreign_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=target,
            include_object=include,
            render_item=render,
            transaction_per_migration=True,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if sqlite:
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            connection.rollback()
            set_foreign_keys(connection, "ON")
            if broken:
                raise RuntimeError(f"foreign keys broken after migration: {broken[:5]}")


run()
