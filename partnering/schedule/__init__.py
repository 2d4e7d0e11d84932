"""One person's days: sessions, talks and meetings on a page, on paper and in their calendar."""
