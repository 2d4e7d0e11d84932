"""A whole conference with one person in every role, for tests that look at all pages at once.

`make_world` builds two of them side by side, of two hosts. What it gives back are plain values: ids, addresses,
tokens, so that they outlive the session they were made in.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from partnering import clock, links
from partnering.accounts.models import Person, SecondFactor
from partnering.agenda import services as agenda
from partnering.agenda.models import Location
from partnering.backoffice import imports, question_prices, spreadsheet
from partnering.checkin import services as checkin
from partnering.checkin.models import Device
from partnering.db import BilingualText, db
from partnering.delegates import services as delegates
from partnering.events.models import Event
from partnering.invoices import ledger, tasks
from partnering.invoices import queries as invoices
from partnering.jobs.models import Job, JobFile
from partnering.mail.models import OutboxLetter
from partnering.meetings import queries as meeting_queries
from partnering.meetings import services as meetings
from partnering.programme.models import Bookmark, ProgrammeSession, SessionPerson, Track
from partnering.questions import building, queries, uploads
from partnering.questions import services as asked
from partnering.questions.models import Question
from partnering.registration import approval, workshops
from partnering.registration import services as registration
from partnering.registration.models import Party, Registration
from partnering.registration.refund_rules import Terms, set_rules
from partnering.tables import as_csv
from partnering.tickets import codes
from partnering.tickets.models import Pool, Product

from .events import make_caterer, make_crew, make_event, make_host, make_organiser, make_participant, make_person
from .ground import deed
from .invoices import BILLING, make_setup
from .registration import make_guest, make_party
from .tickets import make_member_list, make_pool, make_product
from .waiting import cancel, make_asked, make_sold_out, make_waiting

Words = Callable[[str], str]
"""Makes the text for a place in the world from its plain form."""

TERMS = [("offer", "goal", "licence"), ("seek", "goal", "licence")]


@dataclass
class Conference:
    """One event: what its addresses are made of, and who is there.

    `things` are values of URL parameters, under "endpoint.parameter" or the parameter's name alone; `people` are ids
    of persons by role; `tokens` are secrets by purpose.
    """

    slug: str
    name: str
    things: dict[str, str] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """Two conferences that must not know of each other, one in which nothing happened yet, and who runs it all.

    The people of the bare one are those of `own`.
    """

    own: Conference
    other: Conference
    bare: Conference
    admin: int


def plainly(text: str) -> str:
    """Texts as they are."""
    return text


def make_world(words: Words = plainly) -> World:
    """Three conferences and an admin. `words` may turn every text that people write into another."""
    with deed():
        admin = make_person("admin@installation.example", given_name="Ada", family_name="Minh")
        admin.admin_since = clock.now()
        own, other = make_conference("alpha-2027", words), make_conference("beta-2027", words)
        return World(own, other, make_bare_conference("gamma-2027", own), admin.id)


def make_conference(slug: str, words: Words = plainly) -> Conference:
    """A published event in which everything that a page can show exists at least once."""
    with deed():
        event = _event(slug, words)
        made = Conference(slug, str(event.name))
        _team(event, made, words)
        guests = _guests(event, made, words)
        _waiting(event, made, guests, words)
        _partnering(event, made, guests, words)
        _programme(event, made, guests, words)
        _door(event, made, guests, words)
        _money(event, made)
        _form(event, made, guests, words)
        _lists(event, made, words)
        _letters_and_jobs(event, made)
        db.session.flush()
    return made


def make_bare_conference(slug: str, people: Conference) -> Conference:
    """A published event with a team and one guest, and nothing else."""
    with deed():
        event = make_event(slug, legal=False)
        made = Conference(slug, str(event.name), people=people.people, addresses=people.addresses)
        for area, make in (("organiser", make_organiser), ("crew", make_crew), ("caterer", make_caterer)):
            make(event, db.session.get_one(Person, people.people[area]))
        held = registration.add_registration(
            event, make_product(event, pools=[make_pool(event, 1)]), email=people.addresses["attendee"]
        )
        delegates.join(held)
    return made


def _both(words: Words, de: str, en: str) -> BilingualText:
    return BilingualText(de=words(de), en=words(en))


def _event(slug: str, words: Words) -> Event:
    host = make_host(
        words("Probe e. V."), legal_name=words("Probe e. V."), street=words("Beispielweg 1"), city=words("Dresden")
    )
    event = make_event(
        slug,
        host=host,
        name=_both(words, f"Tagung {slug}", f"Conference {slug}"),
        claim=_both(words, "Zwei Tage für die Lebenswissenschaften", "Two days for the life sciences"),
        description=_both(words, "Eine Tagung mit *Gesprächen*.", "A conference with *meetings*."),
        venue=_both(words, "Haus der Proben", "House of Samples"),
        address=words("Beispielweg 1, 01067 Dresden"),
        city=words("Dresden"),
        travel=_both(words, "Mit der Bahn bis Dresden.", "By train to Dresden."),
        accessibility=_both(words, "Alles ist stufenlos.", "There are no steps."),
        notice=_both(words, "Die Garderobe ist offen.", "The cloakroom is open."),
        faq=[
            {
                "question": {"de": words("Gibt es WLAN?"), "en": words("Is there Wi-Fi?")},
                "answer": {"de": words("Ja."), "en": words("Yes.")},
            }
        ],
        sender_name=words("Probetagung"),
        sender_address=f"tagung@{slug}.example",
    )
    seller = {"legal_name": words("Probe e. V."), "street": words("Beispielweg 1"), "city": words("Dresden")}
    make_setup(event, seller=seller, footer=_both(words, "Danke.", "Thank you."), bank=words("Probebank"))
    return event


def _team(event: Event, made: Conference, words: Words) -> None:
    for area, make, given, family in (
        ("organiser", make_organiser, "Katja", "Ruhland"),
        ("crew", make_crew, "Jonas", "Helm"),
        ("caterer", make_caterer, "Carla", "Küch"),
    ):
        person = make_person(f"{area}@{event.slug}.example", given_name=words(given), family_name=words(family))
        make(event, person)
        _remember(made, area, person)
    crew = db.session.get_one(Person, made.people["crew"])
    made.things |= {"events_desk.remove.public_id": crew.public_id, "area": "crew", "kind": "terms"}
    organiser = db.session.get_one(Person, made.people["organiser"])
    db.session.add(
        SecondFactor(
            person_id=organiser.id,
            kind="totp",
            label=words("App")[:80],
            secret={"key": "0" * 32},
            created_at=clock.now(),
        )
    )


def _remember(made: Conference, role: str, person: Person) -> None:
    made.people[role], made.addresses[role] = person.id, person.email


def _guests(event: Event, made: Conference, words: Words) -> dict[str, Registration]:
    pool = make_pool(event, 300, words("Saal"))
    standard = make_product(
        event,
        pools=[pool],
        gross=22_000,
        name=_both(words, "Standard", "Standard"),
        description=_both(words, "Beide Tage.", "Both days."),
        features=_both(words, "Partnering", "Partnering"),
        recommended=True,
    )
    stand = make_product(
        event, pools=[pool], gross=90_000, name=_both(words, "Stand", "Stand"), role="exhibitor", position=1
    )
    guest = make_guest(
        f"attendee@{event.slug}.example",
        words("Jana"),
        words("Wittkowski"),
        title=words("Dr."),
        function=words("Leiterin"),
    )
    party = make_party(
        event,
        product=standard,
        quantity=2,
        people=[guest, {}],
        company=words("Lumenfold GmbH"),
        agreed=("photo",),
        billing={**BILLING, "name": words("Lumenfold GmbH"), "street": words("Lichtweg 4"), "city": words("Leipzig")},
    )
    jana = party.places[0].registration
    assert jana is not None
    found = {"attendee": jana}
    for role, product, given, family, company in (
        ("other attendee", standard, "Henrike", "Oster", "Peptidwerk Leipzig"),
        ("exhibitor", stand, "Paul", "Kramer", "Zellkultur Sachsen AG"),
    ):
        found[role] = registration.add_registration(
            event,
            product,
            email=f"{role.split()[0]}@{event.slug}.example",
            given_name=words(given),
            family_name=words(family),
            function=words("Forschung"),
            company=words(company),
        )
    for role, held in found.items():
        person = held.participant.person
        assert person is not None
        _remember(made, role, person)
    made.tokens |= {
        "party": links.token("party", party.public_id, party.generation),
        "ticket": links.token("ticket", jana.public_id, jana.generation),
        "feed": links.token("feed", jana.participant.public_id, jana.participant.generation),
    }
    made.things |= {
        "registration.public_id": party.places[1].public_id,
        "guest_id": jana.public_id,
        "backoffice.public_id": jana.participant.public_id,
        "backoffice.edit_product.public_id": standard.public_id,
        "backoffice.edit_pool.public_id": pool.public_id,
        "product": standard.public_id,
    }
    made.things |= {
        f"backoffice.{endpoint}.public_id": party.public_id
        for endpoint in (
            "booking",
            "seat_person",
            "remind_place",
            "cancel_seat",
            "cancel_booking",
            "place_extras",
            "change_place_extra",
            "resend_booking",
            "renew_booking_link",
        )
    } | {"place_id": party.places[1].public_id}
    _extras(event, made, pool, standard, words)
    _bought_for_oneself(event, made, party, words)
    return found


def _bought_for_oneself(event: Event, made: Conference, party: Party, words: Words) -> None:
    """The party is a consumer's, who may withdraw; a tour was booked for them later, a dinner can be."""
    event.withdrawal = "button"
    address = {"street": words("Weg 1"), "postcode": "01067", "city": words("Dresden")}
    party.placed_at = clock.now() - timedelta(minutes=5)
    party.billing = {"kind": "private", "name": words("Jana Wittkowski"), **address}
    first = party.places[0]
    tour, dinner = (
        make_product(event, kind="add_on", gross=gross, pools=[], name=_both(words, de, en), partnering=False)
        for gross, de, en in ((1_500, "Führung", "Tour"), (6_000, "Abendessen", "Dinner"))
    )
    assert first.registration is not None
    booked = workshops.book(first.registration, tour)
    assert booked.claim is not None
    made.things |= {
        "product_id": tour.public_id,
        "registration.book_for_me.product_id": dinner.public_id,
        "registration.book_for_place.product_id": dinner.public_id,
        "registration.book_for_place.public_id": first.public_id,
        "registration.place_extras.public_id": first.public_id,
        "party_profiles.hand_over.public_id": first.public_id,
        "registration.give_up_for_place.public_id": first.public_id,
        "registration.withdraw_add_on.public_id": booked.claim.public_id,
    }


