"""Several processes that buy, hold, cancel, offer and decline at random on one database, and whether the rules hold."""
