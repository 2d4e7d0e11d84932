"""Doors that know more, devices, badges and contacts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from partnering.checkin.touching import put_on, taken_off

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ANSWERS = "'ok', 'incomplete', 'unknown', 'revoked', 'wrong_event', 'wrong_ticket_type', 'wrong_day', 'cancelled', 'not_approved', 'unpaid', 'blocked', 'not_yet_valid', 'no_longer_valid', 'rules', 'already_in'"
REASONS = "'unknown', 'revoked', 'wrong_event', 'wrong_ticket_type', 'wrong_day', 'cancelled', 'not_approved', 'unpaid', 'blocked', 'not_yet_valid', 'no_longer_valid', 'rules', 'device_revoked', 'lease_over', 'no_contact'"


def upgrade() -> None:
    op.create_table(
        "badge_layout",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("paper", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.Column("elements", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("colours", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("conditions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("height BETWEEN 20 AND 400", name=op.f("ck_badge_layout_height_range")),
        sa.CheckConstraint("width BETWEEN 20 AND 400", name=op.f("ck_badge_layout_width_range")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_badge_layout_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_layout")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_badge_layout_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_badge_layout_public_id")),
    )
    with op.batch_alter_table("badge_layout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badge_layout_event_id"), ["event_id"], unique=False)

    op.create_table(
        "badge_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("which", sa.String(length=10), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("layout_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("job_ref", sa.String(length=16), nullable=True),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", name=op.f("ck_badge_batch_state_known")),
        sa.CheckConstraint("which IN ('new', 'changed', 'selected', 'all')", name=op.f("ck_badge_batch_which_known")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_badge_batch_number_counts")),
        sa.ForeignKeyConstraint(
            ["event_id", "layout_id"],
            ["badge_layout.event_id", "badge_layout.id"],
            name=op.f("fk_badge_batch_event_id_layout_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_badge_batch_event_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_badge_batch_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_batch")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_badge_batch_event_id_id")),
        sa.UniqueConstraint("job_ref", name=op.f("uq_badge_batch_job_ref")),
        sa.UniqueConstraint("public_id", name=op.f("uq_badge_batch_public_id")),
    )
    with op.batch_alter_table("badge_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badge_batch_event_id"), ["event_id"], unique=False)

    op.create_table(
        "card_exchange",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("low_id", sa.BigInteger(), nullable=False),
        sa.Column("high_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("text_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("low_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("high_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("asked_by_id IN (low_id, high_id)", name=op.f("ck_card_exchange_asked_by_one")),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_card_exchange_in_order")),
        sa.ForeignKeyConstraint(
            ["event_id", "asked_by_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_card_exchange_event_id_asked_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "high_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_card_exchange_event_id_high_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "low_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_card_exchange_event_id_low_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_card_exchange_event_id")),
        sa.ForeignKeyConstraint(["text_id"], ["consent_text.id"], name=op.f("fk_card_exchange_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_exchange")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_card_exchange_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_card_exchange_public_id")),
    )
    with op.batch_alter_table("card_exchange", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_exchange_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_card_exchange_high_id"), ["high_id"], unique=False)
        batch_op.create_index(
            "uq_card_exchange_open",
            ["low_id", "high_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "device_enrolment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id", "device_id"],
            ["device.event_id", "device.id"],
            name=op.f("fk_device_enrolment_event_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_device_enrolment_event_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_device_enrolment_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_enrolment")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_device_enrolment_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_device_enrolment_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_device_enrolment_secret_hash")),
    )
    with op.batch_alter_table("device_enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_enrolment_device_id"), ["device_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_enrolment_event_id"), ["event_id"], unique=False)

    op.create_table(
        "lead",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_by_id", sa.BigInteger(), nullable=False),
        sa.Column("text_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scan_id", sa.String(length=40), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 0 AND 3", name=op.f("ck_lead_rating_range")),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_lead_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "profile_id"],
            ["organisation_profile.event_id", "organisation_profile.id"],
            name=op.f("fk_lead_event_id_profile_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "taken_by_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_lead_event_id_taken_by_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_lead_event_id")),
        sa.ForeignKeyConstraint(["text_id"], ["consent_text.id"], name=op.f("fk_lead_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_lead_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lead_public_id")),
        sa.UniqueConstraint("taken_by_id", "scan_id", name=op.f("uq_lead_taken_by_id_scan_id")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(
            "uq_lead_visitor",
            ["profile_id", "participant_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "checkin_question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("options", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('yes_no', 'text', 'choice')", name=op.f("ck_checkin_question_kind_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "list_id"],
            ["checkin_list.event_id", "checkin_list.id"],
            name=op.f("fk_checkin_question_event_id_list_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_checkin_question_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_question")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_checkin_question_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_checkin_question_public_id")),
    )
    with op.batch_alter_table("checkin_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkin_question_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_checkin_question_list_id"), ["list_id"], unique=False)

    op.create_table(
        "device_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "device_id"], ["device.event_id", "device.id"], name=op.f("fk_device_list_event_id_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "list_id"],
            ["checkin_list.event_id", "checkin_list.id"],
            name=op.f("fk_device_list_event_id_list_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_device_list_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_list")),
        sa.UniqueConstraint("device_id", "list_id", name=op.f("uq_device_list_device_id_list_id")),
    )
    with op.batch_alter_table("device_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_list_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_list_list_id"), ["list_id"], unique=False)

    op.create_table(
        "door_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attention", sa.Boolean(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "registration_id"],
            ["registration.event_id", "registration.id"],
            name=op.f("fk_door_note_event_id_registration_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_door_note_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_note")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_door_note_registration_id")),
    )
    with op.batch_alter_table("door_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_door_note_event_id"), ["event_id"], unique=False)

    op.create_table(
        "door_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "registration_id"],
            ["registration.event_id", "registration.id"],
            name=op.f("fk_door_row_event_id_registration_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_door_row_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_row")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_door_row_registration_id")),
    )
    with op.batch_alter_table("door_row", schema=None) as batch_op:
        batch_op.create_index("ix_door_row_changed", ["event_id", "changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_door_row_event_id"), ["event_id"], unique=False)

    op.create_table(
        "badge_print",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_code_id", sa.BigInteger(), nullable=False),
        sa.Column("layout_id", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id", "batch_id"],
            ["badge_batch.event_id", "badge_batch.id"],
            name=op.f("fk_badge_print_event_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "layout_id"],
            ["badge_layout.event_id", "badge_layout.id"],
            name=op.f("fk_badge_print_event_id_layout_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "ticket_code_id"],
            ["ticket_code.event_id", "ticket_code.id"],
            name=op.f("fk_badge_print_event_id_ticket_code_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_badge_print_event_id")),
        sa.ForeignKeyConstraint(["printed_by_id"], ["person.id"], name=op.f("fk_badge_print_printed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_print")),
    )
    with op.batch_alter_table("badge_print", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badge_print_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_badge_print_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_badge_print_printed_at"), ["printed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_badge_print_ticket_code_id"), ["ticket_code_id"], unique=False)

    with op.batch_alter_table("checkin_list", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="door"))
        batch_op.add_column(sa.Column("entries", sa.String(length=10), nullable=False, server_default="reentry"))
        batch_op.add_column(sa.Column("unpaid", sa.String(length=10), nullable=False, server_default="warn"))
        batch_op.add_column(sa.Column("daily_from", sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column("daily_until", sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column("most_entries", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("least_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("exit_all_at", sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column("session_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("certificate", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_checkin_list_session_id"), ["session_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_checkin_list_event_id_session_id"),
            "programme_session",
            ["event_id", "session_id"],
            ["event_id", "id"],
        )
    op.execute("UPDATE checkin_list SET entries = 'single' WHERE NOT reentry")
    op.execute("UPDATE checkin_list SET unpaid = 'refuse' WHERE NOT allow_unpaid")
    with op.batch_alter_table("checkin_list", schema=None) as batch_op:
        batch_op.drop_column("allow_unpaid")
        batch_op.drop_column("reentry")
        for name in ("version", "kind", "entries", "unpaid", "certificate"):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_checkin_list_kind_known"), "kind IN ('door', 'workshop', 'dinner', 'setup')"
        )
        batch_op.create_check_constraint(
            op.f("ck_checkin_list_entries_known"), "entries IN ('single', 'reentry', 'multiple')"
        )
        batch_op.create_check_constraint(op.f("ck_checkin_list_unpaid_known"), "unpaid IN ('admit', 'warn', 'refuse')")
        batch_op.create_check_constraint(op.f("ck_checkin_list_most_entries_counts"), "most_entries >= 1")
        batch_op.create_check_constraint(
            op.f("ck_checkin_list_least_minutes_range"), "least_minutes BETWEEN 1 AND 1440"
        )

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_token_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("generation", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("rolled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reviewed_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("waiting", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("waiting_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("clock_offset", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("may_force", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("may_add", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("pin_hash", sa.Text(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_device_former_token_hash"), ["former_token_hash"])
        batch_op.drop_constraint(op.f("ck_device_kind_known"), type_="check")
    with op.batch_alter_table("device", schema=None) as batch_op:
        for name in ("generation", "waiting", "may_force", "may_add"):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_check_constraint(op.f("ck_device_kind_known"), "kind IN ('enrolled', 'browser', 'kiosk')")
        batch_op.create_check_constraint(op.f("ck_device_generation_counts"), "generation >= 1")
        batch_op.create_check_constraint(op.f("ck_device_waiting_counts"), "waiting >= 0")

    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("via", sa.String(length=10), nullable=False, server_default="camera"))
        batch_op.add_column(sa.Column("said", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column(
                "answers",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default=sa.text("'{}'"),
            )
        )
        batch_op.add_column(sa.Column("reason", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("window_key", sa.String(length=10), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("forced_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("settled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("settlement", sa.String(length=10), nullable=False, server_default=""))
        batch_op.create_foreign_key(batch_op.f("fk_scan_settled_by_id"), "person", ["settled_by_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_scan_forced_by_id"), "person", ["forced_by_id"], ["id"])
        batch_op.drop_constraint(op.f("ck_scan_state_known"), type_="check")
    op.execute("UPDATE scan SET said = answer WHERE offline")
    op.execute("UPDATE scan SET reason = 'device_revoked' WHERE state = 'review'")
    op.execute(
        "UPDATE scan SET window_key = 'event' WHERE state = 'counted' "
        "AND list_id IN (SELECT l.id FROM checkin_list l WHERE l.window_kind = 'event')"
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        for name in ("via", "said", "answers", "reason", "window_key", "settlement"):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_scan_via_known"), "via IN ('camera', 'typed', 'search', 'kiosk', 'group')"
        )
        batch_op.create_check_constraint(op.f("ck_scan_said_known"), f"said IN ('', {ANSWERS})")
        batch_op.create_check_constraint(op.f("ck_scan_reason_known"), f"reason IN ('', {REASONS})")
        batch_op.create_check_constraint(
            op.f("ck_scan_state_known"), "state IN ('counted', 'duplicate', 'refused', 'annulled', 'review')"
        )
        batch_op.create_check_constraint(op.f("ck_scan_settlement_known"), "settlement IN ('', 'counted', 'dismissed')")
        batch_op.create_check_constraint(op.f("ck_scan_offline_said"), "(said <> '') = offline")
        batch_op.create_check_constraint(op.f("ck_scan_settled_how"), "(settlement <> '') = (settled_at IS NOT NULL)")
        batch_op.create_check_constraint(op.f("ck_scan_review_has_reason"), "state <> 'review' OR reason <> ''")
        batch_op.create_check_constraint(
            op.f("ck_scan_counted_was_let_through"), "state NOT IN ('counted', 'duplicate') OR answer = 'ok'"
        )
        batch_op.create_check_constraint(
            op.f("ck_scan_counted_has_place"), "state NOT IN ('counted', 'duplicate') OR place_id IS NOT NULL"
        )
        batch_op.create_index(
            "ix_scan_unsettled",
            ["event_id", "received_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('duplicate', 'review') AND settlement = ''"),
            postgresql_where=sa.text("state IN ('duplicate', 'review') AND settlement = ''"),
        )

    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entries", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE admission SET entered_at = at")
    op.execute(
        "UPDATE admission SET entries = s.entries, entered_at = s.entered_at FROM "
        "(SELECT list_id, place_id, count(*) AS entries, max(bounded_at) AS entered_at FROM scan "
        "WHERE state = 'counted' AND type = 'entry' AND window_key = 'event' GROUP BY list_id, place_id) s "
        "WHERE admission.list_id = s.list_id AND admission.place_id = s.place_id AND admission.window_key = 'event'"
    )
    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.alter_column("entries", server_default=None)
        batch_op.alter_column("entered_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_check_constraint(op.f("ck_admission_entries_count"), "entries >= 1")
        batch_op.create_check_constraint(op.f("ck_admission_entered_after_first"), "entered_at >= at")

    for statement in put_on(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in taken_off(op.get_bind().dialect.name):
        op.execute(statement)
    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_admission_entered_after_first"), type_="check")
        batch_op.drop_constraint(op.f("ck_admission_entries_count"), type_="check")
        batch_op.drop_column("entered_at")
        batch_op.drop_column("entries")

    op.execute("UPDATE scan SET state = 'review' WHERE state = 'duplicate'")
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_scan_unsettled",
            sqlite_where=sa.text("state IN ('duplicate', 'review') AND settlement = ''"),
            postgresql_where=sa.text("state IN ('duplicate', 'review') AND settlement = ''"),
        )
        for name in (
            "via_known",
            "said_known",
            "reason_known",
            "state_known",
            "settlement_known",
            "offline_said",
            "settled_how",
            "review_has_reason",
            "counted_was_let_through",
            "counted_has_place",
        ):
            batch_op.drop_constraint(op.f(f"ck_scan_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_scan_forced_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_scan_settled_by_id"), type_="foreignkey")
        for name in (
            "settlement",
            "settled_by_id",
            "settled_at",
            "forced_by_id",
            "window_key",
            "reason",
            "answers",
            "said",
            "via",
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_scan_state_known"), "state IN ('counted', 'refused', 'annulled', 'review')"
        )

    op.execute("UPDATE device SET kind = 'enrolled' WHERE kind = 'kiosk'")
    with op.batch_alter_table("device", schema=None) as batch_op:
        for name in ("kind_known", "generation_counts", "waiting_counts"):
            batch_op.drop_constraint(op.f(f"ck_device_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_device_former_token_hash"), type_="unique")
        for name in (
            "pin_hash",
            "may_add",
            "may_force",
            "clock_offset",
            "waiting_at",
            "waiting",
            "reviewed_from",
            "rolled_at",
            "generation",
            "former_token_hash",
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_check_constraint(op.f("ck_device_kind_known"), "kind IN ('enrolled', 'browser')")

    with op.batch_alter_table("checkin_list", schema=None) as batch_op:
        batch_op.add_column(sa.Column("allow_unpaid", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("reentry", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute("UPDATE checkin_list SET reentry = false WHERE entries = 'single'")
    op.execute("UPDATE checkin_list SET allow_unpaid = false WHERE unpaid = 'refuse'")
    with op.batch_alter_table("checkin_list", schema=None) as batch_op:
        batch_op.alter_column("allow_unpaid", server_default=None)
        batch_op.alter_column("reentry", server_default=None)
        for name in ("kind_known", "entries_known", "unpaid_known", "most_entries_counts", "least_minutes_range"):
            batch_op.drop_constraint(op.f(f"ck_checkin_list_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_checkin_list_event_id_session_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_checkin_list_session_id"))
        for name in (
            "closed_at",
            "certificate",
            "session_id",
            "exit_all_at",
            "least_minutes",
            "most_entries",
            "daily_until",
            "daily_from",
            "unpaid",
            "entries",
            "kind",
            "version",
        ):
            batch_op.drop_column(name)

    with op.batch_alter_table("badge_print", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_badge_print_ticket_code_id"))
        batch_op.drop_index(batch_op.f("ix_badge_print_printed_at"))
        batch_op.drop_index(batch_op.f("ix_badge_print_event_id"))
        batch_op.drop_index(batch_op.f("ix_badge_print_batch_id"))

    op.drop_table("badge_print")
    with op.batch_alter_table("door_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_door_row_event_id"))
        batch_op.drop_index("ix_door_row_changed")

    op.drop_table("door_row")
    with op.batch_alter_table("door_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_door_note_event_id"))

    op.drop_table("door_note")
    with op.batch_alter_table("device_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_list_list_id"))
        batch_op.drop_index(batch_op.f("ix_device_list_event_id"))

    op.drop_table("device_list")
    with op.batch_alter_table("checkin_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkin_question_list_id"))
        batch_op.drop_index(batch_op.f("ix_checkin_question_event_id"))

    op.drop_table("checkin_question")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_lead_visitor",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_lead_participant_id"))
        batch_op.drop_index(batch_op.f("ix_lead_event_id"))

    op.drop_table("lead")
    with op.batch_alter_table("device_enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_enrolment_event_id"))
        batch_op.drop_index(batch_op.f("ix_device_enrolment_device_id"))

    op.drop_table("device_enrolment")
    with op.batch_alter_table("card_exchange", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_card_exchange_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_card_exchange_high_id"))
        batch_op.drop_index(batch_op.f("ix_card_exchange_event_id"))

    op.drop_table("card_exchange")
    with op.batch_alter_table("badge_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_badge_batch_event_id"))

    op.drop_table("badge_batch")
    with op.batch_alter_table("badge_layout", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_badge_layout_event_id"))

    op.drop_table("badge_layout")
