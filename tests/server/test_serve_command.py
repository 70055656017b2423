"""`entrepot serve` as a person runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.server.running import eventually

ENTREPOT = [sys.executable, "-c", "import sys; from entrepot.cli import main; sys.exit(main())"]


def serve(*arguments: str) -> list[str]:
    return [*ENTREPOT, "serve", *arguments]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_what_it_prints_can_be_pasted_and_sigterm_ends_it(tmp_path: Path) -> None:
    data = tmp_path / "it's data"
    command = serve("--port", "0", "--data", str(data))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout
        url = server.stdout.readline().split()[3].rstrip(",")
        export = server.stdout.readline()
        assert eventually(lambda: answers(f"{url}/readyz"))
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
    shell = subprocess.run(
        ["sh", "-c", f'{export}\nprintf "%s|%s" "$AWS_CONFIG_FILE" "$AWS_PROFILE"'],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shell.stdout == f"{data}/aws/config|entrepot"
    assert f"{url.rpartition(':')[2]}" in (data / "aws" / "config").read_text()


def test_a_taken_port_is_one_line_and_touches_no_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = subprocess.run(
            serve("--port", str(port), "--data", str(data)), capture_output=True, text=True, check=False
        )
    assert result.returncode == 1
    assert result.stderr == (
        f"entrepot: port {port} on 127.0.0.1 is taken: another server listens there (see --port)\n"
    )
    assert not data.exists()


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    command = serve("--port", "0", "--data", str(blocked / "data"))
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, f"entrepot: Not a directory: {blocked / 'data'}\n")


def test_a_wrong_variable_is_one_line() -> None:
    environ = os.environ | {"ENTREPOT_PROT": "1"}
    result = subprocess.run(serve(), capture_output=True, text=True, check=False, env=environ)
    assert result.returncode == 2
    assert result.stderr == "entrepot: unknown environment variable ENTREPOT_PROT (did you mean ENTREPOT_PORT?)\n"
