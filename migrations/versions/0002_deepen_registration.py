"""Deepen registration"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from partnering.db import append_only_statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("invoice", "invoice_line", "invoice_document", "ledger_entry")


def upgrade() -> None:
    with op.batch_alter_table("claim") as batch_op:
        batch_op.drop_constraint(op.f("ck_claim_state_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_claim_hold_ends"), type_="check")
    with op.batch_alter_table("place") as batch_op:
        batch_op.drop_constraint(op.f("ck_place_approval_known"), type_="check")
    with op.batch_alter_table("team_role") as batch_op:
        batch_op.drop_constraint(op.f("ck_team_role_area_known"), type_="check")
    op.create_table(
        "invoice_series",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("last_issued_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "typeof(last_number) = 'integer'", name=op.f("ck_invoice_series_last_number_integer")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_invoice_series_last_number_counts")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_invoice_series_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_series")),
        sa.UniqueConstraint("host_id", "prefix", name=op.f("uq_invoice_series_host_id_prefix")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invoice_series_public_id")),
    )
    with op.batch_alter_table("invoice_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_series_host_id"), ["host_id"], unique=False)

    op.create_table(
        "member_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_member_list_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_list")),
        sa.UniqueConstraint("host_id", "name", name=op.f("uq_member_list_host_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_member_list_public_id")),
    )
    with op.batch_alter_table("member_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_list_host_id"), ["host_id"], unique=False)

    op.create_table(
        "member_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["member_list.id"], name=op.f("fk_member_entry_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_entry")),
        sa.UniqueConstraint("list_id", "value", name=op.f("uq_member_entry_list_id_value")),
    )
    op.create_table(
        "answer_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_answer_sheet_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_sheet")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_answer_sheet_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_answer_sheet_public_id")),
    )
    with op.batch_alter_table("answer_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_sheet_event_id"), ["event_id"], unique=False)

    op.create_table(
        "code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(length=40), nullable=False),
        sa.Column("folded", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("discount", sa.String(length=10), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("opens_hidden", sa.Boolean(), nullable=False),
        sa.Column("member_list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("uses_max", sa.Integer(), nullable=True),
        sa.Column("blocked", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("discount IN ('none', 'percent', 'amount', 'price')", name=op.f("ck_code_discount_known")),
        sa.CheckConstraint("kind IN ('discount', 'access', 'member', 'voucher')", name=op.f("ck_code_kind_known")),
        sa.CheckConstraint("typeof(uses) = 'integer'", name=op.f("ck_code_uses_integer")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("typeof(value) = 'integer'", name=op.f("ck_code_value_integer")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "value >= 0 AND (discount <> 'percent' OR value <= 10000)", name=op.f("ck_code_value_range")
        ),
        sa.CheckConstraint("blocked >= 0", name=op.f("ck_code_blocked_counts")),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_code_uses_counts")),
        sa.CheckConstraint("uses_max IS NULL OR uses <= uses_max", name=op.f("ck_code_never_overused")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_code_event_id")),
        sa.ForeignKeyConstraint(["member_list_id"], ["member_list.id"], name=op.f("fk_code_member_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
        sa.UniqueConstraint("event_id", "folded", name=op.f("uq_code_event_id_folded")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_code_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_code_public_id")),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_code_member_list_id"), ["member_list_id"], unique=False)

    op.create_table(
        "invoice_setup",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_holder", sa.Text(), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("reminder_days", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("small_business", sa.Boolean(), nullable=False),
        sa.Column("footer", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("payment_days BETWEEN 0 AND 120", name=op.f("ck_invoice_setup_payment_days_range")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_invoice_setup_event_id")),
        sa.ForeignKeyConstraint(["series_id"], ["invoice_series.id"], name=op.f("fk_invoice_setup_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_setup")),
        sa.UniqueConstraint("event_id", name=op.f("uq_invoice_setup_event_id")),
    )
    with op.batch_alter_table("invoice_setup", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_setup_series_id"), ["series_id"], unique=False)

    op.create_table(
        "people_import",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("mapping", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("options", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("report", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("job_ref", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('read', 'checked', 'running', 'done', 'failed')", name=op.f("ck_people_import_state_known")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_people_import_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_people_import_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_people_import_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_people_import_public_id")),
    )
    with op.batch_alter_table("people_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_import_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_import_person_id"), ["person_id"], unique=False)

    op.create_table(
        "question_section",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("introduction", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_question_section_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_section")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_question_section_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_question_section_public_id")),
    )
    with op.batch_alter_table("question_section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_section_event_id"), ["event_id"], unique=False)

    op.create_table(
        "refund_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("typeof(fee) = 'integer'", name=op.f("ck_refund_rule_fee_integer")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("days_before BETWEEN 0 AND 1000", name=op.f("ck_refund_rule_days_before_range")),
        sa.CheckConstraint("fee >= 0", name=op.f("ck_refund_rule_fee_counts")),
        sa.CheckConstraint("percent BETWEEN 0 AND 10000", name=op.f("ck_refund_rule_percent_range")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_refund_rule_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_rule")),
        sa.UniqueConstraint("event_id", "days_before", name=op.f("uq_refund_rule_event_id_days_before")),
    )
    with op.batch_alter_table("refund_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_rule_event_id"), ["event_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asks", sa.String(length=10), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("asks IN ('buyer', 'attendee')", name=op.f("ck_question_asks_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "section_id"],
            ["question_section.event_id", "question_section.id"],
            name=op.f("fk_question_event_id_section_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_question_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_question_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_question_public_id")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_section_id"), ["section_id"], unique=False)

    op.create_table(
        "answer_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=True),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/png', 'image/jpeg')", name=op.f("ck_answer_file_media_type_known")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "question_id"],
            ["question.event_id", "question.id"],
            name=op.f("fk_answer_file_event_id_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "sheet_id"],
            ["answer_sheet.event_id", "answer_sheet.id"],
            name=op.f("fk_answer_file_event_id_sheet_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_answer_file_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_answer_file_public_id")),
    )
    with op.batch_alter_table("answer_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_file_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_file_sheet_id"), ["sheet_id"], unique=False)

    op.create_table(
        "question_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("label", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("help", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("settings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("purpose", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("data_class", sa.String(length=10), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "data_class <> 'sensitive' OR retention_days <= 30", name=op.f("ck_question_version_sensitive_goes_soon")
        ),
        sa.CheckConstraint(
            "data_class IN ('plain', 'contact', 'sensitive')", name=op.f("ck_question_version_data_class_known")
        ),
        sa.CheckConstraint(
            "kind IN ('short_text', 'long_text', 'single_choice', 'multiple_choice', 'number', 'date', 'country', 'phone', 'file', 'yes_no', 'organisation')",
            name=op.f("ck_question_version_kind_known"),
        ),
        sa.CheckConstraint("retention_days BETWEEN 0 AND 3650", name=op.f("ck_question_version_retention_range")),
        sa.ForeignKeyConstraint(
            ["event_id", "question_id"],
            ["question.event_id", "question.id"],
            name=op.f("fk_question_version_event_id_question_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_question_version_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_version")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_question_version_event_id_id")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_question_version_question_id_number")),
    )
    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_version_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_version_question_id"), ["question_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "question_id"],
            ["question.event_id", "question.id"],
            name=op.f("fk_answer_event_id_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "sheet_id"],
            ["answer_sheet.event_id", "answer_sheet.id"],
            name=op.f("fk_answer_event_id_sheet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "version_id"],
            ["question_version.event_id", "question_version.id"],
            name=op.f("fk_answer_event_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_answer_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("sheet_id", "question_id", name=op.f("uq_answer_sheet_id_question_id")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_question_id"), ["question_id"], unique=False)

    op.create_table(
        "choice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("label", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "version_id"],
            ["question_version.event_id", "question_version.id"],
            name=op.f("fk_choice_event_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_choice_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_choice_version_id_key")),
    )
    with op.batch_alter_table("choice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_choice_event_id"), ["event_id"], unique=False)

    op.create_table(
        "sensitive_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delete_after", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "question_id"],
            ["question.event_id", "question.id"],
            name=op.f("fk_sensitive_answer_event_id_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "sheet_id"],
            ["answer_sheet.event_id", "answer_sheet.id"],
            name=op.f("fk_sensitive_answer_event_id_sheet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "version_id"],
            ["question_version.event_id", "question_version.id"],
            name=op.f("fk_sensitive_answer_event_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_sensitive_answer_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sensitive_answer")),
        sa.UniqueConstraint("sheet_id", "question_id", name=op.f("uq_sensitive_answer_sheet_id_question_id")),
    )
    with op.batch_alter_table("sensitive_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sensitive_answer_delete_after"), ["delete_after"], unique=False)
        batch_op.create_index(batch_op.f("ix_sensitive_answer_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sensitive_answer_question_id"), ["question_id"], unique=False)

    op.create_table(
        "choice_product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("choice_key", sa.String(length=16), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"],
            ["product.event_id", "product.id"],
            name=op.f("fk_choice_product_event_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "question_id"],
            ["question.event_id", "question.id"],
            name=op.f("fk_choice_product_event_id_question_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_choice_product_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice_product")),
        sa.UniqueConstraint("question_id", "choice_key", name=op.f("uq_choice_product_question_id_choice_key")),
    )
    with op.batch_alter_table("choice_product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_choice_product_event_id"), ["event_id"], unique=False)

    op.create_table(
        "code_product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "code_id"], ["code.event_id", "code.id"], name=op.f("fk_code_product_event_id_code_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"],
            ["product.event_id", "product.id"],
            name=op.f("fk_code_product_event_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_code_product_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_product")),
        sa.UniqueConstraint("code_id", "product_id", name=op.f("uq_code_product_code_id_product_id")),
    )
    with op.batch_alter_table("code_product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_product_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_code_product_product_id"), ["product_id"], unique=False)

    op.create_table(
        "product_add_on",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("add_on_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "add_on_id"],
            ["product.event_id", "product.id"],
            name=op.f("fk_product_add_on_event_id_add_on_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"],
            ["product.event_id", "product.id"],
            name=op.f("fk_product_add_on_event_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_product_add_on_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_add_on")),
        sa.UniqueConstraint("product_id", "add_on_id", name=op.f("uq_product_add_on_product_id_add_on_id")),
    )
    with op.batch_alter_table("product_add_on", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_add_on_add_on_id"), ["add_on_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_add_on_event_id"), ["event_id"], unique=False)

    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("cancels_id", sa.BigInteger(), nullable=True),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("contents", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("contents_hash", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'cancellation') = (cancels_id IS NOT NULL)", name=op.f("ck_invoice_cancellation_names_its_invoice")
        ),
        sa.CheckConstraint("kind IN ('invoice', 'cancellation')", name=op.f("ck_invoice_kind_known")),
        sa.CheckConstraint("locale IN ('de', 'en')", name=op.f("ck_invoice_locale_known")),
        sa.CheckConstraint("typeof(gross) = 'integer'", name=op.f("ck_invoice_gross_integer")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("typeof(number) = 'integer'", name=op.f("ck_invoice_number_integer")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("(previous IS NULL) = (number = 1)", name=op.f("ck_invoice_only_first_has_none_before")),
        sa.CheckConstraint("gross = net + vat", name=op.f("ck_invoice_gross_is_sum")),
        sa.CheckConstraint("number >= 1 AND COALESCE(previous, 0) = number - 1", name=op.f("ck_invoice_no_gap")),
        sa.ForeignKeyConstraint(
            ["event_id", "cancels_id"], ["invoice.event_id", "invoice.id"], name=op.f("fk_invoice_event_id_cancels_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "party_id"], ["party.event_id", "party.id"], name=op.f("fk_invoice_event_id_party_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_invoice_event_id")),
        sa.ForeignKeyConstraint(
            ["series_id", "previous"],
            ["invoice.series_id", "invoice.number"],
            name=op.f("fk_invoice_series_id_previous"),
        ),
        sa.ForeignKeyConstraint(["series_id"], ["invoice_series.id"], name=op.f("fk_invoice_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("cancels_id", name=op.f("uq_invoice_cancels_id")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_invoice_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invoice_public_id")),
        sa.UniqueConstraint("series_id", "number", name=op.f("uq_invoice_series_id_number")),
        info={"append_only": True},
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_text"), ["text"], unique=False)

    op.create_table(
        "invoice_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('pdf')", name=op.f("ck_invoice_document_kind_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "invoice_id"],
            ["invoice.event_id", "invoice.id"],
            name=op.f("fk_invoice_document_event_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_invoice_document_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_document")),
        sa.UniqueConstraint("invoice_id", "kind", name=op.f("uq_invoice_document_invoice_id_kind")),
        info={"append_only": True},
    )
    with op.batch_alter_table("invoice_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_document_event_id"), ["event_id"], unique=False)

    op.create_table(
        "invoice_reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.CheckConstraint("level >= 1", name=op.f("ck_invoice_reminder_level_counts")),
        sa.ForeignKeyConstraint(
            ["event_id", "invoice_id"],
            ["invoice.event_id", "invoice.id"],
            name=op.f("fk_invoice_reminder_event_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_invoice_reminder_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_reminder")),
        sa.UniqueConstraint("invoice_id", "level", name=op.f("uq_invoice_reminder_invoice_id_level")),
    )
    with op.batch_alter_table("invoice_reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_reminder_event_id"), ["event_id"], unique=False)

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("external_ref", sa.String(length=120), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind <> 'payment' OR cents > 0) AND (kind <> 'refund' OR cents < 0)",
            name=op.f("ck_ledger_entry_sign_fits"),
        ),
        sa.CheckConstraint("kind IN ('payment', 'refund', 'correction')", name=op.f("ck_ledger_entry_kind_known")),
        sa.CheckConstraint("typeof(cents) = 'integer'", name=op.f("ck_ledger_entry_cents_integer")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("cents <> 0", name=op.f("ck_ledger_entry_cents_move")),
        sa.ForeignKeyConstraint(
            ["event_id", "invoice_id"],
            ["invoice.event_id", "invoice.id"],
            name=op.f("fk_ledger_entry_event_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "party_id"], ["party.event_id", "party.id"], name=op.f("fk_ledger_entry_event_id_party_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_ledger_entry_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_ledger_entry_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ledger_entry_public_id")),
        info={"append_only": True},
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_invoice_id"), ["invoice_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_party_id"), ["party_id"], unique=False)
        batch_op.create_index(
            "uq_ledger_entry_source",
            ["source", "external_ref"],
            unique=True,
            sqlite_where=sa.text("external_ref IS NOT NULL"),
            postgresql_where=sa.text("external_ref IS NOT NULL"),
        )

    op.create_table(
        "invoice_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("tax_kind", sa.String(length=20), nullable=False),
        sa.CheckConstraint("gross = net + vat", name=op.f("ck_invoice_line_gross_is_sum")),
        sa.ForeignKeyConstraint(
            ["event_id", "invoice_id"],
            ["invoice.event_id", "invoice.id"],
            name=op.f("fk_invoice_line_event_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "item_id"], ["item.event_id", "item.id"], name=op.f("fk_invoice_line_event_id_item_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_invoice_line_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
        sa.UniqueConstraint("invoice_id", "item_id", name=op.f("uq_invoice_line_invoice_id_item_id")),
        sa.UniqueConstraint("invoice_id", "position", name=op.f("uq_invoice_line_invoice_id_position")),
        info={"append_only": True},
    )
    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_line_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_line_item_id"), ["item_id"], unique=False)

    op.create_table(
        "waiting_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=True),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("claim_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("all_or_none", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (state IN ('waiting', 'offered'))", name=op.f("ck_waiting_entry_closed_when_over")
        ),
        sa.CheckConstraint("locale IN ('de', 'en')", name=op.f("ck_waiting_entry_locale_known")),
        sa.CheckConstraint("state <> 'offered' OR offered_until IS NOT NULL", name=op.f("ck_waiting_entry_offer_ends")),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'confirmed', 'left')", name=op.f("ck_waiting_entry_state_known")
        ),
        sa.CheckConstraint("quantity BETWEEN 1 AND 100", name=op.f("ck_waiting_entry_quantity_range")),
        sa.ForeignKeyConstraint(
            ["event_id", "claim_id"], ["claim.event_id", "claim.id"], name=op.f("fk_waiting_entry_event_id_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "party_id"], ["party.event_id", "party.id"], name=op.f("fk_waiting_entry_event_id_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"],
            ["product.event_id", "product.id"],
            name=op.f("fk_waiting_entry_event_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "registration_id"],
            ["registration.event_id", "registration.id"],
            name=op.f("fk_waiting_entry_event_id_registration_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_waiting_entry_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entry")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_waiting_entry_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_waiting_entry_public_id")),
    )
    with op.batch_alter_table("waiting_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_entry_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiting_entry_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiting_entry_product_id"), ["product_id"], unique=False)
        batch_op.create_index(
            "ix_waiting_entry_queue",
            ["event_id", "rank", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(batch_op.f("ix_waiting_entry_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(
            "uq_waiting_entry_open",
            ["product_id", "address_key"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "waiting_other",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "entry_id"],
            ["waiting_entry.event_id", "waiting_entry.id"],
            name=op.f("fk_waiting_other_event_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "product_id"],
            ["product.event_id", "product.id"],
            name=op.f("fk_waiting_other_event_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_waiting_other_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_other")),
        sa.UniqueConstraint("entry_id", "product_id", name=op.f("uq_waiting_other_entry_id_product_id")),
    )
    with op.batch_alter_table("waiting_other", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_other_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiting_other_product_id"), ["product_id"], unique=False)

    op.create_table(
        "waiting_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deed", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.CheckConstraint(
            "deed IN ('joined', 'moved', 'offered', 'declined', 'expired', 'confirmed', 'left', 'changed')",
            name=op.f("ck_waiting_step_deed_known"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "entry_id"],
            ["waiting_entry.event_id", "waiting_entry.id"],
            name=op.f("fk_waiting_step_event_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_waiting_step_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_step")),
    )
    with op.batch_alter_table("waiting_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_step_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiting_step_event_id"), ["event_id"], unique=False)

    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_event", ["event_ref", "id"], unique=False)
        batch_op.create_index("ix_audit_entry_object", ["object_ref", "id"], unique=False)

    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("code_id", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "ix_claim_code",
            ["code_id", "state"],
            unique=False,
            sqlite_where=sa.text("code_id IS NOT NULL"),
            postgresql_where=sa.text("code_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_claim_event_id_code_id"), "code", ["event_id", "code_id"], ["event_id", "id"]
        )

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawal", sa.String(length=10), nullable=False, server_default="none"))

    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="ticket"))
        batch_op.add_column(sa.Column("list_gross", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("code_text", sa.String(length=40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("tax_kind", sa.String(length=20), nullable=False, server_default="standard"))

    with op.batch_alter_table("organisation_profile", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lead_id", sa.BigInteger(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_organisation_profile_event_id_lead_id"),
            "participant",
            ["event_id", "lead_id"],
            ["event_id", "id"],
        )

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index("ix_participant_name", ["event_id", "sort_name", "id"], unique=False)

    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.add_column(sa.Column("code_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("sheet_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("approval", sa.String(length=10), nullable=False, server_default="none"))
        batch_op.add_column(sa.Column("approval_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_party_asked",
            ["event_id", "asked_at"],
            unique=False,
            sqlite_where=sa.text("approval = 'waiting'"),
            postgresql_where=sa.text("approval = 'waiting'"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_party_event_id_code_id"), "code", ["event_id", "code_id"], ["event_id", "id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_party_event_id_sheet_id"), "answer_sheet", ["event_id", "sheet_id"], ["event_id", "id"]
        )

    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_column("approval")

    with op.batch_alter_table("price_tier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("audience", sa.String(length=20), nullable=False, server_default=""))

    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fewest_per_order", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("needs_approval", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("pending_counts", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("waiting_list", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("keeps_price", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(
            sa.Column(
                "days", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False, server_default="[]"
            )
        )

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sheet_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("changes_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_registration_event_id_sheet_id"),
            "answer_sheet",
            ["event_id", "sheet_id"],
            ["event_id", "id"],
        )
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("withdrawal", server_default=None)
    with op.batch_alter_table("item") as batch_op:
        batch_op.alter_column("kind", server_default=None)
        batch_op.alter_column("list_gross", server_default=None)
        batch_op.alter_column("code_text", server_default=None)
        batch_op.alter_column("tax_kind", server_default=None)
    with op.batch_alter_table("party") as batch_op:
        batch_op.alter_column("approval", server_default=None)
        batch_op.alter_column("approval_reason", server_default=None)
    with op.batch_alter_table("price_tier") as batch_op:
        batch_op.alter_column("audience", server_default=None)
    with op.batch_alter_table("product") as batch_op:
        batch_op.alter_column("fewest_per_order", server_default=None)
        batch_op.alter_column("needs_approval", server_default=None)
        batch_op.alter_column("pending_counts", server_default=None)
        batch_op.alter_column("waiting_list", server_default=None)
        batch_op.alter_column("keeps_price", server_default=None)
        batch_op.alter_column("days", server_default=None)
    with op.batch_alter_table("claim") as batch_op:
        batch_op.create_check_constraint(op.f("ck_claim_block_has_code"), "state <> 'blocked' OR code_id IS NOT NULL")
        batch_op.create_check_constraint(
            op.f("ck_claim_state_known"),
            "state IN ('held', 'offered', 'blocked', 'pending', 'confirmed', 'cancelled', 'expired', 'released', 'declined')",
        )
        batch_op.create_check_constraint(
            op.f("ck_claim_hold_ends"), "state NOT IN ('held', 'offered') OR until IS NOT NULL"
        )
    with op.batch_alter_table("event") as batch_op:
        batch_op.create_check_constraint(op.f("ck_event_withdrawal_known"), "withdrawal IN ('none', 'button')")
    with op.batch_alter_table("item") as batch_op:
        batch_op.create_check_constraint(op.f("ck_item_kind_known"), "kind IN ('ticket', 'add_on', 'fee')")
        batch_op.create_check_constraint(
            op.f("ck_item_tax_kind_known"),
            "tax_kind IN ('standard', 'reverse_charge', 'outside', 'exempt', 'small_business')",
        )
        batch_op.create_check_constraint(op.f("ck_item_fee_takes_no_place"), "kind <> 'fee' OR claim_id IS NULL")
    with op.batch_alter_table("party") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_party_approval_known"), "approval IN ('none', 'waiting', 'approved', 'rejected')"
        )
    with op.batch_alter_table("product") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_product_fewest_per_order_range"), "fewest_per_order BETWEEN 1 AND most_per_order"
        )
    with op.batch_alter_table("team_role") as batch_op:
        batch_op.create_check_constraint(op.f("ck_team_role_area_known"), "area IN ('organiser', 'crew', 'catering')")

    with op.batch_alter_table("claim") as batch_op:
        batch_op.drop_index("ix_claim_held")
    with op.batch_alter_table("claim") as batch_op:
        batch_op.create_index(
            "ix_claim_held",
            ["event_id", "until"],
            unique=False,
            sqlite_where=sa.text("state IN ('held', 'offered')"),
            postgresql_where=sa.text("state IN ('held', 'offered')"),
        )

    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only_statements(table, dialect):
            op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    with op.batch_alter_table("claim") as batch_op:
        batch_op.drop_constraint(op.f("ck_claim_block_has_code"), type_="check")
        batch_op.drop_constraint(op.f("ck_claim_state_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_claim_hold_ends"), type_="check")
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_constraint(op.f("ck_event_withdrawal_known"), type_="check")
    with op.batch_alter_table("item") as batch_op:
        batch_op.drop_constraint(op.f("ck_item_kind_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_item_tax_kind_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_item_fee_takes_no_place"), type_="check")
    with op.batch_alter_table("party") as batch_op:
        batch_op.drop_constraint(op.f("ck_party_approval_known"), type_="check")
    with op.batch_alter_table("product") as batch_op:
        batch_op.drop_constraint(op.f("ck_product_fewest_per_order_range"), type_="check")
    with op.batch_alter_table("team_role") as batch_op:
        batch_op.drop_constraint(op.f("ck_team_role_area_known"), type_="check")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_registration_event_id_sheet_id"), type_="foreignkey")
        batch_op.drop_column("changes_until")
        batch_op.drop_column("sheet_id")

    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_column("days")
        batch_op.drop_column("keeps_price")
        batch_op.drop_column("waiting_list")
        batch_op.drop_column("pending_counts")
        batch_op.drop_column("needs_approval")
        batch_op.drop_column("fewest_per_order")

    with op.batch_alter_table("price_tier", schema=None) as batch_op:
        batch_op.drop_column("audience")

    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approval", sa.VARCHAR(length=10), nullable=False, server_default="none"))
        batch_op.drop_column("reminded_at")
        batch_op.drop_column("asked_at")

    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_party_event_id_sheet_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_party_event_id_code_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_party_asked",
            sqlite_where=sa.text("approval = 'waiting'"),
            postgresql_where=sa.text("approval = 'waiting'"),
        )
        batch_op.drop_column("decided_at")
        batch_op.drop_column("asked_at")
        batch_op.drop_column("approval_reason")
        batch_op.drop_column("approval")
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("sheet_id")
        batch_op.drop_column("code_id")

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_index("ix_participant_name")

    with op.batch_alter_table("organisation_profile", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_organisation_profile_event_id_lead_id"), type_="foreignkey")
        batch_op.drop_column("lead_id")

    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_column("tax_kind")
        batch_op.drop_column("code_text")
        batch_op.drop_column("list_gross")
        batch_op.drop_column("kind")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("withdrawal")

    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_claim_event_id_code_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_claim_code",
            sqlite_where=sa.text("code_id IS NOT NULL"),
            postgresql_where=sa.text("code_id IS NOT NULL"),
        )
        batch_op.drop_column("code_id")

    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_object")
        batch_op.drop_index("ix_audit_entry_event")

    with op.batch_alter_table("waiting_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_step_event_id"))
        batch_op.drop_index(batch_op.f("ix_waiting_step_entry_id"))

    op.drop_table("waiting_step")
    with op.batch_alter_table("waiting_other", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_other_product_id"))
        batch_op.drop_index(batch_op.f("ix_waiting_other_event_id"))

    op.drop_table("waiting_other")
    with op.batch_alter_table("waiting_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_waiting_entry_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_waiting_entry_registration_id"))
        batch_op.drop_index(
            "ix_waiting_entry_queue",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_waiting_entry_product_id"))
        batch_op.drop_index(batch_op.f("ix_waiting_entry_party_id"))
        batch_op.drop_index(batch_op.f("ix_waiting_entry_event_id"))

    op.drop_table("waiting_entry")
    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_line_item_id"))
        batch_op.drop_index(batch_op.f("ix_invoice_line_event_id"))

    op.drop_table("invoice_line")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ledger_entry_source",
            sqlite_where=sa.text("external_ref IS NOT NULL"),
            postgresql_where=sa.text("external_ref IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_ledger_entry_party_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_invoice_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_event_id"))

    op.drop_table("ledger_entry")
    with op.batch_alter_table("invoice_reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_reminder_event_id"))

    op.drop_table("invoice_reminder")
    with op.batch_alter_table("invoice_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_document_event_id"))

    op.drop_table("invoice_document")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_text"))
        batch_op.drop_index(batch_op.f("ix_invoice_party_id"))
        batch_op.drop_index(batch_op.f("ix_invoice_event_id"))

    op.drop_table("invoice")
    with op.batch_alter_table("product_add_on", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_add_on_event_id"))
        batch_op.drop_index(batch_op.f("ix_product_add_on_add_on_id"))

    op.drop_table("product_add_on")
    with op.batch_alter_table("code_product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_product_product_id"))
        batch_op.drop_index(batch_op.f("ix_code_product_event_id"))

    op.drop_table("code_product")
    with op.batch_alter_table("choice_product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_choice_product_event_id"))

    op.drop_table("choice_product")
    with op.batch_alter_table("sensitive_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sensitive_answer_question_id"))
        batch_op.drop_index(batch_op.f("ix_sensitive_answer_event_id"))
        batch_op.drop_index(batch_op.f("ix_sensitive_answer_delete_after"))

    op.drop_table("sensitive_answer")
    with op.batch_alter_table("choice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_choice_event_id"))

    op.drop_table("choice")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_question_id"))
        batch_op.drop_index(batch_op.f("ix_answer_event_id"))

    op.drop_table("answer")
    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_version_question_id"))
        batch_op.drop_index(batch_op.f("ix_question_version_event_id"))

    op.drop_table("question_version")
    with op.batch_alter_table("answer_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_file_sheet_id"))
        batch_op.drop_index(batch_op.f("ix_answer_file_event_id"))

    op.drop_table("answer_file")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_section_id"))
        batch_op.drop_index(batch_op.f("ix_question_event_id"))

    op.drop_table("question")
    with op.batch_alter_table("refund_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refund_rule_event_id"))

    op.drop_table("refund_rule")
    with op.batch_alter_table("question_section", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_section_event_id"))

    op.drop_table("question_section")
    with op.batch_alter_table("people_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_import_person_id"))
        batch_op.drop_index(batch_op.f("ix_people_import_event_id"))

    op.drop_table("people_import")
    with op.batch_alter_table("invoice_setup", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_setup_series_id"))

    op.drop_table("invoice_setup")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_member_list_id"))
        batch_op.drop_index(batch_op.f("ix_code_event_id"))

    op.drop_table("code")
    with op.batch_alter_table("answer_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_sheet_event_id"))

    op.drop_table("answer_sheet")
    op.drop_table("member_entry")
    with op.batch_alter_table("member_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_list_host_id"))

    op.drop_table("member_list")
    with op.batch_alter_table("invoice_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_series_host_id"))

    op.drop_table("invoice_series")
    with op.batch_alter_table("place") as batch_op:
        batch_op.alter_column("approval", server_default=None)
    op.execute("DELETE FROM team_role WHERE area = 'catering'")
    op.execute("UPDATE claim SET state = 'released' WHERE state = 'declined'")
    op.execute(
        "UPDATE claim SET state = 'held', until = COALESCE(until, changed_at) WHERE state IN ('offered', 'pending', 'blocked')"
    )
    with op.batch_alter_table("claim") as batch_op:
        batch_op.drop_index("ix_claim_held")
    with op.batch_alter_table("claim") as batch_op:
        batch_op.create_index(
            "ix_claim_held",
            ["event_id", "until"],
            unique=False,
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
    with op.batch_alter_table("claim") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_claim_state_known"), "state IN ('held', 'confirmed', 'cancelled', 'expired', 'released')"
        )
        batch_op.create_check_constraint(op.f("ck_claim_hold_ends"), "state <> 'held' OR until IS NOT NULL")
    with op.batch_alter_table("place") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_place_approval_known"), "approval IN ('none', 'waiting', 'approved', 'rejected')"
        )
    with op.batch_alter_table("team_role") as batch_op:
        batch_op.create_check_constraint(op.f("ck_team_role_area_known"), "area IN ('organiser', 'crew')")
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_append_only() CASCADE")
