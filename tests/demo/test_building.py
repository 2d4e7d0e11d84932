"""`flask demo` builds the three sample events, whole and sound, once."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import combinations

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock, verify
from partnering.accounts.models import Person
from partnering.agenda.models import Location, Zone
from partnering.app import create_app
from partnering.checkin import conflicts, crowd, forecast
from partnering.checkin import queries as checkin
from partnering.checkin.models import Admission, Scan
from partnering.consents import recipients
from partnering.consents.models import Consent
from partnering.contacts import queries as cards
from partnering.contacts.models import CardExchange, Lead
from partnering.db import Model, db, transaction
from partnering.delegates import groups, public, suggestions
from partnering.delegates.models import Delegate, Opportunity, SavedPerson, SavedSearch, Suggestion
from partnering.demo import arriving
from partnering.demo.cli import PERSONAS
from partnering.demo.reading import EVENTS, organisations
from partnering.events.models import Event, Participant
from partnering.events.queries import event_by_slug
from partnering.mail.models import OutboxLetter
from partnering.meetings import furnishing, lunch, plate, repair
from partnering.meetings.models import (
    REQUEST_STATES,
    Meeting,
    MeetingBlock,
    MeetingProposal,
    MeetingSide,
    MeetingVacancy,
)
from partnering.organisations.models import Organisation, OrganisationImage
from partnering.programme import changes, release_letters, warnings
from partnering.programme.models import SessionPerson
from partnering.questions.queries import form_of
from partnering.registration.refund_rules import refund_sentences
from partnering.tickets.codes import is_member, opened
from partnering.tickets.models import Claim, Code, Pool, Product
from partnering.tickets.services import lefts
from tests.support import databases
from tests.support.there import there

NEXT = "bionection-next"
GROWS = {"one_time_token", "audit_entry", "audit_detail", "stand"}
"""Tables that each run adds to: its links to sign in, and words that say that suggestions have changed."""


@cache
def building(engine: str) -> tuple[Flask, str]:
    """A sample site with the events built, and what the command said; shared by the tests, which change nothing."""
    settings = databases.settings_for(databases.new_database(engine), mode="sample", base_url="http://127.0.0.1:8000")
    app = create_app({"TESTING": False}, settings)
    done = app.test_cli_runner().invoke(args=["demo"])
    assert done.exception is None, done.output
    return app, done.output


@pytest.fixture
def sample(engine: str) -> Iterator[Flask]:
    """The sample site with its context entered."""
    app, _said = building(engine)
    with app.app_context():
        yield app
        db.session.remove()


def counts() -> dict[str, int]:
    """How many rows each table holds."""
    return {
        table.name: db.session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in Model.metadata.sorted_tables
    }


def of(event: Event, model: type[Model], *conditions: object) -> int:
    """How many rows of a kind an event has."""
    query = sa.select(sa.func.count()).select_from(model).where(sa.column("event_id") == event.id, *conditions)  # type: ignore[arg-type]  # conditions on the model
    return db.session.execute(query).scalar_one()


def the(slug: str) -> Event:
    return there(event_by_slug(slug))


def test_all_events_are_there_and_published(sample):
    found = {event.slug: event.state for event in db.session.scalars(sa.select(Event))}

    assert found == dict.fromkeys(EVENTS, "published")


def test_the_house_is_sound(sample):
    wrong = {rule.code: found for rule, found in verify.results() if found}

    assert wrong == {}


def test_the_draft_differs_in_four_sessions_and_shows_everything_that_may_not_fit(sample):
    event = the(NEXT)

    assert len(changes.drafted(event)) == 4
    assert {misfit.code for misfit in warnings.of(event)} == set(warnings.SEVERITIES)


def test_the_coming_event_has_what_was_promised(sample):
    event = the(NEXT)
    speakers = sa.select(sa.func.count(sa.distinct(SessionPerson.participant_id))).where(
        SessionPerson.event_id == event.id
    )

    assert of(event, Participant) >= 220
    assert there(db.session.scalar(sa.select(sa.func.count()).select_from(Organisation))) >= 130
    assert there(db.session.scalar(speakers)) >= 40


def test_tables_stand_in_eight_rows_of_twelve(sample):
    tables = db.session.scalars(
        sa.select(Location.name).where(Location.event_id == the(NEXT).id, Location.kind == "table")
    )

    assert sorted(name.de.removeprefix("Tisch ") for name in tables) == sorted(
        f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)
    )


def test_requests_are_in_every_state(sample):
    states = Counter(db.session.scalars(sa.select(Meeting.request_state).where(Meeting.event_id == the(NEXT).id)))

    assert set(states) == set(REQUEST_STATES)


def test_partnering_lives(sample):
    event = the(NEXT)
    accepted = db.session.scalars(
        sa.select(Meeting).where(Meeting.event_id == event.id, Meeting.request_state == "accepted")
    ).all()
    waiting = [meeting for meeting in accepted if meeting.placement == "none"]

    assert [m.reserve_rank for m in sorted(waiting, key=lambda m: m.id) if m.reserve_rank] == [1, 2]
    assert {m.unplaced_reason for m in waiting if not m.reserve_rank} == {"slot_removed", ""}
    assert of(event, MeetingBlock, MeetingBlock.mode == "batch") == 1
    assert of(event, Meeting, Meeting.virtual, Meeting.placement == "published") == 1
    assert of(event, MeetingVacancy, MeetingVacancy.state == "open") == 1
    assert of(event, Delegate, Delegate.remote, Delegate.zone != "") == 1
    logos = sa.select(sa.func.count()).select_from(OrganisationImage).where(OrganisationImage.current)
    assert (db.session.scalar(logos) or 0) > 20
    assert of(event, MeetingProposal, MeetingProposal.state == "open") >= 1
    assert min(of(event, SavedSearch), of(event, SavedPerson), of(event, MeetingSide, MeetingSide.note != "")) > 0
    said = db.session.execute(
        sa.select(Opportunity.kind, Opportunity.side).where(Opportunity.event_id == event.id).distinct()
    )
    assert set(said) >= {("asset", "offer"), ("technology", "offer"), ("project", "offer"), ("project", "seek")}
    assert len(groups.groups_of(event.id)) == 4
    assert len(groups.forbidden(event.id)) == 4
    assert len(repair.conflicts(event)) == 1
    jana = next(one for one in db.session.scalars(sa.select(Delegate)) if one.participant.given_name == "Jana")
    assert len(suggestions.make(jana)) == 6


def test_organisations_stand_in_the_public_directory(sample):
    found = public.find(public.Search())
    asked = sa.select(Organisation.name).where(Organisation.public_asked_at.is_not(None))

    assert found.total >= 30
    assert all(found.facets[name] for name in public.LISTS)
    assert db.session.scalars(asked).all() == ["Patientenverein Kinderherz Sachsen e. V."]


def test_no_pool_is_overdrawn_and_some_places_are_taken(sample):
    pools = db.session.scalars(sa.select(Pool)).all()

    assert all(0 <= pool.used <= pool.capacity for pool in pools)
    assert any(pool.used > 0 for pool in pools)


def test_workshops_overlap_and_are_booked_by_people_who_are_free(sample):
    event = the(NEXT)
    timed = db.session.scalars(
        sa.select(Product).where(
            Product.event_id == event.id, Product.kind == "add_on", Product.appointment_id.is_not(None)
        )
    ).all()
    overlapping = [
        (one, two)
        for one, two in combinations([there(product.appointment) for product in timed], 2)
        if one.starts_at < two.ends_at and two.starts_at < one.ends_at
    ]
    sold = set(db.session.scalars(sa.select(Claim.product_id).where(Claim.state == "confirmed")))

    assert len(overlapping) >= 3
    assert [product.name.en for product in timed if product.id not in sold] == []
    assert any(lefts([product])[product.id] == 0 for product in timed)


def test_codes_of_every_kind_work(sample):
    event = the(NEXT)
    codes = db.session.scalars(sa.select(Code).where(Code.event_id == event.id)).all()

    assert {code.kind for code in codes} == {"member", "access", "voucher", "discount"}
    assert [code.text for code in codes if not code.active] == []
    member = next(code for code in codes if code.kind == "member")
    assert is_member(member, "jana.wittkowski@lumenfold.example") is organisations()["lumenfold"]["member"]
    hidden = next(code for code in codes if code.kind == "access")
    assert [product.name.en for product in opened(event, hidden)] == ["Speaker"]


def test_buyers_read_the_true_refund_rules(sample):
    with sample.test_request_context("/?lang=en"):
        said = refund_sentences(the(NEXT))

    assert [sentence.partition(" (")[2] for sentence in said[:2]] == [
        "4 weeks before): the fee less €25.",
        "2 weeks before): 50% of the fee less €25.",
    ]


def test_the_form_asks_buyers_and_guests(sample):
    asked = form_of(the(NEXT))

    assert [len(section.questions) for section in asked] == [4, 2]
    assert {question.data_class for section in asked for question in section.questions} == {"plain", "sensitive"}


def test_no_letter_waits_for_anybody(sample):
    waiting = sa.select(OutboxLetter.kind).where(OutboxLetter.state != "sent")

    assert db.session.scalars(waiting).all() == []


def test_letters_about_a_released_move_wait_to_be_looked_at(sample):
    letters = release_letters.pending(the(NEXT), release_letters.Wanted())

    assert len(letters) > 5
    assert {letter.participant.locale for letter in letters} == {"de", "en"}


def test_everybody_has_a_reserved_address(sample):
    addresses = {address for person in db.session.scalars(sa.select(Person)) for address in (person.email,)}

    assert {address.rpartition(".")[2] for address in addresses} <= {"example", "org", "com", "net"}
    assert [a for a in addresses if not a.endswith((".example", "@example.org", "@example.com", "@example.net"))] == []


def test_each_role_gets_a_link_that_opens_its_door(sample, engine):
    said = building(engine)[1]
    links = [line.strip() for line in said.splitlines() if "/login/" in line]

    assert len(links) == len(PERSONAS)
    for (_role, address, page), link in zip(PERSONAS, links, strict=True):
        assert address in said
        client = sample.test_client()
        path = link.removeprefix("http://127.0.0.1:8000")
        shown = client.get(path, base_url="http://127.0.0.1:8000")
        assert shown.status_code == 200, page
        assert "<form" in shown.text


def test_building_again_changes_nothing_but_makes_suggestions_anew(sample):
    before = counts()
    made = db.session.scalar(sa.select(sa.func.max(Suggestion.made_at)))
    db.session.rollback()

    done = sample.test_cli_runner().invoke(args=["demo"])

    assert done.exit_code == 0, done.output
    assert "Building" not in done.output
    after = counts()
    assert {name: count for name, count in after.items() if count != before[name] and name not in GROWS} == {}
    assert there(db.session.scalar(sa.select(sa.func.min(Suggestion.made_at)))) > there(made)


def test_a_production_site_gets_no_invented_people(make_app):
    app = make_app()
    app.testing = False

    done = app.test_cli_runner().invoke(args=["demo"])

    assert done.exit_code != 0
    assert "PARTNERING_MODE=sample" in done.output
    with app.app_context(), transaction():
        assert db.session.scalars(sa.select(Event)).all() == []


def test_the_coming_event_has_halls_stands_a_video_room_and_lunch(sample):
    event = the(NEXT)
    zones = db.session.scalars(sa.select(Zone).where(Zone.event_id == event.id).order_by(Zone.name)).all()
    holders = furnishing.holders_of(event)
    stands = {place.id for place in plate.places_of(event) if place.kind == "stand" and place.zone is not None}

    assert sorted((zone.name.en, zone.walk_minutes) for zone in zones) == [("Foyer", 6), ("White Hall", 4)]
    assert holders.keys() <= stands
    assert any(profile.organisation.name.startswith("Tessera") for held in holders.values() for profile in held)
    assert [place.name.en for place in plate.places_of(event) if place.kind == "virtual"] == ["Video room 1"]
    assert len(lunch.windows_of(event)) == 2


def test_a_bundle_and_recipients_can_be_seen(sample):
    event = the(NEXT)
    bundle = db.session.scalars(sa.select(Product).where(Product.event_id == event.id, Product.bundled)).one()

    assert [(part.name.en, part.vat_rate, part.online) for part in bundle.parts] == [
        ("Recordings of the talks", 1900, True),
        ("Meals on both days", 700, False),
    ]
    assert len(recipients.recipients_of(event)) == 2
    agreed = sa.select(sa.func.count()).where(Consent.purpose == recipients.PURPOSE, Consent.withdrawn_at.is_(None))
    assert db.session.scalar(agreed) == 45


def test_a_morning_at_the_doors_is_there_to_look_at(sample: Flask):
    event = there(event_by_slug(NEXT))
    found = crowd.now_at(event)
    rehearsal = next(each for each in found.doors if each.door.name == arriving.REHEARSAL)
    answers = {answer for answer, _number in checkin.refusals(event, clock.now() - timedelta(hours=6))}
    open_ones = conflicts.open_ones(event)

    assert 100 < rehearsal.arrived < rehearsal.expected
    assert rehearsal.inside == rehearsal.arrived - 1  # one went out
    assert {"already_in", "unknown"} <= answers
    assert sorted(each.kind for each in open_ones) == ["duplicate", "duplicate", "review"]
    assert len(checkin.log(event)) == checkin.LOG
    assert 8 <= sum(number for _at, number in found.bars()[-3:]) <= 60
    over = there(event_by_slug("deutsche-biotechnologietage-2026"))
    assert of(over, Admission) > 60
    assert of(over, Scan, sa.column("state") == "counted") > 60


def test_a_forecast_follows_a_morning_of_the_sample():
    """By the rules of `forecast`, from the last guests of the rehearsal at three devices."""
    last = [arriving.MORNING[-2] - 4, 4, arriving.MORNING[-1] - 4, 4]
    said = forecast.of(last, {1: [1, 1, 2, 1], 2: [1, 2, 1, 2], 3: [1, 1, 1, 1]}, 70)

    assert said.known
    assert 15 < said.coming < 45
    assert (said.queue, said.full) == (0, False)


def test_guests_gave_exhibitors_and_each_other_their_details(sample: Flask):
    event = there(event_by_slug(NEXT))

    assert (of(event, Lead), of(event, Lead, sa.column("withdrawn_at").is_not(None))) == (6, 1)
    assert of(event, CardExchange) == 6
    agreed = [each for each in db.session.scalars(sa.select(CardExchange)) if cards.is_agreed(each)]
    assert len(agreed) == 4
