"""What organisers may send to move a session in the draft. Shape only."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired, NumberRange

from ..errors import DomainError
from ..events.forms import DayField, HourField
from ..fields import WholeField
from ..i18n import _l

LONGEST = 24 * 60


class PlaceForm(FlaskForm):
    """When and where a session is: a day, an hour at the venue, a length and a room."""

    day = DayField(_l("Day"), [InputRequired(_l("Enter the day"))])
    starts = HourField(_l("Begins"), [InputRequired(_l("Enter when it begins"))])
    minutes = WholeField(
        _l("Minutes"),
        [
            InputRequired(_l("Enter how many minutes it takes")),
            NumberRange(5, LONGEST, _l("Enter a number from 5 to 1440")),
        ],
    )
    room = SelectField(_l("Room"))
    version = HiddenField()
    back = HiddenField()


class UnplaceForm(FlaskForm):
    """Take a session out of the timetable."""

    version = HiddenField()
    back = HiddenField()


class NotSoMoved(DomainError):
    """A move that says too little, too much, or what cannot be."""

    message = _l("We could not save this. Please try again.")
    status = 422


class Sent(NamedTuple):
    """A move as the grid sends it: an instant, minutes, the room's id or "", and the version that was looked at."""

    at: datetime
    minutes: int
    room: str
    version: int


def sent(data: Any) -> Sent:
    """A move out of JSON. Raises `NotSoMoved` for what is missing, of another kind, or more than was asked."""
    if not isinstance(data, Mapping) or set(data) != {"at", "minutes", "room", "version"}:
        raise NotSoMoved
    minutes, room, version = data["minutes"], data["room"], data["version"]
    whole = all(isinstance(number, int) and not isinstance(number, bool) for number in (minutes, version))
    if not whole or not 1 <= minutes <= LONGEST or not isinstance(room, str | None):
        raise NotSoMoved
    try:
        at = datetime.fromisoformat(str(data["at"]))
    except ValueError:
        raise NotSoMoved from None
    if at.tzinfo is None or not 2000 <= at.year <= 2100:
        raise NotSoMoved
    return Sent(at.astimezone(UTC), minutes, room or "", version)
