"""Consents: given once, with proof of what was read; withdrawn at once; one in force at a time."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from partnering.consents import services
from partnering.consents.models import Consent, ConsentText
from partnering.db import BilingualText, Model, db, transaction
from partnering.events.models import Event, Participant
from tests.factories import make_event, make_participant
from tests.support.there import there

NOON = datetime(2027, 10, 1, 12, tzinfo=UTC)
SENTENCE = BilingualText(de="Mein Profil darf gezeigt werden.", en="My profile may be shown.")


def agree(participant: Participant, event: Event, purpose: str = "directory", recipient: str = "") -> int:
    with transaction():
        text = services.text_for(event, purpose, SENTENCE, recipient)
        return services.give(participant, text, channel="registration", locale="de", proof="box ticked").id


def withdraw(participant: Participant, purpose: str = "directory", recipient: str = "") -> None:
    with transaction():
        services.withdraw(participant, purpose, recipient)


def rows(model: type[Model]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def store(thing: Model) -> None:
    with transaction() as session:
        session.add(thing)


def test_a_consent_says_who_agreed_to_which_text_when_and_how(ctx, freeze):
    freeze(NOON)
    event = make_event()
    participant = make_participant(event)

    kept = db.session.get_one(Consent, agree(participant, event))

    assert (kept.participant_id, kept.person_id, kept.host_id) == (participant.id, None, event.host_id)
    assert (kept.given_at, kept.channel, kept.locale, kept.proof) == (NOON, "registration", "de", "box ticked")
    assert (kept.text.text, kept.text.number, kept.withdrawn_at) == (SENTENCE, 1, None)


def test_agreeing_again_changes_nothing(ctx, freeze):
    freeze(NOON)
    event = make_event()
    participant = make_participant(event)
    first = agree(participant, event)
    freeze(NOON + timedelta(days=1))

    assert agree(participant, event) == first
    assert db.session.get_one(Consent, first).given_at == NOON


def test_the_same_sentence_is_one_text_and_a_changed_one_a_new_version(ctx):
    event = make_event()
    with transaction():
        first = services.text_for(event, "directory", SENTENCE)
        again = services.text_for(event, "directory", SENTENCE)
        changed = services.text_for(event, "directory", BilingualText(de="Neu.", en="New."))
        back = services.text_for(event, "directory", SENTENCE)
        other = services.text_for(event, "photo", SENTENCE)
        sponsor = services.text_for(event, "directory", SENTENCE, "Tessera")

        assert again is first
        assert [text.number for text in (first, changed, back, other, sponsor)] == [1, 2, 3, 1, 1]


def test_withdrawing_works_at_once_and_keeps_the_proof(ctx, freeze):
    freeze(NOON)
    event = make_event()
    participant = make_participant(event)
    given = agree(participant, event)
    freeze(NOON + timedelta(hours=1))

    withdraw(participant)

    assert services.current(participant, "directory") is None
    assert db.session.get_one(Consent, given).withdrawn_at == NOON + timedelta(hours=1)


def test_withdrawing_what_was_not_given_changes_nothing(ctx):
    event = make_event()
    withdraw(make_participant(event))

    assert rows(Consent) == 0


def test_whoever_withdrew_may_agree_again(ctx):
    event = make_event()
    participant = make_participant(event)
    first = agree(participant, event)
    withdraw(participant)

    second = agree(participant, event)

    assert second != first
    assert there(services.current(participant, "directory")).id == second
    assert rows(Consent) == 2


def test_purposes_and_recipients_are_agreed_to_one_by_one(ctx):
    event = make_event()
    participant = make_participant(event)
    agree(participant, event)
    agree(participant, event, "sponsor", "Tessera")
    agree(participant, event, "sponsor", "Lumenfold")

    withdraw(participant, "sponsor", "Tessera")

    asked = [("directory", ""), ("sponsor", "Tessera"), ("sponsor", "Lumenfold"), ("photo", "")]
    in_force = [services.current(participant, *pair) is not None for pair in asked]
    assert in_force == [True, False, True, False]


def test_nobodys_consent_is_anothers(ctx):
    event = make_event()
    jana, katja = make_participant(event), make_participant(event)
    agree(jana, event)

    assert services.current(katja, "directory") is None


def test_the_database_keeps_one_in_force_and_one_giver(ctx):
    event = make_event()
    participant = make_participant(event)
    given = db.session.get_one(Consent, agree(participant, event))
    text_id, host_id, person_id = given.text_id, given.host_id, participant.person_id
    common = {"text_id": text_id, "host_id": host_id, "given_at": NOON, "channel": "x", "locale": "de"}
    twice = Consent(**common, participant_id=participant.id, purpose="directory")
    nobodys = Consent(**common, purpose="photo")
    of_two = Consent(**common, participant_id=participant.id, person_id=person_id, purpose="photo")

    for wrong in (twice, nobodys, of_two):
        with pytest.raises(IntegrityError):
            store(wrong)

    assert rows(Consent) == 1
    assert rows(ConsentText) == 1
