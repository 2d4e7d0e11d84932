"""What happens to delegates by itself, each topic in a file of its own beside this one, which is imported here."""
