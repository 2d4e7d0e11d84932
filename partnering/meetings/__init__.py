"""One-to-one meetings: requests, slots, tables, answers."""
