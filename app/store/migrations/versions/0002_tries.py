"""When a case is tried again, and the last event of its office that was entered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("failing_since", sa.String(length=32), nullable=True))
    op.add_column("cases", sa.Column("tried_at", sa.String(length=32), nullable=True))
    op.add_column("cases", sa.Column("not_before", sa.String(length=40), nullable=True))
    op.add_column("cases", sa.Column("office_seq", sa.Integer(), nullable=False, server_default="0"))
    # What was entered so far was entered in order: of every case up to the world's own mark.
    op.execute("UPDATE cases SET office_seq = (SELECT event_seq FROM worlds WHERE worlds.id = cases.world)")


def downgrade() -> None:
    for name in ("office_seq", "not_before", "tried_at", "failing_since"):
        op.drop_column("cases", name)
