"""The sample data keeps its promises: true facts, known words, reserved addresses, possible schedules."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import partnering
from partnering.delegates import taxonomy

DATA = Path(partnering.__file__).parent / "demo" / "data"
SLUGS = ("bionection-2018", "bionection-next", "deutsche-biotechnologietage-2026")
UPCOMING = "bionection-next"
NOTICE = {
    "de": "Preise, Personen und Gespräche dieser Beispielveranstaltung sind erfunden.",
    "en": "Prices, people and meetings of this sample event are invented.",
}
RESERVED = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*@([a-z0-9-]+\.)+example|[a-z0-9.-]+@example\.(org|com|net)")

every_event = pytest.mark.parametrize("slug", SLUGS)


def read(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def event(slug: str) -> Any:
    return read(f"{slug}-event")


def people(slug: str) -> Any:
    return read(f"{slug}-people")["people"]


def sessions(slug: str) -> Any:
    return read(f"{slug}-programme")["sessions"]


def requests(slug: str) -> Any:
    return read(f"{slug}-requests")["requests"]


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from strings(each)
        case dict():
            for each in value.values():
                yield from strings(each)


def bilinguals(value: Any) -> Iterator[dict[str, str]]:
    match value:
        case {"de": _} | {"en": _}:
            yield value
        case list():
            for each in value:
                yield from bilinguals(each)
        case dict():
            for each in value.values():
                yield from bilinguals(each)


def minutes(time: str) -> int:
    hours, rest = time.split(":")
    return int(hours) * 60 + int(rest)


def overlapping(times: list[tuple[int, int, int, str]]) -> list[tuple[str, str]]:
    """The pairs among (day, from, to, name) that share a minute."""
    return [
        (first[3], second[3])
        for first, second in combinations(sorted(times), 2)
        if first[0] == second[0] and first[1] < second[2] and second[1] < first[2]
    ]


def slots(slug: str) -> set[tuple[int, str]]:
    return {
        (block["day"], f"{start // 60:02d}:{start % 60:02d}")
        for block in event(slug)["blocks"]
        for start in range(
            minutes(block["from"]),
            minutes(block["to"]) - block["slot_minutes"] + 1,
            block["slot_minutes"] + block["break_minutes"],
        )
    }


def placed(slug: str) -> list[dict[str, Any]]:
    return [request for request in requests(slug) if request["state"] == "accepted"]


def test_dates_and_places_are_the_true_ones():
    facts = {slug: (event(slug)["first_day"], event(slug)["days"], event(slug)["venue"]["city"]) for slug in SLUGS}

    assert facts == {
        "bionection-2018": ("2018-10-24", 2, "Dresden"),
        "bionection-next": ({"months_ahead": 2, "then_weekday": "wednesday"}, 2, "Leipzig"),
        "deutsche-biotechnologietage-2026": ("2026-04-21", 2, "Leipzig"),
    }
    assert event("bionection-2018")["venue"]["name"]["de"] == "Deutsches Hygiene-Museum"
    assert event(UPCOMING)["venue"]["name"]["de"] == "Kongresshalle am Zoo"
    assert {event(slug)["zone"] for slug in SLUGS} == {"Europe/Berlin"}
    assert {event(slug)["host"]["name"] for slug in SLUGS} == {"biosaxony e. V."}


def test_the_true_parts_of_the_biotech_days_are_told():
    told = " ".join(strings(sessions("deutsche-biotechnologietage-2026")))

    assert re.findall(r"Ministerin Dorothee Bär|19\. Innovationspreises|6\.000 Euro", told) == [
        "Ministerin Dorothee Bär",
        "19. Innovationspreises",
        "6.000 Euro",
    ]


@every_event
def test_every_event_says_that_it_is_invented(slug):
    assert event(slug)["invented"] is True
    assert {language: event(slug)["notice"][language][: len(text)] for language, text in NOTICE.items()} == NOTICE


def test_there_are_as_many_as_promised():
    assert {slug: len(people(slug)) for slug in SLUGS} == {
        "bionection-2018": 40,
        "bionection-next": 220,
        "deutsche-biotechnologietage-2026": 60,
    }
    assert len(read(f"{UPCOMING}-profiles")["profiles"]) == 130
    assert len(sessions(UPCOMING)) == 45
    speakers = {
        each["email"] for session in sessions(UPCOMING) for each in session["people"] if each["role"] != "chair"
    }
    assert len(speakers) == 40


@every_event
def test_addresses_are_reserved_and_belong_to_one_person(slug):
    addresses = [person["email"] for person in people(slug)]
    written = [word for text in strings([event(slug), people(slug)]) for word in re.findall(r"\S+@\S+", text)]

    assert [address for address in written if not RESERVED.fullmatch(address.strip(".,"))] == []
    assert len(addresses) == len(set(addresses))


def test_one_address_is_one_name_at_all_events():
    names = {(person["email"], person["first_name"], person["last_name"]) for slug in SLUGS for person in people(slug)}

    assert [email for email, count in Counter(email for email, *_ in names).items() if count > 1] == []


def test_domains_of_organisations_are_reserved_and_their_types_known():
    organisations = read("organisations")["organisations"]
    types = taxonomy.facet("organisation_type").by_code

    assert [each["domain"] for each in organisations if not each["domain"].endswith(".example")] == []
    assert [each["type"] for each in organisations if each["type"] not in types] == []
    assert len({each["key"] for each in organisations}) == len({each["name"] for each in organisations}) == 131


def test_the_journeys_have_their_people():
    personas = {person["persona"]: person["email"] for person in people(UPCOMING) if person["persona"]}

    assert personas == {
        "attendee": "katrin.voss@uni-elsteraue.example",
        "founder": "jana.wittkowski@lumenfold.example",
        "speaker": "henrike.oelsner@pleisse-institut.example",
        "crew": "jonas.richter@biosaxony.example",
        "organiser": "katja.lindner@biosaxony.example",
        "exhibitor": "paul.nguyen@tessera.example",
    }
    assert sum(person["organisation"] == "lumenfold" for person in people(UPCOMING)) == 3


@every_event
def test_profiles_use_known_words_and_not_too_many(slug):
    profiles = read(f"{slug}-profiles")["profiles"]
    used = [
        (facet, codes)
        for profile in profiles
        for facet, codes in [
            *profile["terms"].items(),
            ("goal", profile["offers"]["goals"]),
            ("goal", profile["seeks"]["goals"]),
        ]
    ]
    unknown = [(facet, code) for facet, codes in used for code in codes if code not in taxonomy.facet(facet).by_code]

    assert unknown == []
    assert [codes for _facet, codes in used if not 1 <= len(set(codes)) == len(codes) <= taxonomy.MAX_PER_FACET] == []
    assert len({profile["organisation"] for profile in profiles}) == len(profiles)


def test_profiles_are_varied_and_speak_two_languages():
    profiles = read(f"{UPCOMING}-profiles")["profiles"]

    assert len({profile["offers"]["text"] for profile in profiles}) == 130
    assert len({profile["seeks"]["text"] for profile in profiles}) == 130
    assert {profile["language"] for profile in profiles} == {"de", "en"}


def test_every_goal_is_offered_and_sought_by_somebody():
    profiles = read(f"{UPCOMING}-profiles")["profiles"]
    goals = set(taxonomy.facet("goal").by_code)

    assert goals == {goal for profile in profiles for goal in profile["offers"]["goals"]}
    assert goals == {goal for profile in profiles for goal in profile["seeks"]["goals"]}


@every_event
def test_texts_of_organisers_are_in_both_languages(slug):
    session_texts = [
        session["title"] for session in sessions(slug) if session["kind"] in ("break", "social", "keynote")
    ]
    texts = [*bilinguals(event(slug)), *bilinguals(read(f"{slug}-programme")["tracks"]), *session_texts]

    assert [text for text in texts if not (text.get("de", "").strip() and text.get("en", "").strip())] == []


@every_event
def test_talks_have_a_title_and_an_abstract_in_their_language(slug):
    talks = [session for session in sessions(slug) if session["kind"] not in ("break", "social")]

    assert [t["ref"] for t in talks if not (t["title"].get(t["language"]) and t["abstract"].get(t["language"]))] == []


def test_no_text_shouts():
    texts = [text for file in sorted(DATA.glob("*.json")) for text in strings(json.loads(file.read_text("utf-8")))]

    assert [text for text in texts if "!" in text] == []


@every_event
def test_sessions_lie_within_the_days_and_hours_of_the_event(slug):
    about = event(slug)
    outside = [
        session["ref"]
        for session in sessions(slug)
        if not 1 <= session["day"] <= about["days"]
        or not minutes(session["from"]) < minutes(session["to"])
        or (session["day"] == 1 and minutes(session["from"]) < minutes(about["opens"]))
        or (session["day"] == about["days"] and minutes(session["to"]) > minutes(about["closes"]))
    ]

    assert outside == []


@every_event
def test_sessions_in_one_room_never_overlap(slug):
    rooms: dict[str, list[tuple[int, int, int, str]]] = {}
    for s in sessions(slug):
        rooms.setdefault(s["room"], []).append((s["day"], minutes(s["from"]), minutes(s["to"]), s["ref"]))

    assert set(rooms) <= {room["key"] for room in event(slug)["rooms"]}
    assert {room: overlapping(times) for room, times in rooms.items()} == {room: [] for room in rooms}


@every_event
def test_nobody_is_in_two_places_at_once(slug):
    times: dict[str, list[tuple[int, int, int, str]]] = {person["email"]: [] for person in people(slug)}
    for s in sessions(slug):
        for each in s["people"]:
            start = minutes(s["from"]) - each["set_up_minutes"]
            times[each["email"]].append((s["day"], start, minutes(s["to"]), s["ref"]))
    for meeting in placed(slug):
        start = minutes(meeting["slot"]["at"])
        for email in {meeting["from"], meeting["to"], *meeting.get("with", [])}:
            times[email].append((meeting["slot"]["day"], start, start + 20, meeting["table"]))

    assert {email: overlapping(taken) for email, taken in times.items() if overlapping(taken)} == {}


@every_event
def test_tracks_are_parallel_and_known(slug):
    tracks = {track["key"] for track in read(f"{slug}-programme")["tracks"]}
    begun = Counter((session["day"], session["from"]) for session in sessions(slug) if session["track"])

    assert {session["track"] for session in sessions(slug)} - {None} == tracks
    assert max(begun.values()) >= 2


@every_event
def test_meetings_have_a_slot_and_a_table_of_their_own(slug):
    about = event(slug)
    tables = about["tables"] or {"rows": "", "columns": 0}
    names = {f"{row}{column}" for row in tables["rows"] for column in range(1, tables["columns"] + 1)}
    taken = [(meeting["slot"]["day"], meeting["slot"]["at"], meeting["table"]) for meeting in placed(slug)]

    assert len(taken) == len(set(taken))
    assert {(day, at) for day, at, _table in taken} <= slots(slug)
    assert {table for _day, _at, table in taken} <= names


def test_there_are_96_tables_and_two_days_of_slots():
    tables = event(UPCOMING)["tables"]

    assert (tables["rows"], tables["columns"]) == ("ABCDEFGH", 12)
    assert {day for day, _at in slots(UPCOMING)} == {1, 2}
    assert {(block["slot_minutes"], block["break_minutes"]) for block in event(UPCOMING)["blocks"]} == {(20, 5)}


def test_requests_are_in_every_state():
    upcoming = Counter(request["state"] for request in requests(UPCOMING))
    past = Counter(request["placement"] for request in requests("bionection-2018"))

    assert set(upcoming) == {"pending", "accepted", "declined", "withdrawn", "expired", "cancelled"}
    assert min(upcoming.values()) >= 5
    assert {request["placement"] for request in placed(UPCOMING)} == {"published"}
    assert set(past) == {"held", "no_show_requester", "no_show_invitee", "none"}


@every_event
def test_requests_join_two_organisations_that_partner_and_each_pair_once(slug):
    at = {person["email"]: person["organisation"] for person in people(slug) if person["ticket"] not in (None, "crew")}
    profiles = {profile["organisation"] for profile in read(f"{slug}-profiles")["profiles"]}
    pairs = [frozenset((request["from"], request["to"])) for request in requests(slug)]

    assert [pair for pair in pairs if len({at[email] for email in pair} & profiles) != 2] == []
    assert len(pairs) == len(set(pairs))


@every_event
def test_requests_offer_up_to_three_slots_and_tell_what_their_state_needs(slug):
    needs = {
        "pending": set(),
        "expired": set(),
        "withdrawn": {"answered"},
        "declined": {"answered", "decline_reason", "answer_text"},
        "accepted": {"answered", "slot", "table"},
        "cancelled": {"answered", "slot", "cancelled", "cancelled_by", "answer_text"},
    }
    common = {"from", "to", "state", "placement", "language", "message", "sent", "offered", "with"}
    wrong = [
        request
        for request in requests(slug)
        if set(request) - common != needs[request["state"]]
        or not request["message"]
        or not 1 <= len(request["offered"]) <= 3
        or not {(slot["day"], slot["at"]) for slot in request["offered"]} <= slots(slug)
    ]

    assert wrong == []


def test_pending_requests_can_still_be_answered_and_expired_ones_cannot():
    days = event(UPCOMING)["request_days"]
    ages = {
        state: [request["sent"]["days_ago"] for request in requests(UPCOMING) if request["state"] == state]
        for state in ("pending", "expired")
    }

    assert max(ages["pending"]) < days < min(ages["expired"])


def test_tickets_have_the_promised_pools_prices_and_early_birds():
    about = event(UPCOMING)
    prices = {ticket["key"]: [tier["gross_cents"] for tier in ticket["tiers"]] for ticket in about["tickets"]}

    assert {pool["key"]: pool["capacity"] for pool in about["pools"]} == {"hall": 400, "dinner": 250, "stands": 24}
    assert prices == {
        "standard": [22000, 29000],
        "start_up": [19000, 24000],
        "science": [9000, 12000],
        "student": [4500],
        "online": [9000],
        "exhibitor": [98000],
        "speaker": [0],
        "crew": [0],
        "dinner": [4500],
    }
    # The event lies at least 59 days ahead, so early birds can still be bought on the day it is made.
    early = [tier["until"]["days_before"] for ticket in about["tickets"] for tier in ticket["tiers"] if tier["until"]]
    assert max(early) < 59


@every_event
def test_everybody_with_a_ticket_is_in_one_party_of_the_right_size(slug):
    seats = {ticket["key"]: ticket["seats"] for ticket in event(slug)["tickets"]}
    parties = read(f"{slug}-people")["parties"]
    held = {person["email"]: person["ticket"] for person in people(slug) if person["ticket"]}

    assert Counter(email for party in parties for email in party["people"]) == Counter(list(held))
    for party in parties:
        named = Counter(held[email] for email in party["people"])
        bought = {each["ticket"]: each["quantity"] * seats[each["ticket"]] for each in party["tickets"]}
        assert set(named) == set(bought)
        assert [ticket for ticket in named if named[ticket] > bought[ticket]] == []
        assert party["contact"] in party["people"]
    assert len({party["reference"] for party in parties}) == len(parties)


@every_event
def test_pools_are_not_oversold(slug):
    about = event(slug)
    draws = {ticket["key"]: ticket["pools"] for ticket in about["tickets"]}
    used: Counter[str] = Counter()
    for party in read(f"{slug}-people")["parties"]:
        for each in party["tickets"]:
            for pool, quantity in draws[each["ticket"]].items():
                used[pool] += quantity * each["quantity"]

    assert [pool["key"] for pool in about["pools"] if used[pool["key"]] > pool["capacity"]] == []


def test_stands_belong_to_exhibitors():
    taken = {stand["organisation"]: stand["stand"] for stand in event(UPCOMING)["stands"]["taken"]}
    exhibiting = {person["organisation"] for person in people(UPCOMING) if person["ticket"] == "exhibitor"}

    assert set(taken) == exhibiting
    assert len(set(taken.values())) == len(taken) == 20


@every_event
def test_people_belong_to_known_organisations_and_the_team_is_known(slug):
    keys = {each["key"] for each in read("organisations")["organisations"]}
    addresses = {person["email"] for person in people(slug)}

    assert {person["organisation"] for person in people(slug)} <= keys
    assert {each["email"] for each in event(slug)["team"]} <= addresses
    assert {each["area"] for each in event(slug)["team"]} == {"organiser", "crew"}


def test_what_is_said_of_opportunities_uses_known_words_and_known_people():
    more = read(f"{UPCOMING}-partnering")
    at = {person["email"]: person["organisation"] for person in people(UPCOMING) if person["ticket"]}
    terms = [
        (term["facet"], term["code"])
        for each in more["opportunities"]
        for term in [
            *each["terms"],
            *({"facet": "stage", "code": each[key]} for key in ("stage", "ip") if each[key]),
        ]
    ]

    assert [(facet, code) for facet, code in terms if code not in taxonomy.facet(facet).by_code] == []
    assert [
        each["title"] for each in more["opportunities"] if at.get(each["contact"]) not in (each["organisation"], None)
    ] == []
    assert {each["kind"] for each in more["opportunities"]} == {"asset", "technology", "project"}
    assert {each["language"] for each in more["opportunities"]} == {"de", "en"}
    assert all(group["name"]["de"] and group["name"]["en"] for group in more["groups"])
    assert max(len(each["description"]) for each in more["organisations"]) < 300


def test_exchanges_are_between_people_who_have_nothing_open_yet():
    more = read(f"{UPCOMING}-partnering")
    asked = {frozenset((request["from"], request["to"])) for request in requests(UPCOMING)}
    new = [frozenset((each["from"], each["to"])) for each in more["exchanges"] if "sent" in each]
    known = {frozenset((each["from"], each["to"])) for each in more["exchanges"] if "sent" not in each}
    offered = [slot for each in more["exchanges"] for slot in each.get("offered", [])]

    assert len(set(new)) == len(new)
    assert set(new).isdisjoint(asked)
    assert known <= asked
    assert {(slot["day"], slot["at"]) for slot in offered} <= slots(UPCOMING)
