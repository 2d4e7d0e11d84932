"""How `DoorRow` is kept: triggers of the database on everything that a door says of a guest.

Whoever writes, in whatever way, moves the row of each registration concerned; nobody has to remember it. The time is
that of the database's own clock at the statement: a transaction may take a while to commit, so that whoever asks what
has changed reads a minute again. Where a row did not really change, a device is told once more what it knows.

On SQLite a migration that rebuilds one of these tables takes the triggers off first (`taken_off`) and puts them on
again (`put_on`): they name each other's tables.
"""

from dataclasses import dataclass

HELD = "r.id = {row}.registration_id"
AT_PLACE = "r.place_id = {row}.place_id"
OF_PARTICIPANT = "r.participant_id = {row}.participant_id"


@dataclass(frozen=True)
class Source:
    """A table of which doors say something: whose registrations `r` a row concerns, and which deeds matter.

    `columns` are those that matter when they are updated, none: all. `only` is what must hold of the row.
    """

    concerns: str
    columns: tuple[str, ...] = ()
    insert: bool = False
    delete: bool = False
    only: str = ""

    def deeds(self) -> list[str]:
        """What the triggers listen to: "INSERT", "UPDATE OF …", "DELETE"."""
        update = f"UPDATE OF {', '.join(self.columns)}" if self.columns else "UPDATE"
        return ["INSERT"] * self.insert + [update] + ["DELETE"] * self.delete


SOURCES = {
    "registration": Source("r.id = {row}.id", ("state", "participant_id", "place_id", "badge_name", "ended_at")),
    "ticket_code": Source(HELD, ("registration_id", "code_id", "key_number", "revoked_at"), insert=True),
    "place": Source("r.place_id = {row}.id", ("party_id", "product_id", "cancelled_at")),
    "party": Source("r.place_id IN (SELECT p.id FROM place p WHERE p.party_id = {row}.id)", ("approval", "settled_at")),
    "item": Source(
        "r.place_id IN (SELECT p.id FROM place p WHERE p.party_id = {row}.party_id)",
        ("place_id", "claim_id", "gross", "cancelled_at"),
        insert=True,
    ),
    "participant": Source(
        "r.participant_id = {row}.id", ("given_name", "family_name", "title", "company", "erased_at")
    ),
    "consent": Source(OF_PARTICIPANT, ("withdrawn_at",), insert=True, only="{row}.purpose = 'photo'"),
    "door_note": Source(HELD, insert=True, delete=True),
    "admission": Source(AT_PLACE, insert=True, delete=True),
}
"""What a door says of a guest comes from these tables, and from the list, its tickets and questions, which devices
are told in whole each time."""

NOW = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'",
    "postgresql": "clock_timestamp()",
}


def put_on(dialect: str) -> list[str]:
    """The statements that begin to keep `door_row` on `dialect`; migrations run the same ones."""
    statements = []
    for table, source in SOURCES.items():
        if dialect == "sqlite":
            statements += [
                f"CREATE TRIGGER {_name(table, deed)} AFTER {deed} ON {table} {_when(source, deed)}"
                f"BEGIN {_touch(source, deed, dialect)}; END"
                for deed in source.deeds()
            ]
            continue
        for deed in source.deeds():
            name = _name(table, deed)
            statements += [
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {_touch(source, deed, dialect)}; RETURN NULL; END $$",
                f"CREATE TRIGGER {name} AFTER {deed} ON {table} FOR EACH ROW {_when(source, deed)}"
                f"EXECUTE FUNCTION {name}()",
            ]
    return statements


def taken_off(dialect: str) -> list[str]:
    """The statements that end keeping it."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER {name}" for name in names()]
    return [
        statement
        for table, source in SOURCES.items()
        for deed in source.deeds()
        for statement in (f"DROP TRIGGER {_name(table, deed)} ON {table}", f"DROP FUNCTION {_name(table, deed)}()")
    ]


def names() -> set[str]:
    """The names of the triggers."""
    return {_name(table, deed) for table, source in SOURCES.items() for deed in source.deeds()}


def _name(table: str, deed: str) -> str:
    return f"door_row_of_{table}_{deed.split()[0].lower()}"


def _row(deed: str) -> str:
    return "OLD" if deed == "DELETE" else "NEW"


def _when(source: Source, deed: str) -> str:
    return f"WHEN ({source.only.format(row=_row(deed))}) " if source.only else ""


def _touch(source: Source, deed: str, dialect: str) -> str:
    return " ".join(
        (
            "INSERT INTO door_row (event_id, registration_id, changed_at) SELECT r.event_id, r.id,",
            NOW[dialect],
            "FROM registration r WHERE",
            source.concerns.format(row=_row(deed)),
            "ORDER BY r.id ON CONFLICT (registration_id) DO UPDATE SET changed_at = excluded.changed_at",
        )
    )
