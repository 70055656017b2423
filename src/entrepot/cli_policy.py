"""`entrepot policy lint | who-can | explain`: what policies say, before they are set and after."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from entrepot.cli_common import ask
from entrepot.errors import InvalidParameter
from entrepot.rules.iam.document import Kind, parse_policy
from entrepot.rules.iam.finding import LEFT_OUT, Finding
from entrepot.rules.iam.lint import lint
from entrepot.settings import SettingsError
from entrepot.settings_sources import add_flags

if TYPE_CHECKING:
    from entrepot.services.policy_questions import Answer

HELP = "Ask what policies say."
_SETTINGS = ("data", "account", "region", "config")


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    check = _command(commands, "lint", "Say what is odd about a policy, and what to write instead.", _lint)
    check.add_argument("file", metavar="FILE", help="A policy document; '-' is standard input.")
    check.add_argument("--strict", action="store_true", help="Exit with 1 where anything is odd.")
    check.add_argument("--kind", choices=get_args(Kind), help="What the policy is for. Default: told by its elements.")
    text = "List everyone who can do something, and by which statement."
    who_can = _command(commands, "who-can", text, _who_can)
    who_can.add_argument("action", metavar="ACTION", help="Such as ecr:BatchDeleteImage.")
    who_can.add_argument("resource", metavar="RESOURCE", help="An ARN, or a repository's name; * is a wildcard.")
    add_flags(who_can, only=_SETTINGS)
    why = _command(commands, "explain", "Explain a decision step by step.", _explain)
    why.add_argument("--principal", required=True, metavar="ARN", help="Of a root, user or role; or 'anonymous'.")
    why.add_argument("--action", required=True, help="Such as ecr:BatchDeleteImage.")
    why.add_argument("--resource", required=True, help="An ARN, or a repository's name.")
    text = "A condition key's value, such as aws:SourceIp=192.0.2.1; again for another, or for another value of it."
    why.add_argument("--context", action="append", default=[], metavar="KEY=VALUE", help=text)
    add_flags(why, only=_SETTINGS)


def run(arguments: argparse.Namespace) -> None:
    """Runs the subcommand."""
    arguments.ask(arguments)


def _command(
    commands: Any,  # noqa: ANN401 - argparse has no public name for it
    name: str,
    text: str,
    command: Callable[[argparse.Namespace], None],
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
    parser.set_defaults(ask=command)
    return parser


def _lint(arguments: argparse.Namespace) -> None:
    text = sys.stdin.read() if arguments.file == "-" else Path(arguments.file).read_text(encoding="utf-8")
    findings = lint(parse_policy(text, arguments.kind or _kind_of(text)))
    for each in findings:
        _print(f"{each.severity}: {each.code}: {each.why}")
        for line in _remedy(each):
            _print(f"    {line}")
    if not findings:
        _print("nothing is odd about it")
    elif arguments.strict:
        raise InvalidParameter(f"{len(findings)} finding{'s' if len(findings) > 1 else ''}")


def _remedy(found: Finding) -> Iterable[str]:
    """What to do about a finding, in lines."""
    if found.suggestion is None:
        return ()
    if found.suggestion == LEFT_OUT:
        return ("leave the statement out",)
    if found.statement is not None:
        what = "rather:"
    else:
        what = "rather, as a whole:" if "Statement" in json.loads(found.suggestion) else "add:"
    return (what, *found.suggestion.splitlines())


def _kind_of(text: str) -> Kind:
    """A policy that names principals is a resource's: a role's where it is about sts, a key's where it is about kms."""
    try:
        document: Any = json.loads(text)
    except ValueError:
        return "identity"
    found: Any = cast("dict[str, Any]", document).get("Statement", []) if isinstance(document, dict) else []
    statements = cast("list[Any]", found) if isinstance(found, list) else [found]
    named = [cast("dict[str, Any]", each) for each in statements if isinstance(each, dict)]
    if not any("Principal" in each or "NotPrincipal" in each for each in named):
        return "identity"
    actions = [json.dumps(each.get("Action", "")) for each in named]
    if all("sts:" in each for each in actions):
        return "trust"
    return "key" if all("kms:" in each for each in actions) else "resource"


def _who_can(arguments: argparse.Namespace) -> None:
    from entrepot.services import policy_questions

    answers = ask(arguments, lambda app: policy_questions.who_can(app, arguments.action, arguments.resource))
    for line in _lines(answers):
        _print(line)
    if not answers:
        _print("nobody")


def _lines(answers: Iterable[Answer]) -> Iterable[str]:
    for each in answers:
        by = each.decision.by
        how = "as the account's root"
        if by:
            sid = f" '{by.sid}'" if by.sid else ""
            how = f"by statement {by.index + 1}{sid} of {by.source} policy {by.policy}"
        some = "" if each.certain else " (on conditions, or for some of them)"
        but = f", but not {', '.join(each.but)}" if each.but else ""
        yield f"{each.principal.role_arn or each.principal.arn} on {each.resource}{but} {how}{some}"


def _explain(arguments: argparse.Namespace) -> None:
    from entrepot.services import policy_questions

    given: dict[str, list[str]] = {}
    for text in arguments.context:
        key, equals, value = text.partition("=")
        if not equals:
            raise SettingsError(f"--context: '{text}' is not KEY=VALUE")
        given.setdefault(key, []).append(value)
    context = {key: values[0] if len(values) == 1 else tuple(values) for key, values in given.items()}
    asked = (arguments.principal, arguments.action, arguments.resource, context)
    for step in ask(arguments, lambda app: policy_questions.explain(app, *asked)):
        _print(step.text)
        for detail in step.details:
            _print(f"    {detail}")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
