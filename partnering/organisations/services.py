"""What can happen to organisations: they become known to a host."""

import sqlalchemy as sa

from ..db import db
from ..events.models import Host
from ..rows import Reader, ask, new_row, write
from ..text import clean, fold
from .models import Organisation


def organisation_for(host_id: int, name: str, *, kind: str = "", city: str = "", country: str = "") -> Organisation:
    """The host's organisation of this name, compared without case and marks; made when there is none.

    Locks the host's row, so that two registrations of a new organisation at once make one; SQLite has one writer.
    """
    name = clean(name)
    folded = fold(name)
    found = _by_folded_name(host_id, folded)
    if found is None and db.session.get_bind().dialect.name != "sqlite":
        db.session.execute(sa.select(Host.id).where(Host.id == host_id).with_for_update())
        found = _by_folded_name(host_id, folded)
    if found is None:
        found = new_row(
            Organisation, host_id=host_id, name=name, folded_name=folded, kind=kind, city=city, country=country
        )
        write(found)
    return found


def _by_folded_name(host_id: int, folded: str) -> Organisation | None:
    row = ask(_BY_FOLDED_NAME, {"host": host_id, "name": folded}).one_or_none()
    return _ORGANISATIONS.thing(row) if row is not None else None


_ORGANISATIONS = Reader(Organisation)
_BY_FOLDED_NAME = (
    sa.select(*_ORGANISATIONS.columns)
    .where(Organisation.host_id == sa.bindparam("host"), Organisation.folded_name == sa.bindparam("name"))
    .order_by(Organisation.id)
    .limit(1)
)
