from __future__ import annotations

import json

import pytest

from entrepot.rules.iam.decision import NamedPolicy, PolicySet
from entrepot.rules.iam.document import parse_policy
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.managed import MANAGED, PREFIX
from entrepot.rules.iam.vocabulary import ACTIONS, ALL, DELETE, POLICY, PULL, PUSH, service_of
from tests.rules.iam.build import request

ECR, PUBLIC = "AmazonEC2ContainerRegistry", "AmazonElasticContainerRegistryPublic"


def allows(name: str) -> set[str]:
    """The known actions that a policy allows on everything."""
    arn = PREFIX + name
    policies = PolicySet(identity=(NamedPolicy(arn, parse_policy(MANAGED[arn], "identity"), "managed"),))
    return {action for action in ALL if evaluate(request(action=action, resource="*"), policies).allowed}


@pytest.mark.parametrize("arn", MANAGED)
def test_every_policy_can_be_read_and_names_what_exists(arn: str) -> None:
    policy = parse_policy(MANAGED[arn], "identity")
    written = [each for statement in policy.statements for each in statement.actions.written]
    known = {action.lower() for action in ALL}
    assert all("*" in each or service_of(each) not in ACTIONS or each.lower() in known for each in written)
    assert len(json.loads(MANAGED[arn])["Statement"]) == len(policy.statements)


def test_who_may_what() -> None:
    pulling = PULL - {"ecr:BatchCheckLayerAvailability"}
    assert allows("AdministratorAccess") == ALL
    assert allows(f"{ECR}FullAccess") == ACTIONS["ecr"]
    assert allows(f"{ECR}PullOnly") == pulling | {"ecr:GetAuthorizationToken", "ecr:BatchImportUpstreamImage"}
    assert allows(f"{ECR}PowerUser") - allows(f"{ECR}ReadOnly") == PUSH
    assert len(allows(f"{ECR}ReadOnly")) == 12
    assert allows(f"{PUBLIC}FullAccess") == ACTIONS["ecr-public"] | {"sts:GetServiceBearerToken"}
    assert len(allows(f"{PUBLIC}PowerUser")) == 14
    assert len(allows(f"{PUBLIC}ReadOnly")) == 10
    assert allows("aws-service-role/ECRReplicationServiceRolePolicy") == {"ecr:CreateRepository", "ecr:ReplicateImage"}
    assert allows("aws-service-role/ECRTemplateServiceRolePolicy") == {"ecr:CreateRepository"}
    through = allows("aws-service-role/AWSECRPullThroughCache_ServiceRolePolicy")
    assert through == PULL | PUSH | {
        "ecr:GetAuthorizationToken",
        "ecr:BatchImportUpstreamImage",
        "ecr:GetImageCopyStatus",
    }


def test_reading_is_not_writing() -> None:
    reading = allows("ReadOnlyAccess")
    assert reading.isdisjoint(DELETE | POLICY | PUSH)
    assert reading >= allows(f"{ECR}ReadOnly") | PULL
    assert {"sts:GetCallerIdentity", "ecr-public:DescribeImages"} <= reading
    assert "sts:AssumeRole" not in reading


def test_who_reads_may_audit() -> None:
    arn = PREFIX + "ReadOnlyAccess"
    policies = PolicySet(identity=(NamedPolicy(arn, parse_policy(MANAGED[arn], "identity"), "managed"),))
    for action in ("iam:GetAccountAuthorizationDetails", "iam:ListRoles", "iam:SimulatePrincipalPolicy"):
        assert evaluate(request(action=action, resource="*"), policies).allowed
    for action in ("iam:CreateUser", "iam:PutUserPolicy", "iam:UpdateAssumeRolePolicy", "iam:TagRole"):
        assert not evaluate(request(action=action, resource="*"), policies).allowed
