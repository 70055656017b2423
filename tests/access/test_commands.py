"""entrepot account create, and entrepot policy lint, who-can and explain."""

from __future__ import annotations

import configparser
import io
import json
import shlex
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
import pytest

from entrepot.cli import main
from tests.access.conftest import HOME, OTHER, Guarded
from tests.access.people import allow, document, grant

THIRD = "333333333333"


def entrepot(*words: str, stdin: str = "") -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    quiet = mock.patch("entrepot.telemetry.configure")  # the log of this process is not the command's
    with redirect_stdout(out), redirect_stderr(err), mock.patch("sys.stdin", io.StringIO(stdin)), quiet:
        code = main(words)
    return code, out.getvalue(), err.getvalue()


def ask(guarded: Guarded, *words: str) -> str:
    data = ["--data", str(guarded.server.data), "--account", HOME]
    code, out, err = entrepot("policy", *words, *data)
    assert (code, err) == (0, "")
    return out


def test_an_account(guarded: Guarded) -> None:
    data = guarded.server.data
    code, out, err = entrepot("account", "create", THIRD, "--region", "eu-west-3", "--data", str(data))
    assert (code, err) == (0, "")
    exported = dict(word.split("=", 1) for word in shlex.split(out)[1:])
    assert exported == {"AWS_CONFIG_FILE": str(guarded.server.aws_config), "AWS_PROFILE": f"entrepot-{THIRD}"}
    profiles = configparser.ConfigParser(interpolation=None)
    profiles.read(guarded.server.aws_config)
    profile = profiles[f"profile entrepot-{THIRD}"]
    assert (profile["region"], profile["endpoint_url"]) == ("eu-west-3", profiles["profile entrepot"]["endpoint_url"])
    session = boto3.Session(profile["aws_access_key_id"], profile["aws_secret_access_key"], region_name="eu-west-3")
    sts: Any = session.client("sts", endpoint_url=guarded.server.url)
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{THIRD}:root"
    assert entrepot("account", "create", THIRD, "--region", "eu-west-3", "--data", str(data)) == (0, out, "")


def test_an_account_that_cannot_be(guarded: Guarded, tmp_path: Path) -> None:
    code, _, err = entrepot("account", "create", "123", "--data", str(guarded.server.data))
    assert (code, err) == (2, "entrepot: '123' is not an account id of 12 digits\n")
    code, _, err = entrepot("account", "create", THIRD, "--data", str(tmp_path / "nothing"))
    assert code == 1
    assert "start `entrepot serve` first" in err
    assert not (tmp_path / "nothing").exists()


def test_lint(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(grant("*", "ecr:BatchGetImage")))
    code, out, _ = entrepot("policy", "lint", str(path))
    assert (code, out.splitlines()[0].split(": ")[:2]) == (0, ["warning", "public-access"])
    assert out.splitlines()[1] == "    rather:"
    assert '"AWS": "arn:aws:iam::' in out
    code, _, err = entrepot("policy", "lint", str(path), "--strict")
    assert (code, err) == (1, "entrepot: 1 finding\n")
    path.write_text(json.dumps(grant({"AWS": OTHER}, "ecr:BatchGetImage")))
    assert entrepot("policy", "lint", str(path), "--strict") == (0, "nothing is odd about it\n", "")
    code, out, _ = entrepot("policy", "lint", "-", stdin=json.dumps(allow("ecr:BatchGetImage", "ecr:PutImage")))
    assert (code, "missing-login" in out, "\n    add:\n" in out) == (0, True, True)
    path.write_text(json.dumps(allow("ecr:Nothing", "ecr:ListImage*")))
    assert entrepot("policy", "lint", str(path))[1].splitlines()[1:3] == ["    rather:", "    {"]
    path.write_text(json.dumps(allow("sts:Nothing")))
    assert entrepot("policy", "lint", str(path))[1].splitlines()[1:] == ["    leave the statement out"]
    code, _, err = entrepot("policy", "lint", "-", stdin="{")
    assert code == 1
    assert err.startswith("entrepot: ")


