"""Second factors: authenticator apps, passkeys, and recovery codes for the day they are lost.

The key of an app is a MAC under the server's key over the names of person and factor: no table holds it.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from .. import audit, clock, links
from ..db import db
from ..errors import DomainError
from ..i18n import _l
from ..qr import READABLE
from ..text import clean
from . import mails, tokens, totp
from .models import Person, RecoveryCode, SecondFactor
from .queries import factors_of
from .sessions import hash_of

if TYPE_CHECKING:  # what passkeys need takes a quarter of a second and eight megabytes: it comes with the first one
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

CODES = 10
CODE_SYMBOLS = 16
TRY_LIMIT = 10
"""Codes and recovery codes that one person may try in a quarter of an hour."""


class WrongCode(DomainError):
    """The code is wrong, too old, or was used already."""

    message = _l("This code is not right. Codes change every 30 seconds and work once.")
    status = 422


class PasskeyRefused(DomainError):
    """The passkey's answer does not belong to our question, or to nobody we know."""

    message = _l("This passkey does not work here. Try another one or sign in by email.")
    status = 422


@dataclass(frozen=True)
class Site:
    """Whom passkeys belong to: host name, the name people read, and the origin that pages have."""

    host: str
    name: str
    origin: str


# -- authenticator apps


def app_key(person: Person, name: str, key_number: int | None = None) -> bytes:
    """The key (160 bit) that the app called `name` shares with us."""
    number = max(links.keys()) if key_number is None else key_number
    return hmac.digest(links.keys()[number], f"totp\n{person.public_id}\n{name}".encode(), "sha256")[:20]


def add_app(person: Person, name: str, code: str) -> SecondFactor:
    """Add the app called `name`, a fresh public id, once it shows a right code. Raises `WrongCode`."""
    step = totp.matching_step(app_key(person, name), code, _step())
    if step is None:
        raise WrongCode
    factor = SecondFactor(
        public_id=name,
        person_id=person.id,
        kind="totp",
        secret={"key": max(links.keys())},
        counter=step,
        created_at=clock.now(),
        used_at=clock.now(),
    )
    _add(person, factor, "app_added")
    return factor


def check_app(person: Person, code: str) -> None:
    """Take a code of one of the person's apps; each works once. Raises `WrongCode`."""
    keys = links.keys()
    for factor in factors_of(person):
        if factor.kind != "totp" or factor.secret["key"] not in keys:
            continue
        step = totp.matching_step(app_key(person, factor.public_id, factor.secret["key"]), code, _step())
        if step is not None and _advance(factor, step):
            return
    raise WrongCode


def _step() -> int:
    return totp.step_at(clock.now().timestamp())


def _advance(factor: SecondFactor, counter: int) -> bool:
    """Raise the factor's counter to `counter`; False if it was there already, so that nothing is used twice."""
    raised = db.session.execute(
        sa.update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.counter < counter)
        .values(counter=counter, used_at=clock.now())
    )
    return getattr(raised, "rowcount", 0) == 1


# -- passkeys


def new_passkey_options(person: Person, site: Site) -> dict[str, Any]:
    """What the browser needs to make a passkey, the challenge included."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=person.public_id.encode(),
        user_name=person.email,
        user_display_name=person.display_name,
        challenge=tokens.challenge(tokens.PASSKEY_NEW, person).encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(person),
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def add_passkey(person: Person, site: Site, credential: dict[str, Any], label: str) -> SecondFactor:
    """Add the passkey that the browser has made. Raises `PasskeyRefused`."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _challenge_in(credential)
    token = tokens.take(tokens.PASSKEY_NEW, challenge)
    if token is None or token.person_id != person.id:
        raise PasskeyRefused
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge.encode(),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, KeyError, TypeError, ValueError) as error:
        raise PasskeyRefused from error
    credential_id = webauthn.helpers.bytes_to_base64url(verified.credential_id)
    if _passkey(credential_id) is not None:
        raise PasskeyRefused
    factor = SecondFactor(
        person_id=person.id,
        kind="passkey",
        label=clean(label)[:80],
        credential_id=credential_id,
        secret={"public_key": base64.b64encode(verified.credential_public_key).decode()},
        counter=verified.sign_count,
        created_at=clock.now(),
        used_at=clock.now(),
    )
    _add(person, factor, "passkey_added")
    return factor


