"""The lobby: what visitors see first, across rooms. The list of events, each event's page, the way there, legal pages."""
