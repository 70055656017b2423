"""What a start on SQLite and a folder does without, since everybody waits for it."""

from __future__ import annotations

import subprocess
import sys

SEEN = "import sys, entrepot.app; print(*{name.partition('.')[0] for name in sys.modules})"


def test_clients_of_other_stores_are_imported_where_they_are_used() -> None:
    modules = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True).stdout.split()
    assert "sqlalchemy" in modules
    assert not {"boto3", "psycopg"} & set(modules)
