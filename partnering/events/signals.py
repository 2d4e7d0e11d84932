"""News about events for the rooms above. They are sent inside the transaction that makes them."""

from blinker import Namespace

signals = Namespace()

event_changed = signals.signal("event-changed")
"""Sender: the event; `changes` maps names of columns to (before, after)."""

event_cancelled = signals.signal("event-cancelled")
"""Sender: the event."""

event_cloned = signals.signal("event-cloned")
"""An event was made from another one, the chosen `parts` copied. Sender: the new event; `source`: the other one."""

participant_renamed = signals.signal("participant-renamed")
"""What is printed of a participant who was there before was set anew. Sender: the participant."""

participant_erased = signals.signal("participant-erased")
"""Everything that is known of a participant goes; their name goes after this. Sender: the participant."""
