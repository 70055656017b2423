"""What is collected, when, and what is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.context import RepositoryRef
from entrepot.errors import LayerNotFound, LayersNotFound, StorageUnavailable
from entrepot.meta import blob_moves
from entrepot.ports import ObjectPlace
from entrepot.services import gc, gc_status, gc_verify, image_deletion, layers, repositories, sweeping
from entrepot.services.gc import Collected
from entrepot.services.image_ids import ImageId
from tests.gc.world import DELAY, REGISTRY, World
from tests.support.images import Image, digest_of, gzip_layer, make_image, make_index, random_bytes

SHARED = gzip_layer({"shared": random_bytes(3000)})
IMAGE = make_image([SHARED, gzip_layer({"a": b"1"})])
OTHER = make_image([SHARED, gzip_layer({"b": b"2"})], annotations={"other": "config"})
ONE, TWO = RepositoryRef(REGISTRY, "one"), RepositoryRef(REGISTRY, "two")
NOTHING = Collected(0, 0, 0, 0)
SECOND = timedelta(seconds=1)


def delete(here: World, image: Image, repo: RepositoryRef = ONE) -> None:
    here.run(image_deletion.delete_one(here.app, here.ctx(), repo, ImageId(image.digest)))


def check(here: World, data: bytes, repo: RepositoryRef = ONE) -> None:
    here.run(layers.check(here.app, here.ctx(), repo, digest_of(data)))


def test_a_deleted_image_goes_after_the_delay_and_an_hour(here: World) -> None:
    here.push("one", IMAGE, "v1")
    delete(here, IMAGE)
    here.turned += DELAY - SECOND
    assert here.collect() == NOTHING
    assert len(here.files()) == 3
    here.turned += 2 * SECOND
    assert here.collect() == Collected(reviews=6, layers=3, blobs=3, objects=0)
    assert len(here.files()) == 3
    here.turned += timedelta(hours=1)
    assert here.collect() == Collected(reviews=0, layers=0, blobs=0, objects=3)
    assert here.files() == set()
    assert here.waiting() == 0


def test_an_image_that_is_there_loses_nothing(here: World) -> None:
    here.push("one", IMAGE, "v1")
    here.push("one", OTHER)
    here.push("two", make_index({"amd64": IMAGE}))
    delete(here, IMAGE)
    before = here.referenced()
    here.collect_everything()
    assert here.files() == before == here.referenced()
    assert here.content("one", digest_of(SHARED)) == SHARED
    for data in IMAGE.blobs:
        assert here.content("two", digest_of(data)) == data


def test_layers_that_no_image_came_to_use(here: World) -> None:
    here.upload("one", SHARED)
    assert here.run(layers.mount(here.app, here.ctx(), TWO, digest_of(SHARED), "one"))
    here.collect_everything()
    assert here.files() == set()
    with pytest.raises(LayerNotFound):
        check(here, SHARED)


def test_a_layer_that_a_client_was_told_of_is_there_for_its_image(here: World) -> None:
    """HEAD, then the manifest, as docker pushes an image that the registry has most of."""
    for data in IMAGE.blobs:
        here.upload("one", data)
    for turn in range(4):
        here.turned += DELAY * 0.9
        for data in IMAGE.blobs:
            check(here, data)
        here.turned += DELAY / 2 - SECOND
        here.collect()
        assert len(here.files()) == 3, turn
    here.put("one", IMAGE)
    here.collect_everything()
    assert len(here.files()) == 3


def test_reviews_are_not_put_off_by_every_question(here: World) -> None:
    """At least half of the delay is left: nothing has to be written."""
    here.upload("one", SHARED)
    here.turned += DELAY / 3
    check(here, SHARED)
    here.turned += DELAY * 0.7
    here.collect()
    with pytest.raises(LayerNotFound):
        check(here, SHARED)


def test_batch_check_keeps_layers_too(here: World) -> None:
    here.upload("one", SHARED)
    here.turned += DELAY * 0.9
    found = here.run(layers.available(here.app, here.ctx(), ONE, [digest_of(SHARED)]))
    assert found[digest_of(SHARED)].size == len(SHARED)
    here.turned += DELAY * 0.4
    here.collect()
    check(here, SHARED)


def test_a_push_again_never_gets_what_is_on_its_way_out(here: World) -> None:
    here.push("one", IMAGE)
    delete(here, IMAGE)
    here.turned += DELAY + SECOND
    here.collect()  # rows are gone, objects are not
    old = here.files()
    assert len(old) == 3
    assert here.run(sweeping.sweep(here.app)) == 0  # what is queued is not the sweep's
    with pytest.raises(LayersNotFound):
        here.put("one", IMAGE)
    here.push("one", IMAGE)
    assert here.referenced() & old == set()
    here.collect_everything()
    assert here.files() == here.referenced()
    assert here.content("one", digest_of(SHARED)) == SHARED


def test_a_deleted_repository_and_a_deleted_layer(here: World) -> None:
    here.push("one", IMAGE)
    here.push("two", OTHER)
    loose = here.upload("two", b"loose")
    here.run(layers.delete(here.app, here.ctx(), TWO, loose))
    here.run(repositories.delete(here.app, here.ctx(), ONE, force=True))
    here.turned += DELAY - SECOND
    here.collect()
    assert len(here.files()) == 6
    here.collect_everything()
    assert here.files() == here.referenced()
    assert len(here.files()) == 3
    totals = {each.repository: each for each in here.run(gc_status.status(here.app)).repositories}
    assert totals["two"].objects == 1
    assert totals["two"].object_bytes == len(b"loose")
    assert totals["one"].object_bytes == sum(len(data) for data in IMAGE.blobs) - len(SHARED)


def test_a_layer_that_is_pushed_again_is_no_longer_reviewed_as_a_blob(here: World) -> None:
    for name in ("one", "two"):
        here.push(name, IMAGE)
    loose = here.upload("one", b"loose")
    here.run(layers.delete(here.app, here.ctx(), ONE, loose))
    assert [queue.waiting for queue in here.run(gc_status.status(here.app)).queues] == [0, 1, 0]
    here.upload("two", b"loose")
    assert [queue.waiting for queue in here.run(gc_status.status(here.app)).queues] == [1, 0, 0]


def test_bytes_are_counted_for_who_held_them_last(here: World) -> None:
    here.push("one", IMAGE)
    here.push("two", IMAGE)
    delete(here, IMAGE)
    here.collect_everything()
    delete(here, IMAGE, TWO)
    here.collect_everything()
    size = sum(len(data) for data in IMAGE.blobs)
    totals = [
        (each.repository, each.layers, each.layer_bytes, each.objects, each.object_bytes)
        for each in here.run(gc_status.status(here.app)).repositories
    ]
    assert totals == [("one", 3, size, 0, 0), ("two", 3, size, 3, size)]


def test_status_tells_what_waits(here: World) -> None:
    here.push("one", IMAGE)
    assert [each.waiting for each in here.run(gc_status.status(here.app)).queues] == [0, 0, 0]
    delete(here, IMAGE)
    assert [(q.waiting, q.due) for q in here.run(gc_status.status(here.app)).queues] == [(3, 0), (0, 0), (0, 0)]
    here.turned += DELAY + SECOND
    assert [(q.waiting, q.due) for q in here.run(gc_status.status(here.app)).queues] == [(3, 3), (0, 0), (0, 0)]
    here.collect()
    found = here.run(gc_status.status(here.app))
    assert [(q.waiting, q.due) for q in found.queues] == [(0, 0), (0, 0), (3, 0)]
    assert found.deletions.waiting_bytes == sum(len(data) for data in IMAGE.blobs)


def test_what_was_never_queued_is_found(here: World) -> None:
    """As a node of a release without the garbage collection leaves it."""
    here.push("one", IMAGE)
    delete(here, IMAGE)
    here.run(here.app.db.write(lambda c: c.exec_driver_sql("DELETE FROM layer_reviews")))
    here.collect_everything()
    assert len(here.files()) == 3
    assert len(here.run(gc_verify.verify(here.app)).forgotten) == 3
    assert here.run(gc.look_for_forgotten(here.app)) == 3
    assert here.run(gc.look_for_forgotten(here.app)) == 0
    here.collect_everything()
    assert here.files() == set()


def test_a_blob_without_a_hold_is_found(here: World) -> None:
    here.upload("one", SHARED)
    here.run(here.app.db.write(lambda c: c.exec_driver_sql("DELETE FROM layer_reviews")))
    here.run(here.app.db.write(lambda c: c.exec_driver_sql("DELETE FROM repository_blobs")))
    assert here.run(gc.look_for_forgotten(here.app)) == 1
    here.collect_everything()
    assert here.files() == set()


def test_many_batches(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LAYERS", "BLOBS", "OBJECTS", "PAGE"):
        monkeypatch.setattr(gc, name, 2)
    for number in range(7):
        here.upload("one", f"layer {number}".encode())
    here.push("two", IMAGE)
    here.run(here.app.db.write(lambda c: c.exec_driver_sql("DELETE FROM layer_reviews")))
    assert here.run(gc.look_for_forgotten(here.app)) == 7
    here.turned += DELAY + SECOND
    assert here.collect() == Collected(14, 7, 7, 0)
    here.turned += timedelta(hours=2)
    assert here.collect().objects == 7
    assert here.files() == here.referenced()


def test_a_store_that_nobody_names_any_more_is_in_no_others_way(here: World) -> None:
    here.upload("one", SHARED)
    here.turned += DELAY + SECOND
    here.collect()
    here.turned += timedelta(hours=1)
    elsewhere = ObjectPlace("3f" * 16, "/no/longer/named")
    here.run(here.app.db.write(blob_moves.announce_copy, elsewhere, 7, here.now()))
    with pytest.raises(StorageUnavailable):
        here.collect()
    assert here.files() == set()
    assert here.waiting() == 1
