"""Commands about who organises."""

import click
import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup

from .. import audit, clock
from ..accounts import signing_in
from ..accounts.models import Person
from ..accounts.services import person_for
from ..accounts.targets import target
from ..db import db, transaction
from ..mail import letters
from .models import Host, TeamRole

organiser = AppGroup("organiser", help="Who organises events.")
commands = (organiser,)


@organiser.command("create")
@click.argument("address")
@click.option("--host", "host_name", help="The host whose events this person organises; made if nobody has that name.")
@click.option("--language", type=click.Choice(["de", "en"]), default="de", show_default=True)
def create(address: str, host_name: str | None, language: str) -> None:
    """Let the person at ADDRESS organise, and print a link that signs them in once, within 30 minutes.

    The first person ever made an organiser also runs the installation. There is no other way in.
    """
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        raise click.BadParameter(str(error), param_hint="ADDRESS") from None
    with transaction():
        first = not db.session.scalar(sa.select(Person.id).where(Person.admin_since.is_not(None)).limit(1))
        person = person_for(address, locale=language)
        if person.disabled_at is not None:
            raise click.ClickException("This person is disabled.")
        host = host_called(host_name, address)
        organise(person, host)
        if first:
            person.admin_since = clock.now()
            audit.record("person.made_admin", person)
        secret = signing_in.link_for(person, target("/manage/", "/account"))
        link = letters.url("accounts.enter", token=secret)
        known = host.name
    click.echo(f"{address} organises the events of {known}{' and runs this installation' if first else ''}.")
    click.echo("This link signs in once, within 30 minutes:")
    click.echo(link)


def host_called(name: str | None, address: str) -> Host:
    """The host of this name, made if there is none; without a name the only host there is, or a first one."""
    hosts = db.session.scalars(sa.select(Host).where(*([Host.name == name] if name else [])).limit(2)).all()
    if len(hosts) == 1:
        return hosts[0]
    if len(hosts) > 1:
        raise click.UsageError("There are several hosts (of this name). Say which one with --host.")
    host = Host(name=name or address.rpartition("@")[2], email=address)
    db.session.add(host)
    db.session.flush()
    audit.record("host.created", host)
    return host


def organise(person: Person, host: Host) -> None:
    """Let a person organise all events of a host; doing it twice changes nothing."""
    there = sa.select(TeamRole.id).where(
        TeamRole.person_id == person.id,
        TeamRole.host_id == host.id,
        TeamRole.event_id.is_(None),
        TeamRole.area == "organiser",
    )
    if db.session.scalar(there) is None:
        db.session.add(TeamRole(host_id=host.id, person_id=person.id, area="organiser", given_at=clock.now()))
        db.session.flush()
        audit.record("role.given", person, after={"area": "organiser", "host": host.public_id})
