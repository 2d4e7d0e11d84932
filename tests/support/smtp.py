"""A post office: takes letters over SMTP, reads each one again from its bytes, and refuses when told to."""

import socket
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ssl import SSLContext
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .waiting import until


@dataclass(frozen=True)
class Arrived:
    """A letter as it came over the wire."""

    sender: str
    recipients: list[str]
    content: bytes
    options: list[str]

    @property
    def message(self) -> EmailMessage:
        """The letter, parsed from its bytes."""
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def part(self, content_type: str) -> EmailMessage:
        """Its one part of this type."""
        found = [part for part in self.message.walk() if part.get_content_type() == content_type]
        assert len(found) == 1, f"{len(found)} parts of {content_type}"
        assert isinstance(found[0], EmailMessage)
        return found[0]

    def text(self, content_type: str = "text/plain") -> str:
        """The text of that part, lines ended by a bare line feed."""
        return str(self.part(content_type).get_content()).replace("\r\n", "\n")


@dataclass
class SmtpSink:
    """What arrived, and how the next letters are answered.

    `answers` are replies to the coming letters after DATA, such as "451 4.3.0 later"; a reply that begins with 2
    keeps the letter. `recipient_answers` do the same for RCPT. `before_answer` runs when a letter is there and
    the sender has no reply yet.
    """

    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    answers: deque[str] = field(default_factory=deque)
    recipient_answers: deque[str] = field(default_factory=deque)
    before_answer: Callable[[Arrived], None] | None = None

    def wait_for(self, count: int, seconds: float = 20) -> list[Arrived]:
        """The letters, as soon as `count` of them are there."""
        until(lambda: len(self.arrived) >= count, seconds, f"{count} letters, {len(self.arrived)} arrived")
        return list(self.arrived)

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or answer as told."""
        answer = self.recipient_answers.popleft() if self.recipient_answers else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        """Keep a letter, or answer as told."""
        content = envelope.content or b""
        letter = Arrived(
            envelope.mail_from or "",
            list(envelope.rcpt_tos),
            content if isinstance(content, bytes) else content.encode(),
            list(envelope.mail_options),
        )
        if self.before_answer:
            self.before_answer(letter)
        answer = self.answers.popleft() if self.answers else "250 OK"
        if answer.startswith("2"):
            self.arrived.append(letter)
        return answer


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def post_office(tls: SSLContext | None = None, **options: Any) -> Iterator[SmtpSink]:
    """A running `SmtpSink` on loopback; `tls` makes it ask for STARTTLS, `options` are aiosmtpd's."""
    sink = SmtpSink(port=free_port())
    if tls:
        options |= {"tls_context": tls, "require_starttls": True}
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, ready_timeout=20, **options)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
