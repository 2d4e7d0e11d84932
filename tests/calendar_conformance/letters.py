"""One letter as it arrived: its parts, its addresses, what it says to a calendar. Standard library only."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path

from . import lines

CALENDAR = "text/calendar"
ATTACHED = ("application/ics", CALENDAR)


@dataclass(frozen=True)
class Letter:
    """A letter, read from its bytes. `name` is what it is called in faults: the name of its file."""

    name: str
    content: bytes = field(repr=False)

    @cached_property
    def message(self) -> EmailMessage:
        """The message as the standard library reads it."""
        message = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def addresses(self, name: str) -> list[str]:
        """The bare addresses of a header, in small letters."""
        return [each.addr_spec.lower() for header in self.message.get_all(name, []) for each in header.addresses]

    @cached_property
    def parts(self) -> list[EmailMessage]:
        """The calendar parts that a mail program shows: those that are no attachment."""
        return [part for part in self._calendars(CALENDAR) if not part.is_attachment()]

    @cached_property
    def attachments(self) -> list[EmailMessage]:
        """The calendars that come as files."""
        return [part for part in self._calendars(*ATTACHED) if part.is_attachment()]

    def _calendars(self, *types: str) -> list[EmailMessage]:
        walked = (part for part in self.message.walk() if part.get_content_type() in types)
        return [part for part in walked if isinstance(part, EmailMessage)]

    @cached_property
    def calendar(self) -> bytes | None:
        """The iCalendar object of the letter, or None."""
        return octets(self.parts[0]) if self.parts else None

    @cached_property
    def object(self) -> lines.Component | None:
        """The same, read. Raises `Unreadable`."""
        return None if self.calendar is None else lines.calendar(self.calendar)


def octets(part: EmailMessage) -> bytes:
    """What a part holds, its transfer encoding undone."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def letter(path: Path) -> Letter:
    """The letter in a file."""
    return Letter(path.name, path.read_bytes())
