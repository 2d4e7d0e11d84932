"""Companies, universities and institutes that take part, from event to event."""
