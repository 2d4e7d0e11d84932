"""Calendars, judged by readers that are not ours: ical.js, libical and icalendar's parser."""

import random
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest

from partnering import ical, vtimezone
from tests.readers.calendars import ical_js, libical

NOW = datetime(2027, 1, 15, 9, 30, tzinfo=UTC)
ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
)


def make_entry(**changes: Any) -> ical.Entry:
    entry = ical.Entry(
        uid="4f9c2e7ab1d84d0c@partnering.invalid",
        sequence=3,
        starts_at=datetime(2027, 7, 13, 12, tzinfo=UTC),
        ends_at=datetime(2027, 7, 13, 12, 25, tzinfo=UTC),
        zone="Europe/Berlin",
        summary="Gespräch mit Łucja Wiśniewska",
        description="Zellkultur; Bioreaktoren, Aufreinigung\nC:\\new\\Nord",
        location="Tisch 14, Halle 2",
        url="https://example.org/e/bionection/me/meetings/abc?from=mail;x,y",
        organizer_name="bionection 2027",
        organizer_address="bionection@example.org",
        attendee_name="Jana Wittkowski",
        attendee_address="jana.o'brien+work@example.org",
        last_modified=datetime(2027, 1, 14, 8, tzinfo=UTC),
        alarm_minutes=10,
        categories=("Partnering", "Labor, Technik"),
        private=True,
    )
    return replace(entry, **changes)


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def moments() -> list[datetime]:
    """A March and a July noon, and every half hour of both nights on which Europe changes its clocks."""
    nights = [datetime(2027, 3, 27, 18, tzinfo=UTC), datetime(2027, 10, 30, 18, tzinfo=UTC)]
    halves = [night + timedelta(minutes=30 * step) for night in nights for step in range(32)]
    # Lord Howe turns its clocks by half an hour, New York on other Sundays.
    others = [datetime(2027, 4, 3, 12, tzinfo=UTC), datetime(2027, 10, 2, 12, tzinfo=UTC)]
    others += [datetime(2027, 3, 14, 4, tzinfo=UTC), datetime(2027, 11, 7, 4, tzinfo=UTC)]
    steps = [other + timedelta(minutes=15 * step) for other in others for step in range(24)]
    return [datetime(2027, 3, 2, 12, tzinfo=UTC), datetime(2027, 7, 13, 12, tzinfo=UTC), *halves, *steps]


# -- one entry, every kind of file


def test_an_invitation_is_read_as_it_was_meant():
    entry = make_entry()

    [read] = ical_js(ical.invitation(entry, NOW))

    assert (read["method"], read["components"]) == ("REQUEST", ["vtimezone", "vevent"])
    [event] = read["events"]
    assert event == {
        "start": seconds(entry.starts_at),
        "end": seconds(entry.ends_at),
        "zone": "Europe/Berlin",
        "uid": entry.uid,
        "sequence": "3",
        "summary": entry.summary,
        "description": entry.description,
        "location": entry.location,
        "url": entry.url,
        "status": "CONFIRMED",
        "class": "PRIVATE",
        "transp": "OPAQUE",
        "dtstamp": "2027-01-15T09:30:00Z",
        "last_modified": "2027-01-14T08:00:00Z",
        "categories": ["Partnering", "Labor, Technik"],
        "organizers": [
            {"address": "mailto:bionection@example.org", "name": "bionection 2027", "partstat": "", "rsvp": ""}
        ],
        "attendees": [
            {
                "address": "mailto:jana.o'brien+work@example.org",
                "name": "Jana Wittkowski",
                "partstat": "ACCEPTED",
                "rsvp": "FALSE",
            }
        ],
        "inside": ["valarm"],
        "alarms": ["-PT10M"],
        "properties": [
            *("uid", "sequence", "dtstamp", "last-modified", "dtstart", "dtend", "summary", "status", "transp"),
            *("description", "location", "url", "categories", "class", "organizer", "attendee"),
        ],
    }


