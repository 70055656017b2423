"""The drawing of the layers is true, and nothing stands outside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    environment = {"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_import_points_downwards() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("services/upwards.py", "import entrepot.aws"),
        ("rules/clock.py", "import time"),
        ("fronts/sideways.py", "import entrepot.jobs"),
        ("unplaced.py", ""),
    ],
)
def test_a_wrong_module_is_found(copy: Path, module: str, line: str) -> None:
    (copy / "src/entrepot" / module).write_text(f'"""Wrong."""\n{line}\n')
    result = lint(copy)
    assert result.returncode == 1
    assert "BROKEN" in result.stdout
