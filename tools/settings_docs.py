"""Writes docs/settings.md from the declared settings. `--check` only says whether the page is in step."""

from __future__ import annotations

import sys
from pathlib import Path

from entrepot.settings import DECLARED, Setting

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"

_HEAD = """\
# Settings

<!-- Written by tools/settings_docs.py from src/entrepot/settings.py. Change it there, then run `make docs`. -->

Every setting is a flag of `entrepot serve`, an environment variable and a key of a TOML file. Where it is given more
than once, the flag wins over the variable, the variable over the file, and the file over the default. An unknown
flag, an unknown variable that begins with `ENTREPOT_`, an unknown key and an invalid value are errors, and the server
does not start (exit code 2). A variable that is empty counts as not set. Relative paths begin at the working
directory, and `~` is the home folder.

`entrepot settings` prints the settings in force and where each came from, and takes the same flags; `--json` prints
them for programs.

```
entrepot serve --port 5000
ENTREPOT_PORT=5000 make serve
make serve ARGS='--port 5000'
```

The TOML file is `entrepot.toml` in the data folder, where there is one, or the file that `config` names:

```toml
port = 5000
log_level = "warning"
```
"""


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(_section(setting) for setting in DECLARED)


def _section(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default and not setting.locate else setting.default or "empty"
    key = f"`{setting.name}`" if setting.in_file else "none"
    secret = "\nNever printed.\n" if setting.secret else ""
    return f"""
## {setting.name}

{setting.help}
{secret}
| flag | variable | key | value | default |
| --- | --- | --- | --- | --- |
| `{setting.flag}` | `{setting.variable}` | {key} | {setting.kind.says} | {default} |
"""


def main() -> int:
    """Writes or checks; returns the exit code."""
    if "--check" in sys.argv[1:]:
        in_step = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        print(f"{PAGE.name} is {'in step' if in_step else 'out of step: run `make docs`'}")
        return 0 if in_step else 1
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
