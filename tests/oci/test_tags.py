"""tags/list: by bytes, in pages, with `n` and `last`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oci.checked import Checked
from tests.support.images import tiny_image

TAGS = ["A", "Z", "_", "a", "a-1", "a.1", "a_1", "b", "latest", "v1", "v10", "v2", "z" * 128, "0"]
SORTED = sorted(TAGS, key=str.encode)


@pytest.fixture(scope="module")
def tagged(ecr: Any, oci: Checked) -> str:
    """A repository with all of TAGS; tests only read it."""
    ecr.create_repository(repositoryName="team/tagged")
    image = tiny_image("tagged")
    oci.push_image("team/tagged", image)
    query = "&".join(f"tag={tag}" for tag in TAGS)
    oci.put_manifest("team/tagged", f"{image.digest}?{query}", image.manifest, image.media_type).expect(201)
    return "team/tagged"


def test_all_of_them_sorted_by_their_bytes(oci: Checked, tagged: str) -> None:
    answer = oci.tags(tagged).expect(200)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"name": tagged, "tags": SORTED}
    assert "link" not in answer.headers


@pytest.mark.parametrize("size", [1, 3, 7, 13])
def test_in_pages(oci: Checked, tagged: str, size: int) -> None:
    pages = oci.pages(f"/v2/{tagged}/tags/list?n={size}", "tags")
    assert [tag for page in pages for tag in page] == SORTED
    assert all(len(page) == size for page in pages[:-1])
    assert pages[-1]


@pytest.mark.parametrize("size", [14, 15, 1000, 1001, 10**9, 10**40])
def test_a_page_that_holds_all_has_no_link(oci: Checked, tagged: str, size: int) -> None:
    answer = oci.tags(tagged, f"?n={size}").expect(200)
    assert answer.json()["tags"] == SORTED
    assert "link" not in answer.headers


def test_the_link_is_the_next_page_and_relative(oci: Checked, tagged: str) -> None:
    answer = oci.tags(tagged, "?n=2").expect(200)
    assert answer.headers["link"] == f'</v2/{tagged}/tags/list?n=2&last={SORTED[1]}>; rel="next"'


def test_a_page_of_none(oci: Checked, tagged: str) -> None:
    for query in ("?n=0", "?n=0&last=a", "?n=00"):
        answer = oci.tags(tagged, query).expect(200)
        assert answer.json()["tags"] == []
        assert "link" not in answer.headers


@pytest.mark.parametrize("last", ["", "0", "a-1", "a-2", "aa", "v1", "y", "zzzz", "~", "%00", "a%20b", "%F0%9F%9A%A2"])
def test_last_need_not_be_a_tag(oci: Checked, tagged: str, last: str) -> None:
    text = {"%00": "\0", "a%20b": "a b", "%F0%9F%9A%A2": "\U0001f6a2"}.get(last, last)
    after = [tag for tag in SORTED if tag.encode() > text.encode()]
    assert oci.tags(tagged, f"?last={last}").expect(200).json()["tags"] == after
    assert oci.tags(tagged, f"?n=2&last={last}").expect(200).json()["tags"] == after[:2]


@pytest.mark.parametrize("size", ["-1", "ten", "1.5", "1e3", "0x10", "%205", "%2B5", "%D9%A3", "", "5;DROP"])
def test_a_size_that_is_no_number(oci: Checked, tagged: str, size: str) -> None:
    answer = oci.tags(tagged, f"?n={size}").expect(400)
    assert answer.codes == ["UNSUPPORTED"]
    assert "'n'" in answer.json()["errors"][0]["message"]


def test_an_empty_repository_has_an_empty_list(oci: Checked, repository: str) -> None:
    assert oci.tags(repository).expect(200).json() == {"name": repository, "tags": []}


def test_an_unknown_repository(oci: Checked) -> None:
    assert oci.tags("no-such-repository").expect(404).codes == ["NAME_UNKNOWN"]


def test_never_more_than_a_thousand(oci: Checked, repository: str) -> None:
    # Two images, because one takes a thousand tags at most.
    tags = [f"t{number:04d}" for number in range(1002)]
    for half in (tags[:501], tags[501:]):
        image = tiny_image(half[0])
        oci.push_image(repository, image)
        query = "&".join(f"tag={tag}" for tag in half)
        oci.put_manifest(repository, f"{image.digest}?{query}", image.manifest, image.media_type).expect(201)
    for query in ("", "?n=1000", "?n=1001", "?n=999999999999"):
        pages = oci.pages(f"/v2/{repository}/tags/list{query}", "tags")
        assert [len(page) for page in pages] == [1000, 2]
        assert pages[0] + pages[1] == tags