def _extras(event: Event, made: Conference, pool: Pool, ticket: Product, words: Words) -> None:
    """A workshop, a code, a member list, refund rules."""
    workshop = make_product(
        event, kind="add_on", pools=[pool], gross=4_000, name=_both(words, "Kurs", "Course"), partnering=False
    )
    workshop.appointment_id = agenda.appoint(event, "session", _morning(event, 14), _morning(event, 15)).id
    members = make_member_list(event, words("Mitglieder"), ["verein.example"])
    code = codes.make(event, text="KEEP-2", kind="voucher", products=[ticket], blocked=2, note=words("Für Gäste"))
    set_rules(event, [Terms(28, 10_000, 2_500), Terms(14, 5_000, 2_500)])
    made.things |= {
        "backoffice.edit_add_on.public_id": workshop.public_id,
        "backoffice.booked.public_id": workshop.public_id,
        "backoffice.called_off_add_on.public_id": workshop.public_id,
        "backoffice.end_add_on.public_id": workshop.public_id,
        "backoffice.booked_file.public_id": workshop.public_id,
        "backoffice.move_product.public_id": ticket.public_id,
        "backoffice.override_pool.public_id": pool.public_id,
        "backoffice.remove_sold.public_id": pool.public_id,
        "what": "pool",
        "deed": "book",
        "backoffice.edit_code.public_id": code.public_id,
        "backoffice.switch_code.public_id": code.public_id,
        "backoffice.create_code.kind": "voucher",
        "backoffice.edit_member_list.public_id": members.public_id,
    }


