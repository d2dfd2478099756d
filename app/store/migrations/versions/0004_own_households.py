"""The household of a world whose visitor made it up."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PARTS = (
    "calendar_links", "calendar_entries", "deadline_notices", "letters", "submissions", "case_events", "cases", "facts", "journeys",
)  # fmt: skip


def upgrade() -> None:
    op.add_column("worlds", sa.Column("sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    # Without its household nobody could go on in such a world. SQLite does not cascade here.
    for table in PARTS:
        op.execute(f"DELETE FROM {table} WHERE world IN (SELECT id FROM worlds WHERE sealed IS NOT NULL)")
    op.execute("DELETE FROM worlds WHERE sealed IS NOT NULL")
    op.drop_column("worlds", "sealed")
