"""News about capacity for the rooms above, sent inside the transaction of the deed."""

from blinker import Namespace

_signals = Namespace()

places_freed = _signals.signal("places-freed")
"""Places came back, or a capacity rose. Sender: the event's id; `pool_ids`: the set of pools.

When somebody waits for a pool of the event, all its pools are locked by then, so that receivers may claim from any.
"""
