"""Guests who check themselves in at a tablet: its PIN, and how far they may correct their own name."""

import hashlib
import hmac
import secrets
from difflib import SequenceMatcher

from .. import audit
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from ..registration.changes import set_details
from ..registration.models import Registration
from ..text import clean, fold
from .models import Device

COST, BLOCK = 2**14, 8
"""scrypt takes sixteen mebibytes and some fifty milliseconds: a PIN is short, so that trying has to be slow."""

ALIKE = 0.6
"""So much of a name has to stay, from 0 to 1, for it to be the same person's."""


class AnotherPerson(DomainError):
    """What was typed is not the same name spelt otherwise."""

    message = _l("Only the spelling can be corrected here. If somebody else comes, please go to the help desk.")
    status = 422


def set_pin(event: Event, device: Device, pin: str) -> None:
    """Give a kiosk another PIN, kept as its slow hash."""
    salt = secrets.token_bytes(16)
    device.pin_hash = f"scrypt${salt.hex()}${_hashed(pin, salt).hex()}"
    db.session.flush()
    audit.record("device.pin_set", device, event=event)


def set_badges(event: Event, device: Device, pickup: BilingualText, *, at_once: bool) -> None:
    """Say at a kiosk where guests get their badge, and whether it prints each by itself, `at_once`."""
    before = {"pickup": device.pickup, "prints_at_once": device.prints_at_once}
    device.pickup, device.prints_at_once = pickup, at_once
    db.session.flush()
    earlier, later = audit.differing(before, {"pickup": pickup, "prints_at_once": at_once})
    if later:
        audit.record("device.edited", device, event=event, before=earlier, after=later)


def is_pin(device: Device, pin: str) -> bool:
    """Whether this is the PIN of a kiosk; one that has none opens by none."""
    _name, salt, kept = (device.pin_hash or "scrypt$00$").split("$")
    return hmac.compare_digest(_hashed(pin, bytes.fromhex(salt)).hex(), kept)


def _hashed(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=COST, r=BLOCK, p=1, dklen=32)


def correct_name(registration: Registration, given_name: str, family_name: str) -> bool:
    """Spell the name of a guest as they want it, kept in the log; whether anything changed.

    Raises `AnotherPerson` when it is not the same name any more, or `RegistrationEnded`.
    """
    participant = registration.participant
    given_name, family_name = clean(given_name), clean(family_name)
    if (given_name, family_name) == (participant.given_name, participant.family_name):
        return False
    before, after = fold(f"{participant.given_name} {participant.family_name}"), fold(f"{given_name} {family_name}")
    if SequenceMatcher(None, before, after, autojunk=False).ratio() < ALIKE:
        raise AnotherPerson
    set_details(
        registration,
        title=participant.title,
        given_name=given_name,
        family_name=family_name,
        function=participant.function,
    )
    return True
