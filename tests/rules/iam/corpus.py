"""Cases that the oracle decides otherwise, as small as they get: `differences.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from entrepot.rules.iam.request import AccessRequest, PrincipalFacts
from tests.rules.iam.generate import Case, Json
from tests.rules.iam.oracle import Verdict

FILE = Path(__file__).with_name("differences.json")


@dataclass(frozen=True)
class Example:
    """A case, why it is decided otherwise, and how by each of us."""

    case: Case
    difference: str
    ours: Verdict
    theirs: Verdict


def load() -> list[Example]:
    return [Example(**{**each, "case": _case(each["case"])}) for each in json.loads(FILE.read_text())]


def dump(examples: list[Example]) -> str:
    return json.dumps([_plain(asdict(each)) for each in examples], indent=1) + "\n"


def _case(fields: Json) -> Case:
    request = dict(fields["request"])
    principal = dict(request["principal"])
    principal["tags"] = tuple((key, value) for key, value in principal.get("tags", ()))
    request["principal"] = PrincipalFacts(**principal)
    request["context"] = {k: tuple(v) if isinstance(v, list) else v for k, v in request.get("context", {}).items()}
    more = {name: tuple(each) for name in ("identity", "session") if (each := fields.get(name)) is not None}
    return Case(**{**fields, **more, "request": AccessRequest(**request)})


def _plain(fields: Json) -> Json:
    """Without what is empty or usual, to be read with ease; policies stay as they are."""
    kept = {name: each for name, each in fields.items() if each not in (None, "", (), {}, "V2", "resource")}
    return {name: _plain(each) if name in {"case", "request", "principal"} else each for name, each in kept.items()}