def passkey_options(site: Site, person: Person | None = None) -> dict[str, Any]:
    """What the browser needs to use a passkey: one of `person`, or of whoever wants to sign in."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=tokens.challenge(tokens.PASSKEY_USE, person).encode(),
        allow_credentials=_descriptors(person) if person is not None else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def check_passkey(site: Site, credential: dict[str, Any], person: Person | None = None) -> Person:
    """Whose passkey answered: that of `person`, or of whoever signs in. Raises `PasskeyRefused`."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _challenge_in(credential)
    token = tokens.take(tokens.PASSKEY_USE, challenge)
    factor = _passkey(str(credential.get("id")))
    if token is None or factor is None or factor.person.disabled_at is not None:
        raise PasskeyRefused
    if token.person_id != (person.id if person is not None else None):
        raise PasskeyRefused
    if person is not None and factor.person_id != person.id:
        raise PasskeyRefused
    try:
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.encode(),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64.b64decode(factor.secret["public_key"]),
            credential_current_sign_count=factor.counter,
            require_user_verification=True,
        )
    except (WebAuthnException, KeyError, TypeError, ValueError) as error:
        raise PasskeyRefused from error
    factor.counter, factor.used_at = verified.new_sign_count, clock.now()
    return factor.person


def _challenge_in(credential: dict[str, Any]) -> str:
    """The challenge that the browser says it answered; its row tells whether we asked."""
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        client_data = base64url_to_bytes(credential["response"]["clientDataJSON"])
        return parse_client_data_json(client_data).challenge.decode()
    except (WebAuthnException, KeyError, TypeError, ValueError) as error:
        raise PasskeyRefused from error


def _passkey(credential_id: str) -> SecondFactor | None:
    return db.session.scalars(sa.select(SecondFactor).where(SecondFactor.credential_id == credential_id)).one_or_none()


def _descriptors(person: Person) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(factor.credential_id))
        for factor in factors_of(person)
        if factor.credential_id
    ]


# -- recovery codes


def new_codes(person: Person) -> list[str]:
    """Ten recovery codes (79 bit each) in place of earlier ones: shown now and never again."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = []
    for _number in range(CODES):
        plain = "".join(secrets.choice(READABLE) for _ in range(CODE_SYMBOLS))
        db.session.add(RecoveryCode(person_id=person.id, code_hash=_code_hash(person, plain)))
        codes.append("-".join(plain[start : start + 4] for start in range(0, CODE_SYMBOLS, 4)))
    db.session.flush()
    return codes


def use_code(person: Person, typed: str) -> None:
    """Use a recovery code up, and tell the person by letter. Raises `WrongCode`."""
    plain = "".join(symbol for symbol in typed.upper() if symbol.isalnum())
    used = db.session.execute(
        sa.update(RecoveryCode)
        .where(RecoveryCode.person_id == person.id, RecoveryCode.code_hash == _code_hash(person, plain))
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=clock.now())
    )
    if getattr(used, "rowcount", 0) != 1:
        raise WrongCode
    audit.record("person.recovery_used", person)
    mails.account_changed(person, "recovery_used")


def _code_hash(person: Person, plain: str) -> str:
    return hash_of(f"{person.public_id}\n{plain}")


# -- both


def remove(person: Person, factor: SecondFactor) -> None:
    """Take a factor away, and tell the person by letter; without any, recovery codes go too."""
    db.session.delete(factor)
    db.session.flush()
    if not factors_of(person):
        db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    audit.record("person.factor_removed", person)
    mails.account_changed(person, "factor_removed")


def is_enrolled(person: Person) -> bool:
    """Whether the person has any second factor."""
    return bool(factors_of(person))


def kinds_of(factors: Sequence[SecondFactor]) -> set[str]:
    """Which kinds of factor are there: "passkey", "totp"."""
    return {factor.kind for factor in factors}


def _add(person: Person, factor: SecondFactor, news: str) -> None:
    db.session.add(factor)
    db.session.flush()
    audit.record("person.factor_added", person, after={"kind": factor.kind})
    mails.account_changed(person, news)
