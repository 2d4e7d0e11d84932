"""Who met whom in person: cards that two guests exchange by scanning badges, and leads that exhibitors take."""
