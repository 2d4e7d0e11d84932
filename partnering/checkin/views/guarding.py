"""Who gets to a door: crew who are signed in, and devices that organisers enrolled.

A device shows its token in a cookie that browsers send to the doors of its event alone. Whoever was let go is told so
with 401, by which pages know that they have to wipe what they stored.
"""

from flask import Response as Page
from flask import abort, g, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response

from ...accounts.doors import to_sign_in
from ...accounts.models import Person
from ...db import transaction
from ...errors import NotFound, wants_json
from ...events.models import Event
from ...events.permissions import may_check_in
from ...events.routing import admit, current_event, current_person, load_event
from ...headers import over_https
from .. import entering, phones, queries
from ..entering import AtDoor
from ..models import CheckinList, Device

COOKIE_DAYS = 14
"""How long a browser keeps the token; whether it opens anything is decided here, by the lease."""

WAITING_HEADER = "X-Door-Waiting"
"""How many scans wait on a device: it says so with whatever it asks."""


def at_door() -> Response | None:
    """Crew and organisers of this event, and devices enrolled for it."""
    return _let_to_door(late=False)


def at_door_in_deed() -> Response | None:
    """`at_door` for a view that asks by itself in its deed, see `enter_door`: of a device with a token, all at once."""
    return None if _token_alone() else at_door()


def enter_door(list_id: str) -> AtDoor | None:
    """Within a transaction, behind `at_door_in_deed`: the device that asks at this door, where it may scan there.

    None for crew, and for a device whose guard has to say what is wrong; it has been asked then, and let them pass.
    """
    token = _token_alone()
    if not token:
        return None
    found = entering.at_door(token, g.get("event_slug") or "", list_id)
    if found is None:
        answer = at_door()
        if answer is not None:
            abort(answer)
        return None
    g.let_into = found.event.id
    admit(found.event)
    g.device, g.standing, g.checkin_list = found.device, "good", found.checkin_list
    return found


def _token_alone() -> str | None:
    """The token of a device that asks where nobody is signed in beside it: crew are asked for themselves."""
    return request.cookies.get(cookie_name()) if g.get("person") is None else None


def handing_in() -> Response | None:
    """They, and devices that were let go: what they scanned before is taken, and nothing is given."""
    return _let_to_door(late=True)


def _let_to_door(*, late: bool) -> Response | None:
    holder = holder_here()
    if holder is not None and holder.device.kind == "kiosk":
        holder = None  # it opens the pages of the kiosk, and no door
    if holder is not None:
        g.let_into = holder.device.event_id
    moved = load_event()
    if moved is not None:
        return moved
    if g.get("person") is not None and may_check_in(g.person, current_event()):
        return None
    if holder is None:
        if g.get("person") is None:
            return to_sign_in()
        raise NotFound
    if holder.device.event_id != current_event().id:
        raise NotFound
    if holder.standing != "good" and not late:
        return turned_away(holder.standing)
    g.device, g.standing = holder.device, holder.standing
    return None


def holder_here() -> phones.Holder | None:
    """Whose token this browser shows, however they stand; None without one."""
    token = request.cookies.get(cookie_name())
    return phones.holder_of(token) if token else None


def note_contact(response: Page) -> Page:
    """Write down that a device was heard, once it is answered: what it sent is judged by the contact before."""
    device = enrolled()
    if device is None or g.standing != "good" or g.get("contact_noted"):
        return response
    waiting = _waiting()
    if phones.needs_noting(device, waiting):
        with transaction():
            phones.note_contact(device, waiting)
    return response


def note_contact_in_deed() -> None:
    """The same at the end of the deed for which a device asked, so that it need not be read again."""
    device = enrolled()
    if device is not None:
        waiting = _waiting()
        if phones.needs_noting(device, waiting):
            phones.note_contact(device, waiting)
        g.contact_noted = True


def _waiting() -> int | None:
    said = request.headers.get(WAITING_HEADER, "")
    return min(int(said), phones.MOST_WAITING) if said.isascii() and said.isdigit() and len(said) < 9 else None


def turned_away(standing: phones.Standing) -> Page:
    """That a device opens nothing any more, and why."""
    if wants_json():
        response = jsonify(revoked=True, why=standing)
    else:
        response = make_response(render_template("checkin/turned_away.html", why=standing, event=current_event()))
    response.status_code = 401
    response.headers["Cache-Control"] = "no-store"
    return response


# -- who asks


def enrolled() -> Device | None:
    """The enrolled device that asks, or None where a person does."""
    device: Device | None = g.get("device")
    return device


def own_device() -> Device | None:
    """The device of who asks: the enrolled one, or the browser of a person who ever scanned here."""
    device = enrolled()
    return device if device is not None else queries.device_of(current_event(), current_person())


def person_asking() -> Person | None:
    """Who stands at the door; of an enrolled device nobody knows."""
    return current_person() if enrolled() is None else None


def asker() -> str:
    """The public id of who asks, by which their tries are counted."""
    device = enrolled()
    return device.public_id if device is not None else current_person().public_id


def may_force() -> bool:
    """Whether who asks may overrule a refusal: crew may, devices only where organisers let them."""
    device = enrolled()
    return device is None or device.may_force


def may_add() -> bool:
    """Whether who asks may register people and print badges: crew may, devices only where organisers let them."""
    device = enrolled()
    return device is None or device.may_add


def doors_of_asker(event: Event) -> list[CheckinList]:
    """The doors that who asks may stand at."""
    lists = queries.lists_of(event)
    device = enrolled()
    return list(lists) if device is None else phones.scans_at(device, lists)


# -- the cookie


def cookie_name() -> str:
    """The prefix makes browsers refuse the cookie on anything but HTTPS."""
    return "__Secure-door" if over_https() else "door"


def give_token(response: Page, event: Event, token: str) -> Page:
    """Put the token of a device on a response, for the doors of its event and no other address."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=COOKIE_DAYS * 24 * 3600,
        path=f"/e/{event.slug}/door",
        secure=over_https(),
        httponly=True,
        samesite="Strict",
    )
    return response
