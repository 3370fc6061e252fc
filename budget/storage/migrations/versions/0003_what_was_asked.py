"""A record keeps what its deed was asked to do: the same key with another wish is another deed.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    column = sa.Column("asked", sa.String(), nullable=False, server_default="")
    op.add_column("trail_record", column)
