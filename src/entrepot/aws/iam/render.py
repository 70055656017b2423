"""Users, groups and their like as IAM shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from entrepot.aws import shapes_iam as s
from entrepot.meta.identities import IdentityRow
from entrepot.services.iam.users import Root, User


def seconds(moment: datetime) -> float:
    """A time as the structs hold it; IAM tells whole seconds."""
    return float(int(moment.timestamp()))


def plain_user(row: IdentityRow) -> s.User:
    """A user as listings show it: without tags and boundary."""
    return s.User(
        path=row.path, user_name=row.name, user_id=row.unique_id, arn=row.arn, create_date=seconds(row.created_at)
    )


def user(found: User) -> s.User:
    """A user with all that is known of it."""
    row = found.row
    return s.User(
        path=row.path,
        user_name=row.name,
        user_id=row.unique_id,
        arn=row.arn,
        create_date=seconds(row.created_at),
        permissions_boundary=boundary(row.boundary_arn),
        tags=tags(found.tags) if found.tags else None,
    )


def root(found: Root) -> s.User:
    """The root in the form of a user: the account's id stands for what it has not."""
    return s.User(
        path="/",
        user_name=found.account,
        user_id=found.account,
        arn=found.arn,
        create_date=seconds(found.created_at),
    )


def group(row: IdentityRow) -> s.Group:
    """A group."""
    return s.Group(
        path=row.path, group_name=row.name, group_id=row.unique_id, arn=row.arn, create_date=seconds(row.created_at)
    )


def tags(found: Mapping[str, str]) -> list[s.Tag]:
    """Tags, by key."""
    return [s.Tag(key=key, value=value) for key, value in sorted(found.items())]


def boundary(arn: str | None) -> s.AttachedPermissionsBoundary | None:
    """A permissions boundary, if there is one."""
    if arn is None:
        return None
    kind: s.PermissionsBoundaryAttachmentType = "PermissionsBoundaryPolicy"
    return s.AttachedPermissionsBoundary(permissions_boundary_type=kind, permissions_boundary_arn=arn)
