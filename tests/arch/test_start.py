"""What a start on SQLite and a folder does without, since everybody waits for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SEEN = "import sys, entrepot.app; print(*{name.partition('.')[0] for name in sys.modules})"


def test_clients_of_other_stores_are_imported_where_they_are_used() -> None:
    modules = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True).stdout.split()
    assert "sqlalchemy" in modules
    assert not {"boto3", "opentelemetry", "psycopg", "requests"} & set(modules)


PREPARED = """
import os, sys, tempfile
from entrepot import app
from entrepot.settings_sources import load
app.prepare(load(["--data", tempfile.mkdtemp(), "--master-key", sys.argv[1]], {})[0])
print("boto3" in sys.modules)
"""


@pytest.mark.parametrize("key", ["", "env:THE_KEY"])
def test_a_master_key_that_no_kms_keeps_needs_no_client_of_one(key: str) -> None:
    argv, env = [sys.executable, "-c", PREPARED, key], {**os.environ, "THE_KEY": "ab" * 32}
    assert subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout == "False\n"
