"""News from the meetings, for the rooms above and for what waits for a time."""

from blinker import Namespace

_news = Namespace()

time_freed = _news.signal("time-freed")
"""A placed meeting lost its time. The sender is the event's id; `delegate_ids`: whose time is free again; `besides`:
ids of meetings to which it was offered in vain. Sent inside the transaction."""
