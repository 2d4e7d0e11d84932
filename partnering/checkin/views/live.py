"""The doors as they are now: for organisers at their desk, and for a big screen that anybody may read."""

from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from ... import clock, i18n
from ...events.models import Event
from ...events.routing import current_event
from ...i18n import _, _n
from .. import conflicts, crowd, phones, queries, words
from ..crowd import Crowd, DoorNow
from ..forecast import Forecast
from ..models import Device
from .desk import bp as desk
from .door import bp as door
from .door import rows

FEWEST = 8
"""A plot shows at least as many steps as this."""

MOST_DEVICES = 12


@desk.get("/")
def live() -> str:
    """Who is in, how fast they come, what was refused, and how the devices are."""
    return render_template("checkin/desk/live.html", **_shown())


@desk.get("/now")
def now() -> Response:
    """The part of that page that changes, which its script asks for every five seconds; 304 while it is the same."""
    response = make_response(render_template("checkin/desk/live_now.html", **_shown()))
    response.add_etag()
    response.make_conditional(request)
    return response


@door.get("/screen")
def screen() -> str:
    """Numbers alone, large: for crew, and for a screen that was enrolled as a device. It asks anew by itself."""
    found = crowd.now_at(current_event())
    return render_template(
        "checkin/screen.html", crowd=found, at=clock.now(), steps=_bars(found), said=_forecast(found.forecast)
    )


def _shown() -> dict[str, Any]:
    event = current_event()
    found = crowd.now_at(event)
    last = queries.last_counted(event)
    return {
        "crowd": found,
        "last": _("Last: %(name)s, %(time)s", name=words.name_of(last.registration), time=i18n.time(last.received_at))
        if last is not None
        else "",
        "busy": last.list_id if last is not None else next((each.door.id for each in found.doors), None),
        "open": conflicts.number_open(event),
        "steps": _bars(found),
        "by_door": [(words.door_name(each.door), _bars(found, each)) for each in found.doors]
        if _several(found)
        else [],
        "said": _forecast(found.forecast),
        "refusals": [(words.REFUSALS[answer][1], number) for answer, number in _refused_today(event)],
        "devices": [_device(each) for each in _devices(event)],
        "scans": rows(queries.log(event, most=10)),
    }


def _several(found: Crowd) -> bool:
    return sum(any(number for _at, number in found.bars(each.door)) for each in found.doors) > 1


def _bars(found: Crowd, at: DoorNow | None = None) -> list[tuple[str, int]]:
    """A plot's points: the start of each step as people read it, and how many came; never a single wide bar."""
    bars = found.bars(at.door if at is not None else None)
    while bars and len(bars) < FEWEST:
        bars.insert(0, (bars[0][0] - clock.minutes(10), 0))
    return [(i18n.time(start, oclock=False), number) for start, number in bars]


def _refused_today(event: Event) -> list[tuple[str, int]]:
    today = clock.in_zone(clock.now(), event.zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return queries.refusals(event, clock.from_zone(today, event.zone))


def _forecast(forecast: Forecast) -> list[str]:
    """What is to be expected, in sentences; none where too little was seen."""
    if not forecast.known:
        return []
    coming = _("Hardly anybody will come in the next half hour.")
    if forecast.coming:
        coming = _n(
            "About %(num)s guest comes in the next half hour; the doors manage %(managed)s.",
            "About %(num)s guests come in the next half hour; the doors manage %(managed)s.",
            forecast.coming,
            managed=forecast.managed,
        )
    if forecast.queue:
        queue = _n(
            "The queue grows to about %(num)s guest, who waits %(minutes)s min.",
            "The queue grows to about %(num)s guests; the last one waits %(minutes)s min.",
            forecast.queue,
            minutes=max(1, forecast.minutes),
        )
    else:
        queue = _("No queue is to be expected.")
    if forecast.full:
        queue = _("The doors are at their limit: guests who wait already are counted nowhere.") + (
            f" {queue}" if forecast.queue else ""
        )
    return [coming, queue]


def _devices(event: Event) -> list[Device]:
    """Those in use: with scans that wait first, then by who was heard of last."""
    used = [each for each in phones.devices_of(event) if each.last_contact_at is not None and each.revoked_at is None]
    used.sort(key=lambda each: (-each.waiting, -each.last_contact_at.timestamp() if each.last_contact_at else 0))
    return used[:MOST_DEVICES]


def _device(device: Device) -> dict[str, Any]:
    word, tone, well = words.standing_words(phones.standing_of(device))
    waiting = _n("%(num)s scan waiting", "%(num)s scans waiting", device.waiting) if device.waiting else ""
    return {
        "name": device.name,
        "state": word,
        "tone": tone,
        "well": well,
        "seen": i18n.ago(device.last_contact_at) if device.last_contact_at is not None else "",
        "waiting": waiting,
    }