def _lists(event: Event, made: Conference, words: Words) -> None:
    """A list of people that was uploaded and checked, with faults in it."""
    rows = [["neu@liste.example", words("Ada"), "Neu", words("Firma")], [words("nix"), "Ben", "", ""]]
    content = as_csv(["email", "first name", "last name", "company"], rows)
    organiser = db.session.get_one(Person, made.people["organiser"])
    kept = imports.keep(event, organiser, words("gaeste.csv"), content)
    found = imports.understood(event, spreadsheet.read(content), kept.mapping, kept.options)
    imports.checked(kept, imports.report_of(found))
    for endpoint in ("import_step", "check_import", "bring_in", "forget_import", "import_errors"):
        made.things[f"backoffice.{endpoint}.public_id"] = kept.public_id


def _waiting(event: Event, made: Conference, guests: dict[str, Registration], words: Words) -> None:
    """Sold out: somebody waits, somebody has an offer; and two requests, one waiting, one rejected."""
    dinner, held = make_sold_out(event, capacity=2, gross=8_000, name=_both(words, "Abend", "Dinner"), position=5)
    offered = make_waiting(dinner, email=f"offered@{event.slug}.example", name=words("Olga Zeit"))
    cancel(held[0])
    waits = make_waiting(
        dinner, quantity=3, all_or_none=False, email=f"waits@{event.slug}.example", name=words("Wanda Quast")
    )
    extra = make_product(event, kind="add_on", capacity=0, name=_both(words, "Führung", "Guided tour"), position=6)
    press = make_product(
        event, needs_approval=True, gross=0, name=_both(words, "Presse", "Press"), position=7, partnering=False
    )
    guest = make_guest(f"press@{event.slug}.example", words("Petra"), words("Feder"), function=words("Redakteurin"))
    asked = make_asked(event, product=press, people=[guest, {}], company=words("Wochenblatt"))
    refused = make_asked(event, product=press, people=[{**guest, "email": f"refused@{event.slug}.example"}])
    approval.reject(refused, words("Bitte melden Sie sich als Gast an."))
    made.tokens |= {
        "waiting": links.token("waiting", waits.public_id, waits.generation),
        "offer": links.token("waiting", offered.public_id, offered.generation),
        "request": links.token("party", refused.public_id, refused.generation),
    }
    made.things |= {"registration.wait_for_add_on.public_id": extra.public_id}
    for endpoint in ("waiting_entry", "change_waiting", "renew_waiting_link"):
        made.things[f"backoffice.{endpoint}.public_id"] = waits.public_id
    for endpoint in ("approval_request", "approve_request", "reject_request", "take_back_approval"):
        made.things[f"backoffice.{endpoint}.public_id"] = asked.public_id


