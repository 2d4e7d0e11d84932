"""Round off partnering"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_refusal", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("organisation_profile", schema=None) as batch_op:
        batch_op.drop_column("search_text")
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.alter_column("public_refusal", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("organisation_profile", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search_text", sa.TEXT(), nullable=False, server_default=""))

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("public_refusal")
    with op.batch_alter_table("organisation_profile") as batch_op:
        batch_op.alter_column("search_text", server_default=None)
