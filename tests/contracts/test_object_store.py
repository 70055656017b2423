"""What every ObjectStore does."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable

import pytest

from entrepot.errors import ContentDamaged, StorageUnavailable, UploadBusy
from entrepot.ports import ObjectStore

Another = Callable[[], ObjectStore]


def content_of(store: ObjectStore, object_id: str, state: str = "") -> bytes:
    buffer = bytearray(1 << 16)
    with store.open(object_id, state) as reader:
        return bytes(buffer[: reader.read_into(0, buffer)])


def stored(store: ObjectStore, object_id: str, *pieces: bytes | memoryview, commit: bool = True) -> str:
    writer = store.create(object_id)
    for piece in pieces:
        writer.write(piece)
    state = writer.checkpoint()
    if commit:
        writer.commit()
    writer.close()
    return state


@pytest.fixture
def name() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def fenced(store: ObjectStore) -> ObjectStore:
    """A store that fences writers off from each other, as one has to that appends in place."""
    if store.cuts:
        pytest.skip("what writers of this store write, they write apart from each other")
    return store


@pytest.fixture
def cutting(store: ObjectStore) -> ObjectStore:
    """A store in which what a checkpoint names stays as it is."""
    if not store.cuts:
        pytest.skip("this store appends in place")
    return store


def test_what_was_committed_is_read_by_others(store: ObjectStore, another: Another, name: str) -> None:
    first, second = os.urandom(5000), os.urandom(300)
    stored(store, name, first, memoryview(second))
    assert content_of(another(), name) == first + second


def test_an_object_may_have_no_bytes(store: ObjectStore, name: str) -> None:
    stored(store, name)
    assert content_of(store, name) == b""


def test_staged_bytes_are_readable(store: ObjectStore, another: Another, name: str) -> None:
    state = stored(store, name, b"staged", commit=False)
    assert content_of(another(), name, state) == b"staged"


@pytest.mark.parametrize(
    ("offset", "length", "expected"), [(0, 4, b"0123"), (7, 2, b"78"), (8, 5, b"89"), (10, 1, b"")]
)
def test_a_reader_fills_the_buffer_as_far_as_there_is_content(
    store: ObjectStore, name: str, offset: int, length: int, expected: bytes
) -> None:
    stored(store, name, b"0123456789")
    buffer = bytearray(length)
    with store.open(name) as reader:
        assert reader.read_into(offset, memoryview(buffer)) == len(expected)
    assert buffer.startswith(expected)


def test_another_process_goes_on_at_a_checkpoint(store: ObjectStore, another: Another, name: str) -> None:
    first, second = os.urandom(100), os.urandom(100)
    state = stored(store, name, first, commit=False)
    writer = another().resume(name, state)
    writer.write(second)
    writer.commit()
    writer.close()
    assert content_of(store, name) == first + second


def test_what_followed_the_checkpoint_is_dropped(store: ObjectStore, another: Another, name: str) -> None:
    first, later, second = os.urandom(100), os.urandom(500), os.urandom(50)
    abandoned = store.create(name)
    abandoned.write(first)
    state = abandoned.checkpoint()
    abandoned.write(later)
    writer = another().resume(name, state)
    writer.write(second)
    writer.commit()
    assert content_of(store, name) == first + second
    abandoned.close()
    assert content_of(store, name) == first + second


def test_closing_drops_what_was_not_checkpointed(store: ObjectStore, name: str) -> None:
    first = os.urandom(100)
    writer = store.create(name)
    writer.write(first)
    state = writer.checkpoint()
    writer.write(b"more")
    writer.close()
    writer.close()
    assert content_of(store, name, state) == first


def test_creating_again_begins_anew(store: ObjectStore, another: Another, name: str) -> None:
    stored(store, name, os.urandom(100), commit=False)
    stored(another(), name, b"short")
    assert content_of(store, name) == b"short"


def test_a_writer_that_was_overtaken_writes_nothing(fenced: ObjectStore, another: Another, name: str) -> None:
    first, second = os.urandom(100), os.urandom(40)
    slow = fenced.create(name)
    slow.write(first)
    fast = another().resume(name, slow.checkpoint())
    fast.write(second)
    fast.checkpoint()
    with pytest.raises(StorageUnavailable):
        slow.write(os.urandom(40))
    with pytest.raises(StorageUnavailable):
        slow.commit()
    slow.close()
    assert content_of(fenced, name) == first + second


def test_a_writer_is_overtaken_by_one_that_wrote_as_much(fenced: ObjectStore, another: Another, name: str) -> None:
    slow = fenced.create(name)
    state = slow.checkpoint()
    slow.write(os.urandom(40))
    second = os.urandom(40)
    fast = another().resume(name, state)
    fast.write(second)
    fast.checkpoint()
    with pytest.raises(StorageUnavailable):
        slow.write(os.urandom(40))
    slow.close()
    assert content_of(fenced, name) == second


def test_a_committed_object_is_written_by_nobody(fenced: ObjectStore, another: Another, name: str) -> None:
    content = os.urandom(100)
    writer = fenced.create(name)
    writer.write(content)
    state = writer.checkpoint()
    slow = another().resume(name, state)
    writer.commit()
    with pytest.raises(FileExistsError):
        another().create(name)
    with pytest.raises(FileExistsError):
        another().resume(name, state)
    for late in (slow, writer):
        with pytest.raises(StorageUnavailable):
            late.write(b"more")
        late.close()
    assert content_of(fenced, name) == content


def test_a_deleted_object_is_not_written(fenced: ObjectStore, another: Another, name: str) -> None:
    writer = fenced.create(name)
    another().delete(name)
    with pytest.raises(StorageUnavailable):
        writer.write(b"late")
    writer.close()


def test_what_a_checkpoint_names_stays_whatever_others_write(cutting: ObjectStore, another: Another, name: str) -> None:
    first, second = os.urandom(100), os.urandom(40)
    slow = cutting.create(name)
    slow.write(first)
    state = slow.checkpoint()
    fast = another().resume(name, state)
    fast.write(second)
    grown = fast.checkpoint()
    again = another().create(name)
    for late in (slow, fast, again):
        late.write(os.urandom(40))
        late.checkpoint()
        late.close()
    assert content_of(cutting, name, state) == first
    assert content_of(cutting, name, grown) == first + second


def test_a_writer_goes_on_in_front_of_a_checkpoint(cutting: ObjectStore, another: Another, name: str) -> None:
    content, later = os.urandom(100), os.urandom(40)
    state = stored(cutting, name, content, commit=False)
    writer = another().resume(name, state, 60)
    writer.write(later)
    assert content_of(cutting, name, writer.checkpoint()) == content[:60] + later
    assert content_of(cutting, name, state) == content
    writer.commit()
    assert content_of(cutting, name) == content[:60] + later


def test_committing_twice_is_committing_once(cutting: ObjectStore, another: Another, name: str) -> None:
    state = stored(cutting, name, b"first", commit=False)
    grown = another().resume(name, state)
    grown.write(b"second")
    state = grown.checkpoint()
    grown.close()
    another().resume(name, state).commit()
    with pytest.raises(FileNotFoundError):
        another().resume(name, state).commit()
    assert content_of(cutting, name) == b"firstsecond"


@pytest.mark.parametrize("replacement", [b"", b"x" * 99, b"x" * 100])
def test_a_checkpoint_is_of_no_use_for_other_content(fenced: ObjectStore, name: str, replacement: bytes) -> None:
    state = stored(fenced, name, os.urandom(100), commit=False)
    stored(fenced, name, replacement, commit=False)
    with pytest.raises(ContentDamaged):
        fenced.resume(name, state)


def test_what_is_not_there(store: ObjectStore, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        content_of(store, name)
    store.delete(name)
    store.delete_many([name, uuid.uuid4().hex])
    store.delete_many([])


def test_nobody_goes_on_with_what_is_not_there(fenced: ObjectStore, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        fenced.resume(name, stored(fenced, uuid.uuid4().hex, b"other", commit=False))


@pytest.mark.parametrize("commit", [True, False])
def test_deleting(store: ObjectStore, another: Another, name: str, commit: bool) -> None:  # noqa: FBT001
    stored(store, name, b"gone", commit=commit)
    store.delete(name)
    store.delete(name)
    with pytest.raises(FileNotFoundError):
        content_of(another(), name)


def test_deleting_many(store: ObjectStore, another: Another) -> None:
    names = [uuid.uuid4().hex for _ in range(5)]
    for each in names:
        stored(store, each, b"content")
    store.delete_many(names[:4])
    assert [each for each, _ in another().objects()] == names[4:]


def test_whole_objects_are_those_that_are_there(store: ObjectStore, another: Another, name: str) -> None:
    assert name not in set(store.whole())
    stored(store, name, b"whole")
    assert name in set(another().whole())
    store.delete(name)
    assert name not in set(another().whole())


def test_objects_are_listed_with_their_time(store: ObjectStore, another: Another, name: str) -> None:
    beside = f"{name}-1"
    began = time.time()
    stored(store, name, b"committed")
    stored(store, beside, b"staged", commit=False)
    listed = dict(another().objects())
    assert set(listed) == {name, beside}
    assert all(began - 1 < written < began + 60 for written in listed.values())


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../etc/passwd", "a" * 31, "a" * 33, "A" * 32, "\uff41" * 32, "a/" * 16, "a" * 31 + "\0"]
    + ["a" * 32 + end for end in ("-", "-x", "/b", "\n", "-1\n", "-\u0661")],
)
def test_ids_are_not_paths(store: ObjectStore, name: str) -> None:
    for call in (store.create, store.open, store.delete, lambda name: store.resume(name, "[]")):
        with pytest.raises(ValueError, match="not an object id"):
            call(name)
    with pytest.raises(ValueError, match="not an object id"), store.lock(name):
        pass


def test_a_lock_has_one_holder(fenced: ObjectStore, another: Another, name: str) -> None:
    for _ in range(2):
        with fenced.lock(name), fenced.lock(uuid.uuid4().hex):
            with pytest.raises(UploadBusy), another().lock(name):
                pass
            writer = fenced.create(name)
            writer.write(b"by the holder")
            writer.close()
    with another().lock(name):
        pass


def test_a_lock_is_given_back_after_an_error(fenced: ObjectStore, another: Another, name: str) -> None:
    with pytest.raises(KeyError), fenced.lock(name):
        raise KeyError
    with another().lock(name):
        pass


def test_a_size_is_that_of_what_can_be_opened(store: ObjectStore, name: str) -> None:
    assert store.size(name) == 0
    stored(store, name, b"0123456789")
    assert store.size(name) == 10


def test_the_mark_is_kept_and_replaced(store: ObjectStore, another: Another, name: str) -> None:
    stored(store, name, b"content")
    assert store.mark() == ""
    store.set_mark("first\n")
    another().set_mark("second\n")
    assert (store.mark(), another().mark()) == ("second\n", "second\n")
    assert [each for each, _ in store.objects()] == [name]
    assert list(store.whole()) == [name]


def test_sizes(store: ObjectStore, name: str) -> None:
    stored(store, name, b"content")
    assert list(store.sizes()) == [(name, 7)]
