"""Random requests and random steps of the garbage collection, compared with a model: nothing dangles, nothing leaks."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, select

from entrepot.context import RepositoryRef
from entrepot.errors import (
    ImageNotFound,
    ImageReferenced,
    LayerInUse,
    LayerNotFound,
    LayersNotFound,
    ReferencedImagesNotFound,
    RepositoryAlreadyExists,
    RepositoryNotFound,
    UploadNotFound,
)
from entrepot.meta import gc_batches
from entrepot.meta.tables import blobs, repositories, repository_blobs
from entrepot.rules.garbage import object_due
from entrepot.services import gc, gc_verify, image_deletion, layers, sweeping, uploads
from entrepot.services import repositories as repository_services
from entrepot.services.image_ids import ImageId
from tests.gc.world import DELAY, REGISTRY, World, body
from tests.support.images import Image, digest_of, gzip_layer, make_image, make_index

NAMES = ("one", "two")
LAYERS = [gzip_layer({"number": str(number).encode() * 50}) for number in range(3)]
IMAGES = [make_image([LAYERS[0]]), make_image([LAYERS[0], LAYERS[1]]), make_image([LAYERS[1], LAYERS[2]])]
BLOBS = [*LAYERS, *(image.blobs[0] for image in IMAGES)]
INDEXES = [make_index({"amd64": IMAGES[0]}), make_index({"amd64": IMAGES[1], "arm64": IMAGES[2]})]
MARGIN = timedelta(seconds=5)
"""What the clock may have gone on by itself since it was read."""

names = st.sampled_from(NAMES)
contents = st.sampled_from(BLOBS)
images = st.sampled_from(IMAGES)
indexes = st.sampled_from(INDEXES)
times = st.sampled_from([timedelta(minutes=1), timedelta(hours=1), DELAY / 2, DELAY, 3 * DELAY])


class Registry(RuleBasedStateMachine):
    """The model: which images there are, and until when which layers were promised to be there."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.wipe()
        self.images: dict[str, dict[str, Image]] = {}
        self.promised: dict[tuple[str, str], datetime] = {}
        self.open_uploads: list[tuple[str, bytes, str]] = []
        self.claimed: list[Any] = []
        for name in NAMES:
            self.create(name)

    def promise(self, name: str, digest: str, until: datetime) -> None:
        self.promised[name, digest] = max(until, self.promised.get((name, digest), until))

    def sure(self, name: str, digest: str) -> bool:
        """Whether a layer has to be there."""
        needed = any(digest == digest_of(data) for image in self.images.get(name, {}).values() for data in image.blobs)
        until = self.promised.get((name, digest))
        return needed or (until is not None and self.world.clock() < until - MARGIN)

    def create(self, name: str) -> None:
        with suppress(RepositoryAlreadyExists):
            self.world.create(name)
            self.images[name] = {}

    @rule(name=names)
    def make_repository(self, name: str) -> None:
        self.create(name)

    @rule(name=names)
    def delete_repository(self, name: str) -> None:
        repo = RepositoryRef(REGISTRY, name)
        with suppress(RepositoryNotFound):
            self.world.run(repository_services.delete(self.world.app, self.world.ctx(), repo, force=True))
        self.images.pop(name, None)
        self.promised = {key: until for key, until in self.promised.items() if key[0] != name}

    @rule(name=names, data=contents)
    def upload(self, name: str, data: bytes) -> None:
        until = self.world.clock() + DELAY
        try:
            self.promise(name, self.world.upload(name, data), until)
        except RepositoryNotFound:
            assert name not in self.images

    @rule(name=names, data=contents)
    def begin_upload(self, name: str, data: bytes) -> None:
        repo, w = RepositoryRef(REGISTRY, name), self.world
        with suppress(RepositoryNotFound):
            upload_id = w.run(uploads.start(w.app, w.ctx(), repo))
            w.run(uploads.append(w.app, w.ctx(), repo, upload_id, body(data)))
            self.open_uploads.append((name, data, upload_id))

    @precondition(lambda self: self.open_uploads)
    @rule(pick=st.data())
    def complete_upload(self, pick: Any) -> None:
        name, data, upload_id = self.open_uploads.pop(pick.draw(st.integers(0, len(self.open_uploads) - 1)))
        w, repo, until = self.world, RepositoryRef(REGISTRY, name), self.world.clock() + DELAY
        with suppress(UploadNotFound, RepositoryNotFound):
            w.run(uploads.complete(w.app, w.ctx(), repo, upload_id, [digest_of(data)]))
            self.promise(name, digest_of(data), until)

    @rule(name=names, data=contents)
    def ask(self, name: str, data: bytes) -> None:
        """HEAD: told that a layer is there, a client may leave out its upload."""
        digest, until = digest_of(data), self.world.clock() + DELAY / 2
        try:
            self.world.run(layers.check(self.world.app, self.world.ctx(), RepositoryRef(REGISTRY, name), digest))
        except LayerNotFound:
            assert not self.sure(name, digest)
        except RepositoryNotFound:
            assert name not in self.images
        else:
            self.promise(name, digest, until)

    @rule(data=contents, source=names)
    def mount(self, data: bytes, source: str) -> None:
        digest, until = digest_of(data), self.world.clock() + DELAY
        target = NAMES[1 - NAMES.index(source)]
        repo = RepositoryRef(REGISTRY, target)
        with suppress(RepositoryNotFound):
            if self.world.run(layers.mount(self.world.app, self.world.ctx(), repo, digest, source)):
                self.promise(target, digest, until)
            else:
                assert not self.sure(source, digest)

    @rule(name=names, image=images)
    def push_manifest(self, name: str, image: Image) -> None:
        sure = all(self.sure(name, digest_of(data)) for data in image.blobs)
        try:
            self.world.put(name, image, "latest")
        except LayersNotFound:
            assert not sure
            assert image.digest not in self.images[name]
        except RepositoryNotFound:
            assert name not in self.images
        else:
            self.images[name][image.digest] = image

    @rule(name=names, image=images)
    def push_image(self, name: str, image: Image) -> None:
        """Layer by layer and then the manifest, which then cannot fail."""
        for data in image.blobs:
            self.upload(name, data)
        self.push_manifest(name, image)

    @rule(name=names, index=indexes)
    def push_index(self, name: str, index: Image) -> None:
        try:
            self.world.put(name, index)
        except ReferencedImagesNotFound:
            assert not all(child.digest in self.images[name] for child in index.children)
        except RepositoryNotFound:
            assert name not in self.images
        else:
            self.images[name][index.digest] = index

    @rule(name=names, image=st.sampled_from([*IMAGES, *INDEXES]))
    def delete_image(self, name: str, image: Image) -> None:
        repo, until = RepositoryRef(REGISTRY, name), self.world.clock() + DELAY
        held = self.images.get(name, {})
        try:
            self.world.run(
                image_deletion.delete_one(self.world.app, self.world.ctx(), repo, ImageId(digest=image.digest))
            )
        except (ImageNotFound, RepositoryNotFound):
            assert image.digest not in held
        except ImageReferenced:
            assert any(image in index.children for index in held.values())
        else:
            del held[image.digest]
            for data in image.blobs:
                self.promise(name, digest_of(data), until)

    @rule(name=names, data=contents)
    def delete_layer(self, name: str, data: bytes) -> None:
        digest = digest_of(data)
        with suppress(LayerNotFound, LayerInUse, RepositoryNotFound):
            self.world.run(layers.delete(self.world.app, self.world.ctx(), RepositoryRef(REGISTRY, name), digest))
            self.promised.pop((name, digest), None)

    @rule(time=times)
    def wait(self, time: timedelta) -> None:
        self.world.turned += time

    @rule(count=st.sampled_from([1, 2, 100]))
    def release(self, count: int) -> None:
        self.world.run(self.world.app.db.write(gc_batches.release_layers, self.world.now(), count))

    @rule(count=st.sampled_from([1, 2, 100]))
    def delete_blobs(self, count: int) -> None:
        now = self.world.now()
        later = object_due(now, DELAY // timedelta(microseconds=1))
        self.world.run(self.world.app.db.write(gc_batches.delete_blobs, now, later, count))

    @rule()
    def claim_objects(self) -> None:
        """A worker begins with the objects. Unless `delete_objects` comes next, it may have died over it."""
        self.claimed = self.world.run(self.world.app.db.write(gc_batches.claim_objects, self.world.now(), 2))

    @rule(noted=st.booleans())
    def delete_objects(self, noted: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        self.world.run(self.world.app.blobs.discard_many(self.claimed))
        if noted:
            self.world.run(self.world.app.db.write(gc_batches.objects_deleted, self.claimed, self.world.now()))
        self.claimed = []

    @rule()
    def collect(self) -> None:
        self.world.collect()

    @rule()
    def look_for_forgotten(self) -> None:
        assert self.world.run(gc.look_for_forgotten(self.world.app)) == 0

    @rule()
    def sweep(self) -> None:
        self.world.run(sweeping.sweep(self.world.app))

    @invariant()
    def nothing_dangles(self) -> None:
        """Every layer that has to be there is held, and its object is in the store."""
        held = self.world.run(self.world.app.db.read(objects_by_layer))
        files = self.world.files()
        for name, digest in {(name, digest_of(data)) for name in self.images for data in BLOBS}:
            if self.sure(name, digest):
                assert held[name, digest] in files

    def teardown(self) -> None:
        self.read_everything()
        self.world.turned += sweeping.UPLOAD_LIFETIME
        self.world.collect_everything()
        self.world.run(sweeping.sweep(self.world.app))
        self.read_everything()
        assert self.world.files() == self.world.referenced()
        assert self.world.waiting() == 0
        found = self.world.run(gc_verify.verify(self.world.app))
        assert found.sound, found

    def read_everything(self) -> None:
        for name, held in self.images.items():
            for data in {data for image in held.values() for data in image.blobs}:
                assert self.world.content(name, digest_of(data)) == data


def objects_by_layer(connection: Connection) -> dict[tuple[str, str], str]:
    query = (
        select(repositories.c.name, blobs.c.digest, blobs.c.object_id)
        .join(repository_blobs, repository_blobs.c.repository_id == repositories.c.id)
        .join(blobs, blobs.c.id == repository_blobs.c.blob_id)
    )
    return {(name, digest): object_id for name, digest, object_id in connection.execute(query)}


def test_nothing_dangles_and_nothing_leaks(deployment: World) -> None:
    class OnThis(Registry):
        world = deployment

    limits = settings(
        max_examples=int(os.environ.get("GC_EXAMPLES", "10")),
        stateful_step_count=50,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(OnThis, settings=limits)
