"""A whole conference with one person in every role, for tests that look at all pages at once.

`make_world` builds two of them side by side, of two hosts. What it gives back are plain values: ids, addresses,
tokens, so that they outlive the session they were made in.
"""

from datetime import timedelta

import sqlalchemy as sa

from partnering import clock, links
from partnering.accounts.models import Person, SecondFactor
from partnering.agenda import services as agenda
from partnering.backoffice import imports, spreadsheet
from partnering.consents import recipients
from partnering.db import db
from partnering.delegates import public
from partnering.delegates import services as delegates
from partnering.events.models import Event
from partnering.events.queries import participant_of
from partnering.invoices import ledger, tasks
from partnering.invoices import queries as invoices
from partnering.organisations import publishing
from partnering.organisations.models import Organisation
from partnering.registration import approval, workshops
from partnering.registration import services as registration
from partnering.registration.models import Party, Registration
from partnering.registration.refund_rules import Terms, set_rules
from partnering.tables import as_csv
from partnering.tickets import codes
from partnering.tickets.models import Pool, Product

from .conference import Conference, Words, World, both, morning, plainly, remember
from .events import make_caterer, make_crew, make_event, make_host, make_organiser, make_person, make_reader
from .ground import deed
from .invoices import BILLING, make_setup
from .registration import make_guest, make_party
from .tickets import make_member_list, make_pool, make_product
from .waiting import cancel, make_asked, make_sold_out, make_waiting
from .world_call import contributions
from .world_rooms import door, form, letters_and_jobs, partnering, programme

TEAM = (
    ("organiser", make_organiser),
    ("crew", make_crew),
    ("caterer", make_caterer),
    ("committee", make_reader),
)


def make_world(words: Words = plainly) -> World:
    """Three conferences and an admin. `words` may turn every text that people write into another."""
    with deed():
        admin = make_person("admin@installation.example", given_name="Ada", family_name="Minh")
        admin.admin_since = clock.now()
        own, other = make_conference("alpha-2027", words), make_conference("beta-2027", words)
        _publish(own)  # the other one's stays among its guests
        return World(own, other, make_bare_conference("gamma-2027", own), admin.id)


def make_conference(slug: str, words: Words = plainly) -> Conference:
    """A published event in which everything that a page can show exists at least once."""
    with deed():
        event = _event(slug, words)
        made = Conference(slug, str(event.name))
        _team(event, made, words)
        guests = _guests(event, made, words)
        _waiting(event, made, guests, words)
        partnering(event, made, guests, words)
        programme(event, made, guests, words)
        contributions(event, made, guests, words)
        door(event, made, guests, words)
        _money(event, made)
        form(event, made, guests, words)
        _lists(event, made, words)
        letters_and_jobs(event, made)
        db.session.flush()
    return made


def _publish(made: Conference) -> None:
    """Let everybody on the web read what an organisation shows."""
    [organisation] = db.session.scalars(
        sa.select(Organisation).where(Organisation.public_id == made.things["organisations.id"])
    )
    publishing.approve(organisation)
    public.write(organisation)


def make_bare_conference(slug: str, people: Conference) -> Conference:
    """A published event with a team and one guest, and nothing else."""
    with deed():
        event = make_event(slug, legal=False)
        made = Conference(slug, str(event.name), people=people.people, addresses=people.addresses)
        for area, make in TEAM:
            make(event, db.session.get_one(Person, people.people[area]))
        held = registration.add_registration(
            event, make_product(event, pools=[make_pool(event, 1)]), email=people.addresses["attendee"]
        )
        delegates.join(held)
    return made


