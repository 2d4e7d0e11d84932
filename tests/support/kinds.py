"""Letters and tasks of the tests' own, known to this process and to the worker of `tests.support.worker`."""

import sqlalchemy as sa

from partnering import clock, jobs
from partnering.agenda import calendars
from partnering.agenda.models import AgendaEntry
from partnering.db import db, transaction
from partnering.mail import letters, outbox
from partnering.mail.models import OutboxLetter, Suppression

from ..factories.ground import deed, number


@letters.kind("test.plain")
def plain(letter: OutboxLetter) -> letters.Letter:
    """Says what its payload says."""
    words = letter.payload.get("subject", "A letter")
    return letters.Letter(words, f"{words}\n", f"<!DOCTYPE html><html><head></head><body><p>{words}</p></body></html>")


@letters.kind("test.secret", secret=True)
def secret(letter: OutboxLetter) -> letters.Letter:
    """Carries a secret that must not stay behind."""
    return plain(letter)


@letters.kind("test.nothing")
def nothing(letter: OutboxLetter) -> None:
    """Has nothing to say any more."""
    return None


@letters.kind("test.broken")
def broken(letter: OutboxLetter) -> letters.Letter:
    """Cannot be rendered."""
    raise KeyError("no such thing")


@letters.kind("test.calendar")
def calendar(letter: OutboxLetter) -> letters.Letter | None:
    """An invitation to, or the end of, what is in somebody's agenda."""
    entry = db.session.scalars(sa.select(AgendaEntry).where(AgendaEntry.public_id == letter.payload["entry"])).one()
    return calendars.attach(plain(letter), entry, calendars.Thing("Gespräch", "Über Peptide"))


def post_letter(
    kind: str = "test.plain", *, address: str = "jana@people.example", key: str = "", subject: str = "", **values
) -> str:
    """Put a letter into the outbox, in the running transaction or one of its own; its dedup key."""
    key = key or f"test:{number()}"
    values.setdefault("payload", {"subject": subject or key})
    with deed():
        outbox.post(kind, key=key, address=address, locale=values.pop("locale", "de"), **values)
    return key


def post_calendar_letter(entry: AgendaEntry, *, address: str = "jana@people.example") -> str:
    """Put a letter about an agenda entry, as it is now, into the outbox; its dedup key."""
    return post_letter(
        "test.calendar",
        address=address,
        key=f"{calendars.topic(entry)}:seq{calendars.edition(entry)}",
        payload={"entry": entry.public_id},
        topic=calendars.topic(entry),
        topic_version=entry.sequence,
    )


@jobs.task("test.mark")
def mark(job: jobs.Progress, name: str) -> dict[str, str]:
    """Leaves one mark in the database, however often it runs."""
    job.progress(0, 1)
    with transaction() as session:
        known = session.scalars(sa.select(Suppression).where(Suppression.scope == name)).first()
        if known is None:
            session.add(Suppression(scope=name, address_hash="", created_at=clock.now()))
    job.progress(1, 1)
    return {"name": name}


@jobs.task("test.fails", attempts=2)
def fails(job: jobs.Progress) -> None:
    """Always fails."""
    raise ValueError("it cannot be done")


@jobs.task("test.file")
def file(job: jobs.Progress, words: str) -> None:
    """Makes a file for download."""
    job.file("words.txt", "text/plain", words.encode())