@pytest.mark.parametrize("kind", ["request", "update", "cancel"])
def test_libical_allows_every_letter_and_reads_the_same(kind: str):
    entry = make_entry(sequence=0 if kind == "request" else 4)
    written = ical.cancellation(entry, NOW) if kind == "cancel" else ical.invitation(entry, NOW)

    read = libical(written)

    assert (read.errors, read.allowed, read.components) == (0, True, ["VTIMEZONE", "VEVENT"])
    assert read.method == ("CANCEL" if kind == "cancel" else "REQUEST")
    [event] = read.events
    assert (event["start"], event["end"]) == (str(seconds(entry.starts_at)), str(seconds(entry.ends_at)))
    assert (event["uid"], event["sequence"]) == (entry.uid, str(entry.sequence))
    assert event["status"] == ("CANCELLED" if kind == "cancel" else "CONFIRMED")
    assert (event["summary"], event["description"]) == (entry.summary, entry.description)
    assert (event["location"], event["url"]) == (entry.location, entry.url)
    assert event.values["organizer"] == ["mailto:bionection@example.org"]
    assert event.values["attendee"] == ["mailto:jana.o'brien+work@example.org"]
    assert event.values.get("inside", []) == ([] if kind == "cancel" else ["VALARM"])


def test_a_cancellation_keeps_uid_time_and_recipient():
    entry = make_entry(sequence=4)

    invited, cancelled = ical_js(ical.invitation(make_entry(), NOW), ical.cancellation(entry, NOW))

    assert cancelled["method"] == "CANCEL"
    [before], [after] = invited["events"], cancelled["events"]
    assert {name for name in before if before[name] != after[name]} == {
        *("sequence", "status", "transp", "inside", "alarms"),
    }
    assert (after["sequence"], after["status"]) == ("4", "CANCELLED")


def test_a_feed_names_nobody_and_keeps_what_was_cancelled():
    entries = [make_entry(), make_entry(uid="b@partnering.invalid", status="CANCELLED", private=False)]

    written = ical.calendar(entries, "Meine Termine", NOW, refresh_minutes=30)

    assert b"ATTENDEE" not in written
    assert b"ORGANIZER" not in written
    assert written.count(b"@example.org") == 0
    [read] = ical_js(written)
    assert (read["method"], read["name"], read["refresh"]) == ("PUBLISH", "Meine Termine", "PT30M")
    assert read["components"] == ["vtimezone", "vevent", "vevent"]
    assert [event["status"] for event in read["events"]] == ["CONFIRMED", "CANCELLED"]
    assert [event["alarms"] for event in read["events"]] == [["-PT10M"], []]
    assert [event["class"] for event in read["events"]] == ["PRIVATE", None]


def test_libical_misses_only_the_organiser_in_a_feed():
    entries = [make_entry(alarm_minutes=None), make_entry(uid="b@partnering.invalid", status="CANCELLED")]

    read = libical(ical.calendar(entries, "Meine Termine", NOW, refresh_minutes=30))

    # RFC 5546 wants an ORGANIZER in what is published; we leave it out, as those who publish calendars do.
    complaints = [complaint for event in read.events for complaint in event.values.get("complaint", [])]
    assert read.errors == 0
    assert all("ORGANIZER" in complaint for complaint in complaints)
    assert [event["status"] for event in read.events] == ["CONFIRMED", "CANCELLED"]
    assert [event["start"] for event in read.events] == [str(seconds(entry.starts_at)) for entry in entries]


def test_a_download_does_not_ask_to_be_looked_at_again():
    [read] = ical_js(ical.calendar([make_entry()], "Meine Termine", NOW))

    assert read["refresh"] is None


def test_a_feed_without_entries_is_a_calendar():
    written = ical.calendar([], "Meine Termine", NOW, refresh_minutes=30)

    assert ical_js(written)[0]["events"] == []
    assert libical(written).errors == 0


def test_equal_arguments_give_equal_bytes():
    entries = [make_entry(zone=zone) for zone in reversed(ZONES)]

    assert ical.calendar(entries, "x", NOW) == ical.calendar(list(entries), "x", NOW)


def test_icalendar_reads_back_what_we_wrote():
    entry = make_entry(description="Zellkultur; Bioreaktoren, Aufreinigung\nzweite Zeile")

    read = icalendar.Calendar.from_ical(ical.invitation(entry, NOW))

    [event] = read.events
    assert event.errors == []
    assert (event.DTSTART.astimezone(UTC), event.DTEND.astimezone(UTC)) == (entry.starts_at, entry.ends_at)
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (entry.summary, entry.description)
    assert (str(event["LOCATION"]), str(event["URL"]), event["SEQUENCE"]) == (entry.location, entry.url, 3)


