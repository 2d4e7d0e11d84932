"""Words for what the programme holds."""

from ..i18n import LazyText, _l

KINDS: dict[str, LazyText] = {
    "keynote": _l("Keynote"),
    "talk": _l("Talk"),
    "panel": _l("Panel"),
    "pitch": _l("Pitch"),
    "workshop": _l("Workshop"),
    "break": _l("Break"),
    "poster": _l("Poster session"),
    "social": _l("Get-together"),
}

ROLES: dict[str, LazyText] = {
    "speaker": _l("Speaks"),
    "chair": _l("Chairs"),
    "panellist": _l("On the panel"),
}

PARTS: dict[str, LazyText] = {
    **ROLES,
    "booked": _l("Has booked it"),
    "bookmark": _l("Has it in the schedule"),
}

LETTERS: dict[str, LazyText] = {
    "draft": _l("To look at"),
    "left_out": _l("Left out"),
    "sent": _l("Sent"),
}
"""Where a letter of a release stands; what became part of another one, or of nothing, is in no list."""

GENERATOR = "biosaxony partnering"
"""How the reader knows schedules of our own: their texts are plain, and say in which language they are."""

NO_ROOM = ("No room", "Ohne Raum")
"""What stands in them where a session has no room, in each of our languages: apps refuse an empty name."""

FATES: dict[str, LazyText] = {
    "added": _l("New"),
    "changed": _l("Changed"),
    "moved": _l("Moved"),
    "restored": _l("Takes place again"),
    "cancelled": _l("Called off"),
}
"""What reading in a schedule makes of a session."""

DIFFERENCES: dict[str, LazyText] = {
    "title": _l("Title"),
    "subtitle": _l("Subtitle"),
    "abstract": _l("Description"),
    "kind": _l("Kind"),
    "language": _l("Language"),
    "track": _l("Track"),
    "time": _l("Time"),
    "room": _l("Room"),
    "people": _l("People"),
    "names": _l("Names of people"),
}
"""What two versions of a session may differ in."""

LANGUAGES: dict[str, LazyText] = {"de": _l("in German"), "en": _l("in English")}
