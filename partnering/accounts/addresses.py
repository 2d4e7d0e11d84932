"""E-mail addresses made comparable."""

import unicodedata

FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "t-online.de",
        "outlook.com",
        "outlook.de",
        "hotmail.com",
        "hotmail.de",
        "live.com",
        "yahoo.com",
        "yahoo.de",
        "icloud.com",
        "me.com",
        "aol.com",
        "freenet.de",
        "posteo.de",
        "mailbox.org",
        "proton.me",
        "protonmail.com",
    ]
)
"""Domains that say nothing about where somebody works."""


def canonical(address: str) -> str:
    """The one form in which addresses are compared: NFC, trimmed, case folded, domain in IDNA form."""
    text = unicodedata.normalize("NFC", address).strip()
    local, at, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        domain = domain.casefold()
    return f"{local.casefold()}{at}{domain.casefold()}"
