"""A conference with 12,000 people to find, with times taken and requests open, and how long finding them takes."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations, islice
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.agenda.models import AgendaEntry, Appointment, Location, ParticipantAtom
from partnering.agenda.services import new_uid
from partnering.db import db, table_of, transaction
from partnering.delegates import directory, documents, taxonomy
from partnering.delegates.models import Delegate, OrganisationProfile, ProfileTerm
from partnering.events.models import Event, Participant
from partnering.meetings.models import Meeting, MeetingDelegate, MeetingSide, MeetingSlot
from partnering.organisations.models import Organisation
from partnering.registration.models import Place, Registration
from partnering.rows import write
from partnering.text import fold, folds
from tests.delegates import brute
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.support.signing_in import cookie_of, session_token

from .visitor import Visitor

DELEGATES = 12_000
PARALLEL = 8
SEEKERS = 32
"""More than look at once, each with a profile of their own, so that nobody looks more often than people may."""

SLOTS = 16
TAKEN = 0.3
"""So many of everybody's slots are taken."""

TOPICS = ("Peptidsynthese", "Onkologie", "Zellkultur", "Diagnostik", "Bakteriophagen", "Straßenlabor", "Zulassung")
NAMES = ("Müller", "Wójcik", "Nováková", "Dvořák", "Schmidt", "Übermut", "Größe", "Šimek", "O’Hara", "Nguyen")
COUNTRIES = ("DE", "DE", "DE", "CZ", "PL", "AT", "CH", "FR")
REGIONS = ("DE-SN", "DE-SN", "DE-BE", "DE-BY", "DE-TH")
SIDES = (("offer", "goal"), ("seek", "goal"), ("is", "sector"), ("is", "therapeutic_area"), ("is", "technology"))


@dataclass(frozen=True)
class Scene:
    """The conference: its slug and id, and the session cookies of those who look."""

    slug: str
    event_id: int
    tokens: list[str]


