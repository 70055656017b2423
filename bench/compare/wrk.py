"""wrk: asks for one small answer over and over on kept connections, with hardly any processor time of its own."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.compare.samples import LeftOut
from tests.support.processes import run

_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
_TIME = r"([\d.]+)(us|ms|s|m)"
_SPARE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """Answers in all and in a second; the median and the 99th centile of how long they took, in seconds."""

    count: int
    rate: float
    p50: float
    p99: float


def ask(
    url: str, headers: Mapping[str, str], connections: int, seconds: float, method: str = "GET", body: bytes = b""
) -> Found:
    """One run of it, in whole seconds. Not for HEAD, whose answers it takes to be followed by a body.

    LeftOut where it is not installed, AssertionError where an answer was none of success.
    """
    program = shutil.which("wrk")
    if program is None:
        raise LeftOut("wrk is not installed")
    argv = [program, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", "--timeout", "30s"]
    for name, value in headers.items():
        argv += ["-H", f"{name}: {value}"]
    with tempfile.TemporaryDirectory(prefix="entrepot-wrk-") as folder:
        if method != "GET":
            (script := Path(folder, "request.lua")).write_text(_script(method, body))
            argv += ["-s", str(script)]
        return parsed(run([*argv, url], seconds=seconds + _SPARE_SECONDS))


def parsed(output: str) -> Found:
    """What it printed; AssertionError where it saw errors or no answer at all."""
    errors = re.findall(r"^\s*(Socket errors: .*|Non-2xx or 3xx responses: .*)$", output, re.MULTILINE)
    count = re.search(r"^\s*(\d+) requests in", output, re.MULTILINE)
    rate = re.search(r"^Requests/sec:\s*([\d.]+)", output, re.MULTILINE)
    times = [re.search(rf"^\s*{share}%\s+{_TIME}", output, re.MULTILINE) for share in (50, 99)]
    if errors or not count or not int(count[1]) or not rate or None in times:
        raise AssertionError(f"wrk: {'; '.join(errors) or output[-500:]}")
    p50, p99 = (float(found[1]) * _SECONDS[found[2]] for found in times if found)
    return Found(int(count[1]), float(rate[1]), p50, p99)


def _script(method: str, body: bytes) -> str:
    """Lua that says no more than what is sent; a long bracket keeps JSON as it is."""
    return f'wrk.method = "{method}"\nwrk.body = [==[{body.decode()}]==]\n'