# -- times


@pytest.mark.parametrize("zone", ZONES)
def test_every_moment_is_read_as_the_same_instant(zone: str):
    entries = [
        make_entry(uid=f"{index}@partnering.invalid", zone=zone, starts_at=at, ends_at=at + timedelta(minutes=30))
        for index, at in enumerate(moments())
    ]
    written = ical.calendar(entries, zone, NOW)

    expected = [(seconds(entry.starts_at), seconds(entry.ends_at)) for entry in entries]
    assert [(event["start"], event["end"]) for event in ical_js(written)[0]["events"]] == expected
    assert [(int(event["start"]), int(event["end"])) for event in libical(written).events] == expected
    read = icalendar.Calendar.from_ical(written).events
    assert [(seconds(event.DTSTART), seconds(event.DTEND)) for event in read] == expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_ordinary_times_carry_their_zone(zone: str):
    [read] = ical_js(ical.invitation(make_entry(zone=zone), NOW))

    assert (read["components"], read["events"][0]["zone"]) == (["vtimezone", "vevent"], zone)


@pytest.mark.parametrize(
    "start", [datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)]
)
def test_both_half_past_twos_of_the_long_night_are_told_apart(start: datetime):
    assert start.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == "02:30"
    written = ical.invitation(make_entry(starts_at=start, ends_at=start + timedelta(minutes=15)), NOW)

    assert ical_js(written)[0]["events"][0]["start"] == seconds(start)
    assert libical(written).events[0]["start"] == str(seconds(start))
    assert b"VTIMEZONE" not in written


@pytest.mark.parametrize("year", [1987, 1995, 2014, 2040, 2099])
def test_other_years_are_right_whether_or_not_the_rule_held_then(year: int):
    entries = [
        make_entry(uid=f"{zone}-{month}", zone=zone, starts_at=at, ends_at=at)
        for zone in ZONES
        for month in range(1, 13)
        for at in [datetime(year, month, 26, 12, tzinfo=UTC)]
    ]
    written = ical.calendar(entries, "x", NOW)

    expected = [seconds(entry.starts_at) for entry in entries]
    assert [event["start"] for event in ical_js(written)[0]["events"]] == expected
    assert [int(event["start"]) for event in libical(written).events] == expected


def test_each_zone_is_described_once():
    entries = [
        make_entry(uid=f"{n}@partnering.invalid", zone=zone)
        for n in range(3)
        for zone in ("Europe/London", "Europe/Berlin")
    ]

    written = ical.calendar(entries, "x", NOW)

    assert re.findall(rb"\r\nTZID:(.*)\r\n", written) == [b"Europe/Berlin", b"Europe/London"]


@pytest.mark.parametrize("zone", ["Asia/Gaza", "America/Nuuk", "UTC"])
def test_zones_that_no_yearly_rule_describes_are_written_in_utc(zone: str):
    entry = make_entry(zone=zone)
    written = ical.invitation(entry, NOW)

    assert b"TZID" not in written
    assert ical_js(written)[0]["events"][0]["start"] == seconds(entry.starts_at)


