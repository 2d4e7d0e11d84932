"""Whole journeys, through pages only."""
