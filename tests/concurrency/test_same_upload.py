"""Several clients that write to one upload: each is told the truth, and what is stored is what was acknowledged."""

from __future__ import annotations

from functools import partial

from tests.concurrency.crowd import at_once, later, statuses
from tests.support.images import digest_of, random_bytes
from tests.support.oci import OCTETS, Answer, Oci
from tests.support.stored import Stored

CLIENTS = 8
BUSY_OR_ELSEWHERE = {409, 416}
MEBIBYTE = 1 << 20


def end_of(answer: Answer) -> int:
    """How many bytes the upload holds, by the answer's Range."""
    return int(answer.headers["range"].rpartition("-")[2]) + 1


def test_of_chunks_for_one_place_one_is_taken(oci: Oci, repository: str) -> None:
    location, content = oci.begin_upload(repository), b""
    for turn in range(6):
        # Of lengths that end within frames, at their ends, and beyond them.
        chunks = [random_bytes(200_000 + 150_000 * client, f"{turn} {client}") for client in range(CLIENTS)]
        answers = at_once([partial(oci.upload_chunk, location, len(content), chunk) for chunk in chunks])
        taken = [chunk for chunk, answer in zip(chunks, answers, strict=True) if answer.status == 202]
        assert set(statuses(answers)) - {202} <= BUSY_OR_ELSEWHERE
        assert len(taken) == 1
        content += taken[0]
        assert end_of(oci.request("GET", location).expect(204)) == len(content)
    oci.finish_upload(location, digest_of(content)).expect(201)
    assert oci.get_blob(repository, digest_of(content)).expect(200).body == content


def test_streams_without_a_place_are_appended_whole(oci: Oci, repository: str) -> None:
    location = oci.begin_upload(repository)
    chunks = [random_bytes(300_000 + 170_000 * client, client) for client in range(CLIENTS)]
    answers = at_once([partial(oci.request, "PATCH", location, headers=OCTETS, body=chunk) for chunk in chunks])
    assert set(statuses(answers)) <= {202, 409}
    taken = sorted((end_of(a), c) for a, c in zip(answers, chunks, strict=True) if a.status == 202)
    content = b"".join(chunk for _, chunk in taken)
    assert taken
    assert taken[-1][0] == len(content)
    oci.finish_upload(location, digest_of(content)).expect(201)
    assert oci.get_blob(repository, digest_of(content)).expect(200).body == content


def test_an_upload_that_many_complete_is_one_blob(oci: Oci, repository: str, stored: Stored) -> None:
    before = stored.objects().keys()
    for turn in range(4):
        location, content = oci.begin_upload(repository), random_bytes(MEBIBYTE + turn, f"complete {turn}")
        oci.upload_chunk(location, 0, content).expect(202)
        answers = at_once([partial(oci.finish_upload, location, digest_of(content))] * CLIENTS)
        assert set(statuses(answers)) <= {201, 404, 409}
        assert statuses(answers)[201] == 1
        assert oci.get_blob(repository, digest_of(content)).expect(200).body == content
    assert stored.objects().keys() - before <= stored.blob_objects()


def test_completing_races_with_more_bytes(oci: Oci, repository: str) -> None:
    """Either the upload is completed as it was, or it went on and the digest is not its own any more."""
    for turn in range(6):
        location, content = oci.begin_upload(repository), random_bytes(700_000, f"first {turn}")
        more = random_bytes(600_000, f"more {turn}")
        oci.upload_chunk(location, 0, content).expect(202)
        completed, appended = at_once(
            [
                partial(oci.finish_upload, location, digest_of(content)),
                later(oci, turn % 3, partial(oci.upload_chunk, location, len(content), more)),
            ]
        )
        assert completed.status in {201, 400, 409}
        assert appended.status in {202, 404, 409}
        assert (completed.status, appended.status) not in {(201, 202), (400, 404), (400, 409)}
        found = oci.get_blob(repository, digest_of(content))
        assert (found.status, found.body == content) == ((200, True) if completed.status == 201 else (404, False))
        if completed.status != 201:
            whole = content + (more if appended.status == 202 else b"")
            oci.finish_upload(location, digest_of(whole)).expect(201)
            assert oci.get_blob(repository, digest_of(whole)).expect(200).body == whole


def test_completing_races_with_giving_up(oci: Oci, repository: str, stored: Stored) -> None:
    before = stored.objects().keys()
    for turn in range(6):
        location, content = oci.begin_upload(repository), random_bytes(1_500_000, f"give up {turn}")
        oci.upload_chunk(location, 0, content).expect(202)
        completed, cancelled = at_once(
            [
                partial(oci.finish_upload, location, digest_of(content)),
                later(oci, turn % 3, partial(oci.request, "DELETE", location)),
            ]
        )
        assert completed.status in {201, 404, 409}
        assert cancelled.status in {204, 404, 409}
        assert (completed.status == 201) != (cancelled.status == 204)
        assert oci.head_blob(repository, digest_of(content)).status == (200 if completed.status == 201 else 404)
        oci.request("GET", location).expect(404)
    assert stored.objects().keys() - before <= stored.blob_objects()
