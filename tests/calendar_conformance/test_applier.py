"""The small calendar itself, by letters written by hand: RFC 5546's own examples, and every way to go wrong."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from . import applier, checking, lines, rules
from .__main__ import main
from .applier import Calendar, Reader
from .letters import Letter

ADDRESS = "jana@people.example"
EXAMPLE = Path(__file__).parent / "example"
BERLIN = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE"""


def ics(method: str = "REQUEST", sequence: int | str = 0, *more: str, **said: str) -> str:
    """A calendar object; keywords replace properties, and an empty one leaves its property out."""
    shown = {
        "UID": "one@calendar.example",
        "SEQUENCE": str(sequence),
        "DTSTAMP": "20270901T080000Z",
        "DTSTART;TZID=Europe/Berlin": "20271013T100000",
        "DTEND;TZID=Europe/Berlin": "20271013T104500",
        "SUMMARY": "Enzymes",
        "LOCATION": "Hall 1",
        "STATUS": "CANCELLED" if method == "CANCEL" else "CONFIRMED",
        "ORGANIZER": "mailto:team@conference.example",
        "ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE": f"mailto:{ADDRESS}",
        **said,
    }
    event = [f"{name}:{value}" for name, value in shown.items() if value]
    zone = BERLIN.split("\n") if "TZID=Europe/Berlin" in "".join(event) else []
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", f"METHOD:{method}", *zone, "BEGIN:VEVENT"]
    return "\r\n".join([*whole, *event, *more, "END:VEVENT", "END:VCALENDAR", ""])


def eml(
    text: str, *, name: str = "001.eml", to: str = ADDRESS, method: str = "", attached: str | None = None
) -> Letter:
    """A letter with this calendar object, as part and as file."""
    said = method or ("CANCEL" if "METHOD:CANCEL" in text else "REQUEST")
    parts = [
        f"From: Team <team@conference.example>\r\nTo: {to}\r\nSubject: News\r\nMessage-ID: <{name}@conference.example>",
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m",
        "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\nNews\r\n--a",
        f"Content-Type: text/calendar; charset=UTF-8; method={said}; component=VEVENT\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n--a--\r\n--m",
        "Content-Type: application/ics; name=invite.ics\r\nContent-Disposition: attachment; filename=invite.ics\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{text if attached is None else attached}\r\n--m--\r\n",
    ]
    return Letter(name, "\r\n".join(parts).encode())


def after(*texts: str, reader: Reader = "rfc") -> list[tuple[str, int, str, str]]:
    """What a calendar shows after these objects: UID, SEQUENCE, wall time in UTC, place."""
    calendar = Calendar(ADDRESS, reader)
    for text in texts:
        calendar.apply(eml(text))
    return [
        (event.uid.partition("@")[0], event.sequence, f"{event.start.at:%H:%M}", event.location)
        for event in calendar.events.values()
    ]


NINE = {"DTSTART;TZID=Europe/Berlin": "20271013T090000"}
LATER = {"DTSTAMP": "20270902T080000Z"}
FIRST = ("one", 0, "08:00", "Hall 1")


@pytest.mark.parametrize(
    ("texts", "rfc", "strict", "last"),
    [
        ([ics()], [FIRST], [FIRST], [FIRST]),
        # RFC 5546, 4.2.3: a new time under a higher SEQUENCE
        ([ics(), ics("REQUEST", 1, **NINE)], *[[("one", 1, "07:00", "Hall 1")]] * 3),
        # 4.2.8 and 3.2.5: an end under a higher SEQUENCE, and a beginning after it
        ([ics(), ics("CANCEL", 1)], [], [], []),
        ([ics(), ics("CANCEL", 1), ics("REQUEST", 2)], *[[("one", 2, "08:00", "Hall 1")]] * 3),
        # 2.1.5: what is older is ignored
        ([ics("REQUEST", 1), ics("REQUEST", 0, **NINE)], *[[("one", 1, "08:00", "Hall 1")]] * 2, [
            ("one", 0, "07:00", "Hall 1")
        ]),
        ([ics(), ics("CANCEL", 1), ics()], [], [], [FIRST]),
        # the same SEQUENCE with a later DTSTAMP: programs differ, so nobody should send it
        ([ics(), ics(**NINE, **LATER)], [("one", 0, "07:00", "Hall 1")], [FIRST], [("one", 0, "07:00", "Hall 1")]),
        ([ics(**LATER), ics(**NINE)], [FIRST], [FIRST], [("one", 0, "07:00", "Hall 1")]),
        ([ics(), ics("CANCEL", 0, **LATER)], [], [FIRST], []),
        ([ics(), ics("CANCEL", 1), ics("REQUEST", 1, **LATER)], [("one", 1, "08:00", "Hall 1")], [], [
            ("one", 1, "08:00", "Hall 1")
        ]),
        # an end before its beginning
        ([ics("CANCEL", 1), ics()], [], [FIRST], [FIRST]),
        # another METHOD, another recipient
        ([ics("PUBLISH")], [], [], []),
        ([ics(**{"ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE": "mailto:other@people.example"})], [], [], []),
    ],
)  # fmt: skip
def test_what_is_left(texts: Sequence[str], rfc: list[object], strict: list[object], last: list[object]):
    assert [after(*texts, reader=reader) for reader in applier.READERS] == [rfc, strict, last]


