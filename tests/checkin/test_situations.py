"""Every situation at the door, with network and without: the same answers but for what a device cannot know."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from partnering import clock, qr
from partnering.checkin import devices, redeeming, services, syncing, zones
from partnering.checkin.deciding import Attempt
from partnering.checkin.invariants import admissions_elected
from partnering.checkin.models import CheckinList, CheckinQuestion, Device, DoorNote, Scan
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.registration import codes
from partnering.registration.models import Registration
from partnering.registration.services import cancel_registration
from partnering.registration.workshops import book
from tests.checkin.judging import SITUATIONS, Situation, Step, at
from tests.checkin.phones import Snapshot
from tests.factories import make_event, make_product
from tests.factories.checkin import code_of, make_attendee, make_door, row_of, ticket_text
from tests.support.modules import asking

BEFORE = "M01 12:00"


@dataclass
class Stage:
    """A situation in the database: what its words stand for. The second phone shows `token`."""

    event: Event
    phones: list[Device]
    token: str
    guest: Registration
    lists: dict[str, CheckinList] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    text: str = ""

    def named(self, words):
        """Public ids for words."""
        return [self.names[word] for word in words]


def arrange(situation: Situation, freeze) -> Stage:
    freeze(zones.from_ms(at(BEFORE)))
    event = make_event()
    held = {"days": [], **situation.ticket}
    standard = make_product(event, days=list(held["days"]))
    names = {"standard": standard.public_id, "student": make_product(event).public_id}
    addons = {
        word: make_product(event, kind="add_on", gross=0, pools=[], partnering=False) for word in ("dinner", "workshop")
    }
    names |= {word: each.public_id for word, each in addons.items()}
    guest = make_attendee(event, standard, gross=22_000 if held.get("owes") else 0, email="jana@example.org")
    with transaction():
        for word in held.get("addons", ()):
            book(guest, addons[word])
        if not held.get("approved", True):
            guest.place.party.approval = "waiting"
        phones = [devices.make(event, f"Telefon {n}", by=None, may_force=True) for n in range(2)]
        for phone in phones:
            devices.heard_of(phone, clock.now())
        _, token = devices.enrol(devices.offer(phones[1], None))
    stage = Stage(event, phones, token, guest, {"main": make_door(event, "Haupteingang")}, names)
    if held.get("blocked"):
        change(stage, {"blocked": True})
    stage.lists["here"] = make_list(stage, situation)
    stage.text = ticket_text(guest)
    return stage


def make_list(stage: Stage, situation: Situation) -> CheckinList:
    door, event = dict(situation.door), stage.event
    asked = door.pop("questions", ())
    rules = {name: door.pop(name) for name in ("products", "addons", "days", "after") if name in door}
    for name in ("products", "addons"):
        if name in rules:
            rules[name] = stage.named(rules[name])
    if "after" in rules:
        rules["after"] = [stage.lists[word].public_id for word in rules["after"]]
    columns = {
        {"window": "window_kind", "most": "most_entries", "least": "least_minutes", "exit_all": "exit_all_at"}.get(
            name, name
        ): value
        for name, value in door.items()
    }
    for name in ("opens", "closes"):
        if name in columns:
            columns[f"{name}_at"] = zones.from_ms(at(columns.pop(name)))
    if columns.pop("closed", False):
        columns["closed_at"] = clock.now()
    made = make_door(event, rules=rules, **columns)
    with transaction():
        for each in asked:
            question = CheckinQuestion(
                event_id=event.id,
                list_id=made.id,
                label=BilingualText(each.id, each.id),
                kind=each.kind,
                required=each.required,
                options=[{"key": key, "de": key, "en": key} for key in each.options],
            )
            db.session.add(question)
            db.session.flush()
            stage.names[each.id] = question.public_id
    return made


def change(stage: Stage, changed) -> None:
    guest = stage.guest
    with transaction():
        if changed.get("cancelled"):
            cancel_registration(guest)
        if "approved" in changed:
            guest.place.party.approval = "approved" if changed["approved"] else "waiting"
        if "owes" in changed:
            guest.place.party.settled_at = clock.now()
        if changed.get("blocked"):
            note = DoorNote(event_id=stage.event.id, registration_id=guest.id, blocked_at=clock.now())
            db.session.add(note)


def shown(stage: Stage, situation: Situation) -> str:
    """What is held under the camera; what has to happen for it happens now."""
    what, code = situation.shows, code_of(stage.guest)
    if what == "ticket":
        return stage.text
    if what in ("old code", "given back"):
        if what == "given back" and not situation.changed:
            change(stage, {"cancelled": True})
        if what == "old code":
            reprint(stage.guest)
        return stage.text
    if what.startswith("foreign"):
        stranger = make_attendee(make_event())
        text = ticket_text(stranger)
        if what == "foreign old code":
            reprint(stranger)
        return text
    party = stage.guest.place.party
    words = {
        "registration": stage.guest,
        "code": code,
        "party": party,
        "email": "jana@example.org",
        "lower": stage.text.lower(),
        "text": stage.text,
        "other end": stage.text[:-1] + ("A" if stage.text[-1] != "A" else "B"),
        "printed": codes.printed(code),
        "forged": qr.encode_code(bytes.fromhex(code.code_id), b"another key"),
    }
    return what.format(**words)


def reprint(guest: Registration) -> None:
    with transaction():
        codes.revoke(guest)
        codes.issue(guest)


def walk(stage: Stage, steps: tuple[Step, ...], freeze) -> None:
    """Let happen what was before."""
    last = None
    for step in steps:
        freeze(zones.from_ms(at(step.time)))
        with transaction():
            phone = db.session.get_one(Device, stage.phones[0].id)
            if step.type == "undo":
                assert last is not None  # nothing begins with it
                services.undo(stage.event, row_of(last), phone)
                continue
            answers = {stage.names["adult"]: True} if "adult" in stage.names else {}
            last = redeeming.redeem_code(
                stage.event,
                stage.lists[step.where],
                phone,
                stage.text,
                type=step.type,
                force=step.force,
                answers=answers,
            )


def contact(stage: Stage, situation: Situation, freeze) -> Snapshot:
    """What the second phone is told when it last hears of the server, a minute before that is news to it."""
    news = min(at(time) for time in (situation.time, *(step.time for step in situation.unsynced)))
    freeze(zones.from_ms(news - zones.MINUTE))
    with transaction():
        phone = db.session.get_one(Device, stage.phones[1].id)
        devices.heard_of(phone, clock.now())
    return Snapshot(json.loads(json.dumps(asdict(syncing.told(stage.event, phone)))))


@pytest.fixture(scope="module")
def device():
    """A function that asks a device what it answers by what it was told."""
    with asking(Path(__file__).with_name("carried.mjs")) as ask:
        yield ask


def sent(client: FlaskClient, stage: Stage, situation: Situation, text: str, answers) -> tuple[str, bool]:
    """What the second phone is told where there is network, and whether a refusal was overruled."""
    client.set_cookie("door", stage.token, path=f"/e/{stage.event.slug}/door")
    door = f"/e/{stage.event.slug}/door/{stage.lists['here'].public_id}"
    asked = {"code": text, "scan_id": "a" * 16, "type": situation.type, "force": situation.force, "answers": answers}
    answer = client.post(f"{door}/redeem", json=asked)
    assert answer.status_code == 200, answer.text
    db.session.rollback()  # to see what was written
    kept = db.session.scalars(sa.select(Scan).where(Scan.scan_id == "a" * 16)).one()
    told = answer.get_json()
    assert (told["answer"], told["scan"], told["type"]) == (kept.answer, kept.public_id, situation.type)
    return kept.answer, kept.forced


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_situation_with_and_without_network(ctx, client, freeze, device, name):
    situation = SITUATIONS[name]
    stage = arrange(situation, freeze)
    walk(stage, situation.before, freeze)
    text = shown(stage, situation)
    answers = {stage.names[word]: answer for word, answer in situation.answers.items()}
    moment = zones.from_ms(at(situation.time))

    snapshot = contact(stage, situation, freeze)
    here = stage.lists["here"]
    offline = None
    attempt = Attempt(at(situation.time), situation.type, situation.force, answers)
    said = device({"told": snapshot.told, "list": here.public_id, "code": text, "attempt": asdict(attempt)})
    if here.closed_at is None:
        offline = snapshot.decide(here.public_id, text, attempt)
        assert said == {"answer": offline.answer, "forced": offline.forced, "at": attempt.at}
    else:
        assert said is None  # at a list that it does not know
    walk(stage, situation.unsynced, freeze)
    if situation.changed:
        change(stage, situation.changed)
    freeze(moment)

    assert sent(client, stage, situation, text, answers) == (situation.answer, situation.forced)
    if offline is not None:
        assert offline.answer == (situation.offline or situation.answer)
    assert list(admissions_elected()) == []