def test_a_change_of_clocks_starts_in_the_offset_before_it():
    component = vtimezone.component("Europe/Berlin")

    assert component is not None
    assert re.findall(r"TZOFFSETFROM:(.*)\r\nTZOFFSETTO:(.*)\r\nDTSTART:(.*)\r\nRRULE:(.*)\r\n", component) == [
        ("+0100", "+0200", "19700329T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
        ("+0200", "+0100", "19701025T030000", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
    ]


def test_the_clock_tells_which_half_of_the_irish_year_is_summer():
    component = vtimezone.component("Europe/Dublin")

    assert component is not None
    assert re.findall(r"BEGIN:(DAYLIGHT|STANDARD)\r\n.*\r\n.*\r\nTZOFFSETTO:(.*)\r\n", component) in (
        [("STANDARD", "+0000"), ("DAYLIGHT", "+0100")],
        [("DAYLIGHT", "+0100"), ("STANDARD", "+0000")],
    )


def test_all_zones_of_the_world_are_read_right_or_written_in_utc():
    zones = sorted(available_timezones() - {"localtime"})
    entries = [
        make_entry(uid=f"{zone}-{at:%m}@partnering.invalid", zone=zone, starts_at=at, ends_at=at, alarm_minutes=None)
        for zone in zones
        for at in (datetime(2027, 1, 14, 12, tzinfo=UTC), datetime(2027, 7, 13, 12, tzinfo=UTC))
    ]
    written = ical.calendar(entries, "x", NOW)

    read = libical(written)
    assert read.errors == 0
    assert [int(event["start"]) for event in read.events] == [seconds(entry.starts_at) for entry in entries]
    assert [event["start"] for event in ical_js(written)[0]["events"]] == [
        seconds(entry.starts_at) for entry in entries
    ]
    assert sum(vtimezone.component(zone) is None for zone in zones) < 20


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../../etc/passwd", "/etc/passwd", "Europe/Berlin\r\nX:y", ""])
def test_what_is_no_zone_is_refused(zone: str):
    with pytest.raises((KeyError, ValueError, OSError)):
        ical.invitation(make_entry(zone=zone), NOW)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "days"),
    [
        (datetime(2027, 10, 13, 7, tzinfo=UTC), datetime(2027, 10, 14, 15, tzinfo=UTC), ("20271013", "20271015")),
        (datetime(2027, 10, 12, 22, tzinfo=UTC), datetime(2027, 10, 14, 22, tzinfo=UTC), ("20271013", "20271015")),
        (datetime(2027, 10, 13, 7, tzinfo=UTC), datetime(2027, 10, 13, 7, tzinfo=UTC), ("20271013", "20271014")),
        (datetime(2027, 10, 12, 22, tzinfo=UTC), datetime(2027, 10, 12, 22, tzinfo=UTC), ("20271013", "20271014")),
    ],
)
def test_whole_days_end_on_the_day_after_the_last(starts_at: datetime, ends_at: datetime, days: tuple[str, str]):
    written = ical.invitation(make_entry(starts_at=starts_at, ends_at=ends_at, all_day=True), NOW)

    [event] = ical_js(written)[0]["events"]
    assert ((event["start"], event["end"]), event["transp"]) == (days, "TRANSPARENT")
    assert (libical(written).events[0]["start"], libical(written).events[0]["end"]) == days
    [read] = icalendar.Calendar.from_ical(written).events
    assert tuple(date.fromisoformat(day) for day in days) == (read.DTSTART, read.DTEND)


# -- hostile text

HOSTILE = [
    "Titel\rATTENDEE:mailto:mallory@example.net",
    "Titel\nORGANIZER:mailto:mallory@example.net",
    "Titel\r\nBEGIN:VALARM\r\nACTION:AUDIO",
    "Titel\r\n ATTENDEE:mailto:mallory@example.net",
    "Titel\x85X-A:1\u2028X-B:2\u2029X-C:3\x0bX-D:4\x0cX-E:5\x1cX-F:6\x1dX-G:7\x1eX-H:8",
    "\x00\x01\x1b[31mrot\x7f\x9f\ufeff\ufffe",
    "END:VEVENT\r\nEND:VCALENDAR\r\n",
    "a\"b;c:d,e\\f^g^^n^'h",
    "\\n \\N \\\\n \\\\\\n \\; \\, \\r",
    "C:\\new\\Nord\\",
    ";" * 200,
    "\\" * 200,
    "x" * 73 + "\\,\\;" * 30,
    "ä" * 200,
    "\U0001f9ec" * 100,
    "x" + "ä€\U0001f9ec" * 80,
    "e\u0301" * 100 + "\u200d\u202e\u2066",
    " führt und folgt \t",
    "\ud800 halb \udfff",
    "=?utf-8?q?X=0AATTENDEE?=",
    "<script>alert(1)</script> &amp; %0d%0a",
    "",
]
SINGLE_LINE = ("uid", "summary", "location", "attendee_name", "organizer_name")


def lines_of(written: bytes) -> list[bytes]:
    """The content lines of a file after a check of its octets: line ends, length, whole characters."""
    assert written.endswith(b"END:VCALENDAR\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", written)
    for row in written.split(b"\r\n"):
        assert len(row) <= 75
        row.decode()
    return re.sub(rb"\r\n ", b"", written).split(b"\r\n")


