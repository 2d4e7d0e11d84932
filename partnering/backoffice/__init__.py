"""The organisers' desk: what looks across rooms."""
