"""Lists of people that organisers bring in from files."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import Person
from ..db import InEvent, Json, Model, PublicId, Versioned, in_event, one_of, to_one


class PeopleImport(PublicId, InEvent, Versioned, Model):
    """A file of people: read, checked, brought in by the worker all at once or not at all, and then forgotten.

    `mapping` is {field: column heading}; `report` {"rows": n, "errors": [{"row": 2, "field": "email", "message": …}]}.
    """

    file_name: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    mapping: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(sa.String(10), default="read")
    job_ref: Mapped[str] = mapped_column(sa.String(16), default="")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    person: Mapped[Person | None] = to_one("PeopleImport", "Person", "person_id")

    __table_args__ = in_event(one_of("state", "read", "checked", "running", "done", "failed"))
