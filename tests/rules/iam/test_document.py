from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import PolicyInvalid
from entrepot.rules.iam.document import Kind, parse_policy
from tests.rules.iam.build import HOME, Json, statement

STATEMENTS: dict[Kind, Json] = {
    "identity": statement(),
    "boundary": statement(),
    "session": statement(),
    "resource": {"Effect": "Allow", "Principal": "*", "Action": "ecr:*"},
    "registry": statement(Principal={"AWS": HOME}),
    "key": statement(action="kms:*", Principal={"AWS": HOME}),
    "trust": {"Effect": "Allow", "Principal": {"Service": "ecr.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
KINDS = get_args(Kind)


def read(kind: Kind, *statements: Any, **fields: Any) -> Any:
    return parse_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements), **fields}), kind)


def refusal(kind: Kind, *statements: Any, **fields: Any) -> str:
    with pytest.raises(PolicyInvalid) as caught:
        read(kind, *statements, **fields)
    assert str(caught.value) == caught.value.reason
    return caught.value.reason


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(kind: Kind) -> None:
    policy = read(kind, STATEMENTS[kind], Id="some id")
    assert policy.kind == kind
    assert policy.statements[0].effect == "Allow"
    assert json.loads(policy.statements[0].written) == STATEMENTS[kind]


def test_version_and_lists() -> None:
    text = json.dumps({"Statement": statement("Deny", ["ecr:PutImage", "ECR:get*"], ["*", "arn:aws:ecr:*"], Sid="A1")})
    policy = parse_policy(text, "identity")
    assert policy.version == "2008-10-17"
    (only,) = policy.statements
    assert (only.index, only.sid, only.effect, only.conditions) == (0, "A1", "Deny", ())
    assert only.actions.written == ("ecr:PutImage", "ECR:get*")
    assert only.resources is not None
    assert [each.written for each in only.resources.patterns] == ["*", "arn:aws:ecr:*"]


def test_values_of_conditions_are_text() -> None:
    condition = {"Bool": {"aws:SecureTransport": True}, "NumericEquals": {"aws:x": [1, 2.5, "3"]}}
    (only,) = read("identity", statement(Condition=condition)).statements
    assert [each.values for each in only.conditions] == [("true",), ("1", "2.5", "3")]


def test_sids_of_ecr_and_kms_may_hold_spaces_and_repeat() -> None:
    spaced = {"Sid": "may pull"}
    for kind in ("resource", "key"):
        read(kind, STATEMENTS[kind] | spaced, STATEMENTS[kind] | spaced)
    for kind in set(KINDS) - {"resource", "key"}:
        assert "letters and digits" in refusal(kind, STATEMENTS[kind] | spaced)
        assert "only once" in refusal(kind, *[STATEMENTS[kind] | {"Sid": "A"}] * 2)
        read(kind, STATEMENTS[kind], STATEMENTS[kind] | {"Sid": ""})


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"x"', '{"Statement": NaN}', '{"a": 1, "a": 2}', "\ud800", "[" * 99]
)
def test_what_is_no_json_object(text: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        parse_policy(text, "identity")
    assert "manifest" not in caught.value.reason


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Version": "2012-10-18"}, "Version"),
        ({"Version": 20121017}, "Version"),
        ({"Version": None}, "Version"),
        ({"Id": 5}, "Id"),
        ({"Statement": []}, "Statement must not be empty"),
        ({"Statement": "x"}, r"Statement[0] must be an object"),
        ({"statement": []}, "unknown element 'statement'"),
    ],
)
def test_malformed_documents(fields: Json, reason: str) -> None:
    assert reason in refusal("identity", statement(), **fields)


def test_a_document_needs_a_statement() -> None:
    with pytest.raises(PolicyInvalid, match="no Statement"):
        parse_policy("{}", "identity")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Effect": "allow"}, "Effect"),
        ({"Effect": None}, "Effect"),
        ({"Effect": ["Allow"]}, "Effect"),
        ({"Sid": 1}, "Sid"),
        ({"sid": "a"}, "unknown element 'sid'"),
        ({"Action": []}, "Action must not be empty"),
        ({"Action": {}}, "Action"),
        ({"Action": ["ecr:a", 1]}, "Action"),
        ({"Action": "PutImage"}, "PutImage"),
        ({"Action": "ecr:"}, "ecr:"),
        ({"Action": "e*r:PutImage"}, "e*r:PutImage"),
        ({"Action": "*:*"}, "*:*"),
        ({"Action": "ecr:Put Image"}, "ecr:Put Image"),
        ({"NotAction": "ecr:*"}, "both Action and NotAction"),
        ({"Resource": []}, "Resource must not be empty"),
        ({"Resource": "prod/app"}, "prod/app"),
        ({"Resource": ["*", "arn:aws:ecr"]}, "arn:aws:ecr"),
        ({"Resource": "arn:aws:ecr:*:repository/app"}, "arn:aws:ecr:*:repository/app"),
        ({"NotResource": "*"}, "both Resource and NotResource"),
        ({"Principal": "*"}, "Principal has no place"),
        ({"NotPrincipal": "*"}, "NotPrincipal has no place"),
        ({"Condition": []}, "Condition must be an object"),
    ],
)
def test_malformed_statements(fields: Json, reason: str) -> None:
    found = refusal("identity", statement(), statement() | fields)
    assert reason in found
    assert "Statement[1]" in found


@pytest.mark.parametrize(
    ("missing", "kinds"), [("Action", KINDS), ("Resource", ("identity", "boundary", "session", "registry"))]
)
def test_what_a_statement_must_have(missing: str, kinds: tuple[Kind, ...]) -> None:
    for kind in kinds:
        fields = {name: value for name, value in STATEMENTS[kind].items() if name != missing}
        assert f"neither {missing} nor Not{missing}" in refusal(kind, fields)


@pytest.mark.parametrize("kind", ["resource", "registry", "trust"])
def test_a_resource_s_policy_needs_principals(kind: Kind) -> None:
    fields = {name: value for name, value in STATEMENTS[kind].items() if name != "Principal"}
    assert "has no Principal" in refusal(kind, fields)
    assert "NotPrincipal goes only" in refusal(kind, fields | {"NotPrincipal": "*"})


def test_not_principal_goes_with_deny() -> None:
    fields = {"Effect": "Deny", "NotPrincipal": {"AWS": HOME}, "Action": "ecr:*"}
    assert read("resource", fields).statements[0].principals.negated
    assert "NotPrincipal goes only" in refusal("trust", fields | {"Action": "sts:*"})
    assert "both Principal and NotPrincipal" in refusal("resource", fields | {"Principal": "*"})


def test_a_trust_policy_is_about_assuming_the_role() -> None:
    assert "no place in a trust policy" in refusal("trust", STATEMENTS["trust"] | {"Resource": "*"})
    for action in ("*", "ecr:PutImage", ["sts:AssumeRole", "iam:PassRole"]):
        assert "sts actions only" in refusal("trust", STATEMENTS["trust"] | {"Action": action})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["*", "Allow", "ecr:*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Version", "Statement", "Effect", "Action", "Resource", "Principal", "AWS", "Condition", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(KINDS))
def test_anything_is_read_or_refused(document: Any, kind: Kind) -> None:
    try:
        policy = parse_policy(json.dumps(document), kind)
    except PolicyInvalid:
        return
    assert policy.statements
