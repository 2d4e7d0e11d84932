"""News about consents for the rooms above, sent inside the transaction that makes them."""

from blinker import Namespace

signals = Namespace()

consent_withdrawn = signals.signal("consent-withdrawn")
"""A participant took a consent back. Sender: the participant; `purpose`, `recipient`."""
