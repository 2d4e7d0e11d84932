"""What visitors ask of a large programme: a day of it, a search, the screen in the foyer, one session."""

from flask import Flask

from partnering.programme import queries
from tests.factories import make_event
from tests.factories.programme import make_programme

SESSIONS, SPEAKERS = 400, 500
MOST = 4.0
"""CPU milliseconds of a page that is kept, and nothing was written since."""


def fill(app: Flask) -> list[tuple[str, str, float, bool]]:
    """A programme of 400 sessions and 500 speakers: what is asked of it, the path, the most, and whether unchanged."""
    with app.app_context():
        event = make_event("programme-2027", days=60, length=3)
        make_programme(event, SESSIONS, SPEAKERS)
        one = queries.released(event)[0].session.public_id
        base = f"/e/{event.slug}"
        return [
            (f"programme of {SESSIONS} sessions", f"{base}/programme", MOST, False),
            ("the same, not modified", f"{base}/programme", MOST, True),
            ("search in it", f"{base}/programme?q=enzyme+institut", MOST, False),
            ("foyer screen", f"{base}/now", MOST, False),
            ("all speakers", f"{base}/speakers", MOST, False),
            ("one session", f"{base}/programme/{one}", float("inf"), False),
        ]
