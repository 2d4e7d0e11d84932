"""How long a worker takes to print the badges of a thousand people, and how much memory it needs."""

import random
from typing import NamedTuple

import sqlalchemy as sa
from flask import Flask

from partnering.badges import queries, services
from partnering.db import db, transaction
from partnering.jobs.models import Job, JobFile
from partnering.registration import services as registration
from tests.factories import make_event, make_organiser, make_product

from . import worker

GIVEN = ("Jana", "Łukasz", "Maximiliane", "Jürgen", "Žofie", "Gyöngyvér", "Wolfgang-Maximilian", "Ștefan")
FAMILY = ("Wittkowski", "Łęcki-Żółć", "von Trotha", "Weiß", "Dvořáčková", "Kőszegi", "Großschönauer-Ziegenbalg")
COMPANIES = (
    "Lumenfold GmbH",
    "Uniwersytet Przyrodniczy we Wrocławiu",
    "Sächsisches Staatsministerium für Wissenschaft, Kultur und Tourismus",
)


class Printed(NamedTuple):
    """What the badges took: seconds from the job to its end, the worker's memory at most, and the file's size."""

    seconds: float
    megabytes: float
    kilobytes: float


def printed(app: Flask, people: int) -> Printed:
    """Let a worker of its own print the badges of so many people."""
    with app.app_context():
        event = make_event(days=40)
        organiser = make_organiser(event)
        products = [
            make_product(event, capacity=people, role=role, gross=0) for role in ("attendee", "exhibitor", "press")
        ]
        dice = random.Random(6)
        for first in range(0, people, 250):
            with transaction():
                for number in range(first, min(first + 250, people)):
                    registration.add_registration(
                        event,
                        dice.choice(products),
                        email=f"badge{number}@example.org",
                        given_name=dice.choice(GIVEN),
                        family_name=dice.choice(FAMILY),
                        company=dice.choice(COMPANIES),
                        letters=False,
                    )
        with transaction():
            ref = services.print_badges(event, organiser, sort="organisation").public_id
        db.session.remove()
    took = worker.run(app)
    with app.app_context():
        batch = queries.batch_by_ref(ref)
        assert batch is not None
        job = db.session.scalars(sa.select(Job).where(Job.public_id == batch.job_ref)).one()
        assert (job.state, batch.number, job.done) == ("done", people, people), (job.state, job.last_error)
        size = db.session.scalar(sa.select(sa.func.length(JobFile.content)).where(JobFile.job_id == job.id))
        db.session.remove()
    return Printed(took.seconds, took.megabytes, (size or 0) / 1024)
