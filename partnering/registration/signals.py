"""News about registrations for the rooms above, sent inside the transaction of the deed."""

from blinker import Namespace

_signals = Namespace()

party_placed = _signals.signal("party-placed")
"""A party was placed. Sender: the party; `draft`: what was typed, partnering answers included; `offered` is false where
nothing of it came from the waiting list."""

registration_begun = _signals.signal("registration-begun")
"""Somebody holds a place. Sender: the registration."""

registration_cancelled = _signals.signal("registration-cancelled")
"""Somebody no longer holds a place: cancelled, declined or passed on to a substitute. Sender: the registration."""

party_changed = _signals.signal("party-changed")
"""Lines of a placed party were added, cancelled or charged. Sender: the party."""

registrations_entered = _signals.signal("registrations-entered")
"""Organisers registered people, one or thousands. Sender: the event's id; `registrations`: all of them. Sent instead of
`registration_begun`; `party_placed` follows for each, with `entered=True` and `letters` as they wished."""

registration_moved = _signals.signal("registration-moved")
"""Somebody got another ticket. Sender: the registration, on its new ticket; `before`: the product it was on."""
