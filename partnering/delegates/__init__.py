"""Partnering profiles and the directory: who takes part, what they offer and what they seek."""
