"""Databases for tests: one PostgreSQL cluster of our own for the whole run, SQLite files in memory-backed folders.

The schema is built once for each engine and copied from then on, for workers and for live servers alike. Between
two tests every table is emptied.
"""

import fcntl
import itertools
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from weakref import WeakSet

import psycopg
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from psycopg import sql

from partnering import memory
from partnering.app import create_app
from partnering.config import Settings
from partnering.db import db

ENGINES = ("sqlite", "postgresql")
FOLDER = "PARTNERING_TEST_FOLDER"
SECRET_KEY = "0123456789abcdef-only-for-tests-0123456789abcdef"

_numbers = itertools.count(1)


@sa.event.listens_for(sa.Engine, "connect")
def _answer_in_no_order(connection: object, record: object) -> None:
    """Turn round what nobody has put in order, so that SQLite does not hide what PostgreSQL may do any day."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects = ON")


def in_memory() -> Path | None:
    """Where files live in memory, if the machine has a place for them with room enough."""
    place = Path("/dev/shm")
    return place if os.access(place, os.W_OK) and shutil.disk_usage(place).free > 4 * 2**30 else None


def make_folder() -> Path:
    """The folder that all workers of one run share; in memory where the machine offers that."""
    folder = Path(tempfile.mkdtemp(prefix="partnering-tests-", dir=in_memory()))
    os.environ[FOLDER] = str(folder)
    return folder


def remove_folder() -> None:
    """End the cluster, if any test started it, and remove everything."""
    folder = Path(os.environ.pop(FOLDER))
    note = folder / "cluster"
    if note.exists():
        stop_cluster(Path(note.read_text()))
    shutil.rmtree(folder, ignore_errors=True)


def folder() -> Path:
    """The folder of this run."""
    return Path(os.environ[FOLDER])


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Let one worker in at a time."""
    with (folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# -- the cluster


def postgres_tool(name: str) -> str:
    """The path of one of the newest PostgreSQL's programs."""
    found = glob(f"/usr/lib/postgresql/*/bin/{name}")
    if not found:
        raise RuntimeError("PostgreSQL is not installed here; `make setup` installs it, `--quick` does without")
    return max(found, key=lambda path: int(path.split("/")[4]))


def _as_postgres(*command: str) -> None:
    """Run a PostgreSQL program, as user postgres where we are root, which PostgreSQL refuses."""
    root = os.geteuid() == 0
    drop = {"user": "postgres", "group": "postgres", "extra_groups": []} if root else {}
    done = subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **drop)  # type: ignore[call-overload]  # the three keywords of `drop`
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr}")


HASTY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)
"""What is only needed where the machine may fail, or where somebody reads what was written."""


