"""Required questions that colleagues have not answered: they are led to them, buyers and organisers see it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock, links
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.questions.queries import current_questions
from partnering.registration import changes, lacking, mails, permissions, queries, services
from partnering.registration.models import Registration
from partnering.registration.seats import Guest
from tests.backoffice.desk import open_desk
from tests.factories import make_event, make_guest, make_party, make_product
from tests.factories.ground import deed
from tests.factories.questions import make_question
from tests.support.counting import statements
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

NAMES = {"given_name": "Ben", "family_name": "Adeyemi"}
MISSING = "Antworten fehlen"


@pytest.fixture
def event():
    """An event with a question that must be answered, and one that may be."""
    event = make_event()
    make_question(event, "short_text", "Schuhgröße", required=True)
    make_question(event, "short_text", "Anmerkung")
    return event


def party_of(event, colleagues=1):
    """Jana's booking, with colleagues who are named and have not confirmed."""
    people = [make_guest(), *[make_guest(given_name="Ben", family_name="Adeyemi") for _one in range(colleagues)]]
    return make_party(event, product=make_product(event), quantity=len(people), people=people)


def fresh(party):
    """The party as it is now."""
    db.session.rollback()
    return there(queries.party_at(party.public_id))


def held(party, position=1) -> Registration:
    """Who holds a place."""
    return there(fresh(party).places[position].registration)


def ticket(party):
    """The secret address of the colleague's ticket."""
    one = held(party)
    return f"/t/{links.token('ticket', one.public_id, one.generation)}"


def buyers(party):
    """The secret address of the booking."""
    one = fresh(party)
    return f"/r/{links.token('party', one.public_id, one.generation)}"


def question(event: Event, label="Schuhgröße"):
    """The public id of a question."""
    return next(one.public_id for one in current_questions(event) if one.label.de == label)


def test_confirming_leads_to_what_must_be_answered_and_then_to_the_ticket(event, client):
    party = party_of(event)
    url, asked = ticket(party), question(event)

    confirmed = client.post(url, data=NAMES).location
    client.post(f"{url}/answers", data={f"a-q_{asked}": "43", "key": "one"})
    again = client.post(url, data=NAMES).location

    assert (confirmed, again, lacking.of(held(party))) == (f"{url}/answers", url, [])


def test_buyer_and_desk_see_whose_answers_are_missing(event, client, app):
    party = party_of(event)
    client.post(ticket(party), data=NAMES)
    slug, ref, person = event.slug, fresh(party).public_id, held(party).participant.public_id
    pages = [client.get(f"{buyers(party)}").text]
    open_desk(client, db.session.get_one(Event, event.id))
    pages += [client.get(f"/manage/{slug}/{path}").text for path in (f"bookings/{ref}", f"people/{person}")]

    assert [MISSING in text for text in pages] == [True] * 3


def test_whoever_confirmed_without_answering_is_reminded_and_the_letter_says_so(event):
    party = party_of(event)
    with transaction():
        one = held(party)
        services.set_details(one, title="", given_name="Ben", family_name="Adeyemi", function="")
    with transaction():
        # the buyer's own answers are missing too: what the factory made was never asked
        count = services.remind_all(fresh(party))

    with transaction(), pytest.raises(changes.RemindedToday):
        services.remind(fresh(party).places[1])
    letter = db.session.scalars(
        sa.select(OutboxLetter).where(OutboxLetter.dedup_key.contains(f"{held(party).public_id}:again"))
    ).one()
    text = there(mails.render_confirmed(letter)).text
    assert (count, "Einige Fragen des Veranstalters sind noch offen." in text) == (2, True)


def test_nothing_is_missing_when_nothing_must_be_said_or_the_event_is_over(event, freeze):
    free = make_event()
    party, other = party_of(event), party_of(free)
    before = [bool(lacking.of(held(one))) for one in (party, other)]
    freeze(fresh(party).event.closes_at + timedelta(days=1))

    assert (before, lacking.of(held(party))) == ([True, False], [])


def test_who_has_not_answered_may_do_so_after_the_date_for_changes(event):
    party = party_of(event)
    with deed():
        db.session.get_one(Event, event.id).change_until = clock.now() - timedelta(days=1)
        held(party).confirmed_at = clock.now()

    assert permissions.may_answer(held(party))


def test_ten_colleagues_cost_as_many_questions_as_one(event):
    few, many = party_of(event), party_of(event, 9)
    registrations = [[there(place.registration) for place in fresh(party).places] for party in (few, many)]
    asked = []
    for party in (few, few, many):  # the first one reads the form
        places = queries.places_of(fresh(party))
        with statements() as found:
            lacking.of_all([there(place.registration) for place in places])
        asked.append(len(found))

    assert ([len(one) for one in registrations], asked[1] == asked[2]) == ([2, 10], True)


def test_a_substitute_owes_their_own_answers(event):
    party = party_of(event)
    with transaction():
        services.name_person(fresh(party).places[1], Guest("cleo@lumenfold.example", "", "Cleo", "Ott"))

    assert [one.label.de for one in lacking.of(held(party))] == ["Schuhgröße"]
