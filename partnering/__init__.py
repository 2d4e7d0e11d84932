"""Event registration and one-to-one partnering for conferences of the life sciences."""
