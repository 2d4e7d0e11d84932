"""Where the product plays: a clock that moves only when told, and a folder of letters for each recipient."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda.models import AgendaEntry
from partnering.db import db, transaction
from partnering.jobs import worker
from partnering.mail import delivery, transport
from partnering.mail.models import OutboxLetter
from partnering.registration import codes
from partnering.registration.models import Registration

from . import deeds

Answer = TypeVar("Answer")
BREAKS = "breaks off"
"""The mail server takes a letter and never says so."""

PEOPLE = "@people.example"
"""Whose letters are kept: those of buyers and hosts are no matter of calendars."""


class Stage:
    """An application whose letters arrive in `folder`/<world>-<name before the @>/001.eml and so on.

    `answers` are what the mail server says to the next letters: None takes one, `BREAKS` takes one and hangs up before
    saying so, any other text refuses it for now.
    """

    def __init__(self, app: Flask, folder: Path, world: str, begins: datetime) -> None:
        self.app, self.folder, self.world, self.now = app, folder, world, begins
        self.answers: list[str | None] = []

    def do(self, deed: Callable[..., Answer], *values: object, send: bool = True, **more: object) -> Answer:
        """One deed in a transaction of its own, a minute later; its letters leave a minute after that."""
        self.pass_(minutes=1)
        with self._here(), transaction():
            answer = deed(*values, **more)
        if send:
            self.pass_(minutes=1)
            self.send()
        return answer

    def pass_(self, **time: int) -> None:
        """Time passes."""
        self.now += timedelta(**time)

    def send(self) -> None:
        """What is due leaves: jobs write their letters, letters go."""
        with self._here():
            while worker.run_jobs():
                continue
            while delivery.deliver_due(self):
                continue
            db.session.rollback()
            broken = sa.select(OutboxLetter.kind, OutboxLetter.last_error).where(
                OutboxLetter.last_error.like("cannot%")
            )
            assert db.session.execute(broken).all() == []

    def look(self, participant: int) -> None:
        """Keep what the participant's subscription shows now, beside their letters."""
        with self._here():
            address, content = deeds.subscription(participant)
        self._keep(address, ".ics", content)

    def finish(self) -> None:
        """Write down what no calendar may show: everybody's ticket codes, and others' addresses."""
        with self._here():
            held = db.session.scalars(sa.select(Registration)).all()
            given = [code for each in held for code in each.codes]
            secrets = [text for code in given for text in (codes.code_text(code), codes.printed(code))]
            people = [each.participant.person for each in db.session.scalars(sa.select(AgendaEntry))]
            addresses = sorted({person.email for person in people if person is not None})
        for folder in self.folder.glob(f"{self.world}-*"):
            (folder / "secrets.txt").write_text("\n".join([*secrets, *addresses]))

    @contextmanager
    def _here(self) -> Iterator[None]:
        with self.app.app_context(), clock.frozen(self.now):
            yield
            db.session.remove()

    def _keep(self, address: str, suffix: str, content: bytes) -> None:
        folder = self.folder / f"{self.world}-{address.partition('@')[0]}"
        folder.mkdir(parents=True, exist_ok=True)
        number = sum(each.suffix in (".eml", ".ics") for each in folder.iterdir()) + 1
        (folder / f"{number:03}{suffix}").write_bytes(content)

    # -- a carrier of letters

    def open(self) -> None:
        """It is always there."""
        return None

    def close(self) -> None:
        """Nothing stays open."""
        return None

    def carry(self, letter: OutboxLetter, message: EmailMessage) -> None:
        """Take a letter, or what `answers` say."""
        answer = self.answers.pop(0) if self.answers else None
        to = str(message["To"])
        if (answer is None or answer == BREAKS) and to.endswith(PEOPLE):
            self._keep(to, ".eml", message.as_bytes(policy=transport.RULES))
        if answer == BREAKS:
            raise delivery.InDoubt(answer)
        if answer is not None:
            raise delivery.Later(answer)
