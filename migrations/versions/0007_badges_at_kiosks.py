"""Kiosks say where badges are and print by themselves; scans are found by event and moment"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "pickup",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default='{"de": "", "en": ""}',
            )
        )
        batch_op.add_column(sa.Column("prints_at_once", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.alter_column("pickup", server_default=None)
        batch_op.alter_column("prints_at_once", server_default=None)

    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scan_received_at"))
        batch_op.create_index("ix_scan_received", ["event_id", "received_at"], unique=False)
        batch_op.create_index(
            "ix_scan_settled",
            ["event_id", "settled_at"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NOT NULL"),
            postgresql_where=sa.text("settled_at IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_scan_settled",
            sqlite_where=sa.text("settled_at IS NOT NULL"),
            postgresql_where=sa.text("settled_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_scan_received")
        batch_op.create_index(batch_op.f("ix_scan_received_at"), ["received_at"], unique=False)

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_column("prints_at_once")
        batch_op.drop_column("pickup")
