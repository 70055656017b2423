"""What the operations that give out temporary credentials answer alike."""

from __future__ import annotations

from entrepot.aws import shapes_sts as s
from entrepot.services.sessions import LONGEST_TOKEN, Credentials


def credentials(made: Credentials) -> s.Credentials:
    """Temporary credentials as STS shows them, this once."""
    return s.Credentials(
        access_key_id=made.access_key_id,
        secret_access_key=made.secret,
        session_token=made.token,
        expiration=made.expires.timestamp(),
    )


def token_size(made: Credentials) -> int:
    """SessionTokenSize: bytes of the token."""
    return len(made.token)


def token_utilization(made: Credentials) -> int:
    """SessionTokenUtilization: the same in percent of the longest that there is."""
    return -(-100 * len(made.token) // LONGEST_TOKEN)