def _money(event: Event, made: Conference) -> None:
    """Every invoice has its document; the attendee's is partly paid."""
    buyer = db.session.get_one(Person, made.people["attendee"])
    invoice = invoices.newest_for(event, buyer)
    assert invoice is not None  # Jana bought two tickets
    for row in invoices.invoices(event, invoices.Wanted(), limit=None):
        tasks._keep(row.invoice.id, event.id, b"%PDF-1.4\n")
    entry = ledger.record_payment(invoice.party, 10_000, event.first_day - timedelta(days=30))
    made.things |= {
        "invoices.public_id": invoice.public_id,
        "invoices_desk.public_id": invoice.public_id,
        "invoices_desk.billing.public_id": invoice.party.public_id,
        "entry": entry.public_id,
    }


def _morning(event: Event, hour: int, minute: int = 0) -> datetime:
    return clock.from_zone(datetime.combine(event.first_day, time(hour, minute)), event.zone)


def _partnering(event: Event, made: Conference, guests: dict[str, Registration], words: Words) -> None:
    block = meetings.make_block(
        event, _both(words, "Partnering", "Partnering"), _morning(event, 13), _morning(event, 17)
    )
    tables = meetings.make_tables(event, "AB", 6, zone=_both(words, "Halle", "Hall"))
    who = {role: delegates.join(held) for role, held in guests.items()}
    for delegate in who.values():
        delegates.edit(
            delegate.profile,
            offers=words("Peptidsynthese nach GMP"),
            seeks=words("Partner für die Klinik"),
            description=words("Wir falten Proteine mit Licht."),
            organisation_type="biotech_company",
            country="DE",
            terms=TERMS,
        )
        delegates.show(delegate, "name")
    jana, henrike, paul = who["attendee"], who["other attendee"], who["exhibitor"]
    slots = meeting_queries.shared_slots([jana, paul])
    asked = meetings.request_meeting(jana, paul, slots[:2], words("Ich möchte über Peptide sprechen."))
    held = meetings.request_meeting(henrike, paul, slots[3:4], words("Guten Tag."))
    meetings.accept(held, slots[3])
    kept_free = agenda.block(jana.participant, event, slots[-2].starts_at, slots[-2].ends_at)
    made.things |= {
        "block_entry": kept_free.public_id,
        "delegates.id": paul.public_id,
        "meetings.request_meeting.id": henrike.public_id,
        "meetings.id": asked.public_id,
        "meetings_desk.id": held.public_id,
        "block": block.public_id,
        "table": tables[0].public_id,
        "slot": slots[0].public_id,
        "free_slot": slots[-1].public_id,
    }