def test_who_can(guarded: Guarded, fresh: Callable[[str], str]) -> None:
    prefix, people = fresh("prod"), guarded.people
    for name in ("open", "shut", "plain"):
        guarded.root.create_repository(repositoryName=f"{prefix}/{name}")
    arn = f"arn:aws:ecr:us-east-1:{HOME}:repository"
    some = {"Sid": "Cleanup", "Effect": "Allow", "Action": "ecr:Batch*", "Resource": f"{arn}/{prefix}/*"}
    people.user(HOME, can := fresh("can"), document(some))
    people.user(HOME, cannot := fresh("cannot"), allow("ecr:BatchGetImage"))
    people.user(HOME, member := fresh("member"))
    people.group(HOME, group := fresh("group"), allow("ecr:*"), members=[member])
    guarded.set_policy(f"{prefix}/open", grant({"AWS": "999999999999"}, "ecr:BatchDeleteImage"))
    user = f"arn:aws:iam::{HOME}:user"
    guarded.set_policy(f"{prefix}/shut", grant({"AWS": f"{user}/{can}"}, "ecr:BatchDeleteImage", effect="Deny"))
    lines = ask(guarded, "who-can", "ecr:BatchDeleteImage", f"{prefix}/*").splitlines()
    everywhere = f"on {arn}/{prefix}/*"
    assert (
        f"{user}/{can} {everywhere}, but not {prefix}/shut by statement 1 'Cleanup' of inline policy policy-0" in lines
    )
    assert f"{user}/{member} {everywhere} by statement 1 of group policy {group}/policy-0" in lines
    assert f"arn:aws:iam::{HOME}:root {everywhere} as the account's root" in lines
    abroad = f"arn:aws:iam::999999999999:root on {arn}/{prefix}/open by statement 1 of resource policy {prefix}/open"
    assert abroad in lines
    assert not [line for line in lines if cannot in line or "anonymous" in line or OTHER in line]
    single = ask(guarded, "who-can", "ecr:BatchDeleteImage", f"{prefix}/shut")
    assert f"{user}/{member} " in single
    assert f"{user}/{can} " not in single


def test_who_can_pull_without_credentials(guarded: Guarded, repository: str) -> None:
    guarded.set_policy(repository, grant("*", "ecr:BatchGetImage"))
    assert "\nanonymous on " in "\n" + ask(guarded, "who-can", "ecr:BatchGetImage", repository)
    assert "anonymous" not in ask(guarded, "who-can", "ecr:PutImage", repository)


def test_explain(guarded: Guarded, fresh: Callable[[str], str], repository: str) -> None:
    condition = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    guarded.people.user(HOME, name := fresh("user"), allow("ecr:ListImages", Condition=condition))
    asked = ("--principal", f"arn:aws:iam::{HOME}:user/{name}", "--action", "ecr:ListImages", "--resource", repository)
    denied = ask(guarded, "explain", *asked).splitlines()
    assert denied[-1].startswith(
        f"Denied. User: arn:aws:iam::{HOME}:user/{name} is not authorized to perform: ecr:List"
    )
    assert any("aws:SourceIp" in line for line in denied)
    allowed = ask(guarded, "explain", *asked, "--context", "aws:SourceIp=10.1.2.3").splitlines()
    assert allowed[-1] == "Allowed by statement 1 of inline policy policy-0"
    data = ("--data", str(guarded.server.data))
    code, _, err = entrepot("policy", "explain", *asked[2:], "--principal", f"arn:aws:iam::{HOME}:user/nobody", *data)
    assert (code, err) == (1, f"entrepot: The user arn:aws:iam::{HOME}:user/nobody cannot be found.\n")


def test_what_does_not_exist_is_not_asked_about(guarded: Guarded, repository: str) -> None:
    data = ("--data", str(guarded.server.data))
    asked = ("--principal", f"arn:aws:iam::{HOME}:root", "--resource", repository)
    for action, reason in (
        (
            "ecr:BatchDeleteImages",
            "There is no action ecr:BatchDeleteImages; ecr:BatchDeleteImage is the nearest there is",
        ),
        ("ListImages", "There is no action ListImages; ecr:ListImages is the nearest there is"),
        ("ecr:Batch*", "There is no action ecr:Batch*"),
    ):
        assert entrepot("policy", "who-can", action, repository, *data) == (1, "", f"entrepot: {reason}\n")
        assert entrepot("policy", "explain", "--action", action, *asked, *data) == (1, "", f"entrepot: {reason}\n")
    words = ("policy", "explain", "--action", "ecr:ListImages", *asked, *data, "--context")
    assert entrepot(*words, "aws:SourceIpp=1") == (1, "", "entrepot: There is no condition key aws:SourceIpp\n")
    assert entrepot(*words, "aws:SourceIp") == (2, "", "entrepot: --context: 'aws:SourceIp' is not KEY=VALUE\n")
    assert entrepot(*words, "aws:TagKeys=a", "--context", "aws:TagKeys=b")[0] == 0


def test_help_has_the_settings_that_matter() -> None:
    for words in (("policy", "who-can"), ("policy", "explain"), ("account", "create")):
        with pytest.raises(SystemExit), redirect_stdout(io.StringIO()) as out:
            main([*words, "--help"])
        assert "--data" in out.getvalue()
        assert "--workers" not in out.getvalue()
