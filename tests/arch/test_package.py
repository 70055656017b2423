"""The lock files and the built package."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("run", "dev")


def pinned(lock: str) -> dict[str, str]:
    """Name -> version, markers included."""
    lines = (ROOT / f"requirements/{lock}.lock").read_text().splitlines()
    pins = [line.rstrip(" \\").partition("==") for line in lines if line and line[0] not in " #"]
    return {name.partition("[")[0]: version for name, _, version in pins}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_one_version_with_hashes(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.lock").read_text()
    requirements = re.findall(r"^[^\s#].*(?:\n    --hash=sha256:[0-9a-f]{64}.*)*", text, re.MULTILINE)
    assert requirements
    for requirement in requirements:
        assert re.match(r"[a-z0-9._\[\]-]+==[^ ]+", requirement)
        assert "--hash=sha256:" in requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.lock").read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links|(^|\s)/|file:", text)


def test_what_runs_is_what_was_tested() -> None:
    run, dev = pinned("run"), pinned("dev")
    assert {name: dev.get(name) for name in run} == run


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    named = [
        *project["project"]["dependencies"],
        *groups["build"],
        *(item for item in groups["dev"] if isinstance(item, str)),
    ]
    for requirement in named:
        assert re.split(r"[\[<>=]", requirement)[0] in pinned("dev")
    for requirement in (*project["project"]["dependencies"], *groups["build"]):
        assert re.split(r"[\[<>=]", requirement)[0] in pinned("run")


def test_the_wheel_holds_everything(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("entrepot-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        entry_points = archive.read(next(name for name in held if name.endswith("entry_points.txt"))).decode()
    source = {path for path in (ROOT / "src").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {str(path.relative_to(ROOT / "src")) for path in source} <= held
    assert any(name.endswith("licenses/LICENSE") for name in held)
    assert "entrepot = entrepot.cli:main" in entry_points