def _programme(event: Event, made: Conference, guests: dict[str, Registration], words: Words) -> None:
    person = make_person(f"speaker@{event.slug}.example", given_name=words("Ewa"), family_name=words("Łęcka"))
    speaker = make_participant(
        event,
        person,
        given_name=words("Ewa"),
        family_name=words("Łęcka"),
        company=words("Universität Beispielstadt"),
        function=words("Professorin"),
    )
    speaker.biography = words("Forscht an Enzymen.")
    _remember(made, "speaker", person)
    track = Track(event_id=event.id, name=_both(words, "Bioprozess", "Bioprocess"), tint=2)
    rooms = [
        Location(event_id=event.id, kind="room", name=_both(words, f"Saal {n}", f"Hall {n}"), position=n)
        for n in (1, 2)
    ]
    db.session.add_all([track, *rooms])
    db.session.flush()
    talk: ProgrammeSession | None = None
    for number, (room, hour, kind) in enumerate(((0, 9, "keynote"), (0, 10, "talk"), (1, 10, "workshop"))):
        starts = _morning(event, hour)
        slot = agenda.appoint(event, "session", starts, starts + timedelta(minutes=45), rooms[room])
        talk = ProgrammeSession(
            event_id=event.id,
            track_id=track.id,
            appointment_id=slot.id,
            kind=kind,
            title=_both(words, f"Enzyme im Reaktor {number}", f"Enzymes in the reactor {number}"),
            subtitle=_both(words, "Ein Überblick", "An overview"),
            abstract=_both(words, "Ein **langer** Text.", "A **long** text."),
            language="de",
            updated_at=clock.now(),
        )
        db.session.add(talk)
        db.session.flush()
        if number:
            continue
        db.session.add(SessionPerson(event_id=event.id, session_id=talk.id, participant_id=speaker.id))
        agenda.attend(slot, speaker, "speaker", blocks=True)
        jana = guests["attendee"].participant
        db.session.add(Bookmark(event_id=event.id, session_id=talk.id, participant_id=jana.id, created_at=clock.now()))
        agenda.attend(slot, jana, "bookmark", blocks=False)
        made.things |= {"session": talk.public_id, "programme.public_id": talk.public_id}
    made.things |= {
        "programme_desk.public_id": made.things["session"],
        "programme_desk.save_room.public_id": rooms[0].public_id,
        "programme_desk.save_track.public_id": track.public_id,
        "speaker": speaker.public_id,
    }


def _form(event: Event, made: Conference, guests: dict[str, Registration], words: Words) -> None:
    """A form with a question of every kind, answered by the attendee; sensitive ones, versions, a price and a limit."""
    section = building.add_section(event, _both(words, "Ihr Besuch", "Your visit"), _both(words, "Kurz.", "Brief."))
    empty = building.add_section(event, _both(words, "Weiteres", "More"))
    given = {
        "short_text": words("kurz"),
        "long_text": words("lang"),
        "single_choice": "a",
        "multiple_choice": ["a", "b"],
        "number": 3,
        "date": "2027-10-13",
        "country": "CZ",
        "phone": "+49 351 4040",
        "yes_no": True,
        "organisation": words("Lumenfold GmbH"),
    }
    made_of: dict[str, Question] = {}

    def ask(kind: str, name: str, **more: Any) -> Question:
        choices = [(key, _both(words, f"Wahl {key}", f"Choice {key}")) for key in "ab"] if "choice" in kind else []
        asked_as = {name: more.pop(name) for name in ("asks", "internal") if name in more}
        said = building.Words(
            kind,
            _both(words, f"Frage {name}", f"Question {name}"),
            _both(words, "Hilfe", "Help"),
            purpose=_both(words, "Planung", "planning"),
            choices=choices,
            **more,
        )
        return building.add_question(section, said, **asked_as)

    for kind in given:
        made_of[kind] = ask(kind, kind)
    made_of["file"] = ask("file", "file")
    under = {"all": [{"fact": f"question:{made_of['single_choice'].public_id}", "in": ["a"]}]}
    ask("short_text", "nur wenn", rule=under)
    ask("short_text", "einmal", asks="buyer")
    ask("short_text", "intern", internal=True)
    food = ask("single_choice", "Essen", data_class="sensitive", retention_days=30)
    need = ask("long_text", "Bedarf", data_class="sensitive", retention_days=30)
    gone = ask("short_text", "früher")
    building.retire(gone)
    question_prices.set_prices(
        event, made_of["multiple_choice"], {"a": question_prices.Wanted(_both(words, "Wahl a", "a"), 4_500, 80)}, 1900
    )
    upload = uploads.Upload(words("nachweis.pdf"), "application/pdf", b"%PDF-1.4\n")
    file = uploads.keep(event, made_of["file"].id, upload)
    answers = {made_of[kind].public_id: value for kind, value in given.items()}
    answers |= {made_of["file"].public_id: file.public_id, food.public_id: "a", need.public_id: words("Nüsse")}
    jana = guests["attendee"]
    sheet = asked.new_sheet(event)
    jana.sheet_id = sheet.id
    asked.save(sheet, queries.current_questions(event, "attendee"), answers)
    held = building.words_of(queries.newest_version(made_of["short_text"]))
    building.revise(made_of["short_text"], replace(held, required=False, label=_both(words, "Neu", "New")))
    made.things |= {"way": "up", "backoffice.answer_file.public_id": file.public_id}
    for name in ("edit_section", "move_section"):
        made.things[f"backoffice.{name}.public_id"] = section.public_id
    made.things["backoffice.remove_section.public_id"] = empty.public_id
    for name in ("edit_question", "move_question", "retire_question"):
        made.things[f"backoffice.{name}.public_id"] = made_of["multiple_choice"].public_id
    made.things["backoffice.ask_question_again.public_id"] = gone.public_id


