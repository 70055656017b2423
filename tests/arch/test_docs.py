"""Pages and docstrings that have to be there, and pages that are derived from the code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from entrepot.settings import DECLARED
from tools import dashboard, metrics_docs, settings_docs

ROOT = Path(__file__).parents[2]
MODULES = [path for path in sorted((ROOT / "src").rglob("*.py")) if path.stat().st_size]


def test_the_settings_page_is_in_step() -> None:
    assert settings_docs.PAGE.read_text() == settings_docs.page(), "run `make docs`"


def test_the_tables_of_metrics_are_in_step() -> None:
    written = metrics_docs.PAGE.read_text()
    assert written == metrics_docs.page(written), "run `make docs`"


def test_the_dashboard_is_in_step() -> None:
    assert dashboard.FILE.read_text() == dashboard.text(), "run `make docs`"


@pytest.mark.parametrize("setting", DECLARED, ids=lambda setting: setting.name)
def test_every_setting_is_on_its_page(setting: settings_docs.Setting) -> None:
    section = settings_docs.page().partition(f"\n## {setting.name}\n")[2].partition("\n## ")[0]
    assert setting.help in section
    assert f"`{setting.flag}` | `{setting.variable}`" in section


def test_every_module_says_what_it_is() -> None:
    assert [path for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_the_licence_is_the_one_that_the_package_names() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert text.split()[:6] == ["Apache", "License", "Version", "2.0,", "January", "2004"]
    assert "END OF TERMS AND CONDITIONS" in text
