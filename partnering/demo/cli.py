"""`flask demo`: builds the sample events that are not there yet, and says how to sign in."""

from datetime import date

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from .. import clock
from ..accounts import signing_in
from ..accounts.services import person_at
from ..accounts.targets import target
from ..agenda.models import AgendaEntry
from ..db import db, transaction
from ..delegates.cli import reindex_event
from ..events.models import Event
from ..events.queries import event_by_slug
from ..mail import letters
from ..mail.models import OutboxLetter
from . import (
    admitting,
    arriving,
    calling,
    deepening,
    extras,
    framing,
    furnishing,
    invoicing,
    meeting,
    peopling,
    planning,
    sessions,
    speaking,
)
from .reading import EVENTS, Sheet

PERSONAS = (
    ("attendee", "katrin.voss@uni-elsteraue.example", "/e/bionection-next/me/"),
    ("founder", "jana.wittkowski@lumenfold.example", "/e/bionection-next/me/meetings"),
    ("speaker", "henrike.oelsner@pleisse-institut.example", "/e/bionection-next/me/schedule"),
    ("exhibitor", "paul.nguyen@tessera.example", "/e/bionection-next/me/"),
    ("crew", "jonas.richter@biosaxony.example", "/e/bionection-next/door"),
    ("committee", "ruth.amsel@gutachten.example", "/e/bionection-next/committee"),
    ("organiser", "katja.lindner@biosaxony.example", "/manage/bionection-next/"),
)
"""Who to sign in as, and the page each begins on."""


@click.command("demo")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day from which the coming event is reckoned.")
@with_appcontext
def demo(today: object) -> None:
    """Build the sample events that are missing; what is there is kept, and suggestions are made as they are now."""
    if not (current_app.extensions["settings"].sample or current_app.testing):
        raise click.ClickException("Sample events are for the sample set-up: PARTNERING_MODE=sample.")
    day = today.date() if hasattr(today, "date") else clock.now().date()
    for slug in EVENTS:
        event = event_by_slug(slug)
        if event is None:
            click.echo(f"Building {slug} …")
            build(slug, day)
        else:
            reindex_event(event.id)
    say_how_to_sign_in()


def build(slug: str, today: date) -> None:
    """One sample event, in one transaction. Its letters count as sent long ago, so that nobody's mailbox floods."""
    sheet = Sheet(slug, today)
    with transaction():
        event = framing.make_event(sheet)
        products = framing.make_tickets(event, sheet)
        extras.offer_members_less(event, sheet, products)
        extras.set_terms(event, sheet)
        rooms = framing.make_places(event, sheet)
        framing.name_team(event, sheet)
        participants = peopling.register(event, sheet, products)
        sessions.make_programme(event, sheet, participants, rooms)
        planning.set_days(event, sheet)
        wanted = extras.make_workshops(event, sheet, products, rooms)
        delegates = peopling.make_profiles(event, sheet, participants)
        meeting.replay(event, sheet, delegates)
        furnishing.furnish(event, sheet, rooms)
        deepening.deepen(event, sheet, delegates, products)
        admitting.open_doors(event, products)
        extras.book_workshops(event, wanted)
        speaking.give(event, sheet)
        planning.change_draft(event, sheet)
        extras.make_codes(event, sheet, products)
        extras.make_bundles(event, sheet, products)
        extras.name_recipients(event, sheet)
        extras.ask(event, sheet, products)
        calling.make_call(event, sheet, participants)
        invoicing.make_invoices(event, sheet)
        arriving.arrive(event, sheet, delegates)
        settle(event)
        planning.release_a_move(event, sheet)


def settle(event: Event) -> None:
    """Everything up to now has been told: letters are gone, calendars know."""
    db.session.flush()
    db.session.execute(
        sa.update(OutboxLetter)
        .where(OutboxLetter.event_ref == event.public_id, OutboxLetter.state == "ready")
        .values(state="sent", sent_at=OutboxLetter.created_at)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        sa.update(AgendaEntry)
        .where(AgendaEntry.event_id == event.id)
        .values(
            sent_sequence=AgendaEntry.sequence,
            sent_state=sa.case((AgendaEntry.state == "live", "confirmed"), else_="cancelled"),
        )
        .execution_options(synchronize_session=False)
    )


def say_how_to_sign_in() -> None:
    """Print a link for each persona; each is good once, for 30 minutes."""
    lines = []
    with transaction():
        for role, address, page in PERSONAS:
            person = person_at(address)
            if person is not None:
                secret = signing_in.link_for(person, target(page, "/account"))
                lines.append((role, address, letters.url("accounts.enter", token=secret)))
    click.echo("\nSign in with one of these links (each once, within 30 minutes):")
    for role, address, link in lines:
        click.echo(f"  {role:<10} {address}\n             {link}")
    click.echo(
        f"Later: {letters.url('accounts.login')} with an address above; "
        f"the letter is in {letters.url('lobby.index')}mailbox"
    )


commands = (demo,)
