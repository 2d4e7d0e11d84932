"""Signing in by letter: a link that works once, for thirty minutes, and only after a button.

Whether an address is known shows nowhere but in the mailbox behind it: what happens on the site is the same.
"""

from .. import audit, clock, limits
from . import mails, tokens
from .addresses import canonical
from .models import Person
from .queries import address_row

CALLER_LIMIT = 60
"""Letters asked for, and links opened, by one network address in a quarter of an hour: a venue shares one address."""
TARGET_LIMIT = 5
"""Letters to one mail address that one network address may ask for in a quarter of an hour."""
TARGET_LIMIT_IN_ALL = 20
"""Letters to one mail address in a quarter of an hour, whoever asks: strangers shall not lock its owner out at once."""
WINDOW = 15 * 60


def count_try(address: str, caller: str) -> None:
    """Count a letter to `address` asked for from the network address `caller`; before the transaction that posts it.

    Raises `TooMany`.
    """
    limits.hit("sign-in caller", caller, limit=CALLER_LIMIT, seconds=WINDOW)
    wanted = canonical(address)
    limits.hit("sign-in letter", f"{caller}\n{wanted}", limit=TARGET_LIMIT, seconds=WINDOW)
    limits.hit("sign-in letters", wanted, limit=TARGET_LIMIT_IN_ALL, seconds=WINDOW)


def count_opening(caller: str) -> None:
    """Count a link opened from the network address `caller`. Raises `TooMany`."""
    limits.hit("sign-in link", caller, limit=CALLER_LIMIT, seconds=WINDOW)


def mail_link(address: str, next: str = "", locale: str = "de") -> None:
    """Send a sign-in link to `address`, leading to the path `next`; inside a transaction.

    An address that nobody is known by gets a letter that says so. A known person's letter goes to the address as
    stored, never as typed, and in their language; others read `locale`.
    """
    row = address_row(address)
    person = row.person if row is not None and row.person.disabled_at is None else None
    name = tokens.for_letter(tokens.SIGN_IN, person=person, address=canonical(address), target=next)
    mails.sign_in_link(name, person, row.address if row is not None else address.strip(), locale)


def link_for(person: Person, next: str = "") -> str:
    """The secret of a sign-in link that is handed over in person, such as by a command."""
    return tokens.secret_of(
        tokens.SIGN_IN,
        tokens.for_letter(tokens.SIGN_IN, person=person, address=canonical(person.email), target=next),
    )


def redeem(secret: str) -> tuple[Person, str] | None:
    """Who signs in with this link, and where to; None when it was used, is too old or never was."""
    token = tokens.take(tokens.SIGN_IN, secret)
    if token is None or token.person is None:
        return None
    row = address_row(token.address)
    if row is None or row.person_id != token.person_id:
        return None
    if row.verified_at is None:
        row.verified_at = clock.now()
    audit.record("person.signed_in", token.person, actor=("person", token.person.public_id))
    return token.person, token.target
