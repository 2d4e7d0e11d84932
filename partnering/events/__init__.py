"""Hosts and their conferences: texts, dates, team and participants, and who may do what."""
