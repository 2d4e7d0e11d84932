"""Letters: written to the outbox in the transaction that causes them, delivered later by the worker."""
