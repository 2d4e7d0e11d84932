"""Rooms, tracks, sessions and speakers; and how a published schedule is read in."""
