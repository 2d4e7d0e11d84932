"""Letters about signing in and about changes of an account."""

from ..db import new_public_id
from ..i18n import LazyText, _l, locale
from ..mail import letters, outbox
from ..mail.models import OutboxLetter
from . import tokens
from .models import Person
from .queries import address_row, person_by_public_id

CHANGES: dict[str, LazyText] = {
    "address_added": _l("A further email address was added to your account."),
    "address_preferred": _l("Letters now go to another email address of your account."),
    "address_removed": _l("This email address was removed from your account."),
    "app_added": _l("An authenticator app was added to your account."),
    "passkey_added": _l("A passkey was added to your account."),
    "factor_removed": _l("A passkey or authenticator app was removed from your account."),
    "recovery_used": _l("A recovery code was used to sign in to your account."),
    "recovery_made": _l("New recovery codes were made for your account. Earlier ones no longer work."),
}


def sign_in_link(name: str, person: Person | None, address: str, language: str) -> None:
    """The link to sign in with, or, where nobody is known by the address, that there is none."""
    outbox.post(
        "accounts.sign_in",
        key=f"sign-in:{name}",
        address=address,
        locale=person.locale if person is not None else language,
        payload={"token": name},
        recipient_ref=person.public_id if person is not None else "",
        urgent=True,
    )


@letters.kind("accounts.sign_in", secret=True)
def _sign_in(letter: OutboxLetter) -> letters.Letter | None:
    secret = tokens.secret_of(tokens.SIGN_IN, letter.payload["token"])
    token = tokens.waiting(tokens.SIGN_IN, secret)
    if token is None:
        return None
    if token.person is None:
        return letters.compose("accounts/mail/unknown", address=letter.address, home=_home())
    return letters.compose(
        "accounts/mail/sign_in",
        person=token.person,
        link=letters.url("accounts.enter", token=secret, lang=locale()),
        home=_home(),
    )


def confirm_address(name: str, person: Person, address: str, language: str) -> None:
    """The link that shows a new address to be the person's own."""
    outbox.post(
        "accounts.confirm_address",
        key=f"address:{name}",
        address=address,
        locale=language,
        payload={"token": name},
        recipient_ref=person.public_id,
        urgent=True,
    )


@letters.kind("accounts.confirm_address", secret=True)
def _confirm_address(letter: OutboxLetter) -> letters.Letter | None:
    secret = tokens.secret_of(tokens.ADDRESS, letter.payload["token"])
    token = tokens.waiting(tokens.ADDRESS, secret)
    if token is None or token.person is None:
        return None
    known = address_row(letter.address)
    if known is not None and known.person_id != token.person_id:
        return letters.compose("accounts/mail/address_in_use", address=letter.address, home=_home())
    link = letters.url("accounts.confirm_address", token=secret)
    return letters.compose("accounts/mail/confirm_address", address=letter.address, link=link, home=_home())


def account_changed(person: Person, change: str, *, to: str = "") -> None:
    """What has changed about signing in, a key of `CHANGES`; told to the address `to`, else to the person's own."""
    outbox.post(
        "accounts.changed",
        key=f"account:{new_public_id()}",
        address=to or person.email,
        locale=person.locale,
        payload={"person": person.public_id, "change": change},
        recipient_ref=person.public_id,
    )


@letters.kind("accounts.changed")
def _account_changed(letter: OutboxLetter) -> letters.Letter | None:
    person = person_by_public_id(letter.payload["person"])
    if person is None:
        return None
    return letters.compose(
        "accounts/mail/changed",
        person=person,
        news=CHANGES[letter.payload["change"]],
        account=letters.url("accounts.settings"),
        home=_home(),
    )


def _home() -> str:
    """The name of the site in letters: its host."""
    return letters.url("accounts.login").split("/")[2]
