"""What to do next after a denial: the sentence that docker prints behind AWS's own."""

from __future__ import annotations

from entrepot.rules.iam.decision import Decision
from entrepot.rules.iam.request import AccessRequest

_PULL = frozenset({"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"})
_READ = frozenset({"ecr:BatchCheckLayerAvailability", "ecr:DescribeRepositories", "ecr:ListImages"})
_PUSH = frozenset({"ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"})


def advice(decision: Decision, request: AccessRequest) -> str:
    """One sentence or two, without a full stop before them. It names no policy that the caller may not read."""
    who = f"an administrator of account {_whose(decision, request)}"
    if decision.reason == "explicit-deny":
        return f"Only a change of the policy that denies it helps: ask {who}."
    if decision.layer == "resource":
        of = "key" if request.action.startswith("kms:") else "repository"
        return f"Ask {who} for a {of} policy that allows it to {request.principal.arn}."
    if decision.layer == "identity" and (policy := _managed_policy(request.action)):
        return f"Ask {who} to attach a policy that allows it, such as {policy}."
    return f"Ask {who} for a policy that allows it."


def _whose(decision: Decision, request: AccessRequest) -> str:
    return request.resource_account if decision.layer == "resource" else request.principal.account


def _managed_policy(action: str) -> str | None:
    if action in _PULL:
        return "AmazonEC2ContainerRegistryPullOnly"
    if action in _READ:
        return "AmazonEC2ContainerRegistryReadOnly"
    return "AmazonEC2ContainerRegistryPowerUser" if action in _PUSH else None
