"""An index with which a key or another index begins goes; organisations are found by their host and name"""

from collections.abc import Iterator

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TWICE = {
    "appointment_id": ("agenda_entry",),
    "block_id": ("meeting_block_zone",),
    "call_id": ("submission",),
    "claim_id": ("claim_draw",),
    "delegate_id": (
        "blocked_pair",
        "delegate_term",
    ),
    "device_id": ("scan",),
    "event_id": (
        "agenda_entry",
        "answer_sheet",
        "appointment",
        "badge_batch",
        "badge_layout",
        "call",
        "call_topic",
        "card_exchange",
        "checkin_list",
        "checkin_question",
        "claim",
        "code",
        "consent_recipient",
        "consent_text",
        "criterion",
        "delegate",
        "device",
        "device_enrolment",
        "directory_document",
        "door_row",
        "invoice",
        "item",
        "lead",
        "ledger_entry",
        "legal_text",
        "location",
        "lunch_window",
        "meeting",
        "meeting_block",
        "meeting_proposal",
        "meeting_rules",
        "meeting_scan",
        "meeting_slot",
        "meeting_vacancy",
        "opportunity",
        "organisation_profile",
        "participant",
        "partner_group",
        "partner_group_product",
        "party",
        "people_import",
        "place",
        "pool",
        "price_tier",
        "product",
        "product_part",
        "profile_term",
        "programme_day",
        "programme_session",
        "programme_settings",
        "question",
        "question_section",
        "question_version",
        "refund_rule",
        "registration",
        "release",
        "release_letter",
        "released_session",
        "review",
        "saved_search",
        "scan",
        "session_file",
        "session_person",
        "submission",
        "ticket_code",
        "track",
        "waiting_entry",
        "zone",
    ),
    "event_ref": ("audit_entry",),
    "host_id": (
        "event",
        "invoice_series",
        "member_list",
        "organisation",
        "series",
    ),
    "letter_id": ("letter_change",),
    "opportunity_id": ("opportunity_term",),
    "organisation_id": ("organisation_term",),
    "person_id": ("committee_topic",),
    "profile_id": ("profile_term",),
    "question_id": ("question_version",),
    "release_id": ("release_letter",),
    "released_id": ("released_person",),
    "session_id": (
        "bookmark",
        "released_session",
        "session_file",
        "session_person",
    ),
    "submission_id": (
        "review",
        "submission_author",
    ),
}
"""Tables by the column that something else of theirs begins with, too."""


def upgrade() -> None:
    op.create_index("ix_organisation_named", "organisation", ["host_id", "folded_name"], unique=False)
    for table, column in _twice():
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)


def downgrade() -> None:
    for table, column in _twice():
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.drop_index("ix_organisation_named", table_name="organisation")


def _twice() -> Iterator[tuple[str, str]]:
    for column, tables in TWICE.items():
        yield from ((table, column) for table in tables)
