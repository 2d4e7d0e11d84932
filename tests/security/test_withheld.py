"""What people keep back of themselves stands on no page, in no file and in no letter that another guest gets.

Each field of each person is a word that stands nowhere else. One guest, who has something with each of them, opens
every page of theirs there is, searches for the words, and reads all letters.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates import opportunities, saved, suggestions, visibility
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import queries, services
from partnering.meetings.models import Meeting
from partnering.meetings.states import UNDO_SECONDS
from tests.factories.delegates import make_delegate
from tests.factories.meetings import after_letters, make_partnering_event
from tests.readers import pages
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in

from .matrix import GUESTS, MATRIX
from .stage import routes

LANGUAGE = ("Isländisch", "Icelandic")
OWN_FORMS = ("delegates.profile", "delegates.directory_preview")
"""Pages that list every language there is, to choose one's own."""


@dataclass
class Kept:
    """Somebody who keeps something back: at which level, who has asked whom, and whether they show every field."""

    word: str
    level: str
    relation: str
    open_hearted: bool = False
    delegate: Delegate | None = None
    seen: dict[str, set[str]] = field(default_factory=dict)

    @property
    def secrets(self) -> dict[str, str]:
        """The word of each field."""
        return {
            "name": f"Zq{self.word}vorname",
            "function": f"Zq{self.word}funktion",
            "seeks": f"Zq{self.word}wunsch",
            "email": f"zq{self.word}@geheim{self.word}.example".lower(),
            "phone": f"+49 351 {sum(map(ord, self.word)):07d}",
        }

    @property
    def readable(self) -> set[str]:
        """The fields that the other guest may read somewhere."""
        named = self.level == "name" or self.relation in ("asked me", "agreed", "cancelled")  # who met knows
        found = {"name"} if named else set()
        if self.open_hearted and (self.level == "name" or self.relation == "agreed"):
            found |= {"function", "seeks"}
            if self.relation == "agreed":
                found |= {"email", "phone"}
        return found


