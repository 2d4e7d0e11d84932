"""Ticket codes: what the QR code on a ticket or badge says, and whose it is."""

from collections.abc import Sequence

import sqlalchemy as sa

from .. import clock, links, qr
from ..db import db
from ..rows import new_row, write
from .models import Registration, TicketCode


def issue(registration: Registration) -> TicketCode:
    """A new code for a registration that has none in force."""
    return issue_all([registration])[0]


def issue_all(registrations: Sequence[Registration]) -> list[TicketCode]:
    """The same for several at once."""
    newest = max(links.keys())
    codes = [
        new_row(
            TicketCode,
            event_id=registration.event_id,
            registration_id=registration.id,
            code_id=qr.new_code_id().hex(),
            key_number=newest,
            created_at=clock.now(),
        )
        for registration in registrations
    ]
    write(*codes)
    return codes


def revoke(registration: Registration) -> None:
    """Make every code of a registration worthless at once."""
    db.session.execute(
        sa.update(TicketCode)
        .where(TicketCode.registration_id == registration.id, TicketCode.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.session.expire(registration, ["codes"])


def code_text(code: TicketCode) -> str:
    """What the QR code says: `EV1:` and 29 characters, see `qr`."""
    return text_of(code.code_id, code.key_number)


def text_of(code_id: str, key_number: int) -> str:
    """The same by the code's id in hex and the number of its key."""
    return qr.encode_code(bytes.fromhex(code_id), links.keys()[key_number])


def printed(code: TicketCode) -> str:
    """The code for people to read out: four groups of four. It names the ticket and proves nothing."""
    return qr.printed(bytes.fromhex(code.code_id))


def find(text: str) -> TicketCode | None:
    """The code, in force or revoked, that a QR code holds; None for anything that this house did not sign."""
    found = signed(text)
    if found is None:
        return None
    code_id, number = found
    return db.session.scalars(
        sa.select(TicketCode).where(TicketCode.code_id == code_id, TicketCode.key_number == number)
    ).one_or_none()


def signed(text: str) -> tuple[str, int] | None:
    """(code id in hex, key number) of what a QR code holds; None for anything that this house did not sign.

    Ids, references and addresses are never looked up: only what carries a right MAC reaches the database.
    """
    parts = qr.decode_code(text)
    if parts is None:
        return None
    code_id, mac = parts
    for number, key in links.keys().items():
        if qr.verify(code_id, mac, key):
            return code_id.hex(), number
    return None