def fill(app: Flask, number: int = DELEGATES) -> Scene:
    """Bring everybody in, with their documents."""
    dice = random.Random(4)
    with app.app_context():
        event = make_partnering_event(slots=SLOTS, tables=40)
        goals = [term.code for term in taxonomy.facet("goal").terms]
        fields = [("therapeutic_area", term.code) for term in taxonomy.facet("therapeutic_area").terms]
        seekers = [
            make_delegate(
                event,
                offers=dice.sample(goals, 2),
                seeks=dice.sample(goals, 2),
                fields=dice.sample(fields, 2),
                country=dice.choice(COUNTRIES),
                locale=dice.choice(("de", "en")),
            )
            for _turn in range(SEEKERS)
        ]
        with transaction():
            people = delegates(event, seekers[0], profiles(event, dice, number // 3), dice, number)
            _take_times(event, people, dice)
            _ask(event, [*seekers, *people[: len(people) // 4]])
            documents.write_all(event)
        tokens = []
        for seeker in seekers:
            assert seeker.participant.person is not None
            tokens.append(session_token(app, seeker.participant.person))
        scene = Scene(event.slug, event.id, tokens)
        db.session.remove()
    return scene


def profiles(event: Event, dice: random.Random, number: int) -> list[int]:
    names = [f"{dice.choice(TOPICS)} {dice.choice(NAMES)} {one}" for one in range(number)]
    organisations = [Organisation(host_id=event.host_id, name=name, folded_name=fold(name)) for name in names]
    write(*organisations)
    kinds = [term.code for term in taxonomy.facet("organisation_type").terms]
    profiles = []
    for organisation in organisations:
        country = dice.choice(COUNTRIES)
        profiles.append(
            OrganisationProfile(
                event_id=event.id,
                organisation_id=organisation.id,
                offers=f"Wir bieten {dice.choice(TOPICS)} und {dice.choice(TOPICS)} nach GMP",
                seeks=f"Partner für {dice.choice(TOPICS)}",
                organisation_type=dice.choice(kinds),
                country=country,
                region=dice.choice(REGIONS) if country == "DE" else "",
                updated_at=clock.now(),
            )
        )
    write(*profiles)
    _insert(
        ProfileTerm,
        (
            {"event_id": event.id, "profile_id": profile.id, "side": side, "facet": facet, "term": term.code}
            for profile in profiles
            for side, facet in SIDES
            for term in dice.sample(taxonomy.facet(facet).terms, 2)
        ),
    )
    return [profile.id for profile in profiles]


def delegates(event: Event, like: Delegate, profiles: list[int], dice: random.Random, number: int) -> list[Delegate]:
    place, now = like.registration.place, clock.now()
    people = [(f"Gast{one}", f"{dice.choice(NAMES)}{one}") for one in range(number)]
    participants = [
        Participant(
            event_id=event.id,
            given_name=given,
            family_name=family,
            sort_name=fold(f"{family} {given}"),
            search_name=folds(f"{given} {family}"),
            function="Leitung",
            locale="de",
            created_at=now,
        )
        for given, family in people
    ]
    write(*participants)
    places = [
        Place(event_id=event.id, party_id=place.party_id, product_id=place.product_id, position=1 + one)
        for one in range(number)
    ]
    write(*places)
    held = [
        Registration(
            event_id=event.id,
            place_id=one.id,
            participant_id=participant.id,
            state="live",
            created_at=now,
            confirmed_at=now,
        )
        for one, participant in zip(places, participants, strict=True)
    ]
    write(*held)
    delegates = [
        Delegate(
            event_id=event.id,
            registration_id=registration.id,
            participant_id=registration.participant_id,
            profile_id=dice.choice(profiles),
            visibility=dice.choice(("name", "name", "organisation")),
            visible_at=now,
            languages=dice.choice(("de", "de,en", "en")),
            created_at=now,
        )
        for registration in held
    ]
    write(*delegates)
    return delegates


def taken(
    event: Event, kind: str, held: Sequence[tuple[MeetingSlot, Location | None, Sequence[tuple[Delegate, str]]]]
) -> tuple[list[Appointment], list[AgendaEntry]]:
    """Appointments in these slots at these places, and the entries of those who are in them, each by their role."""
    now = clock.now()
    times = [
        Appointment(
            event_id=event.id,
            kind=kind,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            location_id=place.id if place is not None else None,
            uid=new_uid(),
            changed_at=now,
        )
        for slot, place, _people in held
    ]
    write(*times)
    entries = [
        AgendaEntry(
            event_id=event.id,
            appointment_id=each.id,
            participant_id=one.participant_id,
            role=role,
            uid=new_uid(),
            changed_at=now,
        )
        for each, (_slot, _place, people) in zip(times, held, strict=True)
        for one, role in people
    ]
    write(*entries)
    return times, entries


def _take_times(event: Event, people: list[Delegate], dice: random.Random) -> None:
    """Times that people keep free for themselves, and a few who do so all day."""
    slots = db.session.scalars(sa.select(MeetingSlot).where(MeetingSlot.event_id == event.id)).all()
    held = [(one, slot) for one in people for slot in slots if dice.random() < (1 if one.id % 97 == 0 else TAKEN)]
    _times, entries = taken(event, "block", [(slot, None, [(one, "self")]) for one, slot in held])
    _insert(
        ParticipantAtom,
        (
            {"entry_id": entry.id, "participant_id": entry.participant_id, "atom": atom, "contested": False}
            for entry, (_one, slot) in zip(entries, held, strict=True)
            for atom in range(slot.first_atom, slot.last_atom + 1)
        ),
    )


def _ask(event: Event, people: list[Delegate]) -> None:
    """Open requests: of each by the three who follow."""
    now = clock.now()
    pairs = [(low, high) for four in _fours(people) for low, high in combinations(four, 2)]
    meetings(event, pairs, [{"expires_at": now + timedelta(days=10)}] * len(pairs))


def meetings(event: Event, pairs: Sequence[tuple[Delegate, Delegate]], more: Sequence[dict[str, Any]]) -> None:
    """What each pair, the older delegate first, has asked or agreed, with its seats and what `more` says of it."""
    now = clock.now()
    held = [
        Meeting(
            event_id=event.id,
            low_id=low.id,
            high_id=high.id,
            requester_id=high.id,
            turn_id=low.id,
            sent_at=now,
            created_at=now,
            **each,
        )
        for (low, high), each in zip(pairs, more, strict=True)
    ]
    write(*held)
    seats = [
        (meeting, side, one)
        for meeting, (low, high) in zip(held, pairs, strict=True)
        for side, one in (("invitee", low), ("requester", high))
    ]
    _insert(
        MeetingSide,
        (
            {
                "event_id": event.id,
                "meeting_id": meeting.id,
                "side": side,
                "profile_id": one.profile_id,
                "lead_id": one.id,
            }
            for meeting, side, one in seats
        ),
    )
    _insert(
        MeetingDelegate,
        (
            {"event_id": event.id, "meeting_id": meeting.id, "side": side, "delegate_id": one.id}
            for meeting, side, one in seats
        ),
    )


def _fours(people: list[Delegate]) -> Iterator[list[Delegate]]:
    each = iter(people)
    while four := list(islice(each, 4)):
        yield four


def _insert(model: type, rows: Iterator[dict[str, object]]) -> None:
    """Rows of which nobody needs the ids."""
    while some := list(islice(rows, 10_000)):
        db.session.execute(sa.insert(table_of(model)), some)


def query(dice: random.Random) -> str:
    """What somebody looks for: words, filters, a free slot, a page; now and then everything."""
    name, topic = dice.choice(NAMES), dice.choice(TOPICS)
    area = dice.choice(taxonomy.facet("therapeutic_area").terms).code
    goal = dice.choice(taxonomy.facet("goal").terms).code
    return dice.choice(
        (
            "",
            f"?q={quote(name)}{dice.randrange(1_000)}",
            f"?q={quote(topic[:6])}",
            f"?q={quote(topic[-6:])}",
            f"?country={dice.choice(COUNTRIES)}&offers={goal}",
            f"?field=therapeutic_area.{area}&free=1",
            f"?q={quote(name)}&seeks={goal}&sort=name",
            f"?free=1&sort=newest&region={dice.choice(REGIONS)}",
            f"?language=en&page={dice.randint(1, 9)}",
        )
    )


def milliseconds(app: Flask, base: str, scene: Scene, requests: int, seed: int = 0) -> list[float]:
    """What each of so many searches took, eight at a time, in order of length."""
    name, path = cookie_of(app), f"/e/{scene.slug}/me/partners"
    visitors = []
    for token in scene.tokens:
        visitor = Visitor(base)
        visitor.cookies[name] = token
        visitors.append(visitor)
    for visitor in visitors:  # what a process reads and compiles at first comes before
        assert visitor.get(path) == 200, visitor.status

    def look(lane: int) -> Iterator[float]:
        dice = random.Random(100 * seed + lane)
        for turn in range(requests // PARALLEL):
            visitor, wanted = visitors[lane + PARALLEL * (turn % (len(visitors) // PARALLEL))], query(dice)
            begun = time.perf_counter()
            status = visitor.get(f"{path}{wanted}")
            yield 1000 * (time.perf_counter() - begun)
            assert status == 200, (wanted, status)

    return together(look, PARALLEL)


def facets_wrong(app: Flask, scene: Scene, filters: int) -> int:
    """In how many of so many random filters the numbers are not those that reading every row gives."""
    dice = random.Random(7)
    with app.app_context():
        me = db.session.scalars(sa.select(Delegate).where(Delegate.event_id == scene.event_id).limit(1)).one()
        people, look = brute.everybody(me), directory.Look(me)
        wrong = 0
        for wish in brute.wishes(people, filters, dice):
            counted = {name: dict(numbers) for name, numbers in look.facets(wish).items()}
            expected = {name: dict(numbers) for name, numbers in brute.facets(people, wish).items()}
            wrong += counted != expected or look.found(wish).bit_count() != len(brute.found(people, wish))
        db.session.remove()
    return wrong


def together(lane: Callable[[int], Iterator[float]], lanes: int) -> list[float]:
    """What lanes that run at once measure, in order. Raises what went wrong in any."""
    taken: list[float] = []
    wrong: list[BaseException] = []

    def run(number: int) -> None:
        try:
            taken.extend(lane(number))
        except BaseException as error:  # told to whoever waits
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(lanes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in wrong:
        raise error
    return sorted(taken)
