"""A database that has been in use for a while, instead of one that was filled a moment ago."""

import sqlalchemy as sa
from flask import Flask

from partnering.db import db


def settle(app: Flask) -> None:
    """Do now what PostgreSQL does by itself within minutes of so many new rows, beside whoever is measured then."""
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
                link.execute(sa.text("VACUUM ANALYZE"))
                link.execute(sa.text("CHECKPOINT"))
        db.session.remove()
