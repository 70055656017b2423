"""What breaks the model's constraints, in the words of IAM, STS and KMS.

IAM has sentences of its own for names and paths; everything else is "1 validation error detected: ...".
"""

from __future__ import annotations

from typing import cast

from entrepot.aws.validate import Check
from entrepot.errors import InvalidParameter, ValidationFailed

_PATTERN = "Member must satisfy regular expression pattern: "
_HINTS = {
    r"[\w+=,.@-]+": "It must contain only alphanumeric characters and/or the following: +=,.@_-",
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": (
        "It must begin and end with / and contain only alphanumeric characters and/or / characters."
    ),
}
_NULL = "Member must not be null"
_LONGEST_SHOWN = 256


def in_query_words(check: Check) -> Check:
    """The same check, which raises ValidationFailed (AWS's ValidationError) in place of InvalidParameter."""

    def worded(value: object, path: str) -> None:
        try:
            check(value, path)
        except InvalidParameter as error:
            raise ValidationFailed(_sentence(error, value)) from None

    return worded


def _sentence(error: InvalidParameter, given: object) -> str:
    place, constraint = error.parameter or "", error.constraint or ""
    hint = _HINTS.get(constraint.removeprefix(_PATTERN))
    if hint:
        return f"The specified value for {place} is invalid. {hint}"
    shown = "Value null" if constraint == _NULL else f"Value{_shown(given, place)}"
    return f"1 validation error detected: {shown} at '{place}' failed to satisfy constraint: {constraint}"


def _shown(given: object, place: str) -> str:
    value = given
    for part in place.split("."):
        if part != "member":
            value = _step(value, part)
    # Policy documents and lists are not repeated, as AWS does not.
    return f" '{value}'" if isinstance(value, str | int) and len(str(value)) <= _LONGEST_SHOWN else ""


def _step(value: object, part: str) -> object:
    match value:
        case dict():
            members = cast("dict[str, object]", value)
            return members.get(part, members.get(part[:1].upper() + part[1:]))
        case list() if part.isdigit():
            items = cast("list[object]", value)
            return items[int(part) - 1] if 0 < int(part) <= len(items) else None
        case _:
            return None
