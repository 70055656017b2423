"""The metadata store: tables, one query module per table, engine differences and migrations.

Every query is a plain function whose first argument is a connection inside a transaction; `Database.read` and
`Database.write` (engine.py) run them. Times are whole microseconds since the epoch, UTC.
"""
