"""Users of a test's own, made as an administrator makes them: with the IAM API."""

from __future__ import annotations

import json
from typing import Any

from tests.support.server import Keys, Server


def add_user(server: Server, name: str, *statements: dict[str, Any]) -> Keys:
    """A new user of the first account, whose only policy allows what `statements` say; returns its access key."""
    iam = server.boto3("iam")
    iam.create_user(UserName=name)
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])
