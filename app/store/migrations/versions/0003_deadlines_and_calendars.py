"""What was said about deadlines, and what was given to calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deadline_notices",
        sa.Column("world", sa.String(length=32), nullable=False),
        sa.Column("journey", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(length=64), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("letter", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("world", "journey", "procedure", "last", "mark"),
    )
    op.create_table(
        "calendar_entries",
        sa.Column("world", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("days", sa.String(length=40), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("world", "key"),
    )
    op.create_table(
        "calendar_links",
        sa.Column("world", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("world"),
        sa.UniqueConstraint("digest"),
    )


def downgrade() -> None:
    for table in ("calendar_links", "calendar_entries", "deadline_notices"):
        op.drop_table(table)
