"""Commands for letters."""

import click
from flask.cli import AppGroup

from ..db import transaction
from . import queries, services

mail = AppGroup("mail", help="Look after letters.")


@mail.command("retry")
@click.argument("letter")
def retry(letter: str) -> None:
    """Send a letter again that was given up. LETTER is its id, as the organisers' list shows it."""
    with transaction():
        found = queries.letter_by_id(letter)
        if found is None:
            raise click.ClickException(f"There is no letter {letter}.")
        try:
            services.retry(found)
        except services.NotDead:
            raise click.ClickException(f"Letter {letter} has not failed: it is {found.state}.") from None
        kind = found.kind
    click.echo(f"{letter} ({kind}) will be sent again.")


@mail.command("status")
def status() -> None:
    """Say how many letters wait, have left, were dropped or given up."""
    for state, number in queries.counts().items():
        click.echo(f"{state:8} {number}")


commands = (mail,)
