"""A client that holds every answer of the registry to what all of them have in common."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.support.images import digest_of
from tests.support.oci import Answer, Body, Oci


class Checked(Oci):
    """Checks request id, protocol version, the form of Location and Link, and the form of errors, of each answer.

    `host` is sent as Host where it is given: the server is still the one at `url`.
    """

    def __init__(self, url: str, password: str | None = None, *, host: str | None = None, **options: Any) -> None:
        super().__init__(url, password, **options)
        self.host = host

    def request(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Body = None) -> Answer:
        named = {"Host": self.host} if self.host else {}
        answer = super().request(method, path, headers={**named, **(headers or {})}, body=body)
        _check(answer, method)
        return answer

    def read_link(self, answer: Answer) -> str | None:
        """The path of the next page; None where this is the last."""
        link = answer.headers.get("link")
        if link is None:
            return None
        target, relation = link.split(";", 1)
        assert relation.strip() == 'rel="next"'
        assert target.startswith("</v2/")
        assert target.endswith(">")
        return target[1:-1]

    def pages(self, path: str, member: str) -> list[list[Any]]:
        """Each page of a listing, following Link; AssertionError where it does not end."""
        found: list[list[Any]] = []
        following: str | None = path
        while following is not None:
            answer = self.request("GET", following).expect(200)
            found.append(answer.json()[member])
            following = self.read_link(answer)
            assert len(found) < 100, "the pages do not end"
        return found

    def push_sha512(self, repository: str, data: bytes) -> str:
        """Stores a blob under its SHA-512; returns the digest."""
        digest = digest_of(data, "sha512")
        self.finish_upload(self.begin_upload(repository), digest, data).expect(201)
        return digest


def _check(answer: Answer, method: str) -> None:
    uuid.UUID(answer.headers["x-amzn-requestid"])
    assert answer.headers["docker-distribution-api-version"] == "registry/2.0"
    location = urlsplit(answer.headers.get("location", "/v2/"))
    assert (location.scheme, location.netloc) == ("", "")
    assert location.path.startswith("/v2/")
    if method == "HEAD" or answer.status in (204, 304):
        assert answer.body == b""
    elif answer.status >= 400:
        assert answer.headers["content-type"] == "application/json"
        for error in answer.json()["errors"]:
            assert set(error) == {"code", "message"}
            assert all(error.values())
