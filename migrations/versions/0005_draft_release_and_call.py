"""Draft, release and call"""

import base64
import secrets

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("team_role") as batch_op:
        batch_op.drop_constraint(op.f("ck_team_role_area_known"), type_="check")
    op.create_table(
        "stand",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("word", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("lane >= 0 AND lane < 16", name=op.f("ck_stand_lane_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand")),
        sa.UniqueConstraint("topic", "lane", name=op.f("uq_stand_topic_lane")),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decides_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("introduction", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("commitment", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("languages", sa.String(length=20), nullable=False),
        sa.Column("forms", sa.String(length=60), nullable=False),
        sa.Column("minutes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("most_characters", sa.Integer(), nullable=False),
        sa.Column("most_authors", sa.Integer(), nullable=False),
        sa.Column("one_per_group", sa.Boolean(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("wanted_reviews", sa.Integer(), nullable=False),
        sa.Column("top_points", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_call_hours_in_order")),
        sa.CheckConstraint("decides_at IS NULL OR decides_at >= closes_at", name=op.f("ck_call_decides_after_close")),
        sa.CheckConstraint("most_authors BETWEEN 1 AND 50", name=op.f("ck_call_most_authors_range")),
        sa.CheckConstraint("most_characters BETWEEN 200 AND 20000", name=op.f("ck_call_most_characters_range")),
        sa.CheckConstraint("top_points BETWEEN 2 AND 10", name=op.f("ck_call_top_points_range")),
        sa.CheckConstraint("wanted_reviews BETWEEN 1 AND 20", name=op.f("ck_call_wanted_reviews_range")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_call_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_call_event_id_id")),
        sa.UniqueConstraint("event_id", name=op.f("uq_call_event_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_call_public_id")),
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_event_id"), ["event_id"], unique=False)

    op.create_table(
        "programme_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_programme_day_hours_in_order")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_programme_day_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_day")),
        sa.UniqueConstraint("event_id", "day", name=op.f("uq_programme_day_event_id_day")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_programme_day_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_programme_day_public_id")),
    )
    with op.batch_alter_table("programme_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_day_event_id"), ["event_id"], unique=False)

    op.create_table(
        "programme_settings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("availability_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slides_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("equipment", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_programme_settings_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_settings")),
        sa.UniqueConstraint("event_id", name=op.f("uq_programme_settings_event_id")),
    )
    with op.batch_alter_table("programme_settings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_settings_event_id"), ["event_id"], unique=False)

    op.create_table(
        "release",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("note", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("greeting", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_release_number_from_one")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_release_event_id")),
        sa.ForeignKeyConstraint(["released_by_id"], ["person.id"], name=op.f("fk_release_released_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_release_event_id_id")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_release_event_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_release_public_id")),
    )
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_release_event_id"), ["event_id"], unique=False)

    op.create_table(
        "available_time",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_available_time_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_available_time_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_available_time_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_available_time")),
        sa.UniqueConstraint("participant_id", "starts_at", name=op.f("uq_available_time_participant_id_starts_at")),
    )
    with op.batch_alter_table("available_time", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_available_time_event_id"), ["event_id"], unique=False)

    op.create_table(
        "call_topic",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("track_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id", "call_id"], ["call.event_id", "call.id"], name=op.f("fk_call_topic_event_id_call_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "track_id"], ["track.event_id", "track.id"], name=op.f("fk_call_topic_event_id_track_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_call_topic_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_topic")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_call_topic_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_call_topic_public_id")),
    )
    with op.batch_alter_table("call_topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_topic_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_topic_event_id"), ["event_id"], unique=False)

    op.create_table(
        "criterion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("weight BETWEEN 1 AND 10", name=op.f("ck_criterion_weight_range")),
        sa.ForeignKeyConstraint(
            ["event_id", "call_id"], ["call.event_id", "call.id"], name=op.f("fk_criterion_event_id_call_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_criterion_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_criterion_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_criterion_public_id")),
    )
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criterion_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_criterion_event_id"), ["event_id"], unique=False)

    op.create_table(
        "release_letter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'draft') = (decided_at IS NULL)", name=op.f("ck_release_letter_decided_when_not_draft")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'sent', 'left_out', 'merged', 'empty')", name=op.f("ck_release_letter_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_release_letter_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "release_id"],
            ["release.event_id", "release.id"],
            name=op.f("fk_release_letter_event_id_release_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_release_letter_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_letter")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_release_letter_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_release_letter_public_id")),
        sa.UniqueConstraint("release_id", "participant_id", name=op.f("uq_release_letter_release_id_participant_id")),
    )
    with op.batch_alter_table("release_letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_release_letter_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_release_letter_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_release_letter_release_id"), ["release_id"], unique=False)
        batch_op.create_index(
            "uq_release_letter_draft",
            ["participant_id"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )

    op.create_table(
        "speaker_photo",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("media_type IN ('image/png', 'image/jpeg')", name=op.f("ck_speaker_photo_media_type_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_speaker_photo_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_speaker_photo_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker_photo")),
        sa.UniqueConstraint("public_id", name=op.f("uq_speaker_photo_public_id")),
    )
    with op.batch_alter_table("speaker_photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speaker_photo_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_speaker_photo_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(
            "uq_speaker_photo_current",
            ["participant_id"],
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )

    op.create_table(
        "speaker_profile",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("availability_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("availability_note", sa.Text(), nullable=False),
        sa.Column("desk_note", sa.Text(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "website = '' OR substr(website, 1, 4) = 'http'", name=op.f("ck_speaker_profile_website_is_a_link")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_speaker_profile_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_speaker_profile_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker_profile")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_speaker_profile_participant_id")),
    )
    with op.batch_alter_table("speaker_profile", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speaker_profile_event_id"), ["event_id"], unique=False)

    op.create_table(
        "committee_topic",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "topic_id"],
            ["call_topic.event_id", "call_topic.id"],
            name=op.f("fk_committee_topic_event_id_topic_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_committee_topic_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_committee_topic_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_topic")),
        sa.UniqueConstraint("person_id", "topic_id", name=op.f("uq_committee_topic_person_id_topic_id")),
    )
    with op.batch_alter_table("committee_topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_committee_topic_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_committee_topic_person_id"), ["person_id"], unique=False)

    op.create_table(
        "released_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=True),
        sa.Column("track_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("subtitle", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("abstract", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('keynote', 'talk', 'panel', 'pitch', 'workshop', 'break', 'poster', 'social')",
            name=op.f("ck_released_session_kind_known"),
        ),
        sa.CheckConstraint("state IN ('live', 'cancelled', 'withdrawn')", name=op.f("ck_released_session_state_known")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_released_session_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["event_id", "location_id"],
            ["location.event_id", "location.id"],
            name=op.f("fk_released_session_event_id_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "release_id"],
            ["release.event_id", "release.id"],
            name=op.f("fk_released_session_event_id_release_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "session_id"],
            ["programme_session.event_id", "programme_session.id"],
            name=op.f("fk_released_session_event_id_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "track_id"], ["track.event_id", "track.id"], name=op.f("fk_released_session_event_id_track_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_released_session_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_session")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_released_session_event_id_id")),
        sa.UniqueConstraint("session_id", "release_id", name=op.f("uq_released_session_session_id_release_id")),
    )
    with op.batch_alter_table("released_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_released_session_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_released_session_release_id"), ["release_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_released_session_session_id"), ["session_id"], unique=False)
        batch_op.create_index(
            "ix_released_session_time",
            ["event_id", "starts_at"],
            unique=False,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )
        batch_op.create_index(
            "uq_released_session_current",
            ["session_id"],
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )

    op.create_table(
        "session_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('slides', 'handout')", name=op.f("ck_session_file_kind_known")),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'application/vnd.openxmlformats-officedocument.presentationml.presentation', 'application/vnd.oasis.opendocument.presentation')",
            name=op.f("ck_session_file_media_type_known"),
        ),
        sa.CheckConstraint(
            "NOT current OR withdrawn_at IS NULL", name=op.f("ck_session_file_withdrawn_is_not_current")
        ),
        sa.CheckConstraint("number >= 1 AND size > 0", name=op.f("ck_session_file_number_and_size_count")),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_session_file_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "session_id"],
            ["programme_session.event_id", "programme_session.id"],
            name=op.f("fk_session_file_event_id_session_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_session_file_event_id")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_session_file_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_file")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_session_file_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_session_file_public_id")),
        sa.UniqueConstraint(
            "session_id",
            "participant_id",
            "kind",
            "number",
            name=op.f("uq_session_file_session_id_participant_id_kind_number"),
        ),
    )
    with op.batch_alter_table("session_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_file_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_file_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_file_session_id"), ["session_id"], unique=False)
        batch_op.create_index(
            "uq_session_file_current",
            ["session_id", "participant_id", "kind"],
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )

    op.create_table(
        "session_needs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id", "session_id"],
            ["programme_session.event_id", "programme_session.id"],
            name=op.f("fk_session_needs_event_id_session_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_session_needs_event_id")),
        sa.ForeignKeyConstraint(["updated_by_id"], ["person.id"], name=op.f("fk_session_needs_updated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_needs")),
        sa.UniqueConstraint("session_id", name=op.f("uq_session_needs_session_id")),
    )
    with op.batch_alter_table("session_needs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_needs_event_id"), ["event_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=True),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("blind_text", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "decision IN ('', 'accept', 'reserve', 'reject')", name=op.f("ck_submission_decision_known")
        ),
        sa.CheckConstraint("form IN ('talk', 'pitch', 'poster', 'workshop')", name=op.f("ck_submission_form_known")),
        sa.CheckConstraint("language IN ('de', 'en')", name=op.f("ck_submission_language_known")),
        sa.CheckConstraint(
            "session_id IS NULL OR state IN ('accepted', 'withdrawn')", name=op.f("ck_submission_session_of_accepted")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (submitted_at IS NOT NULL AND topic_id IS NOT NULL)",
            name=op.f("ck_submission_sent_whole"),
        ),
        sa.CheckConstraint(
            "state = 'draft' OR committed_at IS NOT NULL", name=op.f("ck_submission_committed_when_sent")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'accepted', 'reserve', 'rejected', 'withdrawn')",
            name=op.f("ck_submission_state_known"),
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_submission_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["event_id", "call_id"], ["call.event_id", "call.id"], name=op.f("fk_submission_event_id_call_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_submission_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "session_id"],
            ["programme_session.event_id", "programme_session.id"],
            name=op.f("fk_submission_event_id_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "topic_id"],
            ["call_topic.event_id", "call_topic.id"],
            name=op.f("fk_submission_event_id_topic_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_submission_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_submission_event_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_submission_public_id")),
        sa.UniqueConstraint("session_id", name=op.f("uq_submission_session_id")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_submission_list", ["call_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_topic_id"), ["topic_id"], unique=False)
        batch_op.create_index(
            "uq_submission_group",
            ["topic_id", "group_key"],
            unique=True,
            sqlite_where=sa.text("group_key IS NOT NULL AND state IN ('submitted', 'accepted', 'reserve')"),
            postgresql_where=sa.text("group_key IS NOT NULL AND state IN ('submitted', 'accepted', 'reserve')"),
        )

    op.create_table(
        "file_chunk",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["session_file.id"], name=op.f("fk_file_chunk_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_chunk")),
        sa.UniqueConstraint("file_id", "position", name=op.f("uq_file_chunk_file_id_position")),
    )
    op.create_table(
        "letter_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("before_id", sa.BigInteger(), nullable=True),
        sa.Column("after_id", sa.BigInteger(), nullable=False),
        sa.Column("was_part", sa.String(length=12), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.CheckConstraint("part <> '' OR was_part <> ''", name=op.f("ck_letter_change_concerns_its_reader")),
        sa.CheckConstraint(
            "part IN ('', 'speaker', 'chair', 'panellist', 'booked', 'bookmark')",
            name=op.f("ck_letter_change_part_known"),
        ),
        sa.CheckConstraint(
            "was_part IN ('', 'speaker', 'chair', 'panellist', 'booked', 'bookmark')",
            name=op.f("ck_letter_change_was_part_known"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "after_id"],
            ["released_session.event_id", "released_session.id"],
            name=op.f("fk_letter_change_event_id_after_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "before_id"],
            ["released_session.event_id", "released_session.id"],
            name=op.f("fk_letter_change_event_id_before_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "letter_id"],
            ["release_letter.event_id", "release_letter.id"],
            name=op.f("fk_letter_change_event_id_letter_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "session_id"],
            ["programme_session.event_id", "programme_session.id"],
            name=op.f("fk_letter_change_event_id_session_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_letter_change_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_change")),
        sa.UniqueConstraint("letter_id", "session_id", name=op.f("uq_letter_change_letter_id_session_id")),
    )
    with op.batch_alter_table("letter_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_change_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_change_letter_id"), ["letter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_change_session_id"), ["session_id"], unique=False)

    op.create_table(
        "released_person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("released_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("set_up", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('speaker', 'chair', 'panellist')", name=op.f("ck_released_person_role_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "participant_id"],
            ["participant.event_id", "participant.id"],
            name=op.f("fk_released_person_event_id_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "released_id"],
            ["released_session.event_id", "released_session.id"],
            name=op.f("fk_released_person_event_id_released_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_released_person_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_person")),
        sa.UniqueConstraint(
            "released_id", "participant_id", name=op.f("uq_released_person_released_id_participant_id")
        ),
    )
    with op.batch_alter_table("released_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_released_person_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_released_person_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_released_person_released_id"), ["released_id"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("to_author", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'done', 'stepped_back')", name=op.f("ck_review_state_known")),
        sa.ForeignKeyConstraint(
            ["event_id", "submission_id"],
            ["submission.event_id", "submission.id"],
            name=op.f("fk_review_event_id_submission_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_review_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_review_event_id_id")),
        sa.UniqueConstraint("submission_id", "person_id", name=op.f("uq_review_submission_id_person_id")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "submission_author",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("affiliation", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("speaks", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "submission_id"],
            ["submission.event_id", "submission.id"],
            name=op.f("fk_submission_author_event_id_submission_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_submission_author_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_author")),
        sa.UniqueConstraint("submission_id", "position", name=op.f("uq_submission_author_submission_id_position")),
    )
    with op.batch_alter_table("submission_author", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_author_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_author_submission_id"), ["submission_id"], unique=False)
        batch_op.create_index(
            "uq_submission_author_speaks",
            ["submission_id"],
            unique=True,
            sqlite_where=sa.text("speaks"),
            postgresql_where=sa.text("speaks"),
        )

    op.create_table(
        "review_score",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("criterion_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("points BETWEEN 0 AND 10", name=op.f("ck_review_score_points_range")),
        sa.ForeignKeyConstraint(
            ["event_id", "criterion_id"],
            ["criterion.event_id", "criterion.id"],
            name=op.f("fk_review_score_event_id_criterion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "review_id"], ["review.event_id", "review.id"], name=op.f("fk_review_score_event_id_review_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_review_score_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_score")),
        sa.UniqueConstraint("review_id", "criterion_id", name=op.f("uq_review_score_review_id_criterion_id")),
    )
    with op.batch_alter_table("review_score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_score_criterion_id"), ["criterion_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_score_event_id"), ["event_id"], unique=False)

    with op.batch_alter_table("agenda_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("generation", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("tried_sequence", sa.Integer(), nullable=True))

    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changeover_minutes", sa.Integer(), nullable=False, server_default="5"))

    with op.batch_alter_table("opportunity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("programme_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("location_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("product_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_programme_session_location_id"), ["location_id"], unique=False)
        batch_op.create_index("ix_programme_session_time", ["event_id", "starts_at"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_programme_session_product_id"), ["product_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_programme_session_event_id_product_id"),
            "product",
            ["event_id", "product_id"],
            ["event_id", "id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_programme_session_event_id_location_id"),
            "location",
            ["event_id", "location_id"],
            ["event_id", "id"],
        )
    with op.batch_alter_table("agenda_entry") as batch_op:
        batch_op.alter_column("generation", server_default=None)
    with op.batch_alter_table("location") as batch_op:
        batch_op.alter_column("changeover_minutes", server_default=None)
    with op.batch_alter_table("programme_session") as batch_op:
        batch_op.alter_column("note", server_default=None)
    with op.batch_alter_table("agenda_entry") as batch_op:
        batch_op.create_check_constraint(op.f("ck_agenda_entry_generation_counts"), "generation >= 1")
        batch_op.create_check_constraint(
            op.f("ck_agenda_entry_tried_not_ahead"), "tried_sequence IS NULL OR tried_sequence <= sequence"
        )
    with op.batch_alter_table("location") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_location_changeover_minutes_range"), "changeover_minutes BETWEEN 0 AND 240"
        )
    with op.batch_alter_table("programme_session") as batch_op:
        batch_op.create_check_constraint(op.f("ck_programme_session_ends_after_start"), "ends_at > starts_at")
        batch_op.create_check_constraint(
            op.f("ck_programme_session_time_whole_or_none"), "(starts_at IS NULL) = (ends_at IS NULL)"
        )
    with op.batch_alter_table("team_role") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_team_role_area_known"), "area IN ('organiser', 'crew', 'catering', 'committee')"
        )
    release_what_is_public()


def release_what_is_public() -> None:
    """Make what was public without releases the first release of its event, and the draft what is public."""
    link = op.get_bind()
    public_ids = iter(lambda: base64.b32encode(secrets.token_bytes(10)).decode().lower(), "")
    link.execute(
        sa.text(
            "UPDATE programme_session SET starts_at = (SELECT a.starts_at FROM appointment a WHERE a.id = appointment_id), "
            "ends_at = (SELECT a.ends_at FROM appointment a WHERE a.id = appointment_id), "
            "location_id = (SELECT a.location_id FROM appointment a WHERE a.id = appointment_id) "
            "WHERE appointment_id IS NOT NULL"
        )
    )
    events = link.execute(
        sa.text(
            "SELECT event_id, MAX(updated_at) FROM programme_session WHERE appointment_id IS NOT NULL GROUP BY event_id"
        )
    ).all()
    for event_id, released_at in events:
        link.execute(
            sa.text(
                "INSERT INTO release (public_id, event_id, number, partial, note, greeting, released_at) "
                "VALUES (:public_id, :event_id, 1, false, :empty, :empty, :released_at)"
            ).bindparams(sa.bindparam("empty", {"de": "", "en": ""}, type_=sa.JSON())),
            {"public_id": next(public_ids), "event_id": event_id, "released_at": released_at},
        )
    link.execute(
        sa.text(
            "INSERT INTO released_session (event_id, session_id, release_id, current, state, changes, starts_at, ends_at, "
            "location_id, track_id, kind, title, subtitle, abstract, language, capacity) "
            "SELECT s.event_id, s.id, r.id, true, CASE WHEN s.cancelled_at IS NULL THEN 'live' ELSE 'cancelled' END, "
            "'[\"new\"]', s.starts_at, s.ends_at, s.location_id, s.track_id, s.kind, s.title, s.subtitle, s.abstract, "
            "s.language, s.capacity FROM programme_session s JOIN release r ON r.event_id = s.event_id "
            "WHERE s.appointment_id IS NOT NULL"
        )
    )
    link.execute(
        sa.text(
            "INSERT INTO released_person (event_id, released_id, participant_id, role, set_up, position) "
            "SELECT p.event_id, d.id, p.participant_id, p.role, p.set_up, p.position FROM session_person p "
            "JOIN released_session d ON d.session_id = p.session_id"
        )
    )


def downgrade() -> None:
    with op.batch_alter_table("agenda_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_agenda_entry_generation_counts"), type_="check")
        batch_op.drop_constraint(op.f("ck_agenda_entry_tried_not_ahead"), type_="check")
    with op.batch_alter_table("location") as batch_op:
        batch_op.drop_constraint(op.f("ck_location_changeover_minutes_range"), type_="check")
    with op.batch_alter_table("programme_session") as batch_op:
        batch_op.drop_constraint(op.f("ck_programme_session_ends_after_start"), type_="check")
        batch_op.drop_constraint(op.f("ck_programme_session_time_whole_or_none"), type_="check")
    with op.batch_alter_table("team_role") as batch_op:
        batch_op.drop_constraint(op.f("ck_team_role_area_known"), type_="check")
    with op.batch_alter_table("programme_session", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_programme_session_event_id_location_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_programme_session_event_id_product_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_programme_session_product_id"), type_="unique")
        batch_op.drop_index("ix_programme_session_time")
        batch_op.drop_index(batch_op.f("ix_programme_session_location_id"))
        batch_op.drop_column("note")
        batch_op.drop_column("ends_at")
        batch_op.drop_column("starts_at")
        batch_op.drop_column("product_id")
        batch_op.drop_column("location_id")

    with op.batch_alter_table("opportunity", schema=None) as batch_op:
        batch_op.drop_column("public_at")

    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_column("changeover_minutes")

    with op.batch_alter_table("agenda_entry", schema=None) as batch_op:
        batch_op.drop_column("tried_sequence")
        batch_op.drop_column("generation")

    with op.batch_alter_table("review_score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_score_event_id"))
        batch_op.drop_index(batch_op.f("ix_review_score_criterion_id"))

    op.drop_table("review_score")
    with op.batch_alter_table("submission_author", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_submission_author_speaks", sqlite_where=sa.text("speaks"), postgresql_where=sa.text("speaks")
        )
        batch_op.drop_index(batch_op.f("ix_submission_author_submission_id"))
        batch_op.drop_index(batch_op.f("ix_submission_author_event_id"))

    op.drop_table("submission_author")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_submission_id"))
        batch_op.drop_index(batch_op.f("ix_review_person_id"))
        batch_op.drop_index(batch_op.f("ix_review_event_id"))

    op.drop_table("review")
    with op.batch_alter_table("released_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_released_person_released_id"))
        batch_op.drop_index(batch_op.f("ix_released_person_participant_id"))
        batch_op.drop_index(batch_op.f("ix_released_person_event_id"))

    op.drop_table("released_person")
    with op.batch_alter_table("letter_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_change_session_id"))
        batch_op.drop_index(batch_op.f("ix_letter_change_letter_id"))
        batch_op.drop_index(batch_op.f("ix_letter_change_event_id"))

    op.drop_table("letter_change")
    op.drop_table("file_chunk")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_submission_group",
            sqlite_where=sa.text("group_key IS NOT NULL AND state IN ('submitted', 'accepted', 'reserve')"),
            postgresql_where=sa.text("group_key IS NOT NULL AND state IN ('submitted', 'accepted', 'reserve')"),
        )
        batch_op.drop_index(batch_op.f("ix_submission_topic_id"))
        batch_op.drop_index(batch_op.f("ix_submission_participant_id"))
        batch_op.drop_index("ix_submission_list")
        batch_op.drop_index(batch_op.f("ix_submission_event_id"))
        batch_op.drop_index(batch_op.f("ix_submission_call_id"))

    op.drop_table("submission")
    with op.batch_alter_table("session_needs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_needs_event_id"))

    op.drop_table("session_needs")
    with op.batch_alter_table("session_file", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_session_file_current", sqlite_where=sa.text("current"), postgresql_where=sa.text("current")
        )
        batch_op.drop_index(batch_op.f("ix_session_file_session_id"))
        batch_op.drop_index(batch_op.f("ix_session_file_participant_id"))
        batch_op.drop_index(batch_op.f("ix_session_file_event_id"))

    op.drop_table("session_file")
    with op.batch_alter_table("released_session", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_released_session_current", sqlite_where=sa.text("current"), postgresql_where=sa.text("current")
        )
        batch_op.drop_index(
            "ix_released_session_time", sqlite_where=sa.text("current"), postgresql_where=sa.text("current")
        )
        batch_op.drop_index(batch_op.f("ix_released_session_session_id"))
        batch_op.drop_index(batch_op.f("ix_released_session_release_id"))
        batch_op.drop_index(batch_op.f("ix_released_session_event_id"))

    op.drop_table("released_session")
    with op.batch_alter_table("committee_topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_committee_topic_person_id"))
        batch_op.drop_index(batch_op.f("ix_committee_topic_event_id"))

    op.drop_table("committee_topic")
    with op.batch_alter_table("speaker_profile", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speaker_profile_event_id"))

    op.drop_table("speaker_profile")
    with op.batch_alter_table("speaker_photo", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_speaker_photo_current", sqlite_where=sa.text("current"), postgresql_where=sa.text("current")
        )
        batch_op.drop_index(batch_op.f("ix_speaker_photo_participant_id"))
        batch_op.drop_index(batch_op.f("ix_speaker_photo_event_id"))

    op.drop_table("speaker_photo")
    with op.batch_alter_table("release_letter", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_release_letter_draft",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.drop_index(batch_op.f("ix_release_letter_release_id"))
        batch_op.drop_index(batch_op.f("ix_release_letter_participant_id"))
        batch_op.drop_index(batch_op.f("ix_release_letter_event_id"))

    op.drop_table("release_letter")
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_criterion_event_id"))
        batch_op.drop_index(batch_op.f("ix_criterion_call_id"))

    op.drop_table("criterion")
    with op.batch_alter_table("call_topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_topic_event_id"))
        batch_op.drop_index(batch_op.f("ix_call_topic_call_id"))

    op.drop_table("call_topic")
    with op.batch_alter_table("available_time", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_available_time_event_id"))

    op.drop_table("available_time")
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_event_id"))

    op.drop_table("release")
    with op.batch_alter_table("programme_settings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_settings_event_id"))

    op.drop_table("programme_settings")
    with op.batch_alter_table("programme_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_day_event_id"))

    op.drop_table("programme_day")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_event_id"))

    op.drop_table("call")
    op.drop_table("stand")
    with op.batch_alter_table("team_role") as batch_op:
        batch_op.create_check_constraint(op.f("ck_team_role_area_known"), "area IN ('organiser', 'crew', 'catering')")
