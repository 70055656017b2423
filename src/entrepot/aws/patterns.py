"""The model's regular expressions, which are Java's, as Python's."""

from __future__ import annotations

import re

# Unicode's letters and numbers are what \w matches outside of ASCII mode (with the underscore, which each of AWS's
# classes allows anyway); its separators are few enough to be listed.
_TAG = r"\w\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000.:/=+\-@"
_TAG_PATTERNS = {
    rf"[\p{{L}}\p{{Z}}\p{{N}}_.:/=+\-@{more}]{count}": f"(?u:[{_TAG}{more}]{count})"
    for more in ("", "{}")
    for count in "*+"
}

# Without a choice of two ways for each character, which would take time exponential in the length.
_EQUIVALENT = {
    r"^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$": r"[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*",
    **_TAG_PATTERNS,
}


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The expression to be used with `fullmatch`, as Java's `matches` does: word characters are ASCII.

    Raises re.error for what Python does not take (such as classes of Unicode properties), at start rather than at a
    request: such a pattern needs an equivalent in the table above.
    """
    return re.compile(_EQUIVALENT.get(pattern, pattern), re.ASCII)


def shown_pattern(pattern: str) -> str:
    """The expression as ECR's messages quote it: slashes are not escaped."""
    return pattern.replace(r"\/", "/")