def _door(event: Event, made: Conference, guests: dict[str, Registration], words: Words) -> None:
    door = checkin.make_list(event, _both(words, "Südtür", "South door"))
    crew = db.session.get_one(Person, made.people["crew"])
    device = checkin.browser_device(event, crew)
    verdict = checkin.redeem_registration(event, door, device, guests["other attendee"])
    checkin.redeem_code(event, door, device, words("kein Ticket"))
    db.session.add(
        Device(
            event_id=event.id,
            kind="enrolled",
            name=words("Telefon 1"),
            token_hash="0" * 63 + str(event.id)[-1],
            created_at=clock.now(),
        )
    )
    made.things |= {"list_id": door.public_id, "scan_id": verdict.scan.public_id}


def _letters_and_jobs(event: Event, made: Conference) -> None:
    letter = db.session.scalars(
        sa.select(OutboxLetter).where(OutboxLetter.event_ref == event.public_id).order_by(OutboxLetter.id)
    ).first()
    if letter is not None:
        made.things["letter"] = letter.public_id
        made.things["backoffice.letter.public_id"] = letter.public_id
        made.things["backoffice.retry_letter.public_id"] = letter.public_id
    organiser = db.session.get_one(Person, made.people["organiser"])
    job = Job(
        task="badges.pdf",
        arguments={},
        state="done",
        run_at=clock.now(),
        event_ref=event.public_id,
        owner_ref=organiser.public_id,
        created_at=clock.now(),
        finished_at=clock.now(),
    )
    db.session.add(job)
    db.session.flush()
    db.session.add(
        JobFile(
            job_id=job.id,
            name="badges.pdf",
            media_type="application/pdf",
            content=b"%PDF-1.4\n",
            created_at=clock.now(),
        )
    )
    made.things["badges.public_id"] = job.public_id
    audit = Job(
        task="invoices.audit_file",
        arguments={"language": "de"},
        state="done",
        run_at=clock.now(),
        event_ref=event.public_id,
        owner_ref=organiser.public_id,
        created_at=clock.now(),
        finished_at=clock.now(),
    )
    db.session.add(audit)
    db.session.flush()
    db.session.add(
        JobFile(
            job_id=audit.id,
            name="audit.zip",
            media_type="application/zip",
            content=b"PK\x05\x06" + bytes(18),
            created_at=clock.now(),
        )
    )
    made.things["invoices_desk.audit_progress.public_id"] = audit.public_id
    made.things["invoices_desk.audit_file.public_id"] = audit.public_id
    many = Job(
        task="people.several",
        arguments={"deed": "cancel", "people": ["aaaaaaaaaaaaaaaa"] * 60},
        state="done",
        done=60,
        total=60,
        result={"done": 40, "failed": "registration_ended"},
        run_at=clock.now(),
        event_ref=event.public_id,
        owner_ref=organiser.public_id,
        created_at=clock.now(),
        finished_at=clock.now(),
    )
    db.session.add(many)
    db.session.flush()
    made.things["backoffice.several_at_work.public_id"] = many.public_id
