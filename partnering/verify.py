"""Is the house sound? `flask verify` compares the database with the models and asks every room's invariants.

Rooms state theirs in `invariants.py`: a function marked `@invariant("I1", "sentence")` that yields what is wrong.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import click
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask.cli import with_appcontext

from .db import Model, append_only_tables, belongs_to_search, db, searchable_tables

Finding = str
Check = Callable[[], Iterable[Finding]]


@dataclass(frozen=True)
class Invariant:
    """A rule that holds at every commit, and the function that yields its violations."""

    code: str
    sentence: str
    check: Check


_invariants: dict[str, Invariant] = {}

triggers: list[Callable[[], Iterable[str]]] = []
"""Functions of rooms that name triggers which keep a table of theirs."""


def invariant(code: str, sentence: str) -> Callable[[Check], Check]:
    """State an invariant. `code` as in the reliability figures (I1, I2, …), with a letter where there are several."""

    def keep(check: Check) -> Check:
        _invariants[code] = Invariant(code, sentence, check)
        return check

    return keep


def broken(statement: str, sentence: str) -> Iterator[Finding]:
    """`sentence` filled with each row that a SELECT of violations returns."""
    for row in db.session.execute(sa.text(statement)).mappings():
        yield sentence.format(**row)


def results(*begins: str) -> Iterator[tuple[Invariant, list[Finding]]]:
    """Every invariant with what violates it, in the order of their codes; the schema first, alone if it is wrong.

    With `begins`, only those whose codes begin with one of them, whatever the schema is.
    """
    schema = _invariants["S1"]
    if not begins:
        differences = list(schema.check())
        yield schema, differences
        if differences:
            return
    for rule in sorted(_invariants.values(), key=lambda rule: (len(rule.code.rstrip("abcdefgh")), rule.code)):
        if rule is not schema and (not begins or rule.code.startswith(begins)):
            yield rule, list(rule.check())


class SchemaMismatch(RuntimeError):
    """The database's schema is not the one this version needs."""


def refuse_mismatch(app: Flask) -> None:
    """Raise `SchemaMismatch` with what to do when the schema is older or newer than this version of the product."""
    with app.app_context():
        head = ScriptDirectory(app.extensions["migrate"].directory).get_current_head()
        with db.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        db.engine.dispose()
    if current != head:
        raise SchemaMismatch(
            f"The database is at revision {current or 'none'}, this version needs {head}. "
            "Run `flask db upgrade`, or start the version that belongs to the database."
        )


@invariant("S1", "Tables, columns, keys, checks, indexes and triggers are those of the models")
def schema_as_in_models() -> Iterator[Finding]:
    """Differences between the database and the models, by name."""
    inspector = sa.inspect(db.engine)
    dialect = db.engine.dialect
    existing = set(inspector.get_table_names())
    for table in Model.metadata.sorted_tables:
        if table.name not in existing:
            yield f"table {table.name} is missing"
            continue
        for kind, wanted, found in _parts(table, inspector, dialect):
            yield from (f"{table.name}: {kind} {name} is missing" for name in sorted(wanted - found))
            yield from (f"{table.name}: {kind} {name} is unknown" for name in sorted(found - wanted))
    wanted_triggers = {name for table in append_only_tables() for name in trigger_names(table, dialect.name)}
    if dialect.name == "sqlite":
        wanted_triggers |= {f"{t}_words_{deed}" for t in searchable_tables() for deed in ("insert", "delete", "update")}
    wanted_triggers.update(*(named() for named in triggers))
    found_triggers = _triggers(dialect.name)
    yield from (f"trigger {name} is missing" for name in sorted(wanted_triggers - found_triggers))


def _parts(table: sa.Table, inspector: sa.Inspector, dialect: sa.Dialect) -> Iterator[tuple[str, set[str], set[str]]]:
    columns = {f"{column.name}{'' if column.nullable else ' NOT NULL'}" for column in table.columns}
    yield (
        "column",
        columns,
        {
            f"{column['name']}{'' if column['nullable'] else ' NOT NULL'}"
            for column in inspector.get_columns(table.name)
        },
    )
    yield "check", _named(table, sa.CheckConstraint, dialect), _names(inspector.get_check_constraints(table.name))
    yield "unique", _named(table, sa.UniqueConstraint, dialect), _names(inspector.get_unique_constraints(table.name))
    yield (
        "foreign key",
        _named(table, sa.ForeignKeyConstraint, dialect),
        _names(inspector.get_foreign_keys(table.name)),
    )
    indexes = {_shape(str(i.name), i.unique, [c.name for c in i.columns], _where(i, dialect)) for i in table.indexes}
    uniques = _names(inspector.get_unique_constraints(table.name))
    yield (
        "index",
        indexes,
        {
            _shape(
                str(i["name"]),
                bool(i["unique"]),
                [str(name) for name in i["column_names"]],
                i.get("dialect_options", {}).get(f"{dialect.name}_where") is not None,
            )
            for i in inspector.get_indexes(table.name)
            if i["name"] not in uniques and not belongs_to_search(i["name"])
        },
    )


def _shape(name: str, unique: bool | None, columns: list[str], partial: bool) -> str:
    return f"{name} ({', '.join(columns)}){' unique' if unique else ''}{' partial' if partial else ''}"


def _where(index: sa.Index, dialect: sa.Dialect) -> bool:
    return index.dialect_options[dialect.name]["where"] is not None


def _named(table: sa.Table, kind: type[sa.Constraint], dialect: sa.Dialect) -> set[str]:
    """The names, as the database gets them, of a table's constraints of one kind that apply to this dialect."""
    preparer = dialect.identifier_preparer
    names = set()
    for constraint in table.constraints:
        if type(constraint) is not kind or not _applies(constraint, table, dialect):
            continue
        name = preparer.format_constraint(constraint)
        names.add(str(name).strip('"'))
    return names


def _applies(constraint: sa.Constraint, table: sa.Table, dialect: sa.Dialect) -> bool:
    condition = constraint._ddl_if
    return condition is None or condition.dialect in (None, dialect.name)


def _names(reflected: Iterable[object]) -> set[str]:
    return {str(thing["name"]) for thing in reflected if thing["name"]}  # type: ignore[index]  # reflected mappings


def trigger_names(table: str, dialect: str) -> set[str]:
    """The triggers that keep a table append-only."""
    return {f"{table}_no_update", f"{table}_no_delete"} if dialect == "sqlite" else {f"{table}_append_only"}


def _triggers(dialect: str) -> set[str]:
    statement = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if dialect == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return set(db.session.execute(sa.text(statement)).scalars())


@click.command("verify")
@with_appcontext
def verify() -> None:
    """Compare the database with the models and check every invariant; ends with 1 if one is broken."""
    wrong = 0
    for rule, findings in results():
        click.echo(f"{'FAIL' if findings else 'pass'}  {rule.code:<4} {rule.sentence}")
        for finding in findings[:20]:
            click.echo(f"            {finding}")
        if len(findings) > 20:
            click.echo(f"            and {len(findings) - 20} more")
        wrong += bool(findings)
    if wrong:
        raise click.exceptions.Exit(1)


def install(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(verify)
