"""Whether a role may be assumed, and what its session is given: shared by all ways of assuming one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, Context
from entrepot.errors import InvalidParameter
from entrepot.meta import access_policies, session_owners
from entrepot.meta.session_owners import OwnerRow
from entrepot.meta.times import to_micros
from entrepot.rules.iam.decision import NamedPolicy, PolicySet
from entrepot.rules.iam.document import parse_policy
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.request import AccessRequest, Value
from entrepot.rules.session_requests import check_policies, role_session_seconds
from entrepot.services import sessions
from entrepot.services.access_context import condition_keys
from entrepot.services.access_policies import OfPrincipal
from entrepot.services.sessions import Credentials, Grants

TAG_SESSION = "sts:TagSession"


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """What all ways of assuming a role are given. `policy` is a document or empty."""

    role_arn: str
    session_name: str
    seconds: int | None = None
    policy: str = ""
    policy_arns: Sequence[str] = ()
    tags: Sequence[tuple[str, str]] = ()
    transitive: Sequence[str] = ()
    minimum_token: int = 0


@dataclass(frozen=True, slots=True)
class Role:
    """A role as it stands, with its tags."""

    row: OwnerRow
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RoleSession:
    """What whoever assumed a role is told. `packed_percent` is None where there was nothing to pack."""

    credentials: Credentials
    arn: str
    user_id: str
    packed_percent: int | None


@dataclass(frozen=True, slots=True)
class Opening:
    """How a session begins, once it is allowed."""

    tags: tuple[tuple[str, str], ...] = ()
    transitive: tuple[str, ...] = ()
    provider: str | None = None
    chained: bool = False


def account_of_role(role_arn: str) -> str:
    """The account in the ARN of a role. Raises InvalidParameter."""
    parts = role_arn.split(":", 5)
    is_role = parts[:3] == ["arn", "aws", "iam"] and parts[3:4] == [""] and parts[-1].startswith("role/")
    if len(parts) != 6 or not is_role or not (parts[4].isascii() and parts[4].isdigit() and len(parts[4]) == 12):  # noqa: PLR2004
        raise InvalidParameter(f"{role_arn} is invalid")
    return parts[4]


def check_request(req: RoleRequest) -> None:
    """What can be said of session policies without looking anything up. Raises InvalidParameter, PolicyInvalid."""
    check_policies(req.policy, req.policy_arns)
    if req.policy:
        parse_policy(req.policy, "session")


async def find_role(app: App, role_arn: str) -> Role | None:
    """The role of that ARN."""
    account = account_of_role(role_arn)

    def find(connection: Connection) -> Role | None:
        row = session_owners.find_role(connection, account, role_arn)
        return Role(row, access_policies.tags_of(connection, row.id)) if row else None

    return await app.db.read(find)


def find_refused(ctx: Context, who: OfPrincipal, role: Role, assume: str, keys: Mapping[str, Value]) -> str | None:
    """The first action that `who` may not do to the role; None where the role may be assumed.

    That takes `assume`, which is sts:AssumeRole or its like, and sts:TagSession where `keys` have session tags.
    """
    actions = (assume, TAG_SESSION) if "aws:TagKeys" in keys else (assume,)
    return next((action for action in actions if not _is_allowed(ctx, who, role, action, keys)), None)


def _is_allowed(ctx: Context, who: OfPrincipal, role: Role, action: str, keys: Mapping[str, Value]) -> bool:
    if who.gone:
        return False
    row = role.row
    trust = NamedPolicy(row.name, parse_policy(row.trust_policy or "", "trust"), "trust")
    tags = {f"{prefix}:ResourceTag/{key}": value for key, value in role.tags for prefix in ("aws", "iam")}
    request = AccessRequest(who.facts, action, row.arn, row.account_id, condition_keys(ctx, {**tags, **keys}))
    return evaluate(request, PolicySet(who.identity, who.boundary, who.session, trust)).allowed


async def begin(app: App, ctx: Context, role: Role, req: RoleRequest, how: Opening) -> RoleSession:
    """Gives out the session of a role that was found to be trusted. Raises InvalidParameter, PackedPolicyTooLarge."""
    row = role.row
    seconds = role_session_seconds(req.seconds, row.max_session_seconds or 3600, chained=how.chained)
    grants = Grants(req.policy, tuple(req.policy_arns), how.tags, how.transitive)
    packed = sessions.packed_percent(grants)
    region = ctx.registry.region or app.home.region
    await app.db.write(_note, row, grants.policy_arns, to_micros(ctx.now), region)
    wanted = sessions.Request(
        account=row.account_id,
        owner=row.unique_id,
        name=req.session_name,
        seconds=seconds,
        grants=grants,
        provider=how.provider,
        minimum=req.minimum_token,
    )
    credentials = await sessions.issue(app, wanted, ctx.now)
    arn = sessions.role_session_arn(row, req.session_name)
    return RoleSession(credentials, arn, f"{row.unique_id}:{req.session_name}", packed or None)


def _note(connection: Connection, row: OwnerRow, policy_arns: tuple[str, ...], now: int, region: str) -> None:
    documents = sessions.find_documents(connection, row.account_id, policy_arns)
    for arn, document in zip(policy_arns, documents, strict=True):
        if document is None:
            raise InvalidParameter(f"The session policy {arn} does not exist")
    session_owners.set_last_used(connection, row.id, now, region)
