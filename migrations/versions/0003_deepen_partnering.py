"""Deepen partnering"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from partnering.db import searchable_statements

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SEARCHED = ("organisation_document", "directory_document")


def upgrade() -> None:
    with op.batch_alter_table("item") as batch_op:
        batch_op.drop_constraint(op.f("ck_item_kind_known"), type_="check")
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.drop_constraint(op.f("ck_meeting_published_has_time"), type_="check")
    op.create_table(
        "organisation_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("codes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_document_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_document")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_organisation_document_organisation_id")),
        info={"searchable": True},
    )
    op.create_table(
        "organisation_image",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('image/png', 'image/jpeg')", name=op.f("ck_organisation_image_media_type_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_image_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_image")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organisation_image_public_id")),
    )
    with op.batch_alter_table("organisation_image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_image_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "uq_organisation_image_current",
            ["organisation_id"],
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )

    op.create_table(
        "organisation_term",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("facet", sa.String(length=30), nullable=False),
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.CheckConstraint("side IN ('offer', 'seek', 'is')", name=op.f("ck_organisation_term_side_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_term_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_term")),
        sa.UniqueConstraint(
            "organisation_id",
            "side",
            "facet",
            "term",
            name=op.f("uq_organisation_term_organisation_id_side_facet_term"),
        ),
    )
    with op.batch_alter_table("organisation_term", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_term_lookup", ["facet", "term", "side"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_term_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "consent_recipient",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("aim", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_consent_recipient_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_recipient")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_consent_recipient_event_id_id")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_consent_recipient_event_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_consent_recipient_public_id")),
    )
    with op.batch_alter_table("consent_recipient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_recipient_event_id"), ["event_id"], unique=False)

    op.create_table(
        "lunch_window",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_lunch_window_ends_after_start")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_lunch_window_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lunch_window")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_lunch_window_event_id_id")),
        sa.UniqueConstraint("event_id", "starts_at", name=op.f("uq_lunch_window_event_id_starts_at")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lunch_window_public_id")),
    )
    with op.batch_alter_table("lunch_window", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lunch_window_event_id"), ["event_id"], unique=False)

    op.create_table(
        "meeting_rules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("late_days", sa.Integer(), nullable=False),
        sa.Column("late_hours", sa.Integer(), nullable=False),
        sa.Column("live_minutes", sa.Integer(), nullable=False),
        sa.Column("reserve_minutes", sa.Integer(), nullable=False),
        sa.Column("meeting_limit", sa.Integer(), nullable=True),
        sa.Column("same_organisation", sa.Boolean(), nullable=False),
        sa.Column("unpaid_may_ask", sa.Boolean(), nullable=False),
        sa.Column("lunch_minutes", sa.Integer(), nullable=False),
        sa.Column("plan_on", sa.Date(), nullable=True),
        sa.CheckConstraint("late_days BETWEEN 0 AND 60", name=op.f("ck_meeting_rules_late_days_range")),
        sa.CheckConstraint("late_hours BETWEEN 1 AND 240", name=op.f("ck_meeting_rules_late_hours_range")),
        sa.CheckConstraint("live_minutes BETWEEN 5 AND 240", name=op.f("ck_meeting_rules_live_minutes_range")),
        sa.CheckConstraint("lunch_minutes BETWEEN 0 AND 120", name=op.f("ck_meeting_rules_lunch_minutes_range")),
        sa.CheckConstraint("meeting_limit > 0", name=op.f("ck_meeting_rules_meeting_limit_counts")),
        sa.CheckConstraint("reserve_minutes BETWEEN 5 AND 1440", name=op.f("ck_meeting_rules_reserve_minutes_range")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_rules_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_rules")),
        sa.UniqueConstraint("event_id", name=op.f("uq_meeting_rules_event_id")),
    )
    with op.batch_alter_table("meeting_rules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_rules_event_id"), ["event_id"], unique=False)

    op.create_table(
        "partner_group",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("organisation_types", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_partner_group_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_group")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_partner_group_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partner_group_public_id")),
    )
    with op.batch_alter_table("partner_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_group_event_id"), ["event_id"], unique=False)

    op.create_table(
        "forbidden_pair",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asker_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "asked_id"],
            ["partner_group.event_id", "partner_group.id"],
            name=op.f("fk_forbidden_pair_event_id_asked_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "asker_id"],
            ["partner_group.event_id", "partner_group.id"],
            name=op.f("fk_forbidden_pair_event_id_asker_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_forbidden_pair_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forbidden_pair")),
        sa.UniqueConstraint("asker_id", "asked_id", name=op.f("uq_forbidden_pair_asker_id_asked_id")),
    )
    with op.batch_alter_table("forbidden_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_forbidden_pair_asked_id"), ["asked_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_forbidden_pair_event_id"), ["event_id"], unique=False)

    op.create_table(
        "meeting_block_zone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("block_id", sa.BigInteger(), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "block_id"],
            ["meeting_block.event_id", "meeting_block.id"],
            name=op.f("fk_meeting_block_zone_event_id_block_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "zone_id"], ["zone.event_id", "zone.id"], name=op.f("fk_meeting_block_zone_event_id_zone_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_block_zone_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_block_zone")),
        sa.UniqueConstraint("block_id", "zone_id", name=op.f("uq_meeting_block_zone_block_id_zone_id")),
    )
    with op.batch_alter_table("meeting_block_zone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_block_zone_block_id"), ["block_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_block_zone_event_id"), ["event_id"], unique=False)

    op.create_table(
        "partner_group_product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "group_id"],
            ["partner_group.event_id", "partner_group.id"],
            name=op.f("fk_partner_group_product_event_id_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"],
            ["product.event_id", "product.id"],
            name=op.f("fk_partner_group_product_event_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_partner_group_product_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_group_product")),
        sa.UniqueConstraint("event_id", "product_id", name=op.f("uq_partner_group_product_event_id_product_id")),
    )
    with op.batch_alter_table("partner_group_product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_group_product_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_group_product_group_id"), ["group_id"], unique=False)

    op.create_table(
        "product_part",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.CheckConstraint("typeof(share) = 'integer'", name=op.f("ck_product_part_share_integer")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("share BETWEEN 1 AND 9999", name=op.f("ck_product_part_share_range")),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 10000", name=op.f("ck_product_part_vat_rate_range")),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"],
            ["product.event_id", "product.id"],
            name=op.f("fk_product_part_event_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_product_part_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_part")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_product_part_event_id_id")),
    )
    with op.batch_alter_table("product_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_part_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_part_product_id"), ["product_id"], unique=False)

    op.create_table(
        "blocked_pair",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("other_profile_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(other_id IS NULL) <> (other_profile_id IS NULL)", name=op.f("ck_blocked_pair_one_blocked")
        ),
        sa.CheckConstraint("other_id <> delegate_id", name=op.f("ck_blocked_pair_not_oneself")),
        sa.ForeignKeyConstraint(
            ["event_id", "delegate_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_blocked_pair_event_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "other_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_blocked_pair_event_id_other_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "other_profile_id"],
            ["organisation_profile.event_id", "organisation_profile.id"],
            name=op.f("fk_blocked_pair_event_id_other_profile_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_blocked_pair_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocked_pair")),
        sa.UniqueConstraint("delegate_id", "other_id", name=op.f("uq_blocked_pair_delegate_id_other_id")),
        sa.UniqueConstraint(
            "delegate_id", "other_profile_id", name=op.f("uq_blocked_pair_delegate_id_other_profile_id")
        ),
    )
    with op.batch_alter_table("blocked_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blocked_pair_delegate_id"), ["delegate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_blocked_pair_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_blocked_pair_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_blocked_pair_other_profile_id"), ["other_profile_id"], unique=False)

    op.create_table(
        "delegate_term",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("facet", sa.String(length=30), nullable=False),
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "delegate_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_delegate_term_event_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_delegate_term_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegate_term")),
        sa.UniqueConstraint("delegate_id", "facet", "term", name=op.f("uq_delegate_term_delegate_id_facet_term")),
    )
    with op.batch_alter_table("delegate_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegate_term_delegate_id"), ["delegate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegate_term_event_id"), ["event_id"], unique=False)

    op.create_table(
        "directory_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("codes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "delegate_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_directory_document_event_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "profile_id"],
            ["organisation_profile.event_id", "organisation_profile.id"],
            name=op.f("fk_directory_document_event_id_profile_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_directory_document_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_document")),
        sa.UniqueConstraint("delegate_id", name=op.f("uq_directory_document_delegate_id")),
        info={"searchable": True},
    )
    with op.batch_alter_table("directory_document", schema=None) as batch_op:
        batch_op.create_index("ix_directory_document_changes", ["event_id", "changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_directory_document_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_directory_document_numbers", ["event_id", "number"], unique=False)

    op.create_table(
        "dismissed_reason",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "delegate_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_dismissed_reason_event_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "other_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_dismissed_reason_event_id_other_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_dismissed_reason_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dismissed_reason")),
        sa.UniqueConstraint(
            "delegate_id", "other_id", "code", name=op.f("uq_dismissed_reason_delegate_id_other_id_code")
        ),
    )
    with op.batch_alter_table("dismissed_reason", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dismissed_reason_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dismissed_reason_other_id"), ["other_id"], unique=False)

    op.create_table(
        "meeting_vacancy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leaver_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("successor_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'filled') = (successor_id IS NOT NULL)", name=op.f("ck_meeting_vacancy_filled_by_somebody")
        ),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_meeting_vacancy_ended_is_over")),
        sa.CheckConstraint("state IN ('open', 'filled', 'lapsed')", name=op.f("ck_meeting_vacancy_state_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "leaver_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_meeting_vacancy_event_id_leaver_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "place_id"], ["place.event_id", "place.id"], name=op.f("fk_meeting_vacancy_event_id_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "successor_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_meeting_vacancy_event_id_successor_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_vacancy_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_vacancy")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_meeting_vacancy_event_id_id")),
        sa.UniqueConstraint("leaver_id", name=op.f("uq_meeting_vacancy_leaver_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_vacancy_public_id")),
    )
    with op.batch_alter_table("meeting_vacancy", schema=None) as batch_op:
        batch_op.create_index(
            "ix_meeting_vacancy_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(batch_op.f("ix_meeting_vacancy_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_vacancy_place_id"), ["place_id"], unique=False)

    op.create_table(
        "opportunity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=False),
        sa.Column("ip", sa.String(length=60), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('asset', 'technology', 'project')", name=op.f("ck_opportunity_kind_known")),
        sa.CheckConstraint("side IN ('offer', 'seek')", name=op.f("ck_opportunity_side_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "contact_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_opportunity_event_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "profile_id"],
            ["organisation_profile.event_id", "organisation_profile.id"],
            name=op.f("fk_opportunity_event_id_profile_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_opportunity_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_opportunity_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_opportunity_public_id")),
    )
    with op.batch_alter_table("opportunity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opportunity_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_profile_id"), ["profile_id"], unique=False)

    op.create_table(
        "saved_person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "delegate_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_saved_person_event_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "other_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_saved_person_event_id_other_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_saved_person_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_person")),
        sa.UniqueConstraint("delegate_id", "other_id", name=op.f("uq_saved_person_delegate_id_other_id")),
    )
    with op.batch_alter_table("saved_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_person_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_person_other_id"), ["other_id"], unique=False)

    op.create_table(
        "saved_search",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wish", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("letters", sa.Boolean(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "delegate_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_saved_search_event_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_saved_search_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_saved_search_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_search_public_id")),
    )
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_search_delegate_id"), ["delegate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_search_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_search_looked_at"), ["looked_at"], unique=False)

    op.create_table(
        "suggestion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("in_turn", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "delegate_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_suggestion_event_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "other_id"], ["delegate.event_id", "delegate.id"], name=op.f("fk_suggestion_event_id_other_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_suggestion_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("delegate_id", "other_id", name=op.f("uq_suggestion_delegate_id_other_id")),
    )
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suggestion_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_suggestion_made_at"), ["made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_suggestion_other_id"), ["other_id"], unique=False)

    op.create_table(
        "meeting_news",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('requested', 'countered', 'accepted', 'declined', 'withdrawn', 'expired', 'forwarded', 'revived', 'proposed', 'refused', 'offered', 'unplaced', 'missed')",
            name=op.f("ck_meeting_news_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "delegate_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_meeting_news_event_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "meeting_id"],
            ["meeting.event_id", "meeting.id"],
            name=op.f("fk_meeting_news_event_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_news_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_news")),
    )
    with op.batch_alter_table("meeting_news", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_news_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_news_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(
            "ix_meeting_news_untold",
            ["delegate_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )

    op.create_table(
        "meeting_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (answered_at IS NULL)", name=op.f("ck_meeting_proposal_answered_is_over")
        ),
        sa.CheckConstraint("kind IN ('move', 'time', 'repair')", name=op.f("ck_meeting_proposal_kind_known")),
        sa.CheckConstraint(
            "state IN ('open', 'agreed', 'refused', 'expired', 'withdrawn')",
            name=op.f("ck_meeting_proposal_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "by_id"], ["delegate.event_id", "delegate.id"], name=op.f("fk_meeting_proposal_event_id_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "meeting_id"],
            ["meeting.event_id", "meeting.id"],
            name=op.f("fk_meeting_proposal_event_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "to_id"], ["delegate.event_id", "delegate.id"], name=op.f("fk_meeting_proposal_event_id_to_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_proposal_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_proposal")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_meeting_proposal_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_proposal_public_id")),
    )
    with op.batch_alter_table("meeting_proposal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_meeting_proposal_due",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(batch_op.f("ix_meeting_proposal_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_proposal_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_proposal_to_id"), ["to_id"], unique=False)
        batch_op.create_index(
            "uq_meeting_proposal_open",
            ["meeting_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "meeting_scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("scanner", sa.String(length=80), nullable=False),
        sa.Column("scan_id", sa.String(length=40), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bounded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('badge', 'table', 'button', 'desk')", name=op.f("ck_meeting_scan_kind_known")),
        sa.CheckConstraint("side IN ('requester', 'invitee')", name=op.f("ck_meeting_scan_side_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "delegate_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_meeting_scan_event_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "meeting_id"],
            ["meeting.event_id", "meeting.id"],
            name=op.f("fk_meeting_scan_event_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_scan_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_scan")),
        sa.UniqueConstraint("event_id", "scanner", "scan_id", name=op.f("uq_meeting_scan_event_id_scanner_scan_id")),
    )
    with op.batch_alter_table("meeting_scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_scan_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_scan_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "opportunity_term",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column("facet", sa.String(length=30), nullable=False),
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "opportunity_id"],
            ["opportunity.event_id", "opportunity.id"],
            name=op.f("fk_opportunity_term_event_id_opportunity_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_opportunity_term_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_term")),
        sa.UniqueConstraint(
            "opportunity_id", "facet", "term", name=op.f("uq_opportunity_term_opportunity_id_facet_term")
        ),
    )
    with op.batch_alter_table("opportunity_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opportunity_term_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opportunity_term_opportunity_id"), ["opportunity_id"], unique=False)

    with op.batch_alter_table("agenda_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lead_minutes", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("shows_function", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("shows_languages", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("shows_seeks", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("seeks", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("phone", sa.String(length=40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("takes_requests", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("meeting_limit", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("shares_agenda", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("rhythm", sa.String(length=6), nullable=False, server_default="hourly"))
        batch_op.add_column(sa.Column("remote", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("video_url", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("zone", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column(
                "days", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False, server_default="[]"
            )
        )
        batch_op.add_column(sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("shown_often", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("shown_last_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_delegate_group_id"), ["group_id"], unique=False)
        batch_op.create_index(
            "ix_delegate_shown",
            ["event_id", "shown_often"],
            unique=False,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_delegate_event_id_group_id"), "partner_group", ["event_id", "group_id"], ["event_id", "id"]
        )

    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("part_of_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("home_gross", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("home_rate", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("online", sa.Boolean(), nullable=True))
        batch_op.create_index(batch_op.f("ix_item_part_of_id"), ["part_of_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_item_event_id_part_of_id"), "item", ["event_id", "part_of_id"], ["event_id", "id"]
        )

    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.add_column(sa.Column("url", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=5), nullable=False, server_default="asked"))
        batch_op.add_column(sa.Column("virtual", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("later", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("unplaced_reason", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("cancelled_by_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("live_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_meeting_waiting",
            ["event_id", "reserve_rank", "id"],
            unique=False,
            sqlite_where=sa.text("request_state = 'accepted' AND placement = 'none' AND closed_at IS NULL"),
            postgresql_where=sa.text("request_state = 'accepted' AND placement = 'none' AND closed_at IS NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_meeting_event_id_cancelled_by_id"),
            "delegate",
            ["event_id", "cancelled_by_id"],
            ["event_id", "id"],
        )

    with op.batch_alter_table("meeting_delegate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vacant_since", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("meeting_side", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("contact_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("meeting_slot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(length=6), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("description", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("language", sa.String(length=2), nullable=False, server_default="de"))
        batch_op.add_column(sa.Column("public_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_organisation_asked",
            ["host_id"],
            unique=False,
            sqlite_where=sa.text("public_asked_at IS NOT NULL AND public_at IS NULL"),
            postgresql_where=sa.text("public_asked_at IS NOT NULL AND public_at IS NULL"),
        )
        batch_op.create_index(
            "ix_organisation_public",
            ["public_at"],
            unique=False,
            sqlite_where=sa.text("public_at IS NOT NULL"),
            postgresql_where=sa.text("public_at IS NOT NULL"),
        )

    with op.batch_alter_table("organisation_profile", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(length=6), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("location_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("walk_in", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("team_acts", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column("carried_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("withheld_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("withheld_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_organisation_profile_location_id"), ["location_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_organisation_profile_carried_from_id"), "organisation_profile", ["carried_from_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_organisation_profile_event_id_location_id"),
            "location",
            ["event_id", "location_id"],
            ["event_id", "id"],
        )

    with op.batch_alter_table("participant_atom", schema=None) as batch_op:
        batch_op.create_index("ix_participant_atom_time", ["atom", "participant_id"], unique=False)

    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bundled", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("zone", schema=None) as batch_op:
        batch_op.add_column(sa.Column("walk_minutes", sa.Integer(), nullable=False, server_default="5"))
    with op.batch_alter_table("agenda_entry") as batch_op:
        batch_op.alter_column("lead_minutes", server_default=None)
    with op.batch_alter_table("delegate") as batch_op:
        batch_op.alter_column("shows_function", server_default=None)
        batch_op.alter_column("shows_languages", server_default=None)
        batch_op.alter_column("shows_seeks", server_default=None)
        batch_op.alter_column("seeks", server_default=None)
        batch_op.alter_column("phone", server_default=None)
        batch_op.alter_column("takes_requests", server_default=None)
        batch_op.alter_column("shares_agenda", server_default=None)
        batch_op.alter_column("rhythm", server_default=None)
        batch_op.alter_column("remote", server_default=None)
        batch_op.alter_column("video_url", server_default=None)
        batch_op.alter_column("zone", server_default=None)
        batch_op.alter_column("days", server_default=None)
        batch_op.alter_column("shown_often", server_default=None)
    with op.batch_alter_table("location") as batch_op:
        batch_op.alter_column("url", server_default=None)
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.alter_column("origin", server_default=None)
        batch_op.alter_column("virtual", server_default=None)
        batch_op.alter_column("later", server_default=None)
        batch_op.alter_column("unplaced_reason", server_default=None)
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.alter_column("region", server_default=None)
        batch_op.alter_column("description", server_default=None)
        batch_op.alter_column("language", server_default=None)
    with op.batch_alter_table("organisation_profile") as batch_op:
        batch_op.alter_column("region", server_default=None)
        batch_op.alter_column("walk_in", server_default=None)
        batch_op.alter_column("team_acts", server_default=None)
        batch_op.alter_column("withheld_reason", server_default=None)
    with op.batch_alter_table("product") as batch_op:
        batch_op.alter_column("bundled", server_default=None)
    with op.batch_alter_table("zone") as batch_op:
        batch_op.alter_column("walk_minutes", server_default=None)
    with op.batch_alter_table("agenda_entry") as batch_op:
        batch_op.create_check_constraint(op.f("ck_agenda_entry_lead_minutes_range"), "lead_minutes BETWEEN 0 AND 240")
    with op.batch_alter_table("delegate") as batch_op:
        batch_op.create_check_constraint(op.f("ck_delegate_rhythm_known"), "rhythm IN ('hourly', 'daily')")
        batch_op.create_check_constraint(op.f("ck_delegate_departs_after_arriving"), "departs_at > arrives_at")
        batch_op.create_check_constraint(op.f("ck_delegate_meeting_limit_counts"), "meeting_limit > 0")
    with op.batch_alter_table("item") as batch_op:
        batch_op.create_check_constraint(op.f("ck_item_home_is_whole"), "(home_gross IS NULL) = (home_rate IS NULL)")
        batch_op.create_check_constraint(op.f("ck_item_part_of_ticket"), "(kind = 'part') = (part_of_id IS NOT NULL)")
        batch_op.create_check_constraint(op.f("ck_item_part_takes_no_place"), "kind <> 'part' OR claim_id IS NULL")
        batch_op.create_check_constraint(op.f("ck_item_part_knows_home"), "kind <> 'part' OR home_gross IS NOT NULL")
        batch_op.create_check_constraint(op.f("ck_item_home_has_place"), "(home_gross IS NULL) = (online IS NULL)")
        batch_op.create_check_constraint(op.f("ck_item_kind_known"), "kind IN ('ticket', 'add_on', 'fee', 'part')")
    with op.batch_alter_table("location") as batch_op:
        batch_op.create_check_constraint(op.f("ck_location_only_virtual_has_url"), "url = '' OR kind = 'virtual'")
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_meeting_reserve_is_accepted"), "reserve_rank IS NULL OR request_state = 'accepted'"
        )
        batch_op.create_check_constraint(
            op.f("ck_meeting_placed_has_time"), "placement = 'none' OR appointment_id IS NOT NULL"
        )
        batch_op.create_check_constraint(op.f("ck_meeting_origin_known"), "origin IN ('asked', 'live', 'desk', 'plan')")
        batch_op.create_check_constraint(
            op.f("ck_meeting_unplaced_reason_known"),
            "unplaced_reason IN ('', 'slot_removed', 'table_closed', 'talk', 'moved_away', 'time_lost')",
        )
    with op.batch_alter_table("organisation_profile") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_organisation_profile_walk_in_somewhere"), "NOT walk_in OR location_id IS NOT NULL"
        )
    with op.batch_alter_table("product") as batch_op:
        batch_op.create_check_constraint(op.f("ck_product_tickets_bundle"), "kind = 'ticket' OR bundled = false")
    with op.batch_alter_table("zone") as batch_op:
        batch_op.create_check_constraint(op.f("ck_zone_walk_minutes_range"), "walk_minutes BETWEEN 0 AND 60")

    for table in SEARCHED:
        for statement in searchable_statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in SEARCHED:
            for deed in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {table}_words_{deed}")
            op.execute(f"DROP TABLE {table}_words")
    with op.batch_alter_table("agenda_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_agenda_entry_lead_minutes_range"), type_="check")
    with op.batch_alter_table("delegate") as batch_op:
        batch_op.drop_constraint(op.f("ck_delegate_rhythm_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_delegate_departs_after_arriving"), type_="check")
        batch_op.drop_constraint(op.f("ck_delegate_meeting_limit_counts"), type_="check")
    with op.batch_alter_table("item") as batch_op:
        batch_op.drop_constraint(op.f("ck_item_home_is_whole"), type_="check")
        batch_op.drop_constraint(op.f("ck_item_part_of_ticket"), type_="check")
        batch_op.drop_constraint(op.f("ck_item_part_takes_no_place"), type_="check")
        batch_op.drop_constraint(op.f("ck_item_part_knows_home"), type_="check")
        batch_op.drop_constraint(op.f("ck_item_home_has_place"), type_="check")
        batch_op.drop_constraint(op.f("ck_item_kind_known"), type_="check")
    with op.batch_alter_table("location") as batch_op:
        batch_op.drop_constraint(op.f("ck_location_only_virtual_has_url"), type_="check")
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.drop_constraint(op.f("ck_meeting_reserve_is_accepted"), type_="check")
        batch_op.drop_constraint(op.f("ck_meeting_placed_has_time"), type_="check")
        batch_op.drop_constraint(op.f("ck_meeting_origin_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_meeting_unplaced_reason_known"), type_="check")
    with op.batch_alter_table("organisation_profile") as batch_op:
        batch_op.drop_constraint(op.f("ck_organisation_profile_walk_in_somewhere"), type_="check")
    with op.batch_alter_table("product") as batch_op:
        batch_op.drop_constraint(op.f("ck_product_tickets_bundle"), type_="check")
    with op.batch_alter_table("zone") as batch_op:
        batch_op.drop_constraint(op.f("ck_zone_walk_minutes_range"), type_="check")
    with op.batch_alter_table("zone", schema=None) as batch_op:
        batch_op.drop_column("walk_minutes")

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_column("silent_since")

    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_column("bundled")

    with op.batch_alter_table("participant_atom", schema=None) as batch_op:
        batch_op.drop_index("ix_participant_atom_time")

    with op.batch_alter_table("organisation_profile", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_organisation_profile_event_id_location_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_organisation_profile_carried_from_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_organisation_profile_location_id"))
        batch_op.drop_column("withheld_reason")
        batch_op.drop_column("withheld_at")
        batch_op.drop_column("carried_from_id")
        batch_op.drop_column("team_acts")
        batch_op.drop_column("walk_in")
        batch_op.drop_column("location_id")
        batch_op.drop_column("region")

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_organisation_public",
            sqlite_where=sa.text("public_at IS NOT NULL"),
            postgresql_where=sa.text("public_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_organisation_asked",
            sqlite_where=sa.text("public_asked_at IS NOT NULL AND public_at IS NULL"),
            postgresql_where=sa.text("public_asked_at IS NOT NULL AND public_at IS NULL"),
        )
        batch_op.drop_column("public_asked_at")
        batch_op.drop_column("language")
        batch_op.drop_column("description")
        batch_op.drop_column("region")

    with op.batch_alter_table("meeting_slot", schema=None) as batch_op:
        batch_op.drop_column("removed_at")

    with op.batch_alter_table("meeting_side", schema=None) as batch_op:
        batch_op.drop_column("contact_at")
        batch_op.drop_column("disputed_at")
        batch_op.drop_column("missed_at")
        batch_op.drop_column("confirmed_at")

    with op.batch_alter_table("meeting_delegate", schema=None) as batch_op:
        batch_op.drop_column("vacant_since")

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_meeting_event_id_cancelled_by_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_meeting_waiting",
            sqlite_where=sa.text("request_state = 'accepted' AND placement = 'none' AND closed_at IS NULL"),
            postgresql_where=sa.text("request_state = 'accepted' AND placement = 'none' AND closed_at IS NULL"),
        )
        batch_op.drop_column("live_at")
        batch_op.drop_column("cancelled_by_id")
        batch_op.drop_column("unplaced_reason")
        batch_op.drop_column("later")
        batch_op.drop_column("virtual")
        batch_op.drop_column("origin")

    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_column("url")

    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_item_event_id_part_of_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_item_part_of_id"))
        batch_op.drop_column("online")
        batch_op.drop_column("home_rate")
        batch_op.drop_column("home_gross")
        batch_op.drop_column("part_of_id")

    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delegate_event_id_group_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_delegate_shown", sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_delegate_group_id"))
        batch_op.drop_column("shown_last_at")
        batch_op.drop_column("shown_often")
        batch_op.drop_column("arrives_at")
        batch_op.drop_column("days")
        batch_op.drop_column("zone")
        batch_op.drop_column("video_url")
        batch_op.drop_column("remote")
        batch_op.drop_column("rhythm")
        batch_op.drop_column("shares_agenda")
        batch_op.drop_column("meeting_limit")
        batch_op.drop_column("takes_requests")
        batch_op.drop_column("phone")
        batch_op.drop_column("seeks")
        batch_op.drop_column("shows_seeks")
        batch_op.drop_column("shows_languages")
        batch_op.drop_column("shows_function")
        batch_op.drop_column("group_id")

    with op.batch_alter_table("agenda_entry", schema=None) as batch_op:
        batch_op.drop_column("lead_minutes")

    with op.batch_alter_table("opportunity_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opportunity_term_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_opportunity_term_event_id"))

    op.drop_table("opportunity_term")
    with op.batch_alter_table("meeting_scan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_scan_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_scan_event_id"))

    op.drop_table("meeting_scan")
    with op.batch_alter_table("meeting_proposal", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_meeting_proposal_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_meeting_proposal_to_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_proposal_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_proposal_event_id"))
        batch_op.drop_index(
            "ix_meeting_proposal_due",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.drop_table("meeting_proposal")
    with op.batch_alter_table("meeting_news", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_meeting_news_untold",
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_meeting_news_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_news_event_id"))

    op.drop_table("meeting_news")
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suggestion_other_id"))
        batch_op.drop_index(batch_op.f("ix_suggestion_made_at"))
        batch_op.drop_index(batch_op.f("ix_suggestion_event_id"))

    op.drop_table("suggestion")
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_search_looked_at"))
        batch_op.drop_index(batch_op.f("ix_saved_search_event_id"))
        batch_op.drop_index(batch_op.f("ix_saved_search_delegate_id"))

    op.drop_table("saved_search")
    with op.batch_alter_table("saved_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_person_other_id"))
        batch_op.drop_index(batch_op.f("ix_saved_person_event_id"))

    op.drop_table("saved_person")
    with op.batch_alter_table("opportunity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opportunity_profile_id"))
        batch_op.drop_index(batch_op.f("ix_opportunity_event_id"))
        batch_op.drop_index(batch_op.f("ix_opportunity_contact_id"))

    op.drop_table("opportunity")
    with op.batch_alter_table("meeting_vacancy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_vacancy_place_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_vacancy_event_id"))
        batch_op.drop_index(
            "ix_meeting_vacancy_due", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )

    op.drop_table("meeting_vacancy")
    with op.batch_alter_table("dismissed_reason", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dismissed_reason_other_id"))
        batch_op.drop_index(batch_op.f("ix_dismissed_reason_event_id"))

    op.drop_table("dismissed_reason")
    with op.batch_alter_table("directory_document", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_document_numbers")
        batch_op.drop_index(batch_op.f("ix_directory_document_event_id"))
        batch_op.drop_index("ix_directory_document_changes")

    op.drop_table("directory_document")
    with op.batch_alter_table("delegate_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegate_term_event_id"))
        batch_op.drop_index(batch_op.f("ix_delegate_term_delegate_id"))

    op.drop_table("delegate_term")
    with op.batch_alter_table("blocked_pair", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blocked_pair_other_profile_id"))
        batch_op.drop_index(batch_op.f("ix_blocked_pair_other_id"))
        batch_op.drop_index(batch_op.f("ix_blocked_pair_event_id"))
        batch_op.drop_index(batch_op.f("ix_blocked_pair_delegate_id"))

    op.drop_table("blocked_pair")
    with op.batch_alter_table("product_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_part_product_id"))
        batch_op.drop_index(batch_op.f("ix_product_part_event_id"))

    op.drop_table("product_part")
    with op.batch_alter_table("partner_group_product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_group_product_group_id"))
        batch_op.drop_index(batch_op.f("ix_partner_group_product_event_id"))

    op.drop_table("partner_group_product")
    with op.batch_alter_table("meeting_block_zone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_block_zone_event_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_block_zone_block_id"))

    op.drop_table("meeting_block_zone")
    with op.batch_alter_table("forbidden_pair", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forbidden_pair_event_id"))
        batch_op.drop_index(batch_op.f("ix_forbidden_pair_asked_id"))

    op.drop_table("forbidden_pair")
    with op.batch_alter_table("partner_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_group_event_id"))

    op.drop_table("partner_group")
    with op.batch_alter_table("meeting_rules", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_rules_event_id"))

    op.drop_table("meeting_rules")
    with op.batch_alter_table("lunch_window", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lunch_window_event_id"))

    op.drop_table("lunch_window")
    with op.batch_alter_table("consent_recipient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_recipient_event_id"))

    op.drop_table("consent_recipient")
    with op.batch_alter_table("organisation_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_term_organisation_id"))
        batch_op.drop_index("ix_organisation_term_lookup")

    op.drop_table("organisation_term")
    with op.batch_alter_table("organisation_image", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_organisation_image_current", sqlite_where=sa.text("current"), postgresql_where=sa.text("current")
        )
        batch_op.drop_index(batch_op.f("ix_organisation_image_organisation_id"))

    op.drop_table("organisation_image")
    op.drop_table("organisation_document")
    with op.batch_alter_table("item") as batch_op:
        batch_op.create_check_constraint(op.f("ck_item_kind_known"), "kind IN ('ticket', 'add_on', 'fee')")
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_meeting_published_has_time"), "(placement = 'published') <= (appointment_id IS NOT NULL)"
        )
