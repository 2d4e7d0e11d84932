"""Several processes over HTTP against one database, and what happens when the guard is off."""
