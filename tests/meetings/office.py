"""A post office for tests of letters: everything due leaves over SMTP, and is read again from its bytes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Flask

from partnering.db import db
from partnering.mail import carriers, delivery
from partnering.mail.models import OutboxLetter
from tests.readers.calendars import libical
from tests.support.smtp import Arrived, SmtpSink

LINK = re.compile(r"/me/meetings/([a-z2-7]{16})")


@dataclass(frozen=True)
class Letter:
    """A letter as it arrived: its kind, whom it went to, what it says, and what its calendar part asks."""

    kind: str
    to: str
    arrived: Arrived

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.arrived.message["Subject"])

    @property
    def text(self) -> str:
        """Its plain text."""
        return self.arrived.text()

    @property
    def html(self) -> str:
        """Its HTML."""
        return self.arrived.text("text/html")

    @property
    def meetings(self) -> set[str]:
        """The public ids of all meetings it links to."""
        return set(LINK.findall(self.text)) | set(LINK.findall(self.html))

    @property
    def calendar(self) -> tuple[str, str, int] | None:
        """METHOD, UID and SEQUENCE of its calendar part, as libical reads them."""
        parts = [part for part in self.arrived.message.walk() if part.get_content_type() == "text/calendar"]
        if not parts:
            return None
        content = parts[0].get_payload(decode=True)
        assert isinstance(content, bytes)
        read = libical(content)
        assert (read.errors, parts[0].get_param("method")) == (0, read.method)
        [event] = read.events
        return str(read.method), event["uid"], int(event["sequence"])


@dataclass
class Office:
    """Sends what is due, and knows what has arrived."""

    app: Flask
    sink: SmtpSink
    read: int = 0
    all: list[Letter] = field(default_factory=list)

    def send(self) -> list[Letter]:
        """What arrives when everything due now leaves, in its order. Fails over what could not be rendered."""
        while delivery.deliver_due(carriers.SmtpServer()):
            pass
        db.session.rollback()
        kinds = {row.message_id: row.kind for row in db.session.scalars(sa.select(OutboxLetter))}
        broken = db.session.scalars(
            sa.select(OutboxLetter.last_error).where(OutboxLetter.last_error.like("cannot be%"))
        ).all()
        assert broken == []
        new = [Letter(kinds[str(each.message["Message-ID"])], each.recipients[0], each) for each in self.sink.arrived]
        new = new[self.read :]
        self.read += len(new)
        self.all += new
        return new


def open_office(app: Flask, sink: SmtpSink) -> Iterator[Office]:
    """An office for the application of a test, until it ends."""
    state = app.extensions["mail"]
    before = state.server, state.port
    state.server, state.port = "127.0.0.1", sink.port
    try:
        yield Office(app, sink)
    finally:
        state.server, state.port = before
