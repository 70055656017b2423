"""A deployment from before the garbage collection: what was unreferenced is queued, a day from the upgrade."""

from __future__ import annotations

import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from entrepot.meta.schema import SCRIPTS, migrate
from entrepot.meta.sqlite import sqlite_engine

DAY = 24 * 3600 * 1_000_000

BEFORE = """
INSERT INTO accounts VALUES ('123456789012', 1);
INSERT INTO data_keys VALUES (1, 'registry', 0, x'00', 1);
INSERT INTO repositories VALUES (1, '123456789012', 'us-east-1', 'app', 1, 'MUTABLE', '[]');
INSERT INTO images VALUES (1, 1, 'sha256:i', 't', NULL, NULL, 1, 1, '{}', 1, NULL);
INSERT INTO blobs VALUES (1, 1, 'sha256:needed', 1, 'a', 1);
INSERT INTO blobs VALUES (2, 1, 'sha256:held', 1, 'b', 1);
INSERT INTO blobs VALUES (3, 1, 'sha256:loose', 1, 'c', 1);
INSERT INTO repository_blobs VALUES (1, 'sha256:needed', 1, 1);
INSERT INTO repository_blobs VALUES (1, 'sha256:held', 2, 1);
INSERT INTO image_blobs VALUES (1, 'sha256:needed', 1, 't')
"""


def test_what_was_unreferenced_is_queued(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "old.db", writes=True)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    with engine.begin() as connection:
        for statement in BEFORE.split(";"):
            connection.execute(text(statement))
    migrate(engine)
    with engine.begin() as connection:
        layers = connection.execute(text("SELECT digest, review_after FROM layer_reviews")).all()
        blobs = connection.execute(text("SELECT blob_id, review_after FROM blob_reviews")).all()
    assert [digest for digest, _ in layers] == ["sha256:held"]
    assert [blob_id for blob_id, _ in blobs] == [3]
    due = time.time_ns() // 1000 + DAY
    assert all(due - 60_000_000 < when <= due for _, when in (*layers, *blobs))