def start_cluster(*, durable: bool = False) -> Path:
    """Start a cluster that listens on a socket in the folder returned, and nowhere else.

    Tests do without what only matters when the machine fails; a `durable` one is set as people run it, on a disk.
    """
    place = Path(tempfile.mkdtemp(prefix="partnering-pg-", dir=None if durable else in_memory()))
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(place, user.pw_uid, user.pw_gid)
    data = f"{place}/data"
    _as_postgres(postgres_tool("initdb"), "-D", data, "-U", "t", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
    hasty = "" if durable else "".join(f" -c {name}" for name in HASTY)
    options = f"-c listen_addresses='' -k {place} -c max_connections=200{hasty}"
    _as_postgres(postgres_tool("pg_ctl"), "-D", data, "-w", "-t", "60", "-l", f"{place}/log", "-o", options, "start")
    return place


def stop_cluster(place: Path) -> None:
    """End a cluster and remove its folder."""
    _as_postgres(postgres_tool("pg_ctl"), "-D", f"{place}/data", "-w", "-m", "immediate", "stop")
    shutil.rmtree(place, ignore_errors=True)


def cluster() -> Path:
    """The socket folder of this run's cluster; the first who asks starts it."""
    note = folder() / "cluster"
    with one_at_a_time("cluster"):
        if not note.exists():
            note.write_text(str(start_cluster()))
        return Path(note.read_text())


def postgres_url(name: str) -> str:
    """The address of one of the cluster's databases."""
    return f"postgresql+psycopg://t@/{name}?host={cluster()}"


def administer(statement: str, *names: str) -> None:
    """Run one statement outside a transaction; `{}` in it stands for the names."""
    with psycopg.connect(f"user=t dbname=postgres host={cluster()}", autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def copy_database(name: str, source: str) -> None:
    """Make a database like another one, to which nobody is connected; file by file, which takes a third of the time."""
    administer("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, source)


# -- databases with our schema


def build_schema(app: Flask) -> None:
    """Make the tables of an empty database: by the migrations, or from the models while there are none."""
    folder = Path(app.extensions["migrate"].directory)
    with app.app_context():
        if any(folder.glob("versions/*.py")):
            upgrade(str(folder))
        else:
            db.create_all()
        db.engine.dispose()


def settings_for(url: str, **changes: object) -> Settings:
    """The settings tests use: a loopback site in production mode, with a database of its own."""
    values: dict[str, object] = {
        "secret_key": SECRET_KEY,
        "database_url": url,
        "instance": str(folder() / "instance"),
        "base_url": "http://localhost",
        "mail_use_tls": False,
        "mail_sender": "noreply@partnering.example",
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]  # checked by name and use


def template(engine: str) -> str:
    """The database with our schema that others are copied from: a file's path, or a database's name."""
    with one_at_a_time(f"template-{engine}"):
        ready = folder() / f"template-{engine}.ready"
        if engine == "sqlite":
            path = folder() / "template.db"
            if not ready.exists():
                path.unlink(missing_ok=True)
                url = f"sqlite:///{path}"
                build_schema(create_app({"TESTING": True}, settings_for(url)))
                with sa.create_engine(url).connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            path = Path("house")
            if not ready.exists():
                administer("DROP DATABASE IF EXISTS {}", "house")
                administer("CREATE DATABASE {}", "house")
                build_schema(create_app({"TESTING": True}, settings_for(postgres_url("house"))))
        ready.touch()
        return str(path)


def new_database(engine: str) -> str:
    """The address of a new, empty database with our schema.

    Programs that tests start share the folder and inherit the worker's name: only the process tells them apart.
    """
    name = f"db_{os.getpid()}_{next(_numbers)}"
    source = template(engine)
    if engine == "sqlite":
        path = folder() / f"{name}.db"
        shutil.copyfile(source, path)
        return f"sqlite:///{path}"
    with one_at_a_time("template-postgresql"):
        copy_database(name, source)
    return postgres_url(name)


def drop_database(url: str) -> None:
    """Remove a database that `new_database` made, whoever is still connected."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{address.database}{suffix}").unlink(missing_ok=True)
    else:
        administer("DROP DATABASE {} WITH (FORCE)", str(address.database))


@contextmanager
def on_database(engine: str) -> Iterator[Flask]:
    """An application on a new database, which is dropped afterwards."""
    url = new_database(engine)
    app = create_app({"TESTING": True}, settings_for(url))
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        drop_database(url)


def empty(app: Flask) -> None:
    """Empty every table of an application's database.

    On SQLite the file is replaced, since rows of append-only tables cannot be deleted; on PostgreSQL only tables that
    hold rows are touched, with triggers and foreign keys off, which takes a tenth of the time of TRUNCATE.
    """
    with app.app_context():
        db.session.remove()
        engine = db.engine
        memory.memory().forget()
        app.extensions.pop("looks", None)
    if engine.dialect.name == "sqlite":
        engine.dispose()
        path = Path(str(engine.url.database))
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(template("sqlite"), path)
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(EMPTY if engine in _can_be_emptied else f"{_how_to_empty(connection)}; {EMPTY}")
        _can_be_emptied.add(engine)


def look_again(app: Flask) -> None:
    """Let `empty` ask again which tables there are: a test has made one, or dropped it."""
    with app.app_context():
        _can_be_emptied.discard(db.engine)


EMPTY = "SELECT for_tests.empty()"
_can_be_emptied: WeakSet[sa.Engine] = WeakSet()


def _how_to_empty(connection: sa.Connection) -> str:
    """What makes the function that empties all tables: PostgreSQL plans its 300 statements once for each connection."""
    each = connection.exec_driver_sql(
        "SELECT string_agg('PERFORM 1 FROM ' || name || ' LIMIT 1;"
        " IF FOUND THEN DELETE FROM ' || name || '; END IF;', ' ')"
        " FROM (SELECT quote_ident(tablename) AS name FROM pg_tables"
        " WHERE schemaname = 'public' AND tablename <> 'alembic_version') AS tables"
    ).scalar_one()
    return (
        "CREATE SCHEMA IF NOT EXISTS for_tests; CREATE OR REPLACE FUNCTION for_tests.empty() RETURNS void"
        " LANGUAGE plpgsql SET session_replication_role = replica SET lock_timeout = '10s'"
        f" AS $empty$ BEGIN {each} END $empty$"
    )
