"""The policy simulator."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam.paging import Start, start_of
from entrepot.aws.iam.paging import page_of as page_of_found
from entrepot.context import App, Context
from entrepot.errors import InvalidInput
from entrepot.rules.actions import OPERATIONS
from entrepot.rules.iam.request import Value
from entrepot.rules.iam_positions import Position
from entrepot.rules.iam_simulation import MatchedStatement, Result
from entrepot.services.iam import simulation
from entrepot.services.iam.simulated_policies import Exclusion
from entrepot.services.iam.simulation import Answer, Question

_REPOSITORY = "arn:${Partition}:ecr:${Region}:${Account}:repository/${RepositoryName}"


@operation("SimulatePrincipalPolicy")
async def simulate_principal_policy(
    app: App, ctx: Context, req: s.SimulatePrincipalPolicyRequest
) -> s.SimulatePolicyResponse:
    """What the policies of a user, group or role would allow."""
    start = start_of(ctx, req, "SimulatePrincipalPolicy", req.policy_source_arn, *req.action_names)
    left_out = [_exclusion(each) for each in req.policy_exclusion_list or ()]
    question = _question(req, req.policy_input_list or ())
    answers = await simulation.of_principal(app, ctx, req.policy_source_arn, left_out, question)
    return _response(start, answers)


@operation("SimulateCustomPolicy")
async def simulate_custom_policy(
    app: App, ctx: Context, req: s.SimulateCustomPolicyRequest
) -> s.SimulatePolicyResponse:
    """What the policies given would allow."""
    if req.ordered_organization_policy_input_list:
        raise InvalidInput("There are no organizations here: service control policies cannot be simulated.")
    start = start_of(ctx, req, "SimulateCustomPolicy", *req.action_names)
    return _response(start, await simulation.of_custom(app, ctx, _question(req, req.policy_input_list)))


def _question(
    req: s.SimulatePrincipalPolicyRequest | s.SimulateCustomPolicyRequest, policies: Sequence[str]
) -> Question:
    if req.resource_handling_option is not None:
        raise InvalidInput("A ResourceHandlingOption is for actions of EC2, which cannot be simulated here.")
    return Question(
        actions=req.action_names,
        resources=tuple(dict.fromkeys(req.resource_arns or ("*",))),
        policies=policies,
        boundaries=req.permissions_boundary_policy_input_list or (),
        resource_policy=req.resource_policy,
        resource_owner=req.resource_owner,
        caller_arn=req.caller_arn,
        context=dict(_entry(entry) for entry in req.context_entries or ()),
    )


def _entry(entry: s.ContextEntry) -> tuple[str, Value]:
    name, values, kind = entry.context_key_name, tuple(entry.context_key_values or ()), entry.context_key_type
    if name is None:
        raise InvalidInput("A context entry has no ContextKeyName.")
    if kind is not None and kind.endswith("List"):
        return name, values
    if len(values) != 1:
        raise InvalidInput(f"The context key {name} takes one value, unless its type is a list.")
    return name, values[0]


def _exclusion(given: s.PolicyIdentifier) -> Exclusion:
    inline = given.inline_policy_identifier
    named = (inline.attachment_type, inline.attachment_name, inline.policy_name) if inline else None
    return Exclusion(given.policy_type, given.policy_arn, named)


def _response(start: Start, answers: Sequence[Answer]) -> s.SimulatePolicyResponse:
    numbered = [((str(number).zfill(6),), answer) for number, answer in enumerate(answers)]
    page = page_of_found(start, [each for each in numbered if each[0] > start.position], lambda each: each[0])
    return s.SimulatePolicyResponse(
        evaluation_results=[_evaluation(answer) for _, answer in page.entries],
        is_truncated=page.is_truncated,
        marker=page.marker,
    )


def _evaluation(answer: Answer) -> s.EvaluationResult:
    result = answer.result
    return s.EvaluationResult(
        eval_action_name=answer.action,
        eval_resource_name=_template(answer.action),
        eval_decision=result.verdict,
        matched_statements=[_statement(each) for each in result.matched],
        missing_context_values=list(result.missing),
        permissions_boundary_decision_detail=_boundary(result),
        eval_decision_details=dict(result.details) if result.details else None,
        resource_specific_results=[_specific(arn, each) for arn, each in answer.by_resource] or None,
    )


def _specific(arn: str, result: Result) -> s.ResourceSpecificResult:
    return s.ResourceSpecificResult(
        eval_resource_name=arn,
        eval_resource_decision=result.verdict,
        matched_statements=[_statement(each) for each in result.matched],
        missing_context_values=list(result.missing),
        eval_decision_details=dict(result.details) if result.details else None,
        permissions_boundary_decision_detail=_boundary(result),
    )


def _boundary(result: Result) -> s.PermissionsBoundaryDecisionDetail | None:
    if result.within_boundary is None:
        return None
    return s.PermissionsBoundaryDecisionDetail(allowed_by_permissions_boundary=result.within_boundary)


def _statement(matched: MatchedStatement) -> s.Statement:
    return s.Statement(
        source_policy_id=matched.policy_id,
        source_policy_type=matched.source_type,
        start_position=_position(matched.span.start),
        end_position=_position(matched.span.end),
    )


def _position(found: Position) -> s.Position:
    return s.Position(line=found.line, column=found.column)


def _template(action: str) -> str:
    """What kind of resource an action is about, as EvaluationResult's EvalResourceName says it."""
    service, _, name = action.partition(":")
    need = OPERATIONS.get(name)
    return _REPOSITORY if service == "ecr" and need is not None and need.resource == "repository" else "*"
