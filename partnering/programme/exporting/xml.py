"""The programme as schedule XML, valid by the XSD of voc/schedule."""

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from ..words import GENERATOR
from .plain import Day, Exported, Talk

MEDIA_TYPE = "application/xml"

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(programme: Exported, url: str) -> bytes:
    """The file, which says that it can be found at `url`; equal programmes give equal bytes."""
    return ('<?xml version="1.0" encoding="utf-8"?>\n' + "\n".join(_schedule(programme, url)) + "\n").encode()


def _schedule(programme: Exported, url: str) -> Iterator[str]:
    yield "<schedule>"
    yield _empty("generator", name=GENERATOR, version="1")
    yield _element("url", url)
    yield _element("version", programme.version)
    yield "<conference>"
    yield _element("acronym", programme.acronym)
    yield _element("title", programme.title)
    yield _element("start", programme.first_day.isoformat())
    yield _element("end", programme.last_day.isoformat())
    yield _element("days", str(len(programme.days)))
    yield _element("timeslot_duration", "00:05")
    yield _element("base_url", programme.base_url)
    yield _element("url", programme.url)
    yield _element("time_zone_name", programme.zone)
    for name, colour in programme.tracks:
        yield _empty("track", name=name, color=colour)
    yield "</conference>"
    for day in programme.days:
        yield from _day(programme, day)
    yield "</schedule>"


def _day(programme: Exported, day: Day) -> Iterator[str]:
    guids = {room.name: room.guid for room in programme.rooms}
    yield _open(
        "day",
        index=str(day.number),
        date=day.day.isoformat(),
        start=day.opens_at.isoformat(),
        end=day.closes_at.isoformat(),
    )
    for name, talks in day.rooms.items():
        yield _open("room", name=name, **({"guid": guids[name]} if name in guids else {}))
        for talk in talks:
            yield from _talk(talk)
        yield "</room>"
    yield "</day>"


def _talk(talk: Talk) -> Iterator[str]:
    yield _open("event", id=str(talk.number), guid=talk.guid)
    yield _element("room", talk.room)
    yield _element("title", talk.title)
    yield _element("subtitle", talk.subtitle)
    yield _element("type", talk.kind)
    yield _element("date", talk.starts_at.isoformat())
    yield _element("start", f"{talk.starts_at:%H:%M}")
    yield _element("duration", _duration(talk.minutes))
    yield _element("abstract", talk.abstract)
    yield _element("slug", talk.slug)
    yield _element("track", talk.track)
    yield "<persons>"
    for person in talk.people:
        guid = {"guid": person.guid} if person.guid else {}
        yield _element("person", person.name, id=str(person.number), **guid)
    yield "</persons>"
    yield _element("language", talk.language)
    optout = "false" if talk.recorded else "true"
    yield "<recording>" + _element("license", "") + _element("optout", optout) + "</recording>"
    yield _element("description", "")
    yield _element("url", talk.url)
    yield "</event>"


def _duration(minutes: int) -> str:
    """Hours and minutes; days before them for what lasts longer than two digits of hours can say."""
    hours, minutes = divmod(minutes, 60)
    if hours < 100:
        return f"{hours:02}:{minutes:02}"
    days, hours = divmod(hours, 24)
    return f"{days}:{hours:02}:{minutes:02}"


def _element(tag: str, text: str, /, **attributes: str) -> str:
    return f"{_open(tag, **attributes)}{escape(_written(text))}</{tag}>"


def _open(tag: str, /, **attributes: str) -> str:
    return f"<{tag}{_attributes(attributes)}>"


def _empty(tag: str, /, **attributes: str) -> str:
    return f"<{tag}{_attributes(attributes)}/>"


def _attributes(attributes: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_written(value))}" for name, value in attributes.items())


def _written(text: str) -> str:
    """Text without what XML 1.0 cannot hold, section 2.2."""
    return _UNWRITABLE.sub("", text)