def people() -> list[Kept]:
    """Every level with every relation; the last two show what they may: we would have found it."""
    levels = [("h", "hidden"), ("o", "organisation"), ("n", "name")]
    relations = [("n", "none"), ("i", "I asked"), ("a", "asked me"), ("v", "agreed"), ("x", "cancelled")]
    found = [Kept(one + two, level, relation) for one, level in levels for two, relation in relations]
    found = [each for each in found if (each.level, each.relation) != ("hidden", "I asked")]  # nobody can
    return [*found, Kept("so", "organisation", "agreed", True), Kept("sn", "name", "none", True)]


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with time and room for everybody."""
    return make_partnering_event(tables=12, slots=24)


def settle(event: Event, me: Delegate, kept: Kept) -> None:
    """Make somebody and what they have with the guest."""
    words = kept.secrets
    other = make_delegate(
        event,
        given_name=words["name"],
        family_name="Muster",
        function=words["function"],
        email=words["email"],
        company=f"Firma {kept.word}",
        languages=("is",),
        visibility="name" if kept.relation == "I asked" else kept.level,
        locale="de",
    )
    kept.delegate = other
    with transaction():
        other.seeks, other.phone = words["seeks"], words["phone"]
        visibility.show(
            other, kept.level, function=kept.open_hearted, languages=kept.open_hearted, seeks=kept.open_hearted
        )
        visibility.agree(other, "matchmaking", channel="test")
        if kept.open_hearted:
            visibility.agree(other, "contact", channel="test")
        opportunities.add(
            other.profile, language="de", kind="asset", side="offer", title=f"Stoff {kept.word}", contact=other
        )
    if kept.relation != "none":
        with transaction():
            slots = queries.shared_slots([me, other])[:2]
            mine = kept.relation == "I asked"
            meeting = services.request_meeting(*((me, other) if mine else (other, me)), slots, "Guten Tag.")
            if kept.relation in ("agreed", "cancelled"):
                services.accept(meeting, slots[0])
        if kept.relation == "cancelled":
            with transaction():
                services.cancel(meeting, by=me)
    if kept.level != "hidden" and kept.relation == "none":
        with transaction():
            saved.keep_person(me, other)


def addresses(app: Flask, event: Event, everybody: list[Kept]) -> list[tuple[str, str]]:
    """Endpoint and address of every page that a guest can open, with everybody and every meeting in it."""
    delegates = [each.delegate.public_id for each in everybody if each.delegate is not None]
    meetings = list(db.session.scalars(sa.select(Meeting.public_id).order_by(Meeting.id)))
    profiles = [each.delegate.profile.organisation.public_id for each in everybody if each.delegate is not None]
    found = []
    for rule in routes(app):
        if "GET" not in (rule.methods or ()) or not MATRIX.get(rule.endpoint, frozenset()) & GUESTS:
            continue
        if rule.endpoint in OWN_FORMS or rule.rule.startswith(("/manage", "/crew", "/login", "/logout")):
            continue
        address = rule.rule.replace("<event_slug>", event.slug)
        refs = [""]
        if "<" in address:
            refs = delegates if "/partners/<" in address else meetings if "meeting" in rule.endpoint else []
            refs = profiles if rule.rule.startswith("/organisations/<") else refs
        found += [(rule.endpoint, re.sub(r"<[^>]+>", ref, address)) for ref in refs if address.count("<") < 2]
    tabs = [("meetings.inbox", f"/e/{event.slug}/me/meetings?tab={tab}") for tab in queries.TABS]
    return found + tabs


def said_in(message: EmailMessage) -> str:
    """All that a letter says: its subject and every part, decoded."""
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    texts = [part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes)]
    return "\n".join([str(message["Subject"]), *texts])


def look(everybody: list[Kept], place: str, text: str, *, language: bool = True) -> list[str]:
    """What stands in a text that may not."""
    faults = []
    for each in everybody:
        for name, word in each.secrets.items():
            if word.casefold() in text.casefold():
                each.seen.setdefault(name, set()).add(place)
                if name not in each.readable:
                    faults.append(f"{place}: {name} of {each.level}, {each.relation}")
    if language and any(word in text for word in LANGUAGE):
        faults.append(f"{place}: a language")
    return faults


def test_nothing_withheld_is_read_by_another_guest(app: Flask, client: FlaskClient, event: Event, freeze):
    me = make_delegate(event, offers=["licence"], seeks=["licence"])
    everybody = people()
    for each in everybody:
        settle(event, me, each)
    with transaction():
        suggestions.make(me)
        for each in everybody[-2:]:
            assert each.delegate is not None
            each.delegate.languages = "de"  # they show it, so it must not be the word we look for
            visibility.show(each.delegate, each.level, languages=True)
    freeze(clock.now() + timedelta(seconds=UNDO_SECONDS))  # until then nobody's address follows from an acceptance
    person = me.participant.person
    assert person is not None
    sign_in(client, person)
    faults: list[str] = []
    opened = 0
    for endpoint, address in addresses(app, event, everybody):
        answer = client.get(address)
        opened += answer.status_code == 200
        assert answer.status_code < 500, address
        text = (
            pages.text(answer.data)
            if answer.mimetype == "application/pdf"
            else answer.get_data().decode("utf-8", "replace")
        )
        faults += look(everybody, endpoint, text.replace("\n ", "").replace("\r\n ", ""))
    for each in everybody:
        assert each.delegate is not None
        for name, word in each.secrets.items():
            if name not in each.readable:
                found = client.get(f"/e/{event.slug}/me/partners", query_string={"q": word}).text
                if f"/partners/{each.delegate.public_id}" in found:
                    faults.append(f"found by {name}: {each.level}, {each.relation}")
    with clock.frozen(clock.now() + after_letters()):
        letters = [message for message in deliver_all(app) if message["To"] == person.email]
    for message in letters:
        faults += look(everybody, f"letter {message['Subject']}"[:60], said_in(message))
    assert sorted(set(faults)) == []
    assert opened > 60
    assert len(letters) > 4

    shown_after, shown_before = everybody[-2:]
    assert {"name", "function", "email", "phone"} <= set(shown_after.seen)
    assert shown_after.seen["email"] | shown_after.seen["phone"] <= {"meetings.show", "meetings.here", "meetings.note"}
    assert {"delegates.directory", "delegates.partner", "delegates.saved"} <= shown_before.seen["function"]
    assert {"name", "function", "seeks"} == set(shown_before.seen)
