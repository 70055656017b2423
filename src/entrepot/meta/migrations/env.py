"""Alembic's entry point: `entrepot.meta.schema.migrate` hands it a connection within a transaction."""

from __future__ import annotations

from alembic import context

from entrepot.meta.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