def _event(slug: str, words: Words) -> Event:
    host = make_host(
        words("Probe e. V."), legal_name=words("Probe e. V."), street=words("Beispielweg 1"), city=words("Dresden")
    )
    event = make_event(
        slug,
        host=host,
        name=both(words, f"Tagung {slug}", f"Conference {slug}"),
        claim=both(words, "Zwei Tage für die Lebenswissenschaften", "Two days for the life sciences"),
        description=both(words, "Eine Tagung mit *Gesprächen*.", "A conference with *meetings*."),
        venue=both(words, "Haus der Proben", "House of Samples"),
        address=words("Beispielweg 1, 01067 Dresden"),
        city=words("Dresden"),
        travel=both(words, "Mit der Bahn bis Dresden.", "By train to Dresden."),
        accessibility=both(words, "Alles ist stufenlos.", "There are no steps."),
        notice=both(words, "Die Garderobe ist offen.", "The cloakroom is open."),
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
    make_setup(event, seller=seller, footer=both(words, "Danke.", "Thank you."), bank=words("Probebank"))
    return event


def _team(event: Event, made: Conference, words: Words) -> None:
    for area, make, given, family in (
        ("organiser", make_organiser, "Katja", "Ruhland"),
        ("crew", make_crew, "Jonas", "Helm"),
        ("caterer", make_caterer, "Carla", "Küch"),
        ("committee", make_reader, "Ruth", "Leser"),
    ):
        person = make_person(f"{area}@{event.slug}.example", given_name=words(given), family_name=words(family))
        make(event, person)
        remember(made, area, person)
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


def _guests(event: Event, made: Conference, words: Words) -> dict[str, Registration]:
    pool = make_pool(event, 300, words("Saal"))
    standard = make_product(
        event,
        pools=[pool],
        gross=22_000,
        name=both(words, "Standard", "Standard"),
        description=both(words, "Beide Tage.", "Both days."),
        features=both(words, "Partnering", "Partnering"),
        recommended=True,
    )
    stand = make_product(
        event, pools=[pool], gross=90_000, name=both(words, "Stand", "Stand"), role="exhibitor", position=1
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
        remember(made, role, person)
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
        make_product(event, kind="add_on", gross=gross, pools=[], name=both(words, de, en), partnering=False)
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
        event, kind="add_on", pools=[pool], gross=4_000, name=both(words, "Kurs", "Course"), partnering=False
    )
    workshop.appointment_id = agenda.appoint(event, "session", morning(event, 14), morning(event, 15)).id
    members = make_member_list(event, words("Mitglieder"), ["verein.example"])
    code = codes.make(event, text="KEEP-2", kind="voucher", products=[ticket], blocked=2, note=words("Für Gäste"))
    set_rules(event, [Terms(28, 10_000, 2_500), Terms(14, 5_000, 2_500)])
    sponsor = recipients.add(event, words("Lumenfold GmbH"), both(words, "Neues zu schicken", "to send news"))
    agrees = participant_of(db.session.get_one(Person, made.people["attendee"]), event)
    assert agrees is not None  # Jana holds a ticket
    recipients.agree(agrees, {sponsor.public_id}, channel="registration", locale="de")
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
        "backoffice.consents_file.key": sponsor.public_id,
        "backoffice.consents_workbook.key": sponsor.public_id,
        "backoffice.edit_recipient.public_id": sponsor.public_id,
        "backoffice.change_recipient.public_id": sponsor.public_id,
        "backoffice.change_recipient.deed": "stop",
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
    dinner, held = make_sold_out(event, capacity=2, gross=8_000, name=both(words, "Abend", "Dinner"), position=5)
    offered = make_waiting(dinner, email=f"offered@{event.slug}.example", name=words("Olga Zeit"))
    cancel(held[0])
    waits = make_waiting(
        dinner, quantity=3, all_or_none=False, email=f"waits@{event.slug}.example", name=words("Wanda Quast")
    )
    extra = make_product(event, kind="add_on", capacity=0, name=both(words, "Führung", "Guided tour"), position=6)
    press = make_product(
        event, needs_approval=True, gross=0, name=both(words, "Presse", "Press"), position=7, partnering=False
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
    for endpoint in ("approval_request", "approve_request", "reject_request", "reject_person", "take_back_approval"):
        made.things[f"backoffice.{endpoint}.public_id"] = asked.public_id
    made.things["backoffice.reject_person.position"] = "1"


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
