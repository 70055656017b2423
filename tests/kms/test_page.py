"""Every command of the page on keys, run in its order as it stands there: only the port is the test's own."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import StartServer
from tests.support.processes import isolated_env, run
from tests.support.server import COMMAND

PAGE = Path(__file__).parents[2] / "docs" / "kms.md"


def test_the_examples(start: StartServer, tmp_path: Path) -> None:
    server = start()
    env = isolated_env(tmp_path / "home", **server.aws_env, AWS_PAGER="", ENTREPOT_DATA=str(server.data))
    env["PATH"] = f"{COMMAND.parent}:{env['PATH']}"
    script = "\n".join(re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    output = run(["bash", "-euo", "pipefail", "-c", script], env=env, cwd=tmp_path)
    assert "a secret" in output
    assert "nothing is odd about it" in output
    assert "Allowed by statement 2 'The application needs no policy of its own' of key policy" in output
    assert "ON_DEMAND\tCURRENT" in output
