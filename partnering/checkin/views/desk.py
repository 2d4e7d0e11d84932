"""The organisers' desk of the doors: pages in `live`, `lists`, `asking`, `attendance`, `certificates`, `devices`."""

from ...events.routing import manage_blueprint

bp = manage_blueprint("checkin_desk", __name__, "door")
