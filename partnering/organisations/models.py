"""Organisations of a host, which live on from event to event."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, PublicId, Versioned
from ..events.models import Host


class Organisation(PublicId, Versioned, Model):
    """A company, university or institute. `folded_name` is the form in which names are compared."""

    host_id: Mapped[int] = mapped_column(sa.ForeignKey("host.id"), index=True)
    name: Mapped[str]
    folded_name: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(60), default="")
    city: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    website: Mapped[str] = mapped_column(default="")
    domains: Mapped[list[str]] = mapped_column(default=list)
    public_at: Mapped[datetime | None]

    host: Mapped[Host] = relationship()

    __table_args__ = (sa.UniqueConstraint("host_id", "public_id"), sa.UniqueConstraint("host_id", "id"))
