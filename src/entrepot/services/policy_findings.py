"""What the lint finds about a policy that is about to be set: told in a header and the log, or, if strict, refused."""

from __future__ import annotations

import structlog

from entrepot.context import App, Context
from entrepot.rules.iam.document import Policy
from entrepot.rules.iam.lint import lint

HEADER = "x-entrepot-policy-findings"
_MOST = 20

log = structlog.get_logger()


def report(app: App, ctx: Context, policy: Policy, of: str) -> str | None:
    """Notes the findings, and returns them as the reason to refuse the policy where the setting asks for that.

    `of` is what the policy is about, for the log. A header has `code; statement=N; severity=S` for each; of
    very many, the first are told.
    """
    findings = lint(policy, ctx.registry.account)
    if not findings:
        return None
    ctx.notes[HEADER] = ", ".join(
        f"{each.code}; statement={0 if each.statement is None else each.statement + 1}; severity={each.severity}"
        for each in findings[:_MOST]
    )
    whys = [each.why for each in findings[:_MOST]]
    log.warning("policy has findings", resource=of, principal=ctx.principal.arn, count=len(findings), findings=whys)
    return "; ".join(whys) if app.strict_policies else None
