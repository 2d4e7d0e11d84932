"""A conformance suite for calendars by letter: what a recipient's calendar holds after each letter, see README.md."""
