"""Bodies that are too long, too short, or cut."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from starlette.requests import ClientDisconnect

from entrepot.fronts.aws_call import BODY_LIMIT
from tests.aws.door import Client, ecr_request, error_of
from tests.rules.signing import Signed

MIB = bytes(1 << 20)


def send(signed: Signed, body: Sequence[bytes | None], client: Client) -> tuple[int, str, str]:
    return error_of(client.send(signed, body))


def test_a_body_may_arrive_in_pieces() -> None:
    signed, body = ecr_request("CreateRepository", {"repositoryName": "hello"})
    pieces = [body[start : start + 3] for start in range(0, len(body), 3)]
    assert Client().send(signed, pieces).status_code == 200


def test_an_announced_length_over_the_limit_is_refused_unread() -> None:
    client = Client()
    signed, _ = ecr_request("UploadLayerPart")
    status, code, _ = send(signed.with_header("content-length", str(BODY_LIMIT + 1)), [MIB], client)
    assert (status, code) == (413, "RequestEntityTooLargeException")
    assert client.sent == []


def test_a_body_over_the_limit_is_refused_as_soon_as_it_is() -> None:
    client = Client()
    signed, _ = ecr_request("UploadLayerPart")
    status, code, _ = send(signed, [MIB] * 100, client)
    assert (status, code) == (413, "RequestEntityTooLargeException")
    assert len(client.sent) == BODY_LIMIT // len(MIB) + 1


@pytest.mark.parametrize("length", ["1", "3", "many", "-1", ""])
def test_a_body_of_another_length_than_announced(length: str) -> None:
    signed, body = ecr_request("DescribeRegistry")
    assert body == b"{}"
    status, code, _ = send(signed.with_header("content-length", length), [body], Client())
    assert (status, code) == (400, "SerializationException")


def test_a_request_that_is_cut_gets_no_answer() -> None:
    signed, body = ecr_request("CreateRepository", {"repositoryName": "hello"})
    with pytest.raises(ClientDisconnect):
        Client().send(signed, [body[:5], None])


def test_the_body_of_a_stranger_is_read_but_not_kept() -> None:
    signed, _ = ecr_request("UploadLayerPart")
    for stranger, refused in ((Client(key=None), signed), (Client(), signed.with_header("authorization"))):
        assert send(refused, [MIB] * 3, stranger)[0] == 400
        assert stranger.sent == [MIB] * 3 + [b""]


def test_a_stranger_is_not_listened_to_for_ever() -> None:
    stranger = Client(key=None)
    signed, _ = ecr_request("UploadLayerPart")
    assert send(signed, [MIB] * 1000, stranger)[1] == "UnrecognizedClientException"
    assert len(stranger.sent) == BODY_LIMIT // len(MIB) + 1