def test_a_new_title_under_the_same_sequence_reaches_every_reader():
    for reader in applier.READERS:
        calendar = Calendar(ADDRESS, reader)
        calendar.apply(eml(ics()))
        calendar.apply(eml(ics(SUMMARY="Enzymes\\, explained", **LATER)))
        assert [event.summary for event in calendar.events.values()] == ["Enzymes, explained"]


# -- rules


def broken(*letters: Letter, secrets: Sequence[str] = ()) -> set[str]:
    """The numbers of the rules that letters break."""
    return {fault.rule for fault in rules.faults(letters, secrets)}


def test_a_good_letter_breaks_no_rule():
    assert broken(eml(ics()), eml(ics("CANCEL", 1), name="002.eml")) == set()


@pytest.mark.parametrize(
    ("rule", "letter"),
    [
        ("R1", lambda: eml(ics().replace("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:two\r\nEND:VEVENT"))),
        ("R1", lambda: eml(ics("REQUEST", 0, "RRULE:FREQ=DAILY"))),
        ("R1", lambda: eml(ics().replace("BEGIN:VEVENT", "BEGIN:VEVENT\r\nRECURRENCE-ID:20271013T080000Z"))),
        ("R1", lambda: eml(ics().replace("TZID:Europe/Berlin", "TZID:Europe/Paris"))),
        ("R1", lambda: eml(ics(SUMMARY="a\\b"))),
        ("R2", lambda: eml(ics(), method="CANCEL")),
        ("R2", lambda: eml(ics("PUBLISH"))),
        ("R3", lambda: eml(ics(), attached=ics("REQUEST", 1))),
        ("R4", lambda: eml(ics(), to="other@people.example")),
        ("R4", lambda: eml(ics(ORGANIZER="mailto:other@conference.example"))),
        ("R4", lambda: eml(ics(ORGANIZER="mailto:team@conference.example?subject=x"))),
        ("R4", lambda: eml(ics("REQUEST", 0, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:two@people.example"))),
        ("R5", lambda: eml(ics().replace("RSVP=FALSE", "RSVP=TRUE"))),
        ("R5", lambda: eml(ics().replace("ACCEPTED", "NEEDS-ACTION"))),
        ("R6", lambda: eml(ics(STATUS="CANCELLED"))),
        ("R1", lambda: eml(ics(DTSTAMP="20270901T080000"))),
        ("R9", lambda: eml(ics(DESCRIPTION="Write to ada@people.example"))),
        ("R9", lambda: eml(ics(DESCRIPTION="Your code: EV1:ABCDEFGH"))),
        ("R9", lambda: eml(ics(URL="https://events.example/t/abcdefghijklmnopqrstuvwx"))),
        ("R9", lambda: eml(ics(DESCRIPTION="Your number is 4711-0815"))),
        ("R10", lambda: eml(ics(SUMMARY="x" * 80))),
        ("R10", lambda: eml(ics(SUMMARY="bell\x07"))),
        ("R10", lambda: eml(ics(SUMMARY=f"{'x' * 60}ü").replace("xü", "x\r\n ü"), attached=None)),
        ("R11", lambda: eml(ics().replace("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "RDATE:20270328T020000"))),
        ("R11", lambda: eml(ics(**{"DTSTART;TZID=Europe/Berlin": "20270328T023000"}))),
        ("R12", lambda: eml(ics(**{"DTEND;TZID=Europe/Berlin": "20271013T100000"}))),
        ("R12", lambda: eml(ics(**{"DTEND;TZID=Europe/Berlin": "", "DTEND;VALUE=DATE": "20271014"}))),
        ("R13", lambda: eml(ics(), to=f"{ADDRESS}, two@people.example")),
    ],
)  # fmt: skip
def test_each_rule_notices_what_it_is_there_for(rule: str, letter: Callable[[], Letter]):
    if rule == "R10" and b"\r\n \xc3\xbc" in letter().content:
        cut = Letter("001.eml", letter().content.replace(b"x\r\n \xc3\xbc", b"x\xc3\r\n \xbc"))
        assert broken(cut) == {"R10"}
        return
    assert rule in broken(letter(), secrets=["4711-0815"])


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("R7", ics(**LATER), ics("REQUEST", 1)),
        ("R8", ics("REQUEST", 1), ics("REQUEST", 0, **LATER)),
        ("R8", ics(), ics(LOCATION="Hall 2", **LATER)),
        ("R8", ics(), ics("CANCEL", 0, **LATER)),
        ("R13", ics(), ics("REQUEST", 1, **LATER)),
    ],
)
def test_each_rule_about_two_letters_notices_what_it_is_there_for(rule: str, first: str, second: str):
    name = "001.eml" if rule == "R13" else "002.eml"
    assert broken(eml(first), eml(second, name=name)) == {rule}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("R1", ics("PUBLISH", 0, "RRULE:FREQ=DAILY")),
        ("R9", ics("PUBLISH", DESCRIPTION="4711-0815")),
        ("R12", ics("PUBLISH", **{"DTEND;TZID=Europe/Berlin": "20271013T090000"})),
        ("R15", ics("REQUEST")),
        ("R15", ics("PUBLISH")),
        ("R15", ics("PUBLISH").replace("END:VCALENDAR", ics("PUBLISH")[ics("PUBLISH").index("BEGIN:VEVENT") :])),
    ],
)
def test_each_rule_about_subscriptions_notices_what_it_is_there_for(rule: str, text: str):
    found = {fault.rule for fault in rules.of_subscription(text.encode(), "feed.ics", ["4711-0815"])}

    assert {rule, "R15"} == found
    alone = ics("PUBLISH", **{"ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE": ""})
    assert list(rules.of_subscription(alone.encode(), "feed.ics")) == []


def test_an_end_without_a_beginning_and_a_shared_uid_are_noticed():
    assert broken(eml(ics("CANCEL", 1))) == {"R8"}
    assert [fault.rule for fault in rules.shared_uids({"a": [eml(ics())], "b": [eml(ics())]})] == ["R14"]


# -- time


def test_wall_time_by_the_files_own_rules_in_every_hour_of_both_nights():
    zone = lines.zones(lines.calendar(ics().encode()))["Europe/Berlin"]
    spring, autumn = datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)

    for change, before, after_ in ((spring, 1, 2), (autumn, 2, 1)):
        for minutes in range(-180, 180, 15):
            instant = change + timedelta(minutes=minutes)
            distance = timedelta(hours=before if minutes < 0 else after_)
            assert zone.wall(instant) == instant.replace(tzinfo=None) + distance
            twice = change == autumn and -60 <= minutes < 60
            assert twice or zone.instant(zone.wall(instant)) == instant
    # what clocks show twice is the first, what they skip counts from before the gap (RFC 5545, 3.3.5)
    assert zone.instant(datetime(2027, 10, 31, 2, 30)) == autumn - timedelta(minutes=30)  # noqa: DTZ001 - wall time
    assert zone.instant(datetime(2027, 3, 28, 2, 30)) == spring + timedelta(minutes=30)  # noqa: DTZ001 - wall time


@pytest.mark.parametrize(
    "text",
    ["X", "X;Y:1", 'X;Y="open:1', ":1", "BEGIN:VEVENT\r\nEND:VEVENT", "BEGIN:VCALENDAR", "SUMMARY:outside",
     "BEGIN:VCALENDAR\r\nEND:VEVENT"],
)  # fmt: skip
def test_what_is_no_calendar_is_refused(text: str):
    with pytest.raises(lines.Unreadable):
        lines.calendar(text.encode())


def test_parameters_and_escapes_are_undone():
    read = lines.line("ATTENDEE;CN=\"Muster, Jana: 'J'\";ROLE=CHAIR,OPT:mailto:jana@people.example")

    assert (read.parameter("CN"), read.parameters["ROLE"], read.value) == (
        "Muster, Jana: 'J'",
        ("CHAIR", "OPT"),
        "mailto:jana@people.example",
    )
    assert lines.text("a\\, b\\; c\\\\n\\nd") == "a, b; c\\n\nd"


# -- the command line, and the form for others


def test_the_example_for_other_projects_passes_and_fails_as_the_readme_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main([str(EXAMPLE)]) == 0
    assert list(checking.faults(EXAMPLE)) == []
    for file in (EXAMPLE / "talk").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes().replace(b"SEQUENCE:1", b"SEQUENCE:0"))
    capsys.readouterr()

    assert main([str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert "002.eml: R8: time, place or status changed, and SEQUENCE is 0 as before" in told.out
    assert "(strict, half an hour later, in another room): E3: start of talk is" in told.out
    assert told.err.startswith("1 scenarios, ")
    assert main([str(tmp_path / "nowhere")]) == 1
    (tmp_path / "expected.json").write_text('{"recipient": "x", "steps": [], "colour": "red"}')
    assert main([str(tmp_path)]) == 2
