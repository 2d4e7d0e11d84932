"""The floor: what bare Flask and SQLAlchemy Core need for the same kind of work, on the same server and database.

A page is one select and 10 kB of HTML; a registration is one conditional update and one insert in a transaction; a
ticket at a door is a token's hash, one indexed select and one conditional update in a transaction.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask, request

PLACES = 10_000_000
HTML = (
    "<!doctype html><html lang=en><title>Floor</title><p>{}</p>" + "<p>Ten kilobytes of nothing.</p>" * 340 + "</html>"
)

metadata = sa.MetaData()
pool = sa.Table(
    "floor_pool",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("used", sa.Integer, nullable=False),
    sa.CheckConstraint("used <= capacity"),
)
taken = sa.Table(
    "floor_taken",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pool_id", sa.ForeignKey(pool.c.id), nullable=False),
)
ticket = sa.Table(
    "floor_ticket",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(40), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("used", sa.Boolean, nullable=False),
)
TOKEN = "floor"
TOKEN_HASH = hashlib.sha256(TOKEN.encode()).hexdigest()


def open_database(url: str) -> sa.Engine:
    """The database with the floor's two tables, set as ours is: durable, and BEGIN IMMEDIATE on SQLite."""
    engine = sa.create_engine(url, pool_size=20, max_overflow=80)
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def set_up(connection, record):
            connection.isolation_level = None
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
                connection.execute(f"PRAGMA {pragma}")

        @sa.event.listens_for(engine, "begin")
        def begin(connection):
            connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', '')}".strip())

    return engine


def build(url: str, capacity: int = PLACES, tickets: int = 0) -> None:
    """Make the floor's tables anew, with one pool and so many tickets."""
    engine = open_database(url)
    metadata.drop_all(engine)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(pool.insert().values(id=1, capacity=capacity, used=0))
        if tickets:
            rows = [
                {"code": code_of(number), "name": f"Jana Wittkowski {number}", "used": False}
                for number in range(tickets)
            ]
            connection.execute(ticket.insert(), rows)
    engine.dispose()


def code_of(number: int) -> str:
    """What a ticket of the floor says."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:33]


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A writing transaction."""
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        yield connection


def claim(engine: sa.Engine) -> bool:
    """Take one place: one conditional update, one insert; whether there was one."""
    with writing(engine) as connection:
        update = pool.update().where(pool.c.id == 1, pool.c.used < pool.c.capacity).values(used=pool.c.used + 1)
        if not connection.execute(update).rowcount:
            return False
        connection.execute(taken.insert().values(pool_id=1))
        return True


def create_app() -> Flask:
    """The floor as a site, on the database that FLOOR_URL names."""
    app, engine = Flask(__name__), open_database(os.environ["FLOOR_URL"])

    @app.get("/page")
    def page() -> str:
        with engine.connect() as connection:
            return HTML.format(connection.execute(sa.select(pool.c.used).where(pool.c.id == 1)).scalar_one())

    @app.post("/register")
    def register() -> tuple[str, int]:
        return ("", 303) if claim(engine) else ("", 409)

    @app.post("/redeem")
    def redeem() -> dict[str, str | None] | tuple[str, int]:
        token = hashlib.sha256(request.cookies.get("door", "").encode()).hexdigest()
        if not hmac.compare_digest(token, TOKEN_HASH):
            return "", 401
        code = request.get_json()["code"]
        with writing(engine) as connection:
            found = connection.execute(sa.select(ticket.c.id, ticket.c.name).where(ticket.c.code == code)).one()
            update = ticket.update().where(ticket.c.id == found.id, ticket.c.used.is_(False)).values(used=True)
            new = connection.execute(update).rowcount
        return {"answer": "ok" if new else "already_in", "name": found.name}

    return app
