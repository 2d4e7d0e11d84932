"""The programme of a sample event."""

from ..agenda.models import Location
from ..events.models import Event, Participant
from ..programme import drafting, releasing, services
from ..programme.services import Part, Time
from .reading import Sheet, both


def make_programme(event: Event, sheet: Sheet, participants: dict[str, Participant], rooms: dict[str, Location]) -> int:
    """Tracks and released sessions with their people; how many there are."""
    tracks = {
        given["key"]: services.add_track(event, both(given["name"]), given["tint"])
        for given in sheet.programme["tracks"]
    }
    for given in sheet.programme["sessions"]:
        start, end = sheet.at(given["day"], given["from"]), sheet.at(given["day"], given["to"])
        drafting.draft(
            event,
            title=both(given["title"]),
            kind=given["kind"],
            abstract=both(given["abstract"]),
            language=given["language"] or "",
            track=tracks[given["track"]] if given["track"] else None,
            capacity=given["capacity"],
            external_ref=given["ref"],
            people=[
                Part(participants[part["email"]], part["role"], part["set_up_minutes"]) for part in given["people"]
            ],
            time=Time(start, end, rooms[given["room"]]),
        )
    releasing.release(event, letters=False)
    return len(sheet.programme["sessions"])
