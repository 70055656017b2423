"""_catalog: the repositories of one registry, in pages."""

from __future__ import annotations

import pytest

from tests.oci.checked import Checked
from tests.support.server import Keys, Server

NAMES = ["a-1", "aa", "aa/b", "aa/b-c", "aa/b/c", "b.c", "b__c", "team/web", "zz9"]
SORTED = sorted(NAMES)


@pytest.fixture(scope="module")
def catalog(server: Server) -> Checked:
    """A client of a Region that has NAMES and nothing else."""
    ecr = server.boto3("ecr", region="ap-south-1")
    for name in NAMES:
        ecr.create_repository(repositoryName=name)
    return Checked(server.url, server.password(region="ap-south-1"))


def test_all_of_them(catalog: Checked) -> None:
    answer = catalog.request("GET", "/v2/_catalog").expect(200)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"repositories": SORTED}
    assert "link" not in answer.headers


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_in_pages(catalog: Checked, size: int) -> None:
    pages = catalog.pages(f"/v2/_catalog?n={size}", "repositories")
    assert [name for page in pages for name in page] == SORTED
    assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("size", [9, 10, 1000, 10**9, 10**40])
def test_a_page_that_holds_all(catalog: Checked, size: int) -> None:
    answer = catalog.request("GET", f"/v2/_catalog?n={size}").expect(200)
    assert answer.json() == {"repositories": SORTED}
    assert "link" not in answer.headers


def test_a_slash_in_the_link_is_encoded(catalog: Checked) -> None:
    answer = catalog.request("GET", "/v2/_catalog?n=3").expect(200)
    assert answer.headers["link"] == '</v2/_catalog?n=3&last=aa%2Fb>; rel="next"'


def test_behind_a_name_that_is_none(catalog: Checked) -> None:
    for last in ("aa/b/", "b", "zz9", "zzz", "%00", "%FF"):
        wanted = [name for name in SORTED if name > {"%00": "\0", "%FF": "\ufffd"}.get(last, last)]
        assert catalog.request("GET", f"/v2/_catalog?last={last}").expect(200).json() == {"repositories": wanted}


@pytest.mark.parametrize("size", ["0", "-1", "x", ""])
def test_sizes_that_are_no_page(catalog: Checked, size: str) -> None:
    answer = catalog.request("GET", f"/v2/_catalog?n={size}")
    if size == "0":
        assert answer.expect(200).json() == {"repositories": []}
    else:
        assert answer.expect(400).codes == ["UNSUPPORTED"]


def test_other_regions_and_accounts_have_their_own(server: Server, oci: Checked, second_keys: Keys) -> None:
    elsewhere = oci.request("GET", "/v2/_catalog").expect(200).json()["repositories"]
    assert not set(NAMES) & set(elsewhere)
    second = Checked(server.url, server.password(region="ap-south-1", keys=second_keys))
    assert second.request("GET", "/v2/_catalog").expect(200).json() == {"repositories": []}
