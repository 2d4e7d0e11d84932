"""Badges on paper: A6, four to a sheet, with a code that opens the door."""
