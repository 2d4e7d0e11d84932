"""Work for later: tasks deferred in the business transaction, run by the worker."""
