"""A presigned URL is good for as long as it says. The store's clock goes on; URLs are signed in the past."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import botocore.auth
import pytest

from entrepot import app as root
from entrepot.blobs.s3_bucket import Bucket
from entrepot.blobs.s3_client import S3Options, connect
from entrepot.fronts.oci_blobs import REDIRECT_SECONDS
from tests.s3.test_redirects import fetch
from tests.support.seaweed import Seaweed, bucket


@pytest.fixture
def place(weed: Seaweed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket as a server has it."""
    for name, value in weed.env.items():
        monkeypatch.setenv(name, value)
    found = Bucket(connect(S3Options(weed.url, path_style=True)), bucket(), f"{uuid.uuid4().hex}/")
    yield found
    found.client.close()


def signed_before(seconds: int, monkeypatch: pytest.MonkeyPatch, place: Bucket) -> str:
    """A URL of the object `x`, as it was given out some time ago."""

    def then(*_: Any, **__: Any) -> Any:
        return (root.utc_now() - timedelta(seconds=seconds)).replace(tzinfo=None)

    with monkeypatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", then)
        return place.presigned("x", REDIRECT_SECONDS)


def test_a_url_that_ran_out_is_refused(place: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put("x", b"layer")
    late, in_time = (signed_before(REDIRECT_SECONDS + more, monkeypatch, place) for more in (5, -60))
    refused = fetch(late).expect(403)
    assert b"layer" not in refused.body
    assert b"Expired" in refused.body or b"AccessDenied" in refused.body
    assert fetch(in_time).expect(200).body == b"layer"
    assert fetch(late, {"Range": "bytes=0-1"}).status == 403
