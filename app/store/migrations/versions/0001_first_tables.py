"""first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worlds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("persona", sa.String(length=64), nullable=False),
        sa.Column("now", sa.String(length=32), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "case_events",
        sa.Column("world", sa.String(length=32), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("world", "case", "seq"),
    )
    op.create_table(
        "cases",
        sa.Column("world", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("journey", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=True),
        sa.Column("authority", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("arrival_number", sa.String(length=32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("waits_for", sa.JSON(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("world", "n"),
        sa.UniqueConstraint("idempotency_key"),
    )
    op.create_table(
        "facts",
        sa.Column("world", sa.String(length=32), nullable=False),
        sa.Column("journey", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.JSON(), nullable=False),
        sa.Column("reuse", sa.String(length=16), nullable=False),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("world", "journey", "seq"),
    )
    op.create_table(
        "journeys",
        sa.Column("world", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("consents", sa.JSON(), nullable=False),
        sa.Column("lookups", sa.JSON(), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("notice", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("world", "n"),
    )
    op.create_table(
        "letters",
        sa.Column("world", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("sender", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.String(length=2000), nullable=False),
        sa.Column("needs_action", sa.Boolean(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("world", "n"),
    )
    op.create_table(
        "submissions",
        sa.Column("world", sa.String(length=32), nullable=False),
        sa.Column("journey", sa.Integer(), nullable=False),
        sa.Column("transaction", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("world", "journey"),
    )


def downgrade() -> None:
    op.drop_table("submissions")
    op.drop_table("letters")
    op.drop_table("journeys")
    op.drop_table("facts")
    op.drop_table("cases")
    op.drop_table("case_events")
    op.drop_table("worlds")
