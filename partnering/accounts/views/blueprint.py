"""The blueprint that all pages of the room share."""

import ipaddress

from flask import current_app

from ...guards import GuardedBlueprint
from ..doors import signed_in
from ..second_factors import Site

bp = GuardedBlueprint("accounts", __name__, guard=signed_in)


def passkey_site() -> Site | None:
    """Whom passkeys belong to here; None where the address is a bare number, for which browsers make none."""
    settings = current_app.extensions["settings"]
    try:
        ipaddress.ip_address(settings.host)
    except ValueError:
        return Site(settings.host, settings.host, settings.base_url.rstrip("/"))
    return None
