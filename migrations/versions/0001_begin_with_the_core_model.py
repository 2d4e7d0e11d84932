"""Begin with the core model"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from partnering.db import append_only_statements
from partnering.jobs import procrastinate_schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_ref", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_ref", sa.String(length=40), nullable=False),
        sa.Column("event_ref", sa.String(length=16), nullable=True),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.Column("detail_hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_event_ref"), ["event_ref"], unique=False)

    op.create_table(
        "host",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("vat_id", sa.Text(), nullable=False),
        sa.Column("tax_number", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host")),
        sa.UniqueConstraint("public_id", name=op.f("uq_host_public_id")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("actor", "key", name=op.f("uq_idempotency_key_actor_key")),
    )
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_key_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("task", sa.String(length=60), nullable=False),
        sa.Column("arguments", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("event_ref", sa.String(length=16), nullable=True),
        sa.Column("owner_ref", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('ready', 'running', 'done', 'failed')", name=op.f("ck_job_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("public_id", name=op.f("uq_job_public_id")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["state", "run_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_event_ref"), ["event_ref"], unique=False)

    op.create_table(
        "outbox_letter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("dedup_key", sa.String(length=200), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("topic_version", sa.Integer(), nullable=False),
        sa.Column("event_ref", sa.String(length=16), nullable=True),
        sa.Column("recipient_ref", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("locale IN ('de', 'en')", name=op.f("ck_outbox_letter_locale_known")),
        sa.CheckConstraint(
            "state IN ('ready', 'leased', 'sending', 'sent', 'dropped', 'dead')",
            name=op.f("ck_outbox_letter_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_letter")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_outbox_letter_dedup_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_letter_message_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outbox_letter_public_id")),
    )
    with op.batch_alter_table("outbox_letter", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_letter_address", ["address", "id"], unique=False)
        batch_op.create_index("ix_outbox_letter_due", ["state", "run_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_letter_event_ref"), ["event_ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_letter_topic"), ["topic"], unique=False)

    op.create_table(
        "periodic_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task", sa.String(length=60), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periodic_run")),
        sa.UniqueConstraint("task", "due_at", name=op.f("uq_periodic_run_task_due_at")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("theme", sa.String(length=5), nullable=False),
        sa.Column("admin_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("locale IN ('de', 'en')", name=op.f("ck_person_locale_known")),
        sa.CheckConstraint("theme IN ('auto', 'light', 'dark')", name=op.f("ck_person_theme_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_table(
        "rate_limit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deed", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("window", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_limit")),
        sa.UniqueConstraint("deed", "key", "window", name=op.f("uq_rate_limit_deed_key_window")),
    )
    with op.batch_alter_table("rate_limit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rate_limit_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "suppression",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("scope", "address_hash", name=op.f("uq_suppression_scope_address_hash")),
    )
    op.create_table(
        "audit_detail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("delete_after", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_detail_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_detail")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_detail_entry_id")),
    )
    with op.batch_alter_table("audit_detail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_detail_delete_after"), ["delete_after"], unique=False)

    op.create_table(
        "email_address",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("canonical", sa.String(length=254), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_email_address_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_address")),
        sa.UniqueConstraint("canonical", name=op.f("uq_email_address_canonical")),
    )
    with op.batch_alter_table("email_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_email_address_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_email_address_primary",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("is_primary"),
            postgresql_where=sa.text("is_primary"),
        )

    op.create_table(
        "job_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_file_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_file")),
        sa.UniqueConstraint("job_id", name=op.f("uq_job_file_job_id")),
    )
    op.create_table(
        "one_time_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_one_time_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_token_token_hash")),
    )
    with op.batch_alter_table("one_time_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_token_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_one_time_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("domains", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_organisation_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("host_id", "id", name=op.f("uq_organisation_host_id_id")),
        sa.UniqueConstraint("host_id", "public_id", name=op.f("uq_organisation_host_id_public_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organisation_public_id")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_folded_name"), ["folded_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_host_id"), ["host_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_person_id"), ["person_id"], unique=False)

    op.create_table(
        "second_factor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=True),
        sa.Column("secret", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('passkey', 'totp')", name=op.f("ck_second_factor_kind_known")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_second_factor_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_second_factor_credential_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_second_factor_public_id")),
    )
    with op.batch_alter_table("second_factor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_second_factor_person_id"), ["person_id"], unique=False)

    op.create_table(
        "series",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_series_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("host_id", "id", name=op.f("uq_series_host_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_series_public_id")),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_host_id"), ["host_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_user_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_user_session_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("series_id", sa.BigInteger(), nullable=True),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("claim", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("description", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("venue", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("travel", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("accessibility", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("notice", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("faq", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("languages", sa.String(length=20), nullable=False),
        sa.Column("dye", sa.String(length=20), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("sender_address", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("change_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("partnering_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("partnering_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_request_limit", sa.Integer(), nullable=False),
        sa.Column("request_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "dye IN ('haematoxylin', 'malachite', 'methylene', 'carmine')", name=op.f("ck_event_dye_known")
        ),
        sa.CheckConstraint("state IN ('draft', 'published', 'cancelled')", name=op.f("ck_event_state_known")),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_event_hours_in_order")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_event_days_in_order")),
        sa.ForeignKeyConstraint(
            ["host_id", "series_id"], ["series.host_id", "series.id"], name=op.f("fk_event_host_id_series_id")
        ),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_event_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("host_id", "id", name=op.f("uq_event_host_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_event_slug")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_host_id"), ["host_id"], unique=False)

    op.create_table(
        "checkin_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("window_kind", sa.String(length=6), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("allow_unpaid", sa.Boolean(), nullable=False),
        sa.Column("reentry", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("window_kind IN ('event', 'day')", name=op.f("ck_checkin_list_window_kind_known")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_checkin_list_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_list")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_checkin_list_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_checkin_list_public_id")),
    )
    with op.batch_alter_table("checkin_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkin_list_event_id"), ["event_id"], unique=False)

    op.create_table(
        "consent_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_consent_text_event_id")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_consent_text_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
        sa.UniqueConstraint(
            "event_id", "purpose", "recipient", "number", name=op.f("uq_consent_text_event_id_purpose_recipient_number")
        ),
    )
    with op.batch_alter_table("consent_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_text_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_text_host_id"), ["host_id"], unique=False)

    op.create_table(
        "device",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('enrolled', 'browser')", name=op.f("ck_device_kind_known")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_device_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_device_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_device_event_id_id")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_device_event_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_device_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_person_id"), ["person_id"], unique=False)

    op.create_table(
        "former_slug",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_former_slug_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_slug")),
        sa.UniqueConstraint("slug", name=op.f("uq_former_slug_slug")),
    )
    with op.batch_alter_table("former_slug", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_former_slug_event_id"), ["event_id"], unique=False)

    op.create_table(
        "legal_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('legal_notice', 'privacy', 'terms')", name=op.f("ck_legal_text_kind_known")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_legal_text_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_text")),
        sa.UniqueConstraint("event_id", "kind", "number", name=op.f("uq_legal_text_event_id_kind_number")),
    )
    with op.batch_alter_table("legal_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_legal_text_event_id"), ["event_id"], unique=False)

    op.create_table(
        "meeting_block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("phase", sa.String(length=10), nullable=False),
        sa.CheckConstraint("mode IN ('batch', 'instant', 'live')", name=op.f("ck_meeting_block_mode_known")),
        sa.CheckConstraint(
            "phase IN ('open', 'frozen', 'review', 'published', 'running', 'closed')",
            name=op.f("ck_meeting_block_phase_known"),
        ),
        sa.CheckConstraint(
            "break_minutes >= 0 AND break_minutes % 5 = 0", name=op.f("ck_meeting_block_break_in_atoms")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_meeting_block_ends_after_start")),
        sa.CheckConstraint("slot_minutes > 0 AND slot_minutes % 5 = 0", name=op.f("ck_meeting_block_slot_in_atoms")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_block_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_block")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_meeting_block_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_block_public_id")),
    )
    with op.batch_alter_table("meeting_block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_block_event_id"), ["event_id"], unique=False)

    op.create_table(
        "organisation_profile",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("offers", sa.Text(), nullable=False),
        sa.Column("seeks", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("organisation_type", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_organisation_profile_event_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_profile_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_profile")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_organisation_profile_event_id_id")),
        sa.UniqueConstraint(
            "event_id", "organisation_id", name=op.f("uq_organisation_profile_event_id_organisation_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_organisation_profile_public_id")),
    )
    with op.batch_alter_table("organisation_profile", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_profile_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_profile_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "participant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("search_name", sa.Text(), nullable=False),
        sa.Column("biography", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.String(length=200), nullable=True),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("locale IN ('de', 'en')", name=op.f("ck_participant_locale_known")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_participant_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_participant_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("event_id", "external_ref", name=op.f("uq_participant_event_id_external_ref")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_participant_event_id_id")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_participant_event_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_participant_public_id")),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participant_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participant_sort_name"), ["sort_name"], unique=False)

    op.create_table(
        "pool",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("over", sa.Integer(), nullable=False),
        sa.CheckConstraint("typeof(capacity) = 'integer'", name=op.f("ck_pool_capacity_integer")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("typeof(over) = 'integer'", name=op.f("ck_pool_over_integer")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("typeof(used) = 'integer'", name=op.f("ck_pool_used_integer")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_pool_capacity_counts")),
        sa.CheckConstraint("over >= 0", name=op.f("ck_pool_over_counts")),
        sa.CheckConstraint("used <= capacity + over", name=op.f("ck_pool_never_oversold")),
        sa.CheckConstraint("used >= 0", name=op.f("ck_pool_used_counts")),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_pool_waiting_counts")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_pool_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_pool_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pool_public_id")),
    )
    with op.batch_alter_table("pool", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pool_event_id"), ["event_id"], unique=False)

    op.create_table(
        "team_role",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("area IN ('organiser', 'crew')", name=op.f("ck_team_role_area_known")),
        sa.ForeignKeyConstraint(
            ["host_id", "event_id"], ["event.host_id", "event.id"], name=op.f("fk_team_role_host_id_event_id")
        ),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_team_role_host_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_role_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_role")),
    )
    with op.batch_alter_table("team_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_role_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_role_host_id"), ["host_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_role_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_team_role_event",
            ["event_id", "person_id", "area"],
            unique=True,
            sqlite_where=sa.text("event_id IS NOT NULL"),
            postgresql_where=sa.text("event_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_team_role_host",
            ["host_id", "person_id", "area"],
            unique=True,
            sqlite_where=sa.text("event_id IS NULL"),
            postgresql_where=sa.text("event_id IS NULL"),
        )

    op.create_table(
        "track",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("tint", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("tint BETWEEN 1 AND 5", name=op.f("ck_track_tint_range")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_track_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_track_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_track_public_id")),
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_event_id"), ["event_id"], unique=False)

    op.create_table(
        "zone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_zone_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_zone_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_zone_public_id")),
    )
    with op.batch_alter_table("zone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_zone_event_id"), ["event_id"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(participant_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_consent_one_giver")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_consent_host_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_consent_participant_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.ForeignKeyConstraint(["text_id"], ["consent_text.id"], name=op.f("fk_consent_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_text_id"), ["text_id"], unique=False)
        batch_op.create_index(
            "uq_consent_participant",
            ["participant_id", "purpose", "recipient"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL AND participant_id IS NOT NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND participant_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_consent_person",
            ["person_id", "host_id", "purpose", "recipient"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL AND person_id IS NOT NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND person_id IS NOT NULL"),
        )

    op.create_table(
        "location",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("external_ref", sa.String(length=200), nullable=True),
        sa.Column("row", sa.String(length=2), nullable=False),
        sa.Column("column", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("closed_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('room', 'table', 'stand', 'virtual')", name=op.f("ck_location_kind_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "zone_id"], ["zone.event_id", "zone.id"], name=op.f("fk_location_event_id_zone_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_location_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_location_event_id_id")),
        sa.UniqueConstraint("event_id", "kind", "external_ref", name=op.f("uq_location_event_id_kind_external_ref")),
        sa.UniqueConstraint("public_id", name=op.f("uq_location_public_id")),
    )
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_location_event_id"), ["event_id"], unique=False)

    op.create_table(
        "meeting_slot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("block_id", sa.BigInteger(), nullable=False),
        sa.Column("first_atom", sa.BigInteger(), nullable=False),
        sa.Column("last_atom", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("last_atom >= first_atom", name=op.f("ck_meeting_slot_atoms_in_order")),
        sa.ForeignKeyConstraint(
            ["event_id", "block_id"],
            ["meeting_block.event_id", "meeting_block.id"],
            name=op.f("fk_meeting_slot_event_id_block_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_slot_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_slot")),
        sa.UniqueConstraint("block_id", "first_atom", name=op.f("uq_meeting_slot_block_id_first_atom")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_meeting_slot_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_slot_public_id")),
    )
    with op.batch_alter_table("meeting_slot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_slot_event_id"), ["event_id"], unique=False)

    op.create_table(
        "profile_term",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("facet", sa.String(length=30), nullable=False),
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.CheckConstraint("side IN ('offer', 'seek', 'is')", name=op.f("ck_profile_term_side_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "profile_id"],
            ["organisation_profile.event_id", "organisation_profile.id"],
            name=op.f("fk_profile_term_event_id_profile_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_profile_term_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_term")),
        sa.UniqueConstraint(
            "profile_id", "side", "facet", "term", name=op.f("uq_profile_term_profile_id_side_facet_term")
        ),
    )
    with op.batch_alter_table("profile_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_term_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_profile_term_lookup", ["event_id", "facet", "term", "side"], unique=False)
        batch_op.create_index(batch_op.f("ix_profile_term_profile_id"), ["profile_id"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('attendance', 'session', 'meeting', 'block')", name=op.f("ck_appointment_kind_known")
        ),
        sa.CheckConstraint("state IN ('live', 'cancelled')", name=op.f("ck_appointment_state_known")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_appointment_ends_after_start")),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_appointment_sequence_counts")),
        sa.ForeignKeyConstraint(
            ["event_id", "location_id"],
            ["location.event_id", "location.id"],
            name=op.f("fk_appointment_event_id_location_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_appointment_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_appointment_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appointment_public_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_appointment_uid")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_location_id"), ["location_id"], unique=False)

    op.create_table(
        "agenda_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sent_sequence", sa.Integer(), nullable=True),
        sa.Column("sent_hash", sa.String(length=64), nullable=True),
        sa.Column("sent_state", sa.String(length=10), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('attendee', 'speaker', 'chair', 'bookmark', 'requester', 'invitee', 'self')",
            name=op.f("ck_agenda_entry_role_known"),
        ),
        sa.CheckConstraint(
            "sent_state IN ('none', 'confirmed', 'cancelled')", name=op.f("ck_agenda_entry_sent_state_known")
        ),
        sa.CheckConstraint("state IN ('live', 'cancelled')", name=op.f("ck_agenda_entry_state_known")),
        sa.CheckConstraint(
            "sent_sequence IS NULL OR sent_sequence <= sequence", name=op.f("ck_agenda_entry_sent_not_ahead")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "appointment_id"],
            ["appointment.event_id", "appointment.id"],
            name=op.f("fk_agenda_entry_event_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_agenda_entry_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_agenda_entry_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_entry")),
        sa.UniqueConstraint(
            "appointment_id", "participant_id", name=op.f("uq_agenda_entry_appointment_id_participant_id")
        ),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_agenda_entry_event_id_id")),
        sa.UniqueConstraint("id", "participant_id", name=op.f("uq_agenda_entry_id_participant_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agenda_entry_public_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_agenda_entry_uid")),
    )
    with op.batch_alter_table("agenda_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_entry_appointment_id"), ["appointment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_entry_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_entry_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "location_atom",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("atom", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_location_atom_appointment_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_location_atom_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location_atom")),
        sa.UniqueConstraint("location_id", "atom", name=op.f("uq_location_atom_location_id_atom")),
    )
    with op.batch_alter_table("location_atom", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_location_atom_appointment_id"), ["appointment_id"], unique=False)

    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("description", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("features", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("on_sale_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_sale_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("most_per_order", sa.Integer(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("partnering", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("recommended", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('ticket', 'add_on')", name=op.f("ck_product_kind_known")),
        sa.CheckConstraint(
            "role IN ('attendee', 'exhibitor', 'speaker', 'crew', 'press')", name=op.f("ck_product_role_known")
        ),
        sa.CheckConstraint("most_per_order BETWEEN 1 AND 100", name=op.f("ck_product_most_per_order_range")),
        sa.CheckConstraint("seats BETWEEN 1 AND 20", name=op.f("ck_product_seats_range")),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 10000", name=op.f("ck_product_vat_rate_range")),
        sa.ForeignKeyConstraint(
            ["event_id", "appointment_id"],
            ["appointment.event_id", "appointment.id"],
            name=op.f("fk_product_event_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_product_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_product_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_product_public_id")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_event_id"), ["event_id"], unique=False)

    op.create_table(
        "programme_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("track_id", sa.BigInteger(), nullable=True),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("external_ref", sa.String(length=200), nullable=True),
        sa.Column("imported_hash", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("subtitle", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("abstract", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('keynote', 'talk', 'panel', 'pitch', 'workshop', 'break', 'poster', 'social')",
            name=op.f("ck_programme_session_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "appointment_id"],
            ["appointment.event_id", "appointment.id"],
            name=op.f("fk_programme_session_event_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "track_id"],
            ["track.event_id", "track.id"],
            name=op.f("fk_programme_session_event_id_track_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_programme_session_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_session")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_programme_session_appointment_id")),
        sa.UniqueConstraint("event_id", "external_ref", name=op.f("uq_programme_session_event_id_external_ref")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_programme_session_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_programme_session_public_id")),
    )
    with op.batch_alter_table("programme_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_session_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_programme_session_track_id"), ["track_id"], unique=False)

    op.create_table(
        "bookmark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_bookmark_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "session_id"],
            ["programme_session.event_id", "programme_session.id"],
            name=op.f("fk_bookmark_event_id_session_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_bookmark_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookmark")),
        sa.UniqueConstraint("session_id", "participant_id", name=op.f("uq_bookmark_session_id_participant_id")),
    )
    with op.batch_alter_table("bookmark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bookmark_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookmark_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookmark_session_id"), ["session_id"], unique=False)

    op.create_table(
        "participant_atom",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("atom", sa.BigInteger(), nullable=False),
        sa.Column("contested", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id", "participant_id"],
            ["agenda_entry.id", "agenda_entry.participant_id"],
            name=op.f("fk_participant_atom_entry_id_participant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_atom")),
    )
    with op.batch_alter_table("participant_atom", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_atom_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            "uq_participant_atom_binding",
            ["participant_id", "atom"],
            unique=True,
            sqlite_where=sa.text("NOT contested"),
            postgresql_where=sa.text("NOT contested"),
        )

    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("billing", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("draft", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("locale IN ('de', 'en')", name=op.f("ck_party_locale_known")),
        sa.ForeignKeyConstraint(["contact_person_id"], ["person.id"], name=op.f("fk_party_contact_person_id")),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"], ["product.event_id", "product.id"], name=op.f("fk_party_event_id_product_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_party_event_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_party_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_party_event_id_id")),
        sa.UniqueConstraint("event_id", "reference", name=op.f("uq_party_event_id_reference")),
        sa.UniqueConstraint("public_id", name=op.f("uq_party_public_id")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_contact_person_id"), ["contact_person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "price_tier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("typeof(gross) = 'integer'", name=op.f("ck_price_tier_gross_integer")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("gross >= 0", name=op.f("ck_price_tier_gross_counts")),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"],
            ["product.event_id", "product.id"],
            name=op.f("fk_price_tier_event_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_price_tier_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_tier")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_price_tier_event_id_id")),
    )
    with op.batch_alter_table("price_tier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_tier_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_price_tier_product", ["product_id"], unique=False)

    op.create_table(
        "product_pool",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("typeof(quantity) = 'integer'", name=op.f("ck_product_pool_quantity_integer")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_product_pool_quantity_counts")),
        sa.ForeignKeyConstraint(
            ["event_id", "pool_id"], ["pool.event_id", "pool.id"], name=op.f("fk_product_pool_event_id_pool_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"],
            ["product.event_id", "product.id"],
            name=op.f("fk_product_pool_event_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_product_pool_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_pool")),
        sa.UniqueConstraint("product_id", "pool_id", name=op.f("uq_product_pool_product_id_pool_id")),
    )
    with op.batch_alter_table("product_pool", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_pool_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_pool_pool_id"), ["pool_id"], unique=False)

    op.create_table(
        "session_person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("set_up", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('speaker', 'chair', 'panellist')", name=op.f("ck_session_person_role_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_session_person_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "session_id"],
            ["programme_session.event_id", "programme_session.id"],
            name=op.f("fk_session_person_event_id_session_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_session_person_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_person")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_session_person_event_id_id")),
        sa.UniqueConstraint("session_id", "participant_id", name=op.f("uq_session_person_session_id_participant_id")),
    )
    with op.batch_alter_table("session_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_person_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_person_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_person_session_id"), ["session_id"], unique=False)

    op.create_table(
        "claim",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("tier_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state <> 'held' OR until IS NOT NULL", name=op.f("ck_claim_hold_ends")),
        sa.CheckConstraint(
            "state IN ('held', 'confirmed', 'cancelled', 'expired', 'released')", name=op.f("ck_claim_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"], ["product.event_id", "product.id"], name=op.f("fk_claim_event_id_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "tier_id"], ["price_tier.event_id", "price_tier.id"], name=op.f("fk_claim_event_id_tier_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_claim_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_claim_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_claim_public_id")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            "ix_claim_held",
            ["event_id", "until"],
            unique=False,
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
        batch_op.create_index(batch_op.f("ix_claim_product_id"), ["product_id"], unique=False)

    op.create_table(
        "place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("invited_name", sa.Text(), nullable=False),
        sa.Column("invited_address", sa.String(length=254), nullable=False),
        sa.Column("approval", sa.String(length=10), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "approval IN ('none', 'waiting', 'approved', 'rejected')", name=op.f("ck_place_approval_known")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "party_id"], ["party.event_id", "party.id"], name=op.f("fk_place_event_id_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"], ["product.event_id", "product.id"], name=op.f("fk_place_event_id_product_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_place_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_place_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_place_public_id")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_place_party_id"), ["party_id"], unique=False)

    op.create_table(
        "claim_draw",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("typeof(quantity) = 'integer'", name=op.f("ck_claim_draw_quantity_integer")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_claim_draw_quantity_counts")),
        sa.ForeignKeyConstraint(
            ["event_id", "claim_id"], ["claim.event_id", "claim.id"], name=op.f("fk_claim_draw_event_id_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "pool_id"], ["pool.event_id", "pool.id"], name=op.f("fk_claim_draw_event_id_pool_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_claim_draw_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_draw")),
        sa.UniqueConstraint("claim_id", "pool_id", name=op.f("uq_claim_draw_claim_id_pool_id")),
    )
    with op.batch_alter_table("claim_draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_draw_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_draw_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_draw_pool_id"), ["pool_id"], unique=False)

    op.create_table(
        "item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.Column("claim_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("tier_name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("typeof(gross) = 'integer'", name=op.f("ck_item_gross_integer")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("gross = net + vat", name=op.f("ck_item_gross_is_sum")),
        sa.ForeignKeyConstraint(
            ["event_id", "claim_id"], ["claim.event_id", "claim.id"], name=op.f("fk_item_event_id_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "party_id"], ["party.event_id", "party.id"], name=op.f("fk_item_event_id_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "place_id"], ["place.event_id", "place.id"], name=op.f("fk_item_event_id_place_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_item_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_item_claim_id")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_item_event_id_id")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_place_id"), ["place_id"], unique=False)

    op.create_table(
        "registration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("badge_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('live', 'cancelled', 'substituted', 'declined', 'rejected', 'expired')",
            name=op.f("ck_registration_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "appointment_id"],
            ["appointment.event_id", "appointment.id"],
            name=op.f("fk_registration_event_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_registration_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "place_id"], ["place.event_id", "place.id"], name=op.f("fk_registration_event_id_place_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_registration_event_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_registration_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_registration_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_registration_public_id")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_place_id"), ["place_id"], unique=False)
        batch_op.create_index(
            "uq_registration_participant",
            ["participant_id"],
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )
        batch_op.create_index(
            "uq_registration_place",
            ["place_id"],
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )

    op.create_table(
        "delegate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("visibility", sa.String(length=12), nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("languages", sa.String(length=60), nullable=False),
        sa.Column("departs_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_requests", sa.Integer(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "visibility IN ('hidden', 'organisation', 'name')", name=op.f("ck_delegate_visibility_known")
        ),
        sa.CheckConstraint("open_requests >= 0", name=op.f("ck_delegate_open_requests_counts")),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_delegate_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "profile_id"],
            ["organisation_profile.event_id", "organisation_profile.id"],
            name=op.f("fk_delegate_event_id_profile_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "registration_id"],
            ["registration.event_id", "registration.id"],
            name=op.f("fk_delegate_event_id_registration_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_delegate_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegate")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_delegate_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_delegate_public_id")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_delegate_registration_id")),
    )
    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegate_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegate_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegate_profile_id"), ["profile_id"], unique=False)

    op.create_table(
        "scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("scan_id", sa.String(length=40), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.Column("registration_id", sa.BigInteger(), nullable=True),
        sa.Column("code_text", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=5), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bounded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("annulled_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "answer IN ('ok', 'incomplete', 'unknown', 'revoked', 'wrong_event', 'wrong_ticket_type', 'wrong_day', 'cancelled', 'not_approved', 'unpaid', 'blocked', 'not_yet_valid', 'no_longer_valid', 'rules', 'already_in')",
            name=op.f("ck_scan_answer_known"),
        ),
        sa.CheckConstraint("state IN ('counted', 'refused', 'annulled', 'review')", name=op.f("ck_scan_state_known")),
        sa.CheckConstraint("type IN ('entry', 'exit')", name=op.f("ck_scan_type_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "device_id"], ["device.event_id", "device.id"], name=op.f("fk_scan_event_id_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "list_id"], ["checkin_list.event_id", "checkin_list.id"], name=op.f("fk_scan_event_id_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "place_id"], ["place.event_id", "place.id"], name=op.f("fk_scan_event_id_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "registration_id"],
            ["registration.event_id", "registration.id"],
            name=op.f("fk_scan_event_id_registration_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_scan_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.UniqueConstraint("device_id", "scan_id", name=op.f("uq_scan_device_id_scan_id")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_scan_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_scan_public_id")),
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_device_id"), ["device_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scan_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scan_list_id"), ["list_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scan_place_id"), ["place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scan_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_scan_registration_id"), ["registration_id"], unique=False)

    op.create_table(
        "ticket_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("code_id", sa.String(length=18), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id", "registration_id"],
            ["registration.event_id", "registration.id"],
            name=op.f("fk_ticket_code_event_id_registration_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_ticket_code_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_code")),
        sa.UniqueConstraint("code_id", name=op.f("uq_ticket_code_code_id")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_ticket_code_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ticket_code_public_id")),
    )
    with op.batch_alter_table("ticket_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_code_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_code_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(
            "uq_ticket_code_live",
            ["registration_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "admission",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("window_key", sa.String(length=10), nullable=False),
        sa.Column("scan_row_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("scan_id", sa.String(length=40), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "device_id"], ["device.event_id", "device.id"], name=op.f("fk_admission_event_id_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "list_id"],
            ["checkin_list.event_id", "checkin_list.id"],
            name=op.f("fk_admission_event_id_list_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "place_id"], ["place.event_id", "place.id"], name=op.f("fk_admission_event_id_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "scan_row_id"], ["scan.event_id", "scan.id"], name=op.f("fk_admission_event_id_scan_row_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_admission_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission")),
        sa.UniqueConstraint("list_id", "place_id", "window_key", name=op.f("uq_admission_list_id_place_id_window_key")),
    )
    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admission_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_admission_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_admission_place_id"), ["place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_admission_scan_row_id"), ["scan_row_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("low_id", sa.BigInteger(), nullable=False),
        sa.Column("high_id", sa.BigInteger(), nullable=False),
        sa.Column("requester_id", sa.BigInteger(), nullable=False),
        sa.Column("turn_id", sa.BigInteger(), nullable=True),
        sa.Column("request_state", sa.String(length=10), nullable=False),
        sa.Column("placement", sa.String(length=18), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("decline_reason", sa.String(length=20), nullable=True),
        sa.Column("answer_text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reserve_rank", sa.Integer(), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(placement = 'published') <= (appointment_id IS NOT NULL)", name=op.f("ck_meeting_published_has_time")
        ),
        sa.CheckConstraint(
            "(request_state IN ('declined', 'withdrawn', 'expired', 'cancelled')) = (closed_at IS NOT NULL) OR (closed_at IS NOT NULL AND request_state = 'accepted')",
            name=op.f("ck_meeting_final_is_closed"),
        ),
        sa.CheckConstraint(
            "decline_reason IN ('no_fit', 'no_time', 'wrong_contact', 'already_in_touch', 'other')",
            name=op.f("ck_meeting_decline_reason_known"),
        ),
        sa.CheckConstraint(
            "placement = 'none' OR request_state IN ('accepted', 'cancelled')",
            name=op.f("ck_meeting_placed_is_accepted"),
        ),
        sa.CheckConstraint(
            "placement IN ('none', 'published', 'live', 'held', 'no_show_requester', 'no_show_invitee', 'no_show_both')",
            name=op.f("ck_meeting_placement_known"),
        ),
        sa.CheckConstraint(
            "request_state IN ('draft', 'pending', 'countered', 'accepted', 'declined', 'withdrawn', 'expired', 'cancelled')",
            name=op.f("ck_meeting_request_state_known"),
        ),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_meeting_leads_in_order")),
        sa.CheckConstraint("requester_id IN (low_id, high_id)", name=op.f("ck_meeting_requester_leads")),
        sa.ForeignKeyConstraint(
            ["event_id", "appointment_id"],
            ["appointment.event_id", "appointment.id"],
            name=op.f("fk_meeting_event_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "high_id"], ["delegate.event_id", "delegate.id"], name=op.f("fk_meeting_event_id_high_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "low_id"], ["delegate.event_id", "delegate.id"], name=op.f("fk_meeting_event_id_low_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "requester_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_meeting_event_id_requester_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "turn_id"], ["delegate.event_id", "delegate.id"], name=op.f("fk_meeting_event_id_turn_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_meeting_appointment_id")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_meeting_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_public_id")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_high_id"), ["high_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_requester_id"), ["requester_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_turn_id"), ["turn_id"], unique=False)
        batch_op.create_index(
            "uq_meeting_open_pair",
            ["event_id", "low_id", "high_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL AND request_state <> 'draft'"),
            postgresql_where=sa.text("closed_at IS NULL AND request_state <> 'draft'"),
        )

    op.create_table(
        "meeting_delegate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.CheckConstraint("side IN ('requester', 'invitee')", name=op.f("ck_meeting_delegate_side_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "delegate_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_meeting_delegate_event_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "meeting_id"],
            ["meeting.event_id", "meeting.id"],
            name=op.f("fk_meeting_delegate_event_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_delegate_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_delegate")),
        sa.UniqueConstraint("meeting_id", "delegate_id", name=op.f("uq_meeting_delegate_meeting_id_delegate_id")),
    )
    with op.batch_alter_table("meeting_delegate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_delegate_delegate_id"), ["delegate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_delegate_event_id"), ["event_id"], unique=False)

    op.create_table(
        "meeting_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "author_id"],
            ["delegate.event_id", "delegate.id"],
            name=op.f("fk_meeting_message_event_id_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "meeting_id"],
            ["meeting.event_id", "meeting.id"],
            name=op.f("fk_meeting_message_event_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_message_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_message")),
    )
    with op.batch_alter_table("meeting_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_message_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_message_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "meeting_offer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "meeting_id"],
            ["meeting.event_id", "meeting.id"],
            name=op.f("fk_meeting_offer_event_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "slot_id"],
            ["meeting_slot.event_id", "meeting_slot.id"],
            name=op.f("fk_meeting_offer_event_id_slot_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_offer_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_offer")),
        sa.UniqueConstraint("meeting_id", "round", "slot_id", name=op.f("uq_meeting_offer_meeting_id_round_slot_id")),
    )
    with op.batch_alter_table("meeting_offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_offer_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_offer_slot_id"), ["slot_id"], unique=False)

    op.create_table(
        "meeting_side",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("first_scan_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("side IN ('requester', 'invitee')", name=op.f("ck_meeting_side_side_known")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_meeting_side_rating_range")),
        sa.ForeignKeyConstraint(
            ["event_id", "lead_id"], ["delegate.event_id", "delegate.id"], name=op.f("fk_meeting_side_event_id_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "meeting_id"],
            ["meeting.event_id", "meeting.id"],
            name=op.f("fk_meeting_side_event_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "profile_id"],
            ["organisation_profile.event_id", "organisation_profile.id"],
            name=op.f("fk_meeting_side_event_id_profile_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_side_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_side")),
        sa.UniqueConstraint("meeting_id", "side", name=op.f("uq_meeting_side_meeting_id_side")),
    )
    with op.batch_alter_table("meeting_side", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_side_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_side_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_side_profile_id"), ["profile_id"], unique=False)

    dialect = op.get_bind().dialect.name
    for statement in append_only_statements("audit_entry", dialect):
        op.execute(sa.text(statement.replace(":", "\\:")))
    procrastinate_schema.create(op.get_bind())


def downgrade() -> None:
    procrastinate_schema.drop(op.get_bind())
    with op.batch_alter_table("meeting_side", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_side_profile_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_side_lead_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_side_event_id"))

    op.drop_table("meeting_side")
    with op.batch_alter_table("meeting_offer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_offer_slot_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_offer_event_id"))

    op.drop_table("meeting_offer")
    with op.batch_alter_table("meeting_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_message_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_message_event_id"))

    op.drop_table("meeting_message")
    with op.batch_alter_table("meeting_delegate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_delegate_event_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_delegate_delegate_id"))

    op.drop_table("meeting_delegate")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_meeting_open_pair",
            sqlite_where=sa.text("closed_at IS NULL AND request_state <> 'draft'"),
            postgresql_where=sa.text("closed_at IS NULL AND request_state <> 'draft'"),
        )
        batch_op.drop_index(batch_op.f("ix_meeting_turn_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_sent_at"))
        batch_op.drop_index(batch_op.f("ix_meeting_requester_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_high_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_expires_at"))
        batch_op.drop_index(batch_op.f("ix_meeting_event_id"))

    op.drop_table("meeting")
    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_admission_scan_row_id"))
        batch_op.drop_index(batch_op.f("ix_admission_place_id"))
        batch_op.drop_index(batch_op.f("ix_admission_event_id"))
        batch_op.drop_index(batch_op.f("ix_admission_at"))

    op.drop_table("admission")
    with op.batch_alter_table("ticket_code", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ticket_code_live",
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_ticket_code_registration_id"))
        batch_op.drop_index(batch_op.f("ix_ticket_code_event_id"))

    op.drop_table("ticket_code")
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scan_registration_id"))
        batch_op.drop_index(batch_op.f("ix_scan_received_at"))
        batch_op.drop_index(batch_op.f("ix_scan_place_id"))
        batch_op.drop_index(batch_op.f("ix_scan_list_id"))
        batch_op.drop_index(batch_op.f("ix_scan_event_id"))
        batch_op.drop_index(batch_op.f("ix_scan_device_id"))

    op.drop_table("scan")
    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegate_profile_id"))
        batch_op.drop_index(batch_op.f("ix_delegate_participant_id"))
        batch_op.drop_index(batch_op.f("ix_delegate_event_id"))

    op.drop_table("delegate")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_registration_place", sqlite_where=sa.text("state = 'live'"), postgresql_where=sa.text("state = 'live'")
        )
        batch_op.drop_index(
            "uq_registration_participant",
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )
        batch_op.drop_index(batch_op.f("ix_registration_place_id"))
        batch_op.drop_index(batch_op.f("ix_registration_participant_id"))
        batch_op.drop_index(batch_op.f("ix_registration_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_registration_event_id"))
        batch_op.drop_index(batch_op.f("ix_registration_created_at"))

    op.drop_table("registration")
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_place_id"))
        batch_op.drop_index(batch_op.f("ix_item_party_id"))
        batch_op.drop_index(batch_op.f("ix_item_event_id"))

    op.drop_table("item")
    with op.batch_alter_table("claim_draw", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_draw_pool_id"))
        batch_op.drop_index(batch_op.f("ix_claim_draw_event_id"))
        batch_op.drop_index(batch_op.f("ix_claim_draw_claim_id"))

    op.drop_table("claim_draw")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_party_id"))
        batch_op.drop_index(batch_op.f("ix_place_event_id"))

    op.drop_table("place")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_product_id"))
        batch_op.drop_index(
            "ix_claim_held", sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'")
        )
        batch_op.drop_index(batch_op.f("ix_claim_event_id"))

    op.drop_table("claim")
    with op.batch_alter_table("session_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_person_session_id"))
        batch_op.drop_index(batch_op.f("ix_session_person_participant_id"))
        batch_op.drop_index(batch_op.f("ix_session_person_event_id"))

    op.drop_table("session_person")
    with op.batch_alter_table("product_pool", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_pool_pool_id"))
        batch_op.drop_index(batch_op.f("ix_product_pool_event_id"))

    op.drop_table("product_pool")
    with op.batch_alter_table("price_tier", schema=None) as batch_op:
        batch_op.drop_index("ix_price_tier_product")
        batch_op.drop_index(batch_op.f("ix_price_tier_event_id"))

    op.drop_table("price_tier")
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_party_event_id"))
        batch_op.drop_index(batch_op.f("ix_party_contact_person_id"))

    op.drop_table("party")
    with op.batch_alter_table("participant_atom", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_participant_atom_binding",
            sqlite_where=sa.text("NOT contested"),
            postgresql_where=sa.text("NOT contested"),
        )
        batch_op.drop_index(batch_op.f("ix_participant_atom_entry_id"))

    op.drop_table("participant_atom")
    with op.batch_alter_table("bookmark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bookmark_session_id"))
        batch_op.drop_index(batch_op.f("ix_bookmark_participant_id"))
        batch_op.drop_index(batch_op.f("ix_bookmark_event_id"))

    op.drop_table("bookmark")
    with op.batch_alter_table("programme_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_session_track_id"))
        batch_op.drop_index(batch_op.f("ix_programme_session_event_id"))

    op.drop_table("programme_session")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_event_id"))

    op.drop_table("product")
    with op.batch_alter_table("location_atom", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_atom_appointment_id"))

    op.drop_table("location_atom")
    with op.batch_alter_table("agenda_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_entry_participant_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_entry_event_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_entry_appointment_id"))

    op.drop_table("agenda_entry")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointment_location_id"))
        batch_op.drop_index(batch_op.f("ix_appointment_event_id"))

    op.drop_table("appointment")
    with op.batch_alter_table("profile_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profile_term_profile_id"))
        batch_op.drop_index("ix_profile_term_lookup")
        batch_op.drop_index(batch_op.f("ix_profile_term_event_id"))

    op.drop_table("profile_term")
    with op.batch_alter_table("meeting_slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_slot_event_id"))

    op.drop_table("meeting_slot")
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_event_id"))

    op.drop_table("location")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_consent_person",
            sqlite_where=sa.text("withdrawn_at IS NULL AND person_id IS NOT NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND person_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_consent_participant",
            sqlite_where=sa.text("withdrawn_at IS NULL AND participant_id IS NOT NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND participant_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_consent_text_id"))
        batch_op.drop_index(batch_op.f("ix_consent_person_id"))
        batch_op.drop_index(batch_op.f("ix_consent_participant_id"))

    op.drop_table("consent")
    with op.batch_alter_table("zone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_zone_event_id"))

    op.drop_table("zone")
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_track_event_id"))

    op.drop_table("track")
    with op.batch_alter_table("team_role", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_team_role_host", sqlite_where=sa.text("event_id IS NULL"), postgresql_where=sa.text("event_id IS NULL")
        )
        batch_op.drop_index(
            "uq_team_role_event",
            sqlite_where=sa.text("event_id IS NOT NULL"),
            postgresql_where=sa.text("event_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_team_role_person_id"))
        batch_op.drop_index(batch_op.f("ix_team_role_host_id"))
        batch_op.drop_index(batch_op.f("ix_team_role_event_id"))

    op.drop_table("team_role")
    with op.batch_alter_table("pool", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pool_event_id"))

    op.drop_table("pool")
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participant_sort_name"))
        batch_op.drop_index(batch_op.f("ix_participant_person_id"))
        batch_op.drop_index(batch_op.f("ix_participant_event_id"))

    op.drop_table("participant")
    with op.batch_alter_table("organisation_profile", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_profile_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_profile_event_id"))

    op.drop_table("organisation_profile")
    with op.batch_alter_table("meeting_block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_block_event_id"))

    op.drop_table("meeting_block")
    with op.batch_alter_table("legal_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_legal_text_event_id"))

    op.drop_table("legal_text")
    with op.batch_alter_table("former_slug", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_former_slug_event_id"))

    op.drop_table("former_slug")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_person_id"))
        batch_op.drop_index(batch_op.f("ix_device_event_id"))

    op.drop_table("device")
    with op.batch_alter_table("consent_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_text_host_id"))
        batch_op.drop_index(batch_op.f("ix_consent_text_event_id"))

    op.drop_table("consent_text")
    with op.batch_alter_table("checkin_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkin_list_event_id"))

    op.drop_table("checkin_list")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_host_id"))

    op.drop_table("event")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_person_id"))

    op.drop_table("user_session")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_host_id"))

    op.drop_table("series")
    with op.batch_alter_table("second_factor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_second_factor_person_id"))

    op.drop_table("second_factor")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_code_person_id"))

    op.drop_table("recovery_code")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_host_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_folded_name"))

    op.drop_table("organisation")
    with op.batch_alter_table("one_time_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_token_person_id"))
        batch_op.drop_index(batch_op.f("ix_one_time_token_ends_at"))

    op.drop_table("one_time_token")
    op.drop_table("job_file")
    with op.batch_alter_table("email_address", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_email_address_primary", sqlite_where=sa.text("is_primary"), postgresql_where=sa.text("is_primary")
        )
        batch_op.drop_index(batch_op.f("ix_email_address_person_id"))

    op.drop_table("email_address")
    with op.batch_alter_table("audit_detail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_detail_delete_after"))

    op.drop_table("audit_detail")
    op.drop_table("suppression")
    with op.batch_alter_table("rate_limit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rate_limit_ends_at"))

    op.drop_table("rate_limit")
    op.drop_table("person")
    op.drop_table("periodic_run")
    with op.batch_alter_table("outbox_letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_letter_topic"))
        batch_op.drop_index(batch_op.f("ix_outbox_letter_event_ref"))
        batch_op.drop_index("ix_outbox_letter_due")
        batch_op.drop_index("ix_outbox_letter_address")

    op.drop_table("outbox_letter")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_event_ref"))
        batch_op.drop_index("ix_job_due")

    op.drop_table("job")
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_key_expires_at"))

    op.drop_table("idempotency_key")
    op.drop_table("host")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_event_ref"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))

    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_append_only() CASCADE")
