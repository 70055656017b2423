"""OpenID Connect providers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.iam_policies.conftest import Refused

THUMBPRINT = "6938FD4D98BAB03FAADB97B34396831E3780AEA1"


@pytest.fixture
def provider(iam: Any, new: Callable[[], str]) -> Iterator[str]:
    """The ARN of a new provider."""
    url = f"https://{new()}.example.com/realm"
    arn: str = iam.create_open_id_connect_provider(Url=url, ClientIDList=["sts"])["OpenIDConnectProviderArn"]
    yield arn
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def get(iam: Any, arn: str) -> Any:
    return iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def test_a_provider_is_what_it_was_created_as(iam: Any, new: Callable[[], str], refused: Refused) -> None:
    host = f"{new()}.example.com"
    given: dict[str, Any] = {"Url": f"https://{host}/", "ThumbprintList": [THUMBPRINT], "ClientIDList": ["a", "b", "a"]}
    made = iam.create_open_id_connect_provider(**given, Tags=[{"Key": "k", "Value": "v"}])
    arn = made["OpenIDConnectProviderArn"]
    assert (arn, made["Tags"]) == (f"arn:aws:iam::123456789012:oidc-provider/{host}", [{"Key": "k", "Value": "v"}])
    found = get(iam, arn)
    assert (found["Url"], found["ClientIDList"], found["ThumbprintList"]) == (host, ["a", "b"], [THUMBPRINT.lower()])
    assert refused(iam.create_open_id_connect_provider, **given) == (
        409,
        "EntityAlreadyExists",
        f"Provider with url https://{host} already exists.",
    )
    listed = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert arn in [each["Arn"] for each in listed]
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    gone = refused(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn)
    assert gone == (404, "NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}")
    assert refused(iam.delete_open_id_connect_provider, OpenIDConnectProviderArn=arn)[1] == "NoSuchEntity"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://",
        "https://example.com?x=1",
        "https://example.com/#a",
        "https://user@example.com",
        "https://exa mple.com",
        "https://example.com:port",
    ],
)
def test_urls_that_no_issuer_has(iam: Any, url: str, refused: Refused) -> None:
    assert refused(iam.create_open_id_connect_provider, Url=url)[:2] == (400, "InvalidInput")


def test_audiences(iam: Any, provider: str, refused: Refused) -> None:
    of = {"OpenIDConnectProviderArn": provider}
    iam.add_client_id_to_open_id_connect_provider(**of, ClientID="second")
    iam.add_client_id_to_open_id_connect_provider(**of, ClientID="second")
    assert get(iam, provider)["ClientIDList"] == ["sts", "second"]
    iam.remove_client_id_from_open_id_connect_provider(**of, ClientID="sts")
    iam.remove_client_id_from_open_id_connect_provider(**of, ClientID="never there")
    assert get(iam, provider)["ClientIDList"] == ["second"]
    many = {"Url": "https://many.example.com", "ClientIDList": [str(number) for number in range(101)]}
    assert refused(iam.create_open_id_connect_provider, **many)[:2] == (409, "LimitExceeded")


def test_thumbprints(iam: Any, provider: str, refused: Refused) -> None:
    of = {"OpenIDConnectProviderArn": provider}
    iam.update_open_id_connect_provider_thumbprint(**of, ThumbprintList=["a" * 40, "b" * 40])
    assert get(iam, provider)["ThumbprintList"] == ["a" * 40, "b" * 40]
    for wrong in (["g" * 40], [letter * 40 for letter in "abcdef"]):
        code = refused(iam.update_open_id_connect_provider_thumbprint, **of, ThumbprintList=wrong)[1]
        assert code == "InvalidInput"


def test_tags(iam: Any, provider: str) -> None:
    of = {"OpenIDConnectProviderArn": provider}
    iam.tag_open_id_connect_provider(**of, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    first = iam.list_open_id_connect_provider_tags(**of, MaxItems=1)
    assert (first["Tags"], first["IsTruncated"]) == ([{"Key": "a", "Value": "1"}], True)
    iam.untag_open_id_connect_provider(**of, TagKeys=["a"])
    assert iam.list_open_id_connect_provider_tags(**of)["Tags"] == [{"Key": "b", "Value": "2"}]
    assert get(iam, provider)["Tags"] == [{"Key": "b", "Value": "2"}]
