"""Letters without SMTP: what is due leaves through the real delivery into a list."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import sqlalchemy as sa
from flask import Flask

from partnering.db import db
from partnering.mail import delivery, transport
from partnering.mail.models import OutboxLetter


class Tray:
    """A carrier that keeps every message, read again from its bytes."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    def open(self) -> None:
        """It is always there."""
        return None

    def carry(self, letter: OutboxLetter, message: EmailMessage) -> None:
        """Keep one."""
        parsed = message_from_bytes(message.as_bytes(policy=transport.RULES), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)

    def close(self) -> None:
        """Nothing stays open."""
        return None


class Refusing(Tray):
    """Answers each letter with the next of these troubles; None takes it."""

    def __init__(self, *troubles: Exception | None) -> None:
        super().__init__()
        self.troubles = list(troubles)

    def carry(self, letter: OutboxLetter, message: EmailMessage) -> None:
        """Keep one, unless there is trouble."""
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
        super().carry(letter, message)


def deliver_all(app: Flask) -> list[EmailMessage]:
    """Render and deliver every letter that is due now, in the order in which they leave.

    Fails when one of them could not be rendered: a test should not pass over a broken letter.
    """
    tray = Tray()
    with app.app_context():
        while delivery.deliver_due(tray):
            pass
        db.session.rollback()
        broken = db.session.execute(
            sa.select(OutboxLetter.kind, OutboxLetter.last_error).where(OutboxLetter.last_error.like("cannot be%"))
        ).all()
        assert broken == []
        db.session.remove()
    return tray.messages


def letters_to(address: str) -> list[OutboxLetter]:
    """The letters decided on for an address, oldest first, whatever became of them; inside an application context."""
    return list(
        db.session.scalars(sa.select(OutboxLetter).where(OutboxLetter.address == address).order_by(OutboxLetter.id))
    )


def text_of(message: EmailMessage) -> str:
    """The plain text of a message, lines ended by a bare line feed."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def calendar_of(message: EmailMessage) -> bytes | None:
    """The calendar part of a message, or None."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return content
    return None
