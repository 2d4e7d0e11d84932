"""Secret links once more, and taken back: the old address opens nothing any more, the new one goes out by letter."""

from .. import audit, clock
from ..db import db
from . import mails, waiting_mails
from .models import Party, WaitingEntry


def send_again(party: Party) -> bool:
    """Write the link of a booking to its buyer once more; False if that was done within this minute."""
    if not mails.party_changed(party, f"again:{clock.now():%Y-%m-%dT%H:%M}"):
        return False
    audit.record("party.sent_again", party, event=party.event)
    return True


def renew(party: Party, *, by: str = "organiser") -> None:
    """Give a booking a new secret link. Whoever has the old one finds nothing behind it; invoices open anew as well."""
    db.session.refresh(party, with_for_update={"of": Party})
    party.generation += 1
    db.session.flush()
    audit.record("party.link_renewed", party, event=party.event, after={"by": by})
    mails.party_changed(party, f"new_link:{party.generation}")


def renew_waiting(entry: WaitingEntry) -> None:
    """Give somebody who waits a new secret link; place in the queue and offer stay."""
    db.session.refresh(entry, with_for_update={"of": WaitingEntry})
    entry.generation += 1
    db.session.flush()
    audit.record("waiting.link_renewed", entry, event=entry.event)
    waiting_mails.link_renewed(entry)
