"""Invoices as documents: numbers without gaps, frozen contents, what was paid, reminders."""
