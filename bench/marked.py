"""Pages of which some parts are written anew, each between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_MARKED = re.compile(r"(<!-- bench:([a-z-]+) -->\n).*?(<!-- /bench:\2 -->)", re.DOTALL)


def replaced(text: str, sections: Mapping[str, str]) -> str:
    """A page with these sections in their places; raises KeyError for a place that there is no section of."""
    return _MARKED.sub(lambda found: found[1] + sections[found[2]] + found[3], text)
