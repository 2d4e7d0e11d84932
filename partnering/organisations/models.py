"""Organisations of a host, which live on from event to event."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, PublicId, Versioned, one_of, only_where, searchable, table_of, to_many
from ..events.models import Host


class Organisation(PublicId, Versioned, Model):
    """A company, university or institute. `folded_name` is the form in which names are compared.

    The public directory beyond one event shows it from `public_at` on; `public_asked_at` is since when the host has to
    look whether those who ask for that speak for it, `public_refusal` is why it does not show them. `region` is an
    ISO 3166-2 code. Texts are plain, in `language`.
    """

    host_id: Mapped[int] = mapped_column(sa.ForeignKey("host.id"))
    name: Mapped[str]
    folded_name: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(60), default="")
    city: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    website: Mapped[str] = mapped_column(default="")
    domains: Mapped[list[str]] = mapped_column(default=list)
    description: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="de")
    public_asked_at: Mapped[datetime | None]
    public_at: Mapped[datetime | None]
    public_refusal: Mapped[str] = mapped_column(default="")

    host: Mapped[Host] = relationship()
    terms: Mapped[list["OrganisationTerm"]] = to_many("Organisation", "OrganisationTerm", "organisation_id")
    logo: Mapped["OrganisationImage | None"] = relationship(
        primaryjoin="and_(OrganisationImage.organisation_id == Organisation.id, OrganisationImage.current)",
        foreign_keys="OrganisationImage.organisation_id",
        uselist=False,
        viewonly=True,
    )

    __table_args__ = (
        sa.UniqueConstraint("host_id", "public_id"),
        sa.UniqueConstraint("host_id", "id"),
        sa.Index("ix_organisation_named", "host_id", "folded_name"),
        sa.Index("ix_organisation_public", "public_at", **only_where("public_at IS NOT NULL")),
        sa.Index("ix_organisation_asked", "host_id", **only_where("public_asked_at IS NOT NULL AND public_at IS NULL")),
    )


class OrganisationTerm(Model):
    """A code of the taxonomy that an organisation shows in the public directory: offered, sought, or simply so."""

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    side: Mapped[str] = mapped_column(sa.String(5))
    facet: Mapped[str] = mapped_column(sa.String(30))
    term: Mapped[str] = mapped_column(sa.String(60))

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "side", "facet", "term"),
        sa.Index("ix_organisation_term_lookup", "facet", "term", "side"),
        one_of("side", "offer", "seek", "is"),
    )


class OrganisationImage(PublicId, Model):
    """A logo, drawn anew from what was sent; the current one is shown at every event and in the public directory."""

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    media_type: Mapped[str] = mapped_column(sa.String(20))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    width: Mapped[int] = mapped_column(sa.Integer)
    height: Mapped[int] = mapped_column(sa.Integer)
    current: Mapped[bool] = mapped_column(default=True)
    uploaded_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("uq_organisation_image_current", "organisation_id", unique=True, **only_where("current")),
        one_of("media_type", "image/png", "image/jpeg"),
    )


class OrganisationDocument(Model):
    """What the public directory finds an organisation by: a cache, written with it and rebuilt by `flask reindex`.

    See `delegates.models.DirectoryDocument`; never deleted, `shown` says whether it counts.
    """

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), unique=True)
    number: Mapped[int] = mapped_column(sa.Integer, default=1)
    shown: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(default="")
    codes: Mapped[list[str]] = mapped_column(default=list)


searchable(table_of(OrganisationDocument))