def names_of(written: bytes) -> list[bytes]:
    return [re.split(rb"[:;]", line, maxsplit=1)[0] for line in lines_of(written)]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_makes_a_line(text: str):
    harmless = names_of(ical.invitation(make_entry(), NOW))
    fields = dict.fromkeys((*SINGLE_LINE, "description", "url"), f"x{text}")

    written = ical.invitation(make_entry(**fields, categories=(text, text)), NOW)

    assert names_of(written) == harmless
    feed = names_of(ical.calendar([make_entry()], "x", NOW))
    assert names_of(ical.calendar([make_entry(**fields)], text, NOW)) == feed


def test_no_text_changes_who_is_invited():
    entries = [make_entry(**dict.fromkeys((*SINGLE_LINE, "description", "url"), f"x{text}")) for text in HOSTILE]

    read = ical_js(*(ical.invitation(entry, NOW) for entry in entries))

    for calendar in read:
        [event] = calendar["events"]
        assert [person["address"] for person in event["attendees"]] == ["mailto:jana.o'brien+work@example.org"]
        assert [person["address"] for person in event["organizers"]] == ["mailto:bionection@example.org"]
        assert (event["inside"], calendar["components"]) == (["valarm"], ["vtimezone", "vevent"])


@pytest.mark.parametrize(
    "address",
    ["", "jana", "@example.org", "jana@", "\r\n@example.org", "jana@example.org\r\nATTENDEE:mailto:m@example.net"],
)
def test_addresses_are_addresses_or_refused(address: str):
    """The last is glued together to something that is no address of anybody, but makes no line."""
    entry = make_entry(attendee_address=address)
    if address.startswith("jana@e"):
        assert names_of(ical.invitation(entry, NOW)) == names_of(ical.invitation(make_entry(), NOW))
        return
    for write in (ical.invitation, ical.cancellation):
        with pytest.raises(ValueError):
            write(entry, NOW)


def seen(text: str, breaks: str) -> str:
    """What people should see of a text: line ends as `breaks`, no control characters. Told by the tables of Unicode."""
    text = text.replace("\r\n", "\n")
    kept = [breaks if char in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029" else char for char in text]
    return "".join(
        char
        for char in kept
        if char in "\n\t" or (unicodedata.category(char) not in {"Cc", "Cs"} and char not in "\ufeff\ufffe\uffff")
    )


def test_every_text_is_read_as_it_was_written():
    source = random.Random(20271013)
    alphabet = [
        "\\",
        ";",
        ",",
        "n",
        "N",
        "\n",
        "\r",
        '"',
        ":",
        "^",
        " ",
        "ä",
        "€",
        "\U0001f9ec",
        "\x0b",
        "\x85",
        "\t",
        "a",
    ]
    texts = [*HOSTILE, *("".join(source.choices(alphabet, k=source.randint(1, 160))) for _ in range(300))]
    entries = [
        make_entry(
            uid=f"{index}@partnering.invalid", summary=f"x{text}", description=f"x{text}x", attendee_name=f"x{text}"
        )
        for index, text in enumerate(texts)
    ]
    written = ical.calendar(entries, "x", NOW)
    lines_of(written)

    expected = [(" ".join(seen(f"x{text}", " ").split()), seen(f"x{text}x", "\n")) for text in texts]
    assert [(event["summary"], event["description"]) for event in ical_js(written)[0]["events"]] == expected
    assert [(event["summary"], event["description"]) for event in libical(written).events] == expected


def test_names_are_read_as_they_were_written():
    names = ["Łucja Wiśniewska", "Müller, Dr. Jana: Team; A", "2^3 ^n", "İbrahim Ğ"]

    read = ical_js(*(ical.invitation(make_entry(attendee_name=name), NOW) for name in names))

    assert [calendar["events"][0]["attendees"][0]["name"] for calendar in read] == names


# -- what is refused


def test_nobody_is_invited_to_what_is_cancelled():
    with pytest.raises(ValueError):
        ical.invitation(make_entry(status="CANCELLED"), NOW)


@pytest.mark.parametrize("name", ["starts_at", "ends_at", "last_modified"])
def test_naive_times_are_refused(name: Literal["starts_at", "ends_at", "last_modified"]):
    with pytest.raises(ValueError):
        make_entry(**{name: datetime(2027, 7, 13, 12)})  # noqa: DTZ001 - naive on purpose


def test_an_entry_cannot_end_before_it_starts():
    with pytest.raises(ValueError):
        make_entry(ends_at=datetime(2027, 7, 13, 11, tzinfo=UTC))
