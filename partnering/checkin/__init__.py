"""Arrivals: lists, devices, scans and who is in."""
