"""A request remembers the keys of its draft's last saves: one of them sent again does nothing.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    column = sa.Column("recent_keys", sa.Text(), nullable=False, server_default="")
    op.add_column("special_need", column)
