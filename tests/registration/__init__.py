"""Registering, tickets, changing one's mind."""
