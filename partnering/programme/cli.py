"""Commands about programmes: `flask programme import EVENT FILE`, and `export`."""

import re
import zoneinfo
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from ..db import db, transaction
from ..events.models import Event, Host
from ..events.queries import event_by_slug
from ..events.services import SlugTaken
from ..i18n import speaking
from . import feeds
from .exporting import files
from .importing import applier, reader

programme = AppGroup("programme", help="Read programmes of other systems.")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


@programme.command("import")
@click.argument("event_slug", metavar="EVENT")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--host", default="", help="Who organises an event that is made anew; else the first host.")
@click.option("--zone", default="", help="IANA time zone of an event that is made anew; else the file's.")
@click.option("--tell", is_flag=True, help="Write to speakers whose session moved or was cancelled.")
@click.option("--draft", is_flag=True, help="Change the draft alone; organisers look at it and release it.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen; the event must exist.")
def import_(event_slug: str, file: Path, host: str, zone: str, tell: bool, draft: bool, dry_run: bool) -> None:
    """Make the programme of EVENT say what the schedule JSON or XML in FILE says (frab, pretalx).

    An event that does not exist is made and published. A file with errors changes nothing. Importing a file again
    changes only what has changed in it.
    """
    if draft and tell:
        raise click.UsageError("--draft tells nobody: letters are sent after the release")
    with speaking("en"):
        _import(event_slug, file, host, zone, tell=tell, draft=draft, dry_run=dry_run)


@programme.command("export")
@click.argument("event_slug", metavar="EVENT")
@click.option("--format", "form", type=click.Choice([*files.FORMS, "ics"]), default="json", show_default=True)
@click.option("--language", type=click.Choice(["de", "en"]), default="en", show_default=True)
def export(event_slug: str, form: str, language: str) -> None:
    """Write the public programme of EVENT to standard output, as conference apps and calendars read it."""
    event = event_by_slug(event_slug)
    if event is None:
        raise click.ClickException(f"there is no event {event_slug}")
    with speaking(language):
        content = feeds.programme(event).content if form == "ics" else files.of(event, form).content
    click.echo(content, nl=False)


def _import(event_slug: str, file: Path, host: str, zone: str, *, tell: bool, draft: bool, dry_run: bool) -> None:
    try:
        schedule = reader.read(file.read_bytes())
    except reader.UnreadableSchedule as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        raise click.ClickException(
            f"{file.name} was not imported: {len(error.problems)} problem(s), see above"
        ) from None
    with transaction():
        event = event_by_slug(event_slug)
        made = event is None
        if event is None:
            if dry_run:
                raise click.ClickException(f"there is no event {event_slug} to compare with")
            event = _make_event(event_slug, schedule, host, zone)
        if dry_run:
            report = applier.plan(event, schedule)
        else:
            report = applier.apply(event, schedule, release=not draft, tell=tell)
    if made:
        click.echo(f"{event_slug} is new and published; enter its legal texts on the page of its settings")
    for warning in report.warnings:
        click.echo(f"Warning: {warning}", err=True)
    if dry_run:
        for step in report.steps:
            click.echo(f"{step.fate}: {step.title}" + (f" ({', '.join(step.differs)})" if step.differs else ""))
    click.echo(", ".join(f"{count} {fate}" for fate, count in report.counts.items()))


def _make_event(slug: str, schedule: reader.Schedule, host_name: str, zone: str) -> Event:
    zone = zone or schedule.zone
    if not zone:
        raise click.ClickException("the file names no time zone; give one with --zone")
    if zone not in zoneinfo.available_timezones():
        raise click.ClickException(f"{zone} is no time zone such as Europe/Berlin")
    if len(slug) > 60 or not _SLUG.match(slug):
        raise click.ClickException("the event's name in addresses has small letters, digits and hyphens only")
    try:
        return applier.make_event(_host(host_name), slug, schedule, zone)
    except SlugTaken:
        raise click.ClickException(f"{slug} was the address of another event") from None


def _host(name: str) -> Host:
    asked = sa.select(Host).order_by(Host.id).limit(1)
    host = db.session.scalars(asked.where(Host.name == name) if name else asked).one_or_none()
    if host is None and not name:
        raise click.ClickException("there is no host yet; name one with --host")
    if host is None:
        host = Host(name=name)
        db.session.add(host)
        db.session.flush()
    return host


commands = (programme,)
