"""News from the partnering profiles, for the rooms above."""

from blinker import Namespace

_news = Namespace()

delegate_left = _news.signal("delegate-left")
"""A delegate no longer takes part; the sender is the delegate. Sent inside the transaction."""

somebody_blocked = _news.signal("somebody-blocked")
"""A delegate blocked a person or an organisation; the sender is that delegate. Sent inside the transaction."""

delegate_erased = _news.signal("delegate-erased")
"""Everything that is known of a delegate goes; they leave after this. Sender: the delegate. Inside the transaction."""
