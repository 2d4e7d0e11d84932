"""The programme as schedule JSON, valid by the schema of voc/schedule."""

import json
from typing import Any

from ..words import GENERATOR
from . import plain
from .plain import Day, Exported, Person, Talk

MEDIA_TYPE = "application/json"
SCHEMA = "https://c3voc.de/schedule/schema.json"


def write(programme: Exported) -> bytes:
    """The file; equal programmes give equal bytes."""
    conference: dict[str, Any] = {
        "acronym": programme.acronym,
        "title": programme.title,
        "start": programme.first_day.isoformat(),
        "end": programme.last_day.isoformat(),
        "daysCount": len(programme.days),
        "timeslot_duration": "00:05",
        **({"time_zone_name": programme.zone} if plain.has_city(programme.zone) else {}),
        "url": programme.url,
        "meta": {"language": programme.language},
        "tracks": [{"name": name, "color": colour} for name, colour in programme.tracks],
        "rooms": [{"name": room.name, "guid": room.guid, "capacity": room.capacity} for room in programme.rooms],
        "days": [_day(day) for day in programme.days],
    }
    data = {
        "$schema": SCHEMA,
        "generator": {"name": GENERATOR, "version": "1", "url": programme.base_url},
        "schedule": {"version": programme.version, "base_url": programme.base_url, "conference": conference},
    }
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def _day(day: Day) -> dict[str, Any]:
    return {
        "index": day.number,
        "date": day.day.isoformat(),
        "day_start": day.opens_at.isoformat(),
        "day_end": day.closes_at.isoformat(),
        "rooms": {name: [_talk(talk) for talk in talks] for name, talks in day.rooms.items()},
    }


def _talk(talk: Talk) -> dict[str, Any]:
    return {
        "url": talk.url,
        "id": talk.number,
        "guid": talk.guid,
        "date": talk.starts_at.isoformat(),
        "start": f"{talk.starts_at:%H:%M}",
        "end": talk.ends_at.isoformat(),
        "duration": f"{talk.minutes // 60:02}:{talk.minutes % 60:02}",
        "room": talk.room,
        "slug": talk.slug,
        "title": talk.title,
        "subtitle": talk.subtitle,
        "track": talk.track or None,
        "type": talk.kind,
        "language": talk.language or None,
        "abstract": talk.abstract,
        "description": "",
        "do_not_record": not talk.recorded,
        "persons": [_person(person) for person in talk.people],
        "links": [],
        "attachments": [],
    }


def _person(person: Person) -> dict[str, Any]:
    """By number and public name: with `name` beside them it would be two kinds of person at once."""
    more = {"guid": person.guid, "biography": person.biography}
    return {"id": person.number, "public_name": person.name} | {name: said for name, said in more.items() if said}
