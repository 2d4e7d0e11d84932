"""What calendars ask for: the programme of a hundred talks as a feed, and one person's own."""

from datetime import timedelta

from flask import Flask

from partnering.db import transaction
from partnering.programme import services as programme
from partnering.schedule import views
from tests.factories import make_event, make_participant
from tests.factories.programme import at, make_room, make_session, make_track

TALKS = 100
ROOMS = 4
MOST, MOST_UNCHANGED = 3.0, 1.0
"""CPU milliseconds of a feed, and of the answer that nothing has changed."""


def fill(app: Flask) -> tuple[str, str]:
    """A programme of a hundred talks, ten of which one person has chosen; the paths of its feed and of theirs."""
    with app.app_context():
        event = make_event("feeds-2027", days=60, length=2)
        me = make_participant(event)
        rooms, track = [make_room(event) for _ in range(ROOMS)], make_track(event)
        speakers = [make_participant(event) for _ in range(TALKS // 2)]
        for number in range(TALKS):
            turn, room = divmod(number, ROOMS)
            session = make_session(
                event,
                starts_at=at(event, 8) + timedelta(minutes=20 * turn),
                minutes=20,
                room=rooms[room],
                track=track,
                speakers=[speakers[number // 2]],
            )
            if number % 10 == 0:
                with transaction():
                    programme.bookmark(session, me)
        return f"/e/{event.slug}/programme.ics", views.feed_address(me).removeprefix(
            app.extensions["settings"].base_url
        )
