"""People who are asked to sign a case themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("world", sa.String(length=32), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("expires_on", sa.String(length=10), nullable=True),
        sa.Column("settled_at", sa.String(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("world", "case"),
        sa.UniqueConstraint("digest"),
    )


def downgrade() -> None:
    op.drop_table("invitations")
