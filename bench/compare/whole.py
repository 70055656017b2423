"""Lines of the real docker: push and pull of an image of 20 layers and 1 GB, each turn with an image of its own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter

from bench.compare.contestants import Contestant
from bench.compare.samples import SECONDS, LeftOut, Sample
from bench.compare.turns import Effort, Spent, Workload
from bench.content import Blob, Content
from tests.support.clients.docker import Docker
from tests.support.images import image_config
from tests.support.processes import run

LAYERS, LAYER_SIZE = 20, 50_000_000
_SECONDS = 1800.0
_NEW = count(1)


class Engine:
    """A dockerd of our own, started when it is first needed; `close` ends it."""

    def __init__(self, folder: Path, layers: int = LAYERS, layer_size: int = LAYER_SIZE) -> None:
        self.folder, self.layers, self.layer_size = folder, layers, layer_size
        self._docker: Docker | None = None

    def docker(self) -> Docker:
        """The engine; LeftOut where it cannot be."""
        if not self._docker:
            missing = [each for each in ("docker", "dockerd") if not shutil.which(each)]
            if missing or os.geteuid():
                raise LeftOut(f"{missing[0]} is not installed" if missing else "dockerd needs root")
            self.folder.mkdir(exist_ok=True)
            self._docker = Docker(self.folder)
        return self._docker

    def close(self) -> None:
        """Ends it."""
        if self._docker:
            self._docker.close()

    def lines(self) -> Iterator[Workload]:
        """Push and pull."""
        title = f"of {self.layers} layers, {self.layers * self.layer_size / 1e9:g} GB"
        yield Workload("docker_push", f"`docker push` {title}", SECONDS, self._push, self._log_in, heavy=True)
        yield Workload("docker_pull", f"`docker pull` {title}", SECONDS, self._pull, self._put_there, heavy=True)

    def _run(self, *words: str | Path, stdin: str = "") -> str:
        docker = self.docker()
        return run([docker.program, *words], env=docker.env, stdin=stdin, seconds=_SECONDS)

    def _log_in(self, it: Contestant) -> None:
        self.docker()
        if it.login:
            self._run("login", "--username", it.login[0], "--password-stdin", it.netloc, stdin=it.login[1])

    def _put_there(self, it: Contestant) -> None:
        self._log_in(it)
        self._new(it, reference := _reference(it, "pulled"))
        self._run("push", reference)
        self.docker().remove(reference)

    def _new(self, it: Contestant, reference: str) -> None:
        """An image that nobody has, in the engine under that name."""
        archive = self.folder / "image.tar"
        write_archive(archive, it.content, reference, self.layers, self.layer_size)
        self._run("load", "--input", archive)
        archive.unlink()

    def _push(self, it: Contestant, _effort: Effort) -> Sample:
        self._new(it, reference := _reference(it, f"pushed-{next(_NEW)}"))
        os.sync()
        sample = _timed(it, partial(self._run, "push", reference))
        self.docker().remove(reference)
        return sample

    def _pull(self, it: Contestant, _effort: Effort) -> Sample:
        sample = _timed(it, partial(self._run, "pull", reference := _reference(it, "pulled")))
        self.docker().remove(reference)
        return sample


def write_archive(path: Path, content: Content, reference: str, layers: int, size: int) -> None:
    """What `docker load` takes: layers of one file each that does not compress."""
    diffs, names = list[str](), list[str]()
    with tarfile.open(path, "w") as archive:
        for number in range(layers):
            layer = path.with_name("layer.tar")
            with tarfile.open(layer, "w") as inside:
                _add(inside, f"data/{number}", content.blob(size))
            with layer.open("rb") as file:
                diffs.append("sha256:" + hashlib.file_digest(file, "sha256").hexdigest())
            names.append(f"{number}/layer.tar")
            archive.add(layer, names[-1])
            layer.unlink()
        config = image_config(diffs, "amd64")
        described = [{"Config": "config.json", "RepoTags": [reference], "Layers": names}]
        for name, data in (("config.json", config), ("manifest.json", json.dumps(described).encode())):
            _add(archive, name, Blob("", len(data), (data,)))


def _add(archive: tarfile.TarFile, name: str, blob: Blob) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = blob.size
    archive.addfile(entry, io.BytesIO(b"".join(blob.body)))


def _reference(it: Contestant, tag: str) -> str:
    return f"{it.netloc}/{it.repository}:{tag}"


def _timed(it: Contestant, act: partial[str]) -> Sample:
    spent, began = Spent(it), perf_counter()
    act()
    return spent.sample(perf_counter() - began, 1)
