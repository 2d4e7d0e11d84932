"""The lobby: what visitors see first, across rooms: the events, their pages, the way there, legal pages."""
