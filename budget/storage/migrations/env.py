"""Alembic's entry: runs migrations on the connection that store.py hands over."""

from alembic import context
from sqlmodel import SQLModel

import budget.storage.tables  # noqa: F401 - fills the metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("run migrations through budget.storage.store.opened")
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
