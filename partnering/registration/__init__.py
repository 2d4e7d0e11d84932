"""Parties, the places they bought, and who holds them: from choosing a ticket to changing one's mind."""
