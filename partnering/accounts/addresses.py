"""E-mail addresses made comparable."""

import unicodedata


def canonical(address: str) -> str:
    """The one form in which addresses are compared: NFC, trimmed, case folded, domain in IDNA form."""
    text = unicodedata.normalize("NFC", address).strip()
    local, at, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        domain = domain.casefold()
    return f"{local.casefold()}{at}{domain.casefold()}"
