"""Work that a thread comes to only after its request has ended."""

from __future__ import annotations

import hashlib
import os

import pytest

from entrepot.blobs.appending import Appending
from entrepot.blobs.backing import Backing
from entrepot.blobs.folder import FolderStore
from entrepot.blobs.frames import Layout
from entrepot.blobs.reading import FrameReading
from entrepot.blobs.threads import Holding
from tests.blobs.uploads import new_upload

FRAME = 64


@pytest.fixture
def backing(store: FolderStore) -> Backing:
    buffer = memoryview(bytearray(Layout(FRAME).sealed_frame))
    return Backing(store, Layout(FRAME), lambda: buffer)


def test_an_abandoned_append_stores_nothing(backing: Backing) -> None:
    staged = new_upload()
    work = Appending(backing, staged, hashlib.sha256())
    work.abandon()
    work.take(memoryview(bytes(2 * FRAME)))
    assert work.finish(memoryview(bytes(FRAME + 1))) == staged
    assert not list(backing.store.objects())


def test_a_lock_that_nobody_waits_for_any_more_is_not_taken(store: FolderStore) -> None:
    holding = Holding(store.lock("a" * 32))
    holding.give_back()
    holding.take()
    with store.lock("a" * 32):
        pass


def test_an_ended_transfer_opens_nothing(backing: Backing) -> None:
    staged = new_upload()
    writer = backing.store.create(staged.object_id)
    writer.write(os.urandom(FRAME))
    writer.commit()
    writer.close()
    reading = FrameReading(backing, staged.object_id, staged.secret, FRAME, range(2))
    reading.close()
    with pytest.raises(ValueError, match="over"):
        reading.frame(0)
