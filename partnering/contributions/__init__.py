"""The call for contributions: what is asked for, what is handed in, how a committee reads it, what becomes of it."""
